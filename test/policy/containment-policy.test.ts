import fc from "fast-check";
import { ContainmentPolicy, Egress, EgressProtocol, type EgressRule } from "../../lib";
import { policies } from "../support/policies";
import { refusal } from "../support/refusal";

const api = Egress.https("api.example.com", { reason: "calls" });
const wild = Egress.https("*.example.com", { reason: "content" });
const support = ContainmentPolicy.denyAll("support");
const ids = (policy: ContainmentPolicy): string[] => policy.rules.map((rule) => rule.id);

describe("a policy", () => {
  test("starts closed", () => expect(support.rules).toEqual([]));

  test("never changes: each change makes another", () => {
    const wider = support.allow(api);
    expect(support.rules).toEqual([]);
    expect(ids(wider)).toEqual(["https:api.example.com:443"]);
    expect(ids(wider.without(api))).toEqual([]);
    expect(ids(wider)).toEqual(["https:api.example.com:443"]);
    expect(() => (wider.rules as EgressRule[]).push(wild)).toThrow(TypeError);
    expect(() => Object.assign(wider, { rules: [] })).toThrow(TypeError);
    expect(() => Object.assign(api, { port: 1 })).toThrow(TypeError);
  });

  test("is ordered by content, not by the order of the program", () => {
    expect(ids(support.allow(wild, api))).toEqual(ids(support.allow(api).allow(wild)));
  });

  test("takes an equal rule twice, and refuses one with another reason", () => {
    expect(ids(support.allow(api, Egress.https("API.example.com.", { reason: "calls" })))).toEqual([
      "https:api.example.com:443",
    ]);
    expect(refusal(() => support.allow(api, Egress.https("api.example.com", { reason: "other" })))).toBe(
      `CORDON-031: policy 'support': https:api.example.com:443 is there already, because of "calls"; remove it by without("https:api.example.com:443") first, or leave one of the two out`,
    );
  });

  test("refuses to remove what is not there", () => {
    expect(refusal(() => support.allow(api).without("https:api.example.org:443"))).toBe(
      `CORDON-032: policy 'support': there is no rule "https:api.example.org:443"; use a rule that it has, such as https:api.example.com:443`,
    );
    expect(refusal(() => support.without(api))).toBe(
      `CORDON-032: policy 'support': there is no rule "https:api.example.com:443"; the policy is empty`,
    );
  });

  test("names the nearest rules when one is not there", () => {
    const hosts = ["aaa.example.net", "api.example.com", "apis.example.com", "zzz.example.net", "api.example.org"];
    const policy = support.allow(...hosts.map((host) => Egress.https(host, { reason: "calls" })));
    expect(refusal(() => policy.without("https:api.example.co:443"))).toBe(
      `CORDON-032: policy 'support': there is no rule "https:api.example.co:443"; use a rule that it has, such as https:api.example.com:443, https:apis.example.com:443, https:api.example.org:443`,
    );
  });

  test("adds and removes in any order to the same text", () => {
    fc.assert(
      fc.property(policies, fc.nat(), (policy, cut) => {
        const rules = [...policy.rules];
        const turned = [...rules.slice(cut % (rules.length + 1)), ...rules.slice(0, cut % (rules.length + 1))];
        const empty = ContainmentPolicy.denyAll("generated");
        expect(JSON.stringify(empty.allow(...turned))).toBe(JSON.stringify(policy));
        expect(JSON.stringify(turned.reduce((sum, rule) => sum.allow(rule), empty))).toBe(JSON.stringify(policy));
        expect(policy.without(...turned).rules).toEqual([]);
        for (const rule of rules) {
          expect(JSON.stringify(policy.without(rule.id).allow(rule))).toBe(JSON.stringify(policy));
          expect(ids(policy.without(rule))).not.toContain(rule.id);
        }
      }),
    );
  });

  test("never changes", () => {
    const policy = support.allow(api);
    policy.allow(wild).merge(support).without(api);
    expect(ids(policy)).toEqual(["https:api.example.com:443"]);
    expect(ids(support)).toEqual([]);
    for (const value of [policy, policy.rules, api, api.host]) expect(Object.isFrozen(value)).toBe(true);
  });

  test("merges the reasons for shared tenancy too, whichever side has one", () => {
    const host = "s3.amazonaws.com";
    const plain = support.allow(Egress.https(host, { reason: "calls" }));
    const one = support.allow(Egress.https(host, { reason: "calls", sharedTenancy: "ours alone" }));
    const other = support.allow(Egress.https(host, { reason: "calls", sharedTenancy: "audited" }));
    const tenancy = (policy: ContainmentPolicy): unknown => policy.rules.map((rule) => rule.sharedTenancy);
    expect(tenancy(plain.merge(one))).toEqual(["ours alone"]);
    expect(tenancy(one.merge(plain))).toEqual(["ours alone"]);
    expect(tenancy(one.merge(other))).toEqual(["audited; ours alone"]);
    expect(tenancy(plain.merge(plain))).toEqual([undefined]);
  });

  test("keeps an equal reason as it is, and refuses reasons that are too long together", () => {
    const of = (reason: string): ContainmentPolicy => support.allow(Egress.https("a.example.com", { reason }));
    expect(of("b; a").merge(of("b; a")).rules[0]?.reason).toBe("b; a");
    expect(of("b; a").merge(of("c; a")).rules[0]?.reason).toBe("a; b; c");
    expect(refusal(() => of("x".repeat(300)).merge(of("y".repeat(300))))).toBe(
      "CORDON-021: rule 'https:a.example.com:443': the reason has 602 characters; keep it within 500",
    );
  });

  test("merges policies alone", () =>
    expect(refusal(() => support.merge({ name: "x", rules: [] } as unknown as ContainmentPolicy))).toBe(
      "CORDON-030: policy 'support': an object is not a policy; merge a ContainmentPolicy",
    ));

  test("merges into the union, with the reasons of both", () => {
    const other = ContainmentPolicy.denyAll("other").allow(Egress.https("api.example.com", { reason: "also" }), wild);
    const merged = support.allow(api).merge(other);
    expect(merged.name).toBe("support");
    expect(merged.rules.map((rule) => [rule.id, rule.reason])).toEqual([
      ["https:*.example.com:443", "content"],
      ["https:api.example.com:443", "also; calls"],
    ]);
  });

  test("merging is commutative and idempotent up to the name", () => {
    fc.assert(
      fc.property(policies, policies, (one, other) => {
        expect(one.merge(other).toJSON()).toEqual(other.merge(one).toJSON());
        expect(one.merge(one).rules.map((rule) => rule.id)).toEqual(ids(one));
      }),
    );
  });

  test("refuses what is no rule and names that are no identifiers", () => {
    expect(refusal(() => support.allow({ id: "x" } as unknown as EgressRule))).toBe(
      "CORDON-030: policy 'support': an object is not an egress rule; make it with Egress.https, tls, http, tcp or cidr",
    );
    expect(refusal(() => ContainmentPolicy.denyAll("My policy"))).toBe(
      `CORDON-022: ContainmentPolicy.denyAll: the policy's name "My policy" is not an identifier; use up to 24 lower case letters, digits and single dashes, a letter first`,
    );
  });

  test("is recognised across copies of the package", () => {
    expect(ContainmentPolicy.isContainmentPolicy(support)).toBe(true);
    expect(ContainmentPolicy.isContainmentPolicy({ name: "support", rules: [] })).toBe(false);
  });
});

