import fc from "fast-check";
import { Egress, type EgressRule } from "../../../lib";
import { compileProxyRules, type ProxyAgent, type ProxyRule } from "../../../lib/compile/gcp/proxy-rules";
import { CidrBlock } from "../../../lib/names/cidr-block";
import { Mode } from "../../../lib/policy/mode";
import { refusal } from "../../support/refusal";
import { askProxy, operatorsOf, type ProxyRequest, type ProxyVerdict } from "../../support/secure-web-proxy";

const reason = "test";
const options = (tlsInspection: boolean) => ({
  cellName: "agents",
  tlsInspection,
  quarantineTag: "tagValues/123",
  urlListId: (name: string) => name,
});

function agent(rules: readonly EgressRule[], more: Partial<ProxyAgent> = {}): ProxyAgent {
  return { name: "triage", mode: Mode.ENFORCE, rules, subject: { serviceAccount: "a@b.c" }, ...more };
}

const compiled = (tlsInspection: boolean, ...agents: ProxyAgent[]) =>
  compileProxyRules(agents, options(tlsInspection), "cell 'Agents'");

/** What the proxy of one agent answers it. */
function proxyOf(
  rules: readonly EgressRule[],
  tlsInspection = true,
  mode = Mode.ENFORCE,
): (asked: ProxyRequest) => ProxyVerdict {
  const { rules: ruled, urlLists } = compiled(tlsInspection, agent(rules, { mode }));
  return (asked) => askProxy(ruled, urlLists, { serviceAccount: "a@b.c", ...asked });
}

const tls = (host: string, port: number, header?: string): ProxyRequest => ({
  host,
  port,
  isTls: true,
  request: { method: "GET", path: "/", ...(header === undefined ? {} : { host: header }) },
});
const http = (host: string, port: number, header?: string): ProxyRequest => ({
  ...tls(host, port, header),
  isTls: false,
});
const raw = (host: string, port: number): ProxyRequest => ({ host, port, isTls: true });

describe("a front that serves several owners", () => {
  const listed = [
    Egress.https("api.example.com", { reason }),
    Egress.https("*.cdn.example.net", { reason }),
    Egress.https("alt.example.com", { reason, port: 8443 }),
    Egress.https("*.alt.example.net", { reason, port: 8443 }),
    Egress.https("v1.example.com", { reason, requests: ["GET /*"] }),
  ];
  const ask = proxyOf(listed);

  test.each([
    ["api.example.com", 443],
    ["x.cdn.example.net", 443],
    ["alt.example.com", 8443],
    ["x.alt.example.net", 8443],
    ["v1.example.com", 443],
  ])("serves %s:%i, and nobody else whom the host header names", (host, port) => {
    expect(ask(tls(host, port)).passes).toBe(true);
    for (const header of [
      "evil.net",
      "",
      `${host}.evil.net`,
      `evil.net:${port}`,
      `${host}:1`,
      `evil-${host.replace(/^x\./, "")}`,
    ]) {
      expect([header, ask(tls(host, port, header)).passes]).toEqual([header, false]);
    }
  });

  test("may be told the port in the host header where it is not the usual one, or not", () => {
    expect(ask(tls("alt.example.com", 8443, "alt.example.com")).passes).toBe(true);
    expect(ask(tls("x.alt.example.net", 8443, "x.alt.example.net:8443")).passes).toBe(true);
  });
});

