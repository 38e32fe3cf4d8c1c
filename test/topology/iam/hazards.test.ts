import { type TerraformStack, Testing } from "cdktf";
import { AwsPermission, AwsService, AwsTrust } from "../../../constructs/aws";
import { AgentsAws } from "../../../examples/aws/agents-aws";
import { AgentsAwsSealed } from "../../../examples/aws-sealed/agents-aws-sealed";
import { ContainmentPolicy } from "../../../lib";
import type { IdentityDocuments } from "../../../lib/topology/iam/effective";
import { HAZARDS } from "../../../lib/topology/iam/hazard-table";
import { hazardsOf } from "../../../lib/topology/iam/hazards";
import { managedPolicy } from "../../../lib/topology/iam/managed-policies";
import { type PolicyDocument, readPolicyDocument } from "../../../lib/topology/iam/policy-document";
import { replay } from "../../../lib/topology/iam/replay";
import { Unknown } from "../../../lib/topology/resolve/value";
import { cellOf, stackOf } from "../../support/aws-plan";

const read = (...statements: object[]): PolicyDocument => {
  const document = readPolicyDocument({ Statement: statements });
  if (document === undefined) throw new Error("unreadable");
  return document;
};
const allow = (Action: string | string[], Resource: unknown = "*", more: object = {}): object => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const deny = (Action: string | string[], more: object = {}): object => ({
  Effect: "Deny",
  Action,
  Resource: "*",
  ...more,
});
const ids = (identity: IdentityDocuments, reading: "open" | "closed"): string[] =>
  hazardsOf(identity, reading).map(({ hazard }) => hazard.id);
/** What is found in the open and in the closed reading. */
const both = (identity: IdentityDocuments): [string[], string[]] => [ids(identity, "open"), ids(identity, "closed")];
const EVERY = HAZARDS.map(({ id }) => id);

describe.each(HAZARDS.map((hazard) => [hazard.id, hazard] as const))("hazard %s", (id, hazard) => {
  const identity = { grants: [read(allow([...hazard.actions]))] };

  test("is found with each of its actions, and its request is one that AWS allows", () => {
    for (const reading of ["open", "closed"] as const) {
      const [found, ...more] = hazardsOf(identity, reading);
      expect([found?.hazard.id, found?.actions, more]).toEqual([id, hazard.actions, []]);
      expect(found?.permission.statement).toEqual({ document: "grant", at: 0, index: 0 });
      expect(found?.permission.isExact).toBe(true);
      expect(replay(found?.permission.request ?? { action: "", resource: "", context: {} }, identity)).toBe("Allow");
    }
  });

  test("is gone with a boundary that does not allow it, and with a Deny", () => {
    expect(both({ ...identity, limits: [read(allow("xray:PutTraceSegments"))] })).toEqual([[], []]);
    expect(both({ grants: [...identity.grants, read(deny([...hazard.actions]))] })).toEqual([[], []]);
    expect(both({ ...identity, limits: [read(allow("*"), deny([...hazard.actions]))] })).toEqual([[], []]);
  });

  test("is there despite a Deny that a request can avoid", () => {
    const avoidable = deny("*", { Condition: { StringNotEquals: { "aws:RequestedRegion": "eu-west-1" } } });
    expect(both({ grants: [...identity.grants, read(avoidable)] })).toEqual([[id], [id]]);
  });

  test("is there for all one can tell despite a Deny whose condition is not known, and not without doubt", () => {
    const unknown = deny("*", { Condition: { StringEquals: { "aws:PrincipalTag/x": "y" } } });
    expect(both({ grants: [...identity.grants, read(unknown)] })).toEqual([[id], []]);
  });

  test("names actions, each once and in full", () => {
    expect(hazard.actions.every((action) => /^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/.test(action))).toBe(true);
    expect(new Set(hazard.actions).size).toBe(hazard.actions.length);
  });
});

