import fc from "fast-check";
import { ContainmentPolicy, Egress, type EgressRule } from "../../../lib";
import { compileProxyRules, type ProxyAgent } from "../../../lib/compile/gcp/proxy-rules";
import { CidrBlock } from "../../../lib/names/cidr-block";
import { Mode } from "../../../lib/policy/mode";
import { askProxy, type ProxyRequest, type ProxyVerdict } from "../../support/secure-web-proxy";
import { TRAFFIC_AGENTS, TRAFFIC_CASES, type TrafficCase } from "../../support/traffic-cases";

const account = (agent: string): string => `${agent}@acme-agents.iam.gserviceaccount.com`;
const options = (tlsInspection: boolean) => ({
  cellName: "agents",
  tlsInspection,
  quarantineTag: "tagValues/123",
  urlListId: (name: string) => name,
});

function agent(name: string, rules: readonly EgressRule[], more: Partial<ProxyAgent> = {}): ProxyAgent {
  return { name, mode: Mode.ENFORCE, rules, subject: { serviceAccount: account(name) }, ...more };
}

/** What the proxy of some agents answers. */
function proxyOf(agents: readonly ProxyAgent[], tlsInspection = false): (asked: ProxyRequest) => ProxyVerdict {
  const { rules, urlLists } = compileProxyRules(agents, options(tlsInspection), "cell 'Agents'");
  return (asked) => askProxy(rules, urlLists, asked);
}

const requestOf = ({ agent: name, speech, host, port }: TrafficCase): ProxyRequest => ({
  serviceAccount: account(name),
  host,
  port,
  isTls: speech !== "http",
  ...(speech === "other" ? {} : { request: { method: "GET", path: "/" } }),
});

describe.each([
  ["without", false],
  ["with", true],
] as const)("the proxy %s TLS inspection, judged by a CEL implementation", (_, tlsInspection) => {
  const ask = proxyOf(
    Object.entries(TRAFFIC_AGENTS).map(([name, rules]) => agent(name, rules)),
    tlsInspection,
  );

  test.each(
    TRAFFIC_CASES.map(
      (one) =>
        [
          one.passes ? "passes" : "refuses",
          one.name,
          `${one.speech} ${one.host}:${one.port} from ${one.agent}`,
          one,
        ] as const,
    ),
  )("%s %s: %s", (verdict, _name, _what, one) => {
    expect(ask(requestOf(one)).passes ? "passes" : "refuses").toBe(verdict);
  });

  test("refuses a caller that is no agent, and a quarantined one", () => {
    const listed = { host: "api.example.com", port: 443, isTls: true, request: { method: "GET", path: "/" } };
    expect(ask({ ...listed, serviceAccount: "other@acme.iam.gserviceaccount.com" })).toEqual({
      passes: false,
      rule: "refuse-rest",
    });
    expect(ask({ ...listed, serviceAccount: account("triage"), tags: ["tagValues/123"] })).toEqual({
      passes: false,
      rule: "refuse-quarantine",
    });
  });

  test("refuses Google APIs by a rule of their own", () => {
    for (const host of ["storage.googleapis.com", "googleapis.com", "europe-docker.pkg.dev", "gcr.io"]) {
      expect(ask({ serviceAccount: account("triage"), host, port: 443, isTls: true }).rule).toBe("refuse-google-apis");
    }
  });
});

describe("what TLS inspection closes", () => {
  const inner = { method: "GET", path: "/", host: "evil.net" };
  const asked = { serviceAccount: account("triage"), host: "api.example.com", port: 443, isTls: true, request: inner };
  const rules = [Egress.https("api.example.com", { reason: "test" })];

  test("another host inside of a passed connection, which is a residual risk without it", () => {
    expect(proxyOf([agent("triage", rules)], true)(asked).passes).toBe(false);
    expect(proxyOf([agent("triage", rules)], false)(asked).passes).toBe(true);
    const risks = compileProxyRules([agent("triage", rules)], options(false), "cell").residual;
    expect(risks.map((risk) => risk.id)).toContain("R54");
    expect(
      compileProxyRules([agent("triage", rules)], options(true), "cell").residual.map((risk) => risk.id),
    ).not.toContain("R54");
  });

  test("tunnels that carry no HTTP", () => {
    const { request: _, ...tunnel } = asked;
    expect(proxyOf([agent("triage", rules)], true)(tunnel).passes).toBe(false);
  });
});