describe("a connection that is read", () => {
  test("carries HTTP alone", () => {
    const ask = proxyOf([Egress.https("api.example.com", { reason }), Egress.http("status.example.com", { reason })]);
    expect(ask(raw("api.example.com", 443))).toEqual({
      passes: false,
      rule: "allow-triage-443-inspected, which reads no HTTP",
    });
    expect(ask(raw("status.example.com", 80)).passes).toBe(false);
    expect(ask(tls("status.example.com", 80)).passes).toBe(false);
    expect(ask(http("status.example.com", 80)).passes).toBe(true);
    expect(ask(http("status.example.com", 80, "evil.net")).passes).toBe(false);
  });

  test("on another port than the usual one is known by a host header with the port", () => {
    const ask = proxyOf([Egress.http("status.example.com", { reason, port: 8080 })], false);
    expect(ask(http("status.example.com", 8080)).passes).toBe(true);
    expect(ask(http("status.example.com", 8080, "evil.net:8080")).passes).toBe(false);
    expect(ask(raw("status.example.com", 8080)).passes).toBe(false);
  });

  test("does not take away what another entry passes unread", () => {
    const rules = [
      Egress.https("*.example.com", { reason }),
      Egress.tls("mq.example.com", { reason }),
      Egress.tcp("db.example.com", { reason, port: 443 }),
    ];
    const ask = proxyOf(rules);
    expect(ask(raw("mq.example.com", 443)).passes).toBe(true);
    expect(ask(raw("db.example.com", 443)).passes).toBe(true);
    expect(ask(raw("x.example.com", 443)).passes).toBe(false);
  });

  test("of a watched agent passes whatever is asked inside, by a rule that says so", () => {
    const rules = [
      Egress.https("api.example.com", { reason, requests: ["GET /v1/*"] }),
      Egress.https("*.cdn.example.net", { reason }),
      Egress.http("status.example.com", { reason }),
    ];
    const ask = proxyOf(rules, true, Mode.MONITOR);
    expect(ask(tls("api.example.com", 443))).toEqual({ passes: true, rule: "watched-triage-443" });
    expect(ask(tls("x.cdn.example.net", 443, "evil.net"))).toEqual({ passes: true, rule: "watched-triage-443" });
    expect(ask(tls("evil.net", 443))).toEqual({ passes: true, rule: "monitor-triage" });
    expect(ask(raw("status.example.com", 80)).passes).toBe(true);
    const [watched] = compiled(true, agent(rules, { mode: Mode.MONITOR })).residual.filter(({ id }) => id === "R07");
    expect(watched?.detail).toContain("have to trust the proxy's certificate");
  });
});

describe("the network's inside", () => {
  test.each([
    ["metadata.google.internal", 80],
    ["vm.europe-west1-b.c.acme.internal", 443],
    ["169.254.169.254", 80],
    ["127.0.0.1", 8080],
    ["localhost", 80],
  ])("is not asked for by the proxy, also for a watched agent: %s", (host, port) => {
    expect(proxyOf([], false, Mode.MONITOR)(http(host, port))).toEqual({ passes: false, rule: "refuse-inside" });
  });

  test("is on no allow list", () => {
    const rules = [Egress.http("metadata.google.internal", { reason })];
    expect(refusal(() => compiled(false, agent(rules)))).toBe(
      "CORDON-175: cell 'Agents', agent 'triage', rule http:metadata.google.internal:80: metadata.google.internal is a name of the network's inside, and an allow list is of public destinations; remove it; open a port to another agent by allowTo",
    );
    expect(refusal(() => compiled(false, agent([Egress.https("internal.example.com", { reason })])))).toBe(
      "not refused",
    );
  });
});

describe("paths below a prefix", () => {
  const ask = proxyOf([Egress.https("api.example.com", { reason, requests: ["GET /repos/acme/*", "GET /health"] })]);
  const passes = (path: string): boolean =>
    ask({ host: "api.example.com", port: 443, isTls: true, request: { method: "GET", path } }).passes;

  test.each([
    "/repos/acme/",
    "/repos/acme/x/compare/main...dev",
    "/repos/acme/a%20b",
    "/repos/acme/.github",
    "/repos/acme/v1..v2",
    "/health",
  ])("pass: %s", (path) => {
    expect(passes(path)).toBe(true);
  });

  test.each([
    "/repos/acme/../evil",
    "/repos/acme/..",
    "/repos/acme/x/../../../evil",
    "/repos/acme/..;/evil",
    "/repos/acme/..\\evil",
    "/repos/acme/\\..\\evil",
    "/repos/acme/..%2fevil",
    "/repos/acme/%2e%2e/evil",
    "/repos/acme/.%2E/evil",
    "/repos/acme/%252e%252e/evil",
    "/repos/acme/%c0%ae%c0%ae/evil",
    "/repos/acme",
    "/health/",
    "/health?x",
  ])("do not step up: %s", (path) => {
    expect(passes(path)).toBe(false);
  });
});

