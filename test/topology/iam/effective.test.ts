import { EffectivePermissions } from "../../../lib/topology/iam/effective";
import { type PolicyDocument, readPolicyDocument } from "../../../lib/topology/iam/policy-document";

const read = (...Statement: object[]): PolicyDocument => {
  const document = readPolicyDocument({ Statement });
  if (document === undefined) throw new Error("unreadable");
  return document;
};
const statement = (Effect: string, Action: string | string[], Resource: string | string[] = "*"): object => ({
  Effect,
  Action,
  Resource,
});
const can = (grants: PolicyDocument[], reading: "open" | "closed", action: string, resource = "*") =>
  new EffectivePermissions({ grants }, reading).can(action, { resource });

describe("a question", () => {
  const grants = [
    read(statement("Allow", ["s3:GetObject", "logs:*"], "${aws_s3_bucket.x.arn}/*"), statement("Deny", "logs:Delete*")),
  ];

  test("about one resource is answered for that resource", () => {
    expect(can(grants, "closed", "s3:GetObject", "${aws_s3_bucket.x.arn}/report")).toBeDefined();
    expect(can(grants, "open", "s3:GetObject", "${aws_s3_bucket.y.arn}/report")).toBeDefined();
    expect(can(grants, "closed", "s3:GetObject", "${aws_s3_bucket.y.arn}/report")).toBeUndefined();
    expect(can(grants, "open", "s3:GetObject", "${aws_s3_bucket.x.arn}")).toBeDefined();
    expect(can(grants, "open", "s3:GetObject", "arn:aws:s3:::reports")).toBeUndefined();
  });

  test("about a pattern of actions is answered with one of them, as the policy spells it", () => {
    expect(can(grants, "closed", "s3:*")?.request).toMatchObject({
      action: "s3:GetObject",
      resource: "${aws_s3_bucket.x.arn}/example",
    });
    expect(can(grants, "open", "logs:D*")?.request.action).toBe("logs:d");
    expect(can(grants, "open", "logs:Delete*")).toBeUndefined();
    expect(can(grants, "open", "iam:*")).toBeUndefined();
  });
});

describe("policies with too many combinations to look at each", () => {
  // Together the first two deny everything, and the others keep the search from seeing it soon.
  const many = ["b", "c", "d", "e"].map((letter) => statement("Deny", "s3:*", `*${letter}${"?".repeat(9)}`));
  const denied = [statement("Deny", "s3:*", "*:a"), { Effect: "Deny", Action: "s3:*", NotResource: "*:a" }, ...many];

  test("are taken at their word in the open reading, and give nothing without doubt", () => {
    const grants = [read(statement("Allow", "s3:GetObject"), ...denied)];
    expect(can(grants, "open", "s3:GetObject")).toMatchObject({ isExact: false });
    expect(can(grants, "closed", "s3:GetObject")).toBeUndefined();
  });

  test("are seen through where they stay few", () => {
    const grants = [read(statement("Allow", "s3:GetObject"), ...denied.slice(0, 2))];
    expect(can(grants, "open", "s3:GetObject")).toBeUndefined();
  });
});
