import { askFirewall, type FirewallAttempt, type FirewallConfiguration } from "../../support/azure-firewall";

const hello = (serverName: string, more: Partial<FirewallAttempt> = {}): FirewallAttempt => ({
  source: "10.0.0.4",
  destination: "203.0.113.9",
  protocol: "TCP",
  port: 443,
  tls: { serverName },
  ...more,
});
const names = (
  name: string,
  action: string,
  priority: number,
  ...fqdns: string[]
): { [argument: string]: unknown } => ({
  name,
  action,
  priority,
  rule: [
    {
      name: "rule",
      source_addresses: ["10.0.0.0/24"],
      protocols: [
        { type: "Https", port: 443 },
        { type: "Http", port: 80 },
      ],
      destination_fqdns: fqdns,
    },
  ],
});
const addresses = (name: string, action: string, priority: number, ports: string): { [argument: string]: unknown } => ({
  name,
  action,
  priority,
  rule: [
    {
      name: "rule",
      source_addresses: ["10.0.0.0-10.0.0.9"],
      protocols: ["TCP"],
      destination_addresses: ["203.0.113.0/24"],
      destination_ports: [ports],
    },
  ],
});
const firewall = (
  application: object[],
  network: object[] = [],
  more: Partial<FirewallConfiguration> = {},
): FirewallConfiguration => ({
  sku: "Standard",
  inspectsTls: false,
  groups: [
    { name: "group", priority: 200, application_rule_collection: application, network_rule_collection: network },
  ],
  ...more,
});

describe("the reference matcher of Azure Firewall", () => {
  const allow = names("allow", "Allow", 200, "api.example.com", "*.example.net");

  test.each([
    ["api.example.com", true],
    ["API.example.com", true],
    ["a.b.example.net", true],
    ["example.net", false],
    ["evilexample.net", false],
    ["api.example.com.evil.net", false],
  ])("reads a wildcard as any depth below, and not the name itself: %s", (name, passes) => {
    expect(askFirewall(firewall([allow]), hello(name)).passes).toBe(passes);
  });

  test("asks network rules first, whatever the priorities say", () => {
    const deny = names("deny", "Deny", 100, "*");
    const verdict = askFirewall(firewall([deny], [addresses("net", "Allow", 65_000, "400-500")]), hello("evil.net"));
    expect(verdict).toEqual({ passes: true, by: "group/net/rule" });
    expect(askFirewall(firewall([deny], [addresses("net", "Allow", 65_000, "80")]), hello("evil.net")).passes).toBe(
      false,
    );
  });

  test("takes the lowest priority of groups and then of collections, and a parent's before both", () => {
    const first = { name: "first", priority: 100, application_rule_collection: [names("a", "Deny", 900, "*")] };
    const second = { name: "second", priority: 300, application_rule_collection: [names("b", "Allow", 100, "*")] };
    const both = { sku: "Standard", inspectsTls: false, groups: [second, first] } as const;
    expect(askFirewall(both, hello("x.example"))).toEqual({ passes: false, by: "first/a/rule" });
    expect(askFirewall({ ...both, parentGroups: [second], groups: [first] }, hello("x.example")).by).toBe(
      "second/b/rule",
    );
  });

  test("asks the infrastructure names after every rule, and denies after them", () => {
    expect(askFirewall(firewall([allow]), hello("anyone.blob.core.windows.net"))).toEqual({
      passes: true,
      by: "infrastructure names",
    });
    const closed = firewall([allow, names("deny", "Deny", 900, "*")]);
    expect(askFirewall(closed, hello("anyone.blob.core.windows.net")).passes).toBe(false);
    expect(askFirewall(firewall([allow]), hello("evil.net"))).toEqual({ passes: false, by: "default" });
  });

  test("matches no name where none is said, over UDP, or from elsewhere", () => {
    const { tls: _, ...silent } = hello("api.example.com");
    expect(askFirewall(firewall([allow]), silent).passes).toBe(false);
    expect(askFirewall(firewall([allow]), { ...silent, tls: {} }).passes).toBe(false);
    expect(askFirewall(firewall([allow]), hello("api.example.com", { protocol: "UDP" })).passes).toBe(false);
    expect(askFirewall(firewall([allow]), hello("api.example.com", { source: "10.0.1.4" })).passes).toBe(false);
    expect(askFirewall(firewall([allow]), hello("api.example.com", { port: 8443 })).passes).toBe(false);
  });

  test("reads URLs in Premium alone, and inside of TLS only where it is terminated", () => {
    const rule = { name: "rule", source_addresses: ["*"], protocols: [{ type: "Https", port: 443 }] };
    const urls = (terminate_tls: boolean): object => ({
      name: "urls",
      action: "Allow",
      priority: 200,
      rule: [{ ...rule, terminate_tls, destination_urls: ["api.example.com/v1/*"] }],
    });
    const asked = (path: string): FirewallAttempt =>
      hello("api.example.com", { http: { host: "api.example.com", path } });
    const premium = { sku: "Premium", inspectsTls: true } as const;
    expect(askFirewall(firewall([urls(true)], [], premium), asked("/v1/items?x=1")).passes).toBe(true);
    expect(askFirewall(firewall([urls(true)], [], premium), asked("/v1")).passes).toBe(false);
    expect(askFirewall(firewall([urls(true)], [], premium), asked("/v2/items")).passes).toBe(false);
    expect(askFirewall(firewall([urls(false)], [], premium), asked("/v1/items")).passes).toBe(false);
    expect(askFirewall(firewall([urls(true)], []), asked("/v1/items")).passes).toBe(false);
  });
});