describe("requests that bind nothing", () => {
  const narrow = Egress.https("api.example.com", { reason, requests: ["GET /v1/*"] });

  test.each([
    ["https:*.example.com:443", Egress.https("*.example.com", { reason })],
    ["tls:api.example.com:443", Egress.tls("api.example.com", { reason })],
  ])("because %s passes all are a risk by name", (id, wider) => {
    const found = compiled(true, agent([narrow, wider])).residual.find((risk) => risk.id === "R56");
    expect(found).toEqual({
      id: "R56",
      title: "requests that another entry passes anyhow",
      agent: "triage",
      destination: "api.example.com:443",
      detail: `${id} passes every request to https://api.example.com:443, so that the requests listed for it bound nothing. Remove the wider entry, or the requests.`,
    });
    expect(proxyOf([narrow, wider])(tls("api.example.com", 443)).passes).toBe(true);
  });

  test("are no risk beside entries for other hosts and ports", () => {
    const others = [
      Egress.https("other.example.com", { reason }),
      Egress.https("api.example.com", { reason, port: 8443 }),
    ];
    const ids = compiled(true, agent([narrow, ...others])).residual.map((risk) => risk.id);
    expect(ids).not.toContain("R56");
    expect(ids).toContain("R55");
  });
});

describe("agents that the proxy can't tell apart", () => {
  const blocks = (...texts: string[]): ProxyAgent["subject"] => ({
    sources: texts.map((text) => CidrBlock.parse(text, "test")),
  });

  test.each<[string, ProxyAgent[], string]>([
    [
      "by name",
      [agent([]), agent([], { subject: { serviceAccount: "x@b.c" } })],
      "CORDON-176: cell 'Agents': agents 'triage' and 'triage' have a name in common; give each its own",
    ],
    [
      "by account",
      [agent([]), agent([], { name: "coder" })],
      "CORDON-176: cell 'Agents': agents 'coder' and 'triage' have a service account in common; give each its own",
    ],
    [
      "by subnet",
      [agent([], { subject: blocks("10.0.0.0/25") }), agent([], { name: "coder", subject: blocks("10.0.0.64/26") })],
      "CORDON-050: cell 'Agents': agents 'coder' and 'triage' share addresses of 10.0.0.64/26; give each agent subnets of its own; rules tell agents apart by source",
    ],
    [
      "for want of a subnet",
      [agent([], { subject: blocks() })],
      "CORDON-050: cell 'Agents': agent 'triage' has no source addresses; give it a subnet",
    ],
    [
      "in one condition",
      [agent([], { subject: blocks(...Array.from({ length: 9 }, (_, index) => `10.0.${index}.0/24`)) })],
      "CORDON-176: cell 'Agents': agent 'triage' sends from 9 blocks, and a condition takes 8; give it fewer subnets, or a service account of its own",
    ],
  ])("%s are refused", (_, agents, message) => {
    expect(refusal(() => compiled(false, ...agents))).toBe(message);
  });
});

