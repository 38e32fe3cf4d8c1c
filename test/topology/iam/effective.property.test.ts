import * as fc from "fast-check";
import { EffectivePermissions, type IdentityDocuments } from "../../../lib/topology/iam/effective";
import { type PolicyDocument, readPolicyDocument } from "../../../lib/topology/iam/policy-document";
import { type ConcreteRequest, replay } from "../../../lib/topology/iam/replay";
import { Unknown } from "../../../lib/topology/resolve/value";

const ACTIONS = ["s3:GetObject", "s3:PutObject", "iam:PassRole", "iam:CreateUser"];
const ACTION_PATTERNS = ["*", "s3:*", "S3:Get*", "s3:?utObject", "iam:*", "*:*User", "iam:PassRole"];
const RESOURCES = [
  "arn:aws:s3:::a/x",
  "arn:aws:s3:::b/x",
  "arn:aws:s3:::a",
  "arn:aws:iam::1:role/a",
  "arn:aws:iam::1:role/b",
];
const RESOURCE_PATTERNS = [
  "*",
  "arn:aws:s3:::*",
  "arn:aws:s3:::a/*",
  "arn:aws:s3",
  "arn:aws:*:role/a",
  "arn:aws:iam::*:role/?",
];
const KEYS = ["aws:RequestedRegion", "aws:SourceVpc", "s3:prefix", "aws:PrincipalOrgID"];
const VALUES = ["a", "b", "a*", "7"];
const OPERATORS = [
  ...["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists", "Null"],
  ...["ForAllValues:StringEquals", "ForAnyValue:StringLike", "NumericLessThan", "Bool"],
];

const oneOrMore = (values: string[]): fc.Arbitrary<string | string[]> =>
  fc.oneof(fc.constantFrom(...values), fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }));
const either = (name: string, values: string[]): fc.Arbitrary<{ [key: string]: string | string[] }> =>
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), oneOrMore(values))
    .map(([kind, value]) => ({ [kind === 0 ? `Not${name}` : name]: value }));
const condition = fc
  .tuple(fc.constantFrom(...OPERATORS), fc.constantFrom(...KEYS), oneOrMore(VALUES))
  .map(([operator, key, values]) => ({ [operator]: { [key]: operator === "Null" ? ["true"] : values } }));
const statement = (withConditions: boolean): fc.Arbitrary<{ [element: string]: unknown }> =>
  fc
    .record({
      Effect: fc.constantFrom("Allow", "Allow", "Deny"),
      action: either("Action", ACTION_PATTERNS),
      resource: either("Resource", RESOURCE_PATTERNS),
      condition: withConditions ? fc.option(condition, { nil: undefined }) : fc.constant(undefined),
    })
    .map(({ Effect, action, resource, condition }) => ({
      Effect,
      ...action,
      ...resource,
      ...(condition === undefined ? {} : { Condition: condition }),
    }));
const json = (withConditions = true): fc.Arbitrary<{ Statement: { [element: string]: unknown }[] }> =>
  fc.array(statement(withConditions), { minLength: 1, maxLength: 4 }).map((Statement) => ({ Statement }));

interface Parts {
  grants: { Statement: unknown[] }[];
  limits: { Statement: unknown[] }[];
}
const identities = (withConditions = true): fc.Arbitrary<Parts> =>
  fc.record({
    grants: fc.array(json(withConditions), { minLength: 1, maxLength: 2 }),
    limits: fc.array(json(withConditions), { maxLength: 1 }),
  });

const read = (value: unknown): PolicyDocument => {
  const document = readPolicyDocument(value);
  if (document === undefined) throw new Error("unreadable");
  return document;
};
const documentsOf = ({ grants, limits }: Parts): { grants: PolicyDocument[]; limits: PolicyDocument[] } => ({
  grants: grants.map(read),
  limits: limits.map(read),
});

const requests: fc.Arbitrary<ConcreteRequest> = fc.record({
  action: fc.constantFrom(...ACTIONS),
  resource: fc.constantFrom(...RESOURCES),
  context: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom("a", "b", "ab", "5", "9", "true", "false")),
});

const can = (identity: IdentityDocuments, reading: "open" | "closed", action: string, resource?: string) =>
  new EffectivePermissions(identity, reading).can(action, resource === undefined ? {} : { resource });