describe("requests", () => {
  const rule = Egress.https("api.example.com", {
    reason: "test",
    requests: ["GET /v1/*", "POST /v1/items", "* /health", "DELETE /a/b", "PUT /a/c", "PATCH /a/d"],
  });
  const ask = proxyOf([agent("triage", [rule, Egress.https("other.example.com", { reason: "test" })])], true);
  const of = (method: string, path: string, more: Partial<ProxyRequest> = {}): boolean =>
    ask({
      serviceAccount: account("triage"),
      host: "api.example.com",
      port: 443,
      isTls: true,
      request: { method, path },
      ...more,
    }).passes;

  test.each([
    ["GET", "/v1/", true],
    ["GET", "/v1/items/1", true],
    ["POST", "/v1/items", true],
    ["OPTIONS", "/health", true],
    ["DELETE", "/a/b", true],
    ["PUT", "/a/c", true],
    ["PATCH", "/a/d", true],
    ["POST", "/v1/items/1", false],
    ["GET", "/v1", false],
    ["GET", "/v2/items", false],
    ["GET", "/healthz", false],
    ["DELETE", "/a/c", false],
    ["GET", "/x/v1/", false],
  ])("%s %s passes: %s", (method, path, passes) => {
    expect(of(method, path)).toBe(passes);
  });

  test("hold for their host and port alone", () => {
    expect(of("GET", "/v1/", { host: "other.example.org" })).toBe(false);
    expect(of("GET", "/v1/", { port: 8443 })).toBe(false);
    expect(of("GET", "/anything", { host: "other.example.com" })).toBe(true);
  });
});

describe("an agent in monitor mode", () => {
  const watched = agent("coder", [Egress.https("git.example.org", { reason: "test" })], { mode: Mode.MONITOR });
  const ask = proxyOf([watched, agent("triage", [])]);

  test("passes anything, by a rule that says so, and nobody else does", () => {
    const asked = { host: "evil.net", port: 22, isTls: true };
    expect(ask({ ...asked, serviceAccount: account("coder") })).toEqual({ passes: true, rule: "monitor-coder" });
    expect(ask({ ...asked, serviceAccount: account("triage") }).passes).toBe(false);
    expect(ask({ ...asked, host: "git.example.org", port: 443, serviceAccount: account("coder") }).rule).toBe(
      "allow-coder-443",
    );
  });
});

describe("an agent that is known by its subnet", () => {
  const block = CidrBlock.parse("10.64.1.0/26", "test");
  const ask = proxyOf([
    agent("triage", [Egress.https("api.example.com", { reason: "test" })], { subject: { sources: [block] } }),
  ]);

  test("passes from there and from nowhere else", () => {
    const asked = { host: "api.example.com", port: 443, isTls: true };
    expect(ask({ ...asked, address: "10.64.1.63" }).passes).toBe(true);
    expect(ask({ ...asked, address: "10.64.1.64" }).passes).toBe(false);
  });
});

describe("compiled policies", () => {
  const hosts = fc.constantFrom(
    "a.example.com",
    "*.b.example.com",
    "c.example.org",
    "*.example.net",
    "d.b.example.com",
  );
  const lists = fc
    .uniqueArray(fc.record({ host: hosts, port: fc.constantFrom(443, 8443) }), {
      maxLength: 6,
      selector: ({ host, port }) => `${host}:${port}`,
    })
    .map((entries) => entries.map(({ host, port }) => Egress.https(host, { port, reason: "generated" })));
  const names = fc.constantFrom(
    "a.example.com",
    "x.b.example.com",
    "b.example.com",
    "c.example.org",
    "y.example.net",
    "example.net",
    "evil.net",
    "d.b.example.com",
  );

  test("pass exactly what the lists name", () => {
    fc.assert(
      fc.property(
        lists,
        lists,
        names,
        fc.constantFrom(443, 8443, 80),
        fc.boolean(),
        (one, other, host, port, inspected) => {
          const ask = proxyOf([agent("triage", one), agent("coder", other)], inspected);
          const asked = { host, port, isTls: true, request: { method: "GET", path: "/" } };
          const listed = (rules: EgressRule[]): boolean =>
            rules.some((rule) => {
              const text = String(rule.host);
              return rule.port === port && (text.startsWith("*.") ? host.endsWith(text.slice(1)) : host === text);
            });
          expect(ask({ ...asked, serviceAccount: account("triage") }).passes).toBe(listed(one));
          expect(ask({ ...asked, serviceAccount: account("coder") }).passes).toBe(listed(other));
        },
      ),
      { numRuns: 150, seed: 5 },
    );
  });

  test("do not depend on the order of agents or entries, and have distinct priorities", () => {
    fc.assert(
      fc.property(lists, lists, (one, other) => {
        const policy = ContainmentPolicy.denyAll("x").allow(...one);
        const agents = [agent("triage", policy.rules), agent("coder", other)];
        const compiled = compileProxyRules(agents, options(true), "cell");
        const turned = [agent("coder", other), agent("triage", [...policy.rules])];
        expect(compileProxyRules(turned, options(true), "cell")).toEqual(compiled);
        const priorities = compiled.rules.map((rule) => rule.priority);
        expect(new Set(priorities).size).toBe(priorities.length);
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});