describe("an egress rule", () => {
  test.each([
    [Egress.https("api.example.com", { reason: "r" }), "https:api.example.com:443"],
    [Egress.https("api.example.com", { reason: "r", port: 8443 }), "https:api.example.com:8443"],
    [Egress.tls("mq.example.com", { reason: "r" }), "tls:mq.example.com:443"],
    [Egress.http("plain.example.com", { reason: "r" }), "http:plain.example.com:80"],
    [Egress.tcp("db.example.com", { port: 5432, reason: "r" }), "tcp:db.example.com:5432"],
    [Egress.cidr("198.51.100.4/32", { port: 22, reason: "r" }), "tcp:198.51.100.4/32:22"],
    [Egress.cidr("2606:4700::/57", { port: 123, protocol: EgressProtocol.UDP, reason: "r" }), "udp:2606:4700::/57:123"],
  ])("has an id from its content: %#", (rule, id) => expect(rule.id).toBe(id));

  test("has its usual port also when the port is undefined", () =>
    expect(Egress.http("a.example.com", { reason: "r", port: undefined }).port).toBe(80));

  test("keeps its destination under another reason", () => {
    const other = api.withReason("other");
    expect([other.id, other.reason, api.reason]).toEqual([api.id, "other", "calls"]);
  });

  const at = 'Egress.cidr("198.51.100.4/32")';
  test.each([
    [
      () => Egress.https("api.example.com", { reason: "" }),
      `CORDON-021: Egress.https("api.example.com"): the reason is empty; write a sentence`,
    ],
    [
      () => Egress.https("api.example.com", { reason: undefined as unknown as string }),
      `CORDON-021: Egress.https("api.example.com"): the reason is undefined, not text; write a sentence`,
    ],
    [
      () => Egress.https("api.example.com", { reason: "for ${var.x}" }),
      `CORDON-021: Egress.https("api.example.com"): the reason "for \${var.x}" holds a template marker; remove \${ and %{; Terraform would evaluate them`,
    ],
    [
      () => Egress.https("api.example.com", { reason: "two\nlines" }),
      `CORDON-021: Egress.https("api.example.com"): the reason "two\\nlines" holds a control character; write it on one line, in plain characters`,
    ],
    [
      () => Egress.https("api.example.com", { reason: " x" }),
      `CORDON-021: Egress.https("api.example.com"): the reason " x" begins or ends with a blank; remove it`,
    ],
    [
      () => Egress.https("api.example.com", { reason: "x".repeat(501) }),
      `CORDON-021: Egress.https("api.example.com"): the reason has 501 characters; keep it within 500`,
    ],
    [
      () => Egress.https("api.example.com", { reason: "r", port: 0 }),
      `CORDON-020: Egress.https("api.example.com"): port 0 is not a port; use a whole number from 1 to 65535`,
    ],
    [
      () => Egress.tls("api.example.com", { reason: "r", port: 853 }),
      `CORDON-034: Egress.tls("api.example.com"): port 853 is for DNS, and another resolver would answer any name; leave it out; the cell's resolver answers the policy's names`,
    ],
    [
      () => Egress.cidr("198.51.100.4/32", { port: 53, reason: "r" }),
      `CORDON-034: ${at}: port 53 is for DNS, and another resolver would answer any name; leave it out; the cell's resolver answers the policy's names`,
    ],
    [
      () => Egress.cidr("198.51.100.4/32", { port: 443, protocol: EgressProtocol.UDP, reason: "r" }),
      `CORDON-034: ${at}: UDP on port 443 is QUIC, which hides names from the firewall; use Egress.https; clients fall back to TCP`,
    ],
    [
      () => Egress.cidr("198.51.100.4/32", { port: 22, protocol: EgressProtocol.HTTPS, reason: "r" }),
      `CORDON-030: ${at}: protocol "https" can't be told by address; use tcp or udp, or a rule by name`,
    ],
    [
      () => Egress.cidr("198.51.100.0/24", { port: 22, reason: "r" }),
      `CORDON-033: Egress.cidr("198.51.100.0/24"): 198.51.100.0/24 holds 256 addresses, and no name is checked; use blocks narrower than /24, or a rule by name`,
    ],
    [
      () => Egress.cidr("2606:4700::/56", { port: 22, reason: "r" }),
      `CORDON-033: Egress.cidr("2606:4700::/56"): 2606:4700::/56 holds 4722366482869645213696 addresses, and no name is checked; use blocks narrower than /56, or a rule by name`,
    ],
    [
      () => Egress.cidr("10.0.0.1/32", { port: 22, reason: "r" }),
      `CORDON-033: Egress.cidr("10.0.0.1/32"): 10.0.0.1/32 is not public; use private endpoints for services in your network`,
    ],
    [
      () => Egress.cidr("169.254.169.254/32", { port: 80, reason: "r" }),
      `CORDON-033: Egress.cidr("169.254.169.254/32"): 169.254.169.254/32 is not public; use private endpoints for services in your network`,
    ],
    [
      () => Egress.https("*.github.io", { reason: "r" }),
      `CORDON-004: Egress.https("*.github.io"): "*.github.io" would also pass names of strangers: github.io is a public suffix; list exact names, or give sharedTenancy a reason`,
    ],
    [
      () => Egress.https("a.example.com", { reason: "r", sharedTenancy: "x\ny" }),
      `CORDON-021: Egress.https("a.example.com"): sharedTenancy "x\\ny" holds a control character; write it on one line, in plain characters`,
    ],
    [
      () => Egress.tcp("db.example.com", { reason: "r" } as unknown as { reason: string; port: number }),
      `CORDON-020: Egress.tcp("db.example.com"): port undefined is not a port; use a whole number from 1 to 65535`,
    ],
    [
      () => Egress.https(7 as unknown as string, { reason: "r" }),
      "CORDON-001: Egress.https(7): host 7: it is not text; write a name like api.example.com",
    ],
    [
      () => Egress.cidr("198.51.100.4", { port: 22, reason: "r" }),
      `CORDON-010: Egress.cidr("198.51.100.4"): "198.51.100.4" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48`,
    ],
    [
      () => Egress.cidr("0.0.0.0/0", { port: 22, reason: "r" }),
      `CORDON-033: Egress.cidr("0.0.0.0/0"): 0.0.0.0/0 holds 4294967296 addresses, and no name is checked; use blocks narrower than /24, or a rule by name`,
    ],
    [
      () => api.withReason("${x}"),
      "CORDON-021: rule 'https:api.example.com:443': the reason \"${x}\" holds a template marker; remove ${ and %{; Terraform would evaluate them",
    ],
  ])("is refused with the place, the value and the fix: %#", (make, message) => expect(refusal(make)).toBe(message));
});
