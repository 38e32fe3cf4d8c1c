import { firewallRisks } from "../../lib/compile/firewall-risks";
import { Egress, EgressProtocol } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import { agent, compile } from "./suricata-agents";

const reason = "test";
const risksOf = (...rules: Parameters<typeof agent>[2] & object) =>
  firewallRisks([agent("one", "10.64.1.0/26", rules)]);
const ids = (risks: { id: string }[]) => risks.map(({ id }) => id);

describe("what the firewall does not stop", () => {
  test("is nothing where nothing is allowed", () => {
    expect(risksOf()).toEqual([]);
  });

  test("is stated once for all names, with the bound that holds before the verdict", () => {
    const risks = risksOf(Egress.https("a.example.com", { reason }), Egress.tls("b.example.com", { reason }));
    expect(ids(risks)).toEqual(["R01", "R02", "R04", "R05"]);
    expect(risks.every(({ agent: who, destination }) => who === undefined && destination === undefined)).toBe(true);
    expect(risks.find(({ id }) => id === "R04")?.detail).toContain("up to 8,192 bytes");
  });

  test("is stated for each entry by address, which has no name", () => {
    const tcp = Egress.cidr("93.184.216.64/32", { reason, port: 5432 });
    const udp = Egress.cidr("93.184.216.66/32", { reason, port: 123, protocol: EgressProtocol.UDP });
    expect(risksOf(tcp, udp).map(({ id, agent: who, destination }) => [id, who, destination])).toEqual([
      ["R03", "one", "93.184.216.64/32:5432"],
      ["R03", "one", "93.184.216.66/32:123"],
    ]);
  });

  test("is stated for each entry of plain HTTP", () => {
    const risks = risksOf(Egress.http("a.example.com", { reason }));
    expect(risks.find(({ id }) => id === "R06")).toMatchObject({ agent: "one", destination: "a.example.com:80" });
  });

  test("is stated for each agent in monitor mode, also without an entry", () => {
    const risks = firewallRisks([agent("one", "10.64.1.0/26", [], Mode.MONITOR), agent("two", "10.64.2.0/26")]);
    expect(risks.map(({ id, agent: who }) => [id, who])).toEqual([["R07", "one"]]);
  });

  test("names what monitor mode drops all the same, so that a quiet log is not taken for a working agent", () => {
    const [risk] = firewallRisks([agent("one", "10.64.1.0/26", [], Mode.MONITOR)]);
    expect(risk?.detail).toBe(
      "The agent is in monitor mode: what its policy does not name passes to any public address, and is logged. Traffic to private addresses, datagrams that come back in fragments and IPv6 inside IPv4 are dropped all the same.",
    );
  });

  test.each(["dns.google", "mozilla.cloudflare-dns.com", "abc123.dns.nextdns.io", "*.dns.google", "*.umbrella.com"])(
    "is stated for the public resolver that %s is or holds",
    (host) => {
      const risks = risksOf(Egress.https(host, { reason, sharedTenancy: "test" }));
      expect(risks.find(({ id }) => id === "R08")).toMatchObject({ agent: "one", destination: `${host}:443` });
    },
  );

  test.each([
    "google.com",
    "*.google.com",
    "notdns.google",
    "www.umbrella.com",
    "*.example.com",
    "evildns.google.example.com",
  ])("does not take %s for a resolver", (host) => {
    expect(ids(risksOf(Egress.https(host, { reason, sharedTenancy: "test" })))).not.toContain("R08");
  });

  test("is stated for a wildcard over names of strangers, with the reason that was given", () => {
    const risks = risksOf(Egress.https("*.github.io", { reason, sharedTenancy: "we accept it" }));
    expect(risks.find(({ id }) => id === "R09")).toEqual({
      id: "R09",
      title: "strangers' names below a wildcard",
      agent: "one",
      destination: "*.github.io:443",
      detail: "Accepted because: we accept it",
    });
  });

  test("comes with the compiled rules, in the order of agents and entries", () => {
    const rules = [Egress.cidr("9.9.9.9/32", { reason, port: 22 }), Egress.cidr("8.8.8.8/32", { reason, port: 22 })];
    const { residual } = compile(agent("b", "10.64.2.0/26", rules), agent("a", "10.64.1.0/26", rules));
    expect(residual.map(({ agent: who, destination }) => [who, destination])).toEqual([
      ["a", "8.8.8.8/32:22"],
      ["a", "9.9.9.9/32:22"],
      ["b", "8.8.8.8/32:22"],
      ["b", "9.9.9.9/32:22"],
    ]);
  });
});