describe("an identity's hazards", () => {
  test("are all of them for an administrator, whoever wrote the policy", () => {
    expect(both({ grants: [read(allow("*"))] })).toEqual([EVERY, EVERY]);
    const managed = managedPolicy("arn:aws:iam::aws:policy/AdministratorAccess");
    expect(both({ grants: [managed] })).toEqual([EVERY, EVERY]);
  });

  test("are none without a statement", () => {
    expect(both({ grants: [] })).toEqual([[], []]);
    expect(both({ grants: [read()], limits: [read(allow("*"))] })).toEqual([[], []]);
  });

  test("can be all in a document that can't be read, and are none without doubt", () => {
    expect(both({ grants: [undefined] })).toEqual([EVERY, []]);
    expect(both({ grants: [read(allow("*"))], limits: [undefined] })).toEqual([EVERY, []]);
    expect(both({ grants: [read(allow("*"))] })).toEqual([EVERY, EVERY]);
  });

  test("come with an Allow of all but a few actions or resources", () => {
    const notAction = { Effect: "Allow", NotAction: ["iam:*", "sts:*", "rolesanywhere:*"], Resource: "*" };
    const [open, closed] = both({ grants: [read(notAction)] });
    expect(open).toEqual(closed);
    expect(open).toContain("network-change");
    expect(open).not.toContain("pass-role");
    expect(open).not.toContain("key-creation");
    const notResource = { Effect: "Allow", Action: "*", NotResource: "arn:aws:s3:::public/*" };
    expect(both({ grants: [read(notResource)] })).toEqual([EVERY, EVERY]);
  });

  test("come with what a template may say", () => {
    const grants = [read(allow("s3:GetObject", new Unknown("${var.bucket}/*", ["var.bucket"])))];
    expect(both({ grants })).toEqual([["data-wildcard"], []]);
    const effect = [
      read({ Effect: new Unknown("${var.effect}", ["var.effect"]), Action: "iam:PassRole", Resource: "*" }),
    ];
    expect(both({ grants: effect })).toEqual([["pass-role"], []]);
  });

  test("are none on data and secrets that are named, in any of the places that confine", () => {
    const named = "arn:aws:s3:::reports/*";
    const wide = allow("s3:GetObject");
    expect(both({ grants: [read(allow("s3:GetObject", named))] })).toEqual([[], []]);
    expect(both({ grants: [read(wide)], limits: [read(allow("s3:*", named))] })).toEqual([[], []]);
    const onlyNamed = { Effect: "Deny", Action: "s3:*", NotResource: ["arn:aws:s3:::reports", named] };
    expect(both({ grants: [read(wide, onlyNamed)] })).toEqual([[], []]);
    expect(both({ grants: [read(wide, { ...onlyNamed, NotResource: "arn:aws:s3:::rep*" })] })[0]).toEqual([
      "data-wildcard",
    ]);
    expect(
      both({ grants: [read(allow("secretsmanager:GetSecretValue", "${aws_secretsmanager_secret.x.arn}"))] }),
    ).toEqual([[], []]);
  });

  test("are there on secrets below a wildcard", () => {
    const wide = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*";
    expect(both({ grants: [read(allow("secretsmanager:GetSecretValue", wide))] })).toEqual([
      ["secrets-wildcard"],
      ["secrets-wildcard"],
    ]);
  });

  test("leave out what is declared", () => {
    const role = "arn:aws:iam::111122223333:role/reader";
    const grants = [read(allow("sts:AssumeRole", [role]))];
    const declared = [{ actions: ["sts:AssumeRole"], resources: [role] }];
    expect(hazardsOf({ grants }, "open").map(({ hazard }) => hazard.id)).toEqual(["assume-role"]);
    expect(hazardsOf({ grants }, "open", { declared })).toEqual([]);
    const wide = { grants: [read(allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/*"))] };
    expect(hazardsOf(wide, "open", { declared }).map(({ hazard }) => hazard.id)).toEqual(["assume-role"]);
  });

  test("are held back by a Deny on facts, and by nothing that facts leave open", () => {
    const grants = [
      read(allow("iam:PassRole"), deny("*", { Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } })),
    ];
    expect(both({ grants, context: { "aws:SourceVpc": "vpc-1" } })).toEqual([[], []]);
    expect(both({ grants, context: { "aws:SourceVpc": "vpc-2" } })).toEqual([["pass-role"], ["pass-role"]]);
    expect(both({ grants })).toEqual([["pass-role"], []]);
  });

  test("show the conditions that their request meets", () => {
    const condition = { StringLike: { "iam:PassedToService": "lambda.*" }, Bool: { "aws:SecureTransport": "true" } };
    const [found] = hazardsOf({ grants: [read(allow("iam:PassRole", "*", { Condition: condition }))] }, "closed");
    expect(found?.permission.request).toEqual({
      action: "iam:PassRole",
      resource: "arn:aws:iam::111122223333:role/example",
      context: {
        "aws:PrincipalIsAWSService": "false",
        "aws:ViaAWSService": "false",
        "iam:PassedToService": "lambda.",
        "aws:SecureTransport": "true",
      },
    });
  });

  test("say which statement and which boundary statement let a request through", () => {
    const grants = [read(allow("xray:*")), read(allow("xray:*"), { Sid: "Pass", ...allow("iam:PassRole") })];
    const limits = [read(deny("s3:*"), { Sid: "Most", ...allow("*") })];
    const [found] = hazardsOf({ grants, limits }, "open");
    expect(found?.permission.statement).toEqual({ document: "grant", at: 1, index: 1, sid: "Pass" });
    expect(found?.permission.limits).toEqual([{ document: "limit", at: 0, index: 1, sid: "Most" }]);
  });
});

interface Json {
  resource: { [type: string]: { [name: string]: { [argument: string]: string } } };
}

/** The identities of a synthesized stack: what is granted, the boundary, and the role's address. */
function identitiesOf(stack: TerraformStack): { role: string; identity: IdentityDocuments }[] {
  stack.prepareStack();
  const { resource }: Json = JSON.parse(Testing.synth(stack, true));
  const policies = Object.entries(resource["aws_iam_role_policy"] ?? {});
  return Object.entries(resource["aws_iam_role"] ?? {}).map(([role, values]) => {
    const grants = policies
      .filter(([, policy]) => policy["role"] === `\${aws_iam_role.${role}.name}`)
      .map(([, policy]) => readPolicyDocument(policy["policy"]));
    const boundary = /aws_iam_policy\.([^.]+)\.arn/.exec(values["permissions_boundary"] ?? "")?.[1];
    const limits =
      boundary === undefined ? [] : [readPolicyDocument(resource["aws_iam_policy"]?.[boundary]?.["policy"])];
    return { role, identity: { grants, limits } };
  });
}

function agentsWithGrants(): TerraformStack {
  const cell = cellOf({ services: [AwsService.BEDROCK_RUNTIME, AwsService.SECRETS_MANAGER] }, stackOf());
  const policy = ContainmentPolicy.denyAll("none");
  const secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";
  cell
    .addAgent("functions", { policy, trust: AwsTrust.lambda() })
    .identity.grant(AwsPermission.readSecret(secret, "database"));
  cell.addAgent("runtime", { policy, trust: AwsTrust.agentCore() });
  return cell.stack;
}

describe("Cordon's own agents", () => {
  const stacks = [
    new AgentsAws(Testing.app(), "agents-aws"),
    new AgentsAwsSealed(Testing.app(), "agents-aws-sealed"),
    agentsWithGrants(),
  ];
  const identities = stacks.flatMap(identitiesOf);
  const agents = identities.filter(({ role }) => role.includes("Identity"));

  test("have an identity each, and every document of them can be read", () => {
    expect(agents.length).toBe(5);
    for (const { identity } of identities) {
      expect([...identity.grants, ...(identity.limits ?? [])]).not.toContain(undefined);
    }
    for (const { identity } of agents) expect(identity.limits?.length).toBe(1);
  });

  test("can do nothing hazardous, and neither can the roles beside them", () => {
    for (const { role, identity } of identities) expect([role, ...both(identity)]).toEqual([role, [], []]);
  });

  test("still can't with an administrator's policy attached, which without their boundary gives them everything", () => {
    const administrator = managedPolicy("arn:aws:iam::aws:policy/AdministratorAccess");
    for (const { role, identity } of agents) {
      const grants = [...identity.grants, administrator];
      expect([role, ...both({ ...identity, grants })]).toEqual([role, [], []]);
      expect([role, ...both({ grants })]).toEqual([role, EVERY, EVERY]);
    }
  });

  test("can once their boundary grows, as far as its denies do not hold them back", () => {
    const wide = read(allow("*"));
    for (const { identity } of agents) {
      const limits = [{ statements: [...(identity.limits?.[0]?.statements ?? []), ...wide.statements] }];
      const [open, closed] = both({ grants: [wide], limits });
      expect(open).toContain("secrets-wildcard");
      expect(open).toContain("data-wildcard");
      expect(open).not.toContain("pass-role");
      expect(open).not.toContain("firewall-change");
      // Whether a request comes from the cell's VPC is for the topology to say.
      expect(closed).toEqual([]);
      const vpc = /\$\{[^}]+\}/.exec(JSON.stringify(limits))?.[0] ?? "";
      expect(ids({ grants: [wide], limits, context: { "aws:SourceVpc": vpc } }, "closed")).toContain(
        "secrets-wildcard",
      );
    }
  });

  test("can once their boundary allows it and no longer denies it", () => {
    const wide = read(allow("*"));
    for (const { identity } of agents) {
      const [boundary] = identity.limits ?? [];
      const allowed = boundary?.statements.filter(({ effect }) => effect === "Allow") ?? [];
      const opened = { statements: [...allowed, ...wide.statements] };
      expect(both({ grants: [wide], limits: [opened] })).toEqual([EVERY, EVERY]);
    }
  });
});
