import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import { ContainmentPolicy, Egress } from "../../lib";
import { CordonError } from "../../lib/errors/cordon-error";
import schema from "../../lib/policy/containment-policy.schema.json";
import { policies } from "../support/policies";
import { refusal } from "../support/refusal";

const support = ContainmentPolicy.denyAll("support");
const ids = (policy: ContainmentPolicy): string[] => policy.rules.map((rule) => rule.id);

describe("the JSON form", () => {
  test("reads back exactly", () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const text = JSON.stringify(policy);
        const back = ContainmentPolicy.fromJSON(JSON.parse(text));
        expect(JSON.stringify(back)).toBe(text);
        expect(back).toEqual(policy);
      }),
    );
  });

  test("keeps the reason of an accepted wildcard", () => {
    const policy = support.allow(Egress.https("*.github.io", { reason: "docs", sharedTenancy: "reviewed" }));
    expect(ContainmentPolicy.fromJSON(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
  });

  test("may leave out usual ports", () => {
    const policy = ContainmentPolicy.fromJSON({
      version: 1,
      name: "p",
      egress: [{ protocol: "http", host: "a.example.com", reason: "r" }],
    });
    expect(ids(policy)).toEqual(["http:a.example.com:80"]);
  });

  const rule = { protocol: "https", host: "a.example.com", reason: "r" };
  const document = (changes: object): object => ({ version: 1, name: "p", egress: [rule], ...changes });
  const see = "see containment-policy.schema.json";
  const byAddress = { protocol: "tcp", cidr: "198.51.100.4/32", port: 22, reason: "r" };
  test.each([
    [null, `CORDON-042: policy: null must be object; ${see}`],
    ["{}", `CORDON-042: policy: "{}" must be object; ${see}`],
    [[], `CORDON-042: policy: it must be object; ${see}`],
    [document({ version: 2 }), `CORDON-042: policy, /version: 2 is not 1; ${see}`],
    [document({ gateways: [] }), `CORDON-042: policy, /gateways: this version does not know "gateways"; ${see}`],
    [
      document({ name: "P" }),
      `CORDON-042: policy, /name: "P" must match pattern "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"; ${see}`,
    ],
    [document({ egress: {} }), `CORDON-042: policy, /egress: it must be array; ${see}`],
    [
      document({ egress: [{ ...rule, prot: 1 }] }),
      `CORDON-042: policy, /egress/0/prot: this version does not know "prot"; ${see}`,
    ],
    [document({ egress: [{ ...rule, port: 0 }] }), `CORDON-042: policy, /egress/0/port: 0 must be >= 1; ${see}`],
    [
      document({ egress: [{ protocol: "https", reason: "r" }] }),
      `CORDON-042: policy, /egress/0: it has neither host nor cidr; ${see}`,
    ],
    [
      document({ egress: [{ protocol: "tcp", host: "a.example.com", reason: "r" }] }),
      `CORDON-042: policy, /egress/0: it has no port; ${see}`,
    ],
    [
      document({ egress: [rule, { ...rule, host: "127.0.0.1" }] }),
      `CORDON-002: policy, /egress/1/host: "127.0.0.1" reads as an IP address, not as a name; use Egress.cidr for an address, or cidr in a policy file`,
    ],
    [
      document({ egress: [rule, rule] }),
      "CORDON-031: policy, /egress/1: https:a.example.com:443 is there already, as entry 0; keep one of the two",
    ],
    [
      document({ egress: [{ protocol: "tcp", cidr: "10.0.0.0/25", port: 22, reason: "r" }] }),
      "CORDON-033: policy, /egress/0/cidr: 10.0.0.0/25 is not public; use private endpoints for services in your network",
    ],
    [
      document({ egress: [{ ...byAddress, host: "a.example.com" }] }),
      `CORDON-042: policy, /egress/0/host: it can't stand beside cidr; ${see}`,
    ],
    [
      document({ egress: [{ ...byAddress, sharedTenancy: "r" }] }),
      `CORDON-042: policy, /egress/0/sharedTenancy: it can't stand beside cidr; ${see}`,
    ],
    [
      document({ egress: [{ ...byAddress, protocol: "https" }] }),
      `CORDON-042: policy, /egress/0/protocol: "https" is none of tcp, udp; ${see}`,
    ],
    [
      document({ egress: [{ ...rule, protocol: "udp" }] }),
      `CORDON-042: policy, /egress/0/protocol: "udp" is none of https, tls, http, tcp; ${see}`,
    ],
    [
      document({ egress: [{ ...rule, port: "443" }] }),
      `CORDON-042: policy, /egress/0/port: "443" must be integer; ${see}`,
    ],
    [
      document({ egress: [{ ...rule, reason: "" }] }),
      `CORDON-042: policy, /egress/0/reason: "" must NOT have fewer than 1 characters; ${see}`,
    ],
    [document({ "a/b~c": 1 }), `CORDON-042: policy, /a~1b~0c: this version does not know "a/b~c"; ${see}`],
    [
      JSON.parse('{"version":1,"name":"p","egress":[],"__proto__":{}}'),
      `CORDON-042: policy, /__proto__: this version does not know "__proto__"; ${see}`,
    ],
    [{ version: 1, name: "p" }, `CORDON-042: policy: it has no egress; ${see}`],
    [
      { name: "P", egress: [7] },
      `CORDON-042: policy: it has no version; ${see}\n  policy, /name: "P" must match pattern "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"\n  policy, /egress/0: 7 must be object`,
    ],
    [
      document({ egress: [{ ...rule, host: "*.github.io", sharedTenancy: "${x}" }] }),
      'CORDON-021: policy, /egress/0/sharedTenancy: sharedTenancy "${x}" holds a template marker; remove ${ and %{; Terraform would evaluate them',
    ],
    [
      document({ egress: [{ ...rule, reason: " r" }] }),
      'CORDON-021: policy, /egress/0/reason: the reason " r" begins or ends with a blank; remove it',
    ],
    [
      document({ egress: [{ ...rule, port: 853 }] }),
      "CORDON-034: policy, /egress/0/port: port 853 is for DNS, and another resolver would answer any name; leave it out; the cell's resolver answers the policy's names",
    ],
  ])("is refused with the path of what does not fit: %#", (value, message) =>
    expect(refusal(() => ContainmentPolicy.fromJSON(value))).toBe(message),
  );

  test("lists at most twenty-one faults", () => {
    const message = refusal(() => ContainmentPolicy.fromJSON(document({ egress: Array(30).fill(7) })));
    expect(message.split("\n")).toHaveLength(22);
    expect(message).toMatch(/\n {2}policy, \/egress\/20: 7 must be object\n {2}and 9 more$/);
  });

  test("takes what its schema for editors takes, and is itself taken by it", () => {
    const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);
    fc.assert(fc.property(policies, (policy) => expect(validate(JSON.parse(JSON.stringify(policy)))).toBe(true)));
    expect(ContainmentPolicy.fromJSON({ $schema: "containment-policy.schema.json", ...support.toJSON() })).toEqual(
      support,
    );
  });

  test("never throws anything but a refusal, and never drops a member", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (egress, extra) => {
        for (const value of [egress, document({ egress }), document({ egress: [egress] }), document({ extra })]) {
          try {
            ContainmentPolicy.fromJSON(value);
          } catch (error) {
            if (!CordonError.isCordonError(error)) throw error;
          }
        }
        expect(refusal(() => ContainmentPolicy.fromJSON(document({ extra })))).toMatch(
          /^CORDON-042: policy, \/extra: /,
        );
      }),
    );
  });
});