describe("every compiled rule", () => {
  const words = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8})?$/);
  const hosts = fc
    .tuple(fc.constantFrom("", "*."), words, words)
    .map(([wild, one, two]) => `${wild}${one}.${two}.example.com`);
  const requests = fc.uniqueArray(
    fc
      .tuple(
        fc.constantFrom("GET", "POST", "*"),
        fc.stringMatching(/^[A-Za-z0-9._~+,=:@-]{1,12}$/),
        fc.constantFrom("", "/*"),
      )
      .map(([method, path, end]) => `${method} /${path}${end}`)
      .filter((text) => !/\/\.\.?(\/|$)/.test(text)),
    { minLength: 1, maxLength: 20 },
  );
  const rules = fc
    .uniqueArray(
      fc.record({
        kind: fc.constantFrom("https", "tls", "http", "tcp"),
        host: hosts,
        port: fc.constantFrom(80, 443, 8080, 65_535),
        requests: fc.option(requests, { nil: undefined }),
      }),
      { maxLength: 8, selector: ({ kind, host, port }) => `${kind}:${host}:${port}` },
    )
    .map((all) =>
      all.map(({ kind, host, port, requests: listed }) =>
        kind === "https" || kind === "http"
          ? Egress[kind](host, { reason, port, ...(listed === undefined ? {} : { requests: listed }) })
          : Egress[kind as "tls" | "tcp"](host, { reason, port }),
      ),
    );
  const subjects = fc.constantFrom<ProxyAgent["subject"]>(
    { serviceAccount: "a@b.c" },
    { sources: Array.from({ length: 8 }, (_, index) => CidrBlock.parse(`10.0.${index}.0/24`, "test")) },
  );

  const agents = fc
    .tuple(rules, subjects, fc.constantFrom(Mode.ENFORCE, Mode.MONITOR))
    .map(([one, subject, mode]) => [
      agent(one, { name: "an-agent-with-a-long-one", subject, mode }),
      agent(one, { name: "other", subject: { serviceAccount: "other@b.c" } }),
    ]);

  const assertAll = (check: (compiled: { rules: ProxyRule[]; names: string[] }) => void): void =>
    fc.assert(
      fc.property(agents, (all) => {
        const cell = { ...options(true), cellName: "a-cell-with-a-long-name1" };
        const { rules: ruled, urlLists } = compileProxyRules(all, cell, "test");
        check({ rules: ruled, names: [...ruled, ...urlLists].map(({ name }) => name) });
      }),
      { numRuns: 200, seed: 7 },
    );

  test("has a name that Google takes, of its own, and a priority of its own", () => {
    assertAll(({ rules: ruled, names }) => {
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
      const priorities = ruled.map(({ priority }) => priority);
      expect(new Set(priorities).size).toBe(priorities.length);
      expect([...priorities].sort((a, b) => a - b)).toEqual(priorities);
      for (const priority of priorities) expect(priority > 0 && priority < 2 ** 31).toBe(true);
    });
  });

  test("that reads stands behind those that pass a connection as it is, and what is watched behind both", () => {
    assertAll(({ rules: ruled }) => {
      const bands = ruled
        .filter(({ basicProfile }) => basicProfile === "ALLOW")
        .map(({ name, application }) => (/^(monitor|watched)-/.test(name) ? 2 : application === undefined ? 0 : 1));
      expect([...bands].sort((a, b) => a - b)).toEqual(bands);
      expect(ruled[0]?.name).toBe("refuse-quarantine");
      expect(ruled.at(-1)).toMatchObject({ name: "refuse-rest", session: "true", basicProfile: "DENY" });
    });
  });

  test("stays within the operators of an expression, and its text within plain characters", () => {
    assertAll(({ rules: ruled }) => {
      for (const { session, application = "" } of ruled) {
        expect(operatorsOf(session)).toBeLessThanOrEqual(12);
        expect(operatorsOf(application)).toBeLessThanOrEqual(12);
        expect(session + application).toMatch(/^[\x20-\x7e]*$/);
        expect(session + application).not.toMatch(/["\\]/);
      }
    });
  });

  test("that passes something names its agent, and the port and host unless the agent is watched", () => {
    assertAll(({ rules: ruled }) => {
      for (const { name, session, basicProfile } of ruled) {
        if (basicProfile === "DENY" || name.startsWith("monitor-")) continue;
        expect(session).toMatch(
          /^(source\.matchServiceAccount\('[^']+'\)|\(inIpRange.*\)) && (inUrlList\(host\(\), '[^']+'\)|host\(\) == '[^']+'|host\(\)\.endsWith\('\.[^']+'\)) && destination\.port == \d+$/,
        );
      }
    });
  });

  test("stands where it stood when another entry comes", () => {
    fc.assert(
      fc.property(rules, (all) => {
        const more = [...all, Egress.https("new.entry.example.org", { reason, port: 9443 })];
        const before = compiled(true, agent(all)).rules;
        const after = new Map(compiled(true, agent(more)).rules.map((rule) => [rule.name, rule]));
        expect(before.map((rule) => after.get(rule.name))).toEqual(before);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
