import fc from "fast-check";
import { ContainmentPolicy, Egress, EgressProtocol, type EgressRule } from "../../../lib";
import type { AgentEgress } from "../../../lib/compile/agent-egress";
import { compileDnsZones } from "../../../lib/compile/gcp/dns-zones";
import { compileFqdnRules } from "../../../lib/compile/gcp/fqdn-rules";
import { CidrBlock } from "../../../lib/names/cidr-block";
import { Mode } from "../../../lib/policy/mode";
import { refusal } from "../../support/refusal";

const reason = "test";
const at = "cell 'Agents'";

function agent(name: string, rules: readonly EgressRule[], mode = Mode.ENFORCE): AgentEgress {
  const index = name.length;
  return { name, mode, rules: [...rules], sources: [CidrBlock.parse(`10.0.${index}.0/24`, "test")] };
}

describe("a firewall that passes addresses", () => {
  const rules = [
    Egress.https("api.example.com", { reason }),
    Egress.tls("mq.example.com", { reason }),
    Egress.http("status.example.com", { reason }),
    Egress.tcp("db.example.com", { reason, port: 5432 }),
    Egress.cidr("198.51.100.4/32", { reason, port: 443 }),
    Egress.cidr("198.51.100.5/32", { reason, port: 123, protocol: EgressProtocol.UDP }),
  ];

  test("has one rule for each agent, port, protocol and kind", () => {
    const compiled = compileFqdnRules([agent("triage", rules), agent("a", [])], at);
    expect(compiled.rules).toEqual([
      {
        agent: "triage",
        name: "allow-triage-tcp-443-blocks",
        description: "Listed blocks of agent triage",
        destIpRanges: ["198.51.100.4/32"],
        ipProtocol: "tcp",
        ports: [443],
      },
      {
        agent: "triage",
        name: "allow-triage-tcp-443-names",
        description: "Listed names of agent triage",
        destFqdns: ["api.example.com", "mq.example.com"],
        ipProtocol: "tcp",
        ports: [443],
      },
      expect.objectContaining({ name: "allow-triage-tcp-5432-names", destFqdns: ["db.example.com"], ports: [5432] }),
      expect.objectContaining({ name: "allow-triage-tcp-80-names", destFqdns: ["status.example.com"], ports: [80] }),
      expect.objectContaining({
        name: "allow-triage-udp-123-blocks",
        destIpRanges: ["198.51.100.5/32"],
        ipProtocol: "udp",
      }),
    ]);
  });

  test("says what it leaves open", () => {
    const doh = [Egress.https("dns.google", { reason })];
    const compiled = compileFqdnRules([agent("triage", rules), agent("a", doh, Mode.MONITOR)], at);
    expect(compiled.residual.map(({ id, agent: of, destination }) => [id, of, destination])).toEqual([
      ["R51", undefined, undefined],
      ["R07", "a", undefined],
      ["R03", "triage", "198.51.100.4/32:443"],
      ["R03", "triage", "198.51.100.5/32:123"],
      ["R08", "a", "dns.google:443"],
    ]);
    expect(compileFqdnRules([agent("a", [])], at)).toEqual({ rules: [], residual: [] });
  });

  test("takes no name of the network's inside", () => {
    const inside = [Egress.https("vm.c.acme.internal", { reason })];
    expect(refusal(() => compileFqdnRules([agent("a", inside)], at))).toBe(
      "CORDON-175: cell 'Agents', agent 'a', rule https:vm.c.acme.internal:443: vm.c.acme.internal is a name of the network's inside, and an allow list is of public destinations; remove it; open a port to another agent by allowTo",
    );
  });

  test("holds every entry once, whatever their order and number", () => {
    const hosts = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 250 });
    fc.assert(
      fc.property(hosts, (numbers) => {
        const all = numbers.map((number) => Egress.https(`h${number}.example.com`, { reason }));
        const compiled = compileFqdnRules([agent("triage", all)], at).rules;
        const names = compiled.flatMap(({ destFqdns }) => destFqdns ?? []);
        expect(names).toEqual(all.map(({ host }) => String(host)).sort());
        for (const { destFqdns } of compiled) expect(destFqdns?.length).toBeLessThanOrEqual(100);
        expect(new Set(compiled.map(({ name }) => name)).size).toBe(compiled.length);
        expect(compileFqdnRules([agent("triage", [...all].reverse())], at).rules).toEqual(compiled);
      }),
      { numRuns: 40, seed: 11 },
    );
  });
});

describe("zones of listed names", () => {
  const wide = ContainmentPolicy.denyAll("wide").allow(
    Egress.https("example.com", { reason }),
    Egress.https("*.example.com", { reason }),
    Egress.https("api.example.com", { reason }),
    Egress.cidr("198.51.100.4/32", { reason, port: 443 }),
  );

  test("are one for a name and its wildcard, and a name below keeps its own", () => {
    const { domains, answers } = compileDnsZones([agent("triage", wide.rules)]);
    expect(domains).toEqual(["api.example.com.", "example.com."]);
    expect(answers).toEqual(["api.example.com", "*.api.example.com", "example.com", "*.example.com"]);
  });

  test("say what can be carried in queries, and who sees whose names", () => {
    const risks = (...agents: AgentEgress[]): unknown[] =>
      compileDnsZones(agents).residual.map(({ id, agent: of }) => [id, of]);
    const other = [Egress.https("other.example.org", { reason })];
    expect(risks(agent("triage", wide.rules), agent("a", other, Mode.MONITOR))).toEqual([
      ["R21", undefined],
      ["R20", undefined],
      ["R22", "a"],
    ]);
    const noBlock = wide.without("tcp:198.51.100.4/32:443");
    expect(risks(agent("triage", wide.rules), agent("a", noBlock.rules))).toEqual([["R21", undefined]]);
    const [first] = compileDnsZones([agent("triage", wide.rules)]).residual;
    expect(first?.detail).toMatch(/^Any label below api\.example\.com, example\.com resolves, /);
  });
});
