import * as fc from "fast-check";
import { EffectivePermissions } from "../../../lib/topology/iam/effective";
import { namesOneResource } from "../../../lib/topology/iam/named-resource";
import { type PolicyDocument, readPolicyDocument } from "../../../lib/topology/iam/policy-document";
import { replay } from "../../../lib/topology/iam/replay";

const BUCKET = "${aws_s3_bucket.x.arn}";
const OTHER = "${aws_s3_bucket.y.id}";
const VARIABLE = "${var.x}";
const VPC = "${aws_vpc.x.id}";

const ACTIONS = ["s3:GetObject", "s3:PutObject"];
const ACTION_PATTERNS = ["*", "s3:*", "s3:Get*", VARIABLE, "s3:PutObject"];
const RESOURCES = ["arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:s3:::a", "arn:aws:s3:::c"];
const RESOURCE_PATTERNS = [
  ...["*", "arn:aws:s3:::a/*", "arn:aws:s3:::?/x", BUCKET, `${BUCKET}/*`, `arn:aws:s3:::${OTHER}/x`],
  ...[VARIABLE, `arn:aws:s3:::${VARIABLE}`, `${VARIABLE}/*`],
];

/** One value for everything that is not known. Symbols have no wildcards; variables may. */
interface Assignment {
  readonly bucket: string;
  readonly other: string;
  readonly variable: string;
  readonly vpc: string;
}
const assignments: fc.Arbitrary<Assignment> = fc.record({
  bucket: fc.constantFrom("arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::c"),
  other: fc.constantFrom("a", "b", "c"),
  variable: fc.constantFrom("*", "a", "b", "arn:aws:s3:::a", "arn:aws:s3:::*", "?", "s3:*", "s3:PutObject", "a/x"),
  vpc: fc.constantFrom("vpc-1", "vpc-2"),
});
const assigned = (text: string, to: Assignment): string =>
  text
    .replaceAll(BUCKET, to.bucket)
    .replaceAll(OTHER, to.other)
    .replaceAll(VARIABLE, to.variable)
    .replaceAll(VPC, to.vpc);

const oneOrMore = (values: string[]): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const either = (name: string, values: string[]): fc.Arbitrary<{ [key: string]: string[] }> =>
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), oneOrMore(values))
    .map(([kind, value]) => ({ [kind === 0 ? `Not${name}` : name]: value }));
const condition = fc
  .tuple(
    fc.constantFrom("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"),
    fc.constantFrom("aws:SourceVpc", "aws:RequestedRegion"),
    oneOrMore(["vpc-1", VPC, VARIABLE, "a"]),
  )
  .map(([operator, key, values]) => ({ [operator]: { [key]: values } }));
const statement = fc
  .record({
    Effect: fc.constantFrom("Allow", "Allow", "Deny"),
    action: either("Action", ACTION_PATTERNS),
    resource: either("Resource", RESOURCE_PATTERNS),
    condition: fc.option(condition, { nil: undefined, freq: 2 }),
  })
  .map(({ Effect, action, resource, condition }) => ({
    Effect,
    ...action,
    ...resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  }));
const text = fc.array(statement, { minLength: 1, maxLength: 3 }).map((Statement) => JSON.stringify({ Statement }));
const identities = fc.record({
  grants: fc.array(text, { minLength: 1, maxLength: 2 }),
  limits: fc.array(text, { maxLength: 1 }),
});

type Texts = { readonly grants: string[]; readonly limits: string[] };
function read({ grants, limits }: Texts, to?: Assignment): { grants: PolicyDocument[]; limits: PolicyDocument[] } {
  const one = (policy: string): PolicyDocument => {
    const document = readPolicyDocument(to === undefined ? policy : assigned(policy, to));
    if (document === undefined) throw new Error("unreadable");
    return document;
  };
  return { grants: grants.map(one), limits: limits.map(one) };
}

/** The identity comes from one VPC, whose id is not known. */
const FACTS = { "aws:SourceVpc": VPC };

describe("whatever the unknowns turn out to be", () => {
  test("the open reading knows every request that AWS allows", () => {
    let allowed = 0;
    fc.assert(
      fc.property(
        identities,
        assignments,
        fc.constantFrom(...ACTIONS),
        fc.constantFrom(...RESOURCES),
        fc.option(fc.constantFrom("a", "eu-west-1"), { nil: undefined }),
        (texts, to, action, resource, region) => {
          const context = {
            "aws:SourceVpc": to.vpc,
            ...(region === undefined ? {} : { "aws:RequestedRegion": region }),
          };
          if (replay({ action, resource, context }, read(texts, to)) !== "Allow") return;
          allowed += 1;
          const permissions = new EffectivePermissions({ ...read(texts), context: FACTS }, "open");
          expect(permissions.can(action)).toBeDefined();
          expect(permissions.can(action, { resource })).toBeDefined();
          const isNamed = RESOURCE_PATTERNS.some((one) => namesOneResource(one, "open") && mayBe(one, resource, to));
          if (!isNamed) expect(permissions.can(action, { beyondNamed: true })).toBeDefined();
        },
      ),
      { numRuns: 6_000 },
    );
    expect(allowed).toBeGreaterThan(500);
  });

  test("what the closed reading shows, AWS allows", () => {
    let found = 0;
    fc.assert(
      fc.property(
        identities,
        fc.array(assignments, { minLength: 3, maxLength: 3 }),
        fc.constantFrom(...ACTIONS),
        (texts, all, action) => {
          const permissions = new EffectivePermissions({ ...read(texts), context: FACTS }, "closed");
          const permission = permissions.can(action);
          if (permission === undefined) return;
          found += 1;
          for (const to of all) {
            const request = JSON.parse(assigned(JSON.stringify(permission.request), to));
            expect(replay(request, read(texts, to))).toBe("Allow");
          }
        },
      ),
      { numRuns: 4_000 },
    );
    expect(found).toBeGreaterThan(300);
  });
});

/** Whether a pattern is about a resource under an assignment. */
function mayBe(pattern: string, resource: string, to: Assignment): boolean {
  const document = readPolicyDocument({ Statement: { Effect: "Allow", Action: "*", Resource: assigned(pattern, to) } });
  return (
    document !== undefined &&
    replay({ action: "s3:GetObject", resource, context: {} }, { grants: [document] }) === "Allow"
  );
}
