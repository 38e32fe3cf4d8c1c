import { planOf, type Tier, topologyOf } from "./plans";

describe("cells on Google Cloud are proved", () => {
  test.each<[Tier, string[]]>([
    ["sealed", []],
    ["fqdn", ["198.51.100.4/32:5432", "api.example.com:443"]],
    ["proxy", ["*.cdn.example.com:443", "api.example.com:443"]],
    ["proxy-tls", ["*.cdn.example.com:443", "api.example.com:443"]],
  ])("tier %s holds, and the agent reaches its list", (tier, list) => {
    const topology = topologyOf(planOf(tier));
    expect(topology.verify()).toMatchObject({ verdict: "PROVED", findings: [], unknowns: [] });
    expect(topology.agents).toEqual(["coder", "triage"]);
    expect([topology.reach("triage"), topology.reach("coder")]).toEqual([list, []]);
    expect(topology.services("coder")).toEqual(["Google APIs (vpc-sc)"]);
  });

  test.each<Tier>(["sealed", "fqdn", "proxy", "proxy-tls"])("the certificate of tier %s replays", (tier) => {
    const topology = topologyOf(planOf(tier));
    expect(topology.recheck(topology.certificate())).toEqual([]);
  });

  test.each<Tier>(["sealed", "fqdn", "proxy"])("nothing that no list has is reached in tier %s", (tier) => {
    const topology = topologyOf(planOf(tier));
    const targets = [
      "https://evil.example.net",
      "https://cdn.example.com",
      "https://x.api.example.com",
      "api.example.com:22",
      "8.8.8.8:443",
      "udp://8.8.8.8:53",
      "udp://1.1.1.1:443",
      "icmp://1.1.1.1",
      "[2001:4860:4860::8888]:443",
      "10.64.1.5:443",
    ];
    expect(targets.filter((target) => topology.canReach("triage", target))).toEqual([]);
    expect(topology.canReach("coder", "https://api.example.com")).toBe(false);
  });
});