describe("the open reading", () => {
  test("knows every request that AWS would allow", () => {
    let allowed = 0;
    fc.assert(
      fc.property(identities(), requests, (parts, request) => {
        const documents = documentsOf(parts);
        if (replay(request, documents) !== "Allow") return;
        allowed += 1;
        expect(can(documents, "open", request.action, request.resource)).toBeDefined();
        expect(can(documents, "open", request.action)).toBeDefined();
        expect(can(documents, "open", "*")).toBeDefined();
      }),
      { numRuns: 3_000 },
    );
    expect(allowed).toBeGreaterThan(300);
  });

  test("knows every request that AWS would allow among those that facts describe", () => {
    let allowed = 0;
    fc.assert(
      fc.property(identities(), requests, fc.subarray(KEYS), (parts, request, known) => {
        const documents = documentsOf(parts);
        if (replay(request, documents) !== "Allow") return;
        allowed += 1;
        const facts = Object.entries(request.context).filter(([key]) => known.includes(key));
        const context = Object.fromEntries(facts.map(([key, value]) => [key.toLowerCase(), String(value)]));
        expect(can({ ...documents, context }, "open", request.action, request.resource)).toBeDefined();
      }),
      { numRuns: 3_000 },
    );
    expect(allowed).toBeGreaterThan(300);
  });

  test("knows no other, where no condition leaves anything open", () => {
    const count = { yes: 0, no: 0 };
    fc.assert(
      fc.property(identities(false), requests, (parts, request) => {
        const documents = documentsOf(parts);
        const isAllowed = replay(request, documents) === "Allow";
        count[isAllowed ? "yes" : "no"] += 1;
        for (const reading of ["open", "closed"] as const) {
          expect(can(documents, reading, request.action, request.resource) !== undefined).toBe(isAllowed);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(count.yes, count.no)).toBeGreaterThan(200);
  });

  test("shows requests that AWS allows, wherever it calls them exact", () => {
    let exact = 0;
    fc.assert(
      fc.property(identities(), fc.constantFrom(...ACTIONS, "s3:*", "iam:*User", "*"), (parts, action) => {
        const documents = documentsOf(parts);
        const found = can(documents, "open", action);
        if (found === undefined || !found.isExact) return;
        exact += 1;
        expect(replay(found.request, documents)).toBe("Allow");
      }),
      { numRuns: 2_000 },
    );
    expect(exact).toBeGreaterThan(500);
  });
});

describe("the closed reading", () => {
  test("shows nothing but requests that AWS allows, and nothing that the open one does not", () => {
    let found = 0;
    fc.assert(
      fc.property(identities(), fc.constantFrom(...ACTIONS, "s3:*", "*"), (parts, action) => {
        const documents = documentsOf(parts);
        const permission = can(documents, "closed", action);
        if (permission === undefined) return;
        found += 1;
        expect(replay(permission.request, documents)).toBe("Allow");
        expect(can(documents, "open", action)).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
    expect(found).toBeGreaterThan(300);
  });
});

/** Every place of a value inside of documents. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}
function replaced(value: unknown, [key, ...rest]: (string | number)[]): unknown {
  if (key === undefined) return new Unknown("${var.x}", ["var.x"]);
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === String(key) ? replaced(item, rest) : item));
  return Object.fromEntries(
    Object.entries(value as object).map(([name, item]) => [name, name === key ? replaced(item, rest) : item]),
  );
}

describe("a value that is not known", () => {
  const changed = fc.tuple(identities(), fc.nat(), fc.boolean()).map(([parts, pick, inLimit]) => {
    const list = inLimit && parts.limits.length > 0 ? ("limits" as const) : ("grants" as const);
    const places = placesOf(parts[list][0]).filter((path) => path.length > 0);
    const place = places[pick % places.length] ?? [];
    const before = documentsOf(parts);
    const after = readPolicyDocument(replaced(parts[list][0], place));
    return { before, after: { ...before, [list]: [after, ...before[list].slice(1)] }, place };
  });

  test("takes nothing from the open reading", () => {
    let granted = 0;
    fc.assert(
      fc.property(changed, requests, ({ before, after }, { action, resource }) => {
        if (can(before, "open", action, resource) === undefined) return;
        granted += 1;
        expect(can(after, "open", action, resource)).toBeDefined();
      }),
      { numRuns: 3_000 },
    );
    expect(granted).toBeGreaterThan(500);
  });

  test("adds nothing to the closed one", () => {
    let withheld = 0;
    fc.assert(
      fc.property(changed, requests, ({ before, after }, { action, resource }) => {
        if (can(before, "closed", action, resource) !== undefined) return;
        withheld += 1;
        expect(can(after, "closed", action, resource)).toBeUndefined();
      }),
      { numRuns: 3_000 },
    );
    expect(withheld).toBeGreaterThan(500);
  });

  test("that stands for a whole document leaves nothing without doubt, and everything open", () => {
    fc.assert(
      fc.property(identities(false), requests, (parts, { action, resource }) => {
        const { grants } = documentsOf(parts);
        expect(can({ grants: [undefined] }, "open", action, resource)).toBeDefined();
        expect(can({ grants: [...grants, undefined] }, "closed", action, resource)).toBeUndefined();
        expect(can({ grants, limits: [undefined] }, "closed", action, resource)).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });
});
