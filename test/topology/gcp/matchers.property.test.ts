import fc from "fast-check";
import { Names } from "../../../lib/topology/gcp/names";
import { listedRequests, matchedRequests, shownRequest } from "../../../lib/topology/gcp/requests";
import { UrlLists, urlPattern } from "../../../lib/topology/gcp/url-lists";
import { fromObject } from "../../../lib/topology/load/load";
import { Inventory } from "../../../lib/topology/read/inventory";
import { email, planOf, rule, topologyOf } from "./plans";

const HOSTS = ["api.example.com", "cdn.example.com", "x.cdn.example.com", "evilcdn.example.com", "other.example.net"];
const PORTS = [80, 443, 8443];

type Condition = { readonly text: string; holds(host: string, port: number): boolean };

const atoms = fc.oneof(
  fc.constantFrom(...HOSTS).map((host): Condition => ({ text: `host() == '${host}'`, holds: (one) => one === host })),
  fc
    .constantFrom(".example.com", "cdn.example.com", ".net")
    .map((end): Condition => ({ text: `host().endsWith('${end}')`, holds: (one) => one.endsWith(end) })),
  fc
    .constantFrom(...PORTS)
    .map((port): Condition => ({ text: `destination.port == ${port}`, holds: (_, one) => one === port })),
  fc
    .constantFrom(...PORTS)
    .map((port): Condition => ({ text: `destination.port < ${port}`, holds: (_, one) => one < port })),
  fc.constant<Condition>({ text: `source.matchServiceAccount('${email("triage")}')`, holds: () => true }),
  fc.constant<Condition>({ text: `source.matchServiceAccount('${email("coder")}')`, holds: () => false }),
  fc.constant<Condition>({ text: "inIpRange(source.ip, '10.64.1.64/26')", holds: () => true }),
);

const conditions: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    atoms,
    tie("condition").map((of): Condition => ({ text: `!(${of.text})`, holds: (host, port) => !of.holds(host, port) })),
    fc.tuple(tie("condition"), tie("condition")).map(
      ([a, b]): Condition => ({
        text: `(${a.text} && ${b.text})`,
        holds: (host, port) => a.holds(host, port) && b.holds(host, port),
      }),
    ),
    fc.tuple(tie("condition"), tie("condition")).map(
      ([a, b]): Condition => ({
        text: `(${a.text} || ${b.text})`,
        holds: (host, port) => a.holds(host, port) || b.holds(host, port),
      }),
    ),
  ),
})).condition;

describe("matchers mean the flows that they match", () => {
  test("the first rule whose condition holds decides, for any conditions in any order", () => {
    const profiles = fc.constantFrom("ALLOW" as const, "DENY" as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(conditions, profiles), { minLength: 1, maxLength: 4 }), (rules) => {
        const plan = planOf("proxy");
        delete plan.resource["google_network_security_gateway_security_policy_rule"];
        delete plan.resource["google_dns_managed_zone"];
        for (const [index, [condition, profile]] of rules.entries())
          rule(plan, `r${index}`, 10 + index, profile, { session_matcher: condition.text });
        const topology = topologyOf(plan);
        for (const host of HOSTS) {
          for (const port of PORTS) {
            const isAllowed = (asked: string): boolean =>
              rules.find(([condition]) => condition.holds(asked, port))?.[1] === "ALLOW";
            // Who is let to an address sends it any name.
            const expected = isAllowed(host) || isAllowed("203.0.113.80");
            expect([host, port, topology.canReach("triage", `tls://${host}:${port}`)]).toEqual([host, port, expected]);
          }
        }
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});

describe("sets of requests", () => {
  const inventory = new Inventory(fromObject({ resource: {} }, { name: "none", source: "none" }), "open");
  const lists = new UrlLists(new Names(inventory));
  const meant = (matcher: string) =>
    matchedRequests(matcher, { host: "api.example.com", lists, inventory }, "rule", true).some;

  const paths = fc.stringMatching(/^(\/[A-Za-z0-9._~+,=:@-]{0,6}){1,4}$/);
  const methods = fc.constantFrom("GET", "POST", "DELETE");

  test("a list and the matcher that is written for it are one set", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(methods, paths, fc.boolean()), { minLength: 1, maxLength: 4 }), (all) => {
        const requests = all.map(
          ([method, path, isPrefix]) => `${method} ${isPrefix ? `${path.replace(/\/$/, "")}/*` : path}`,
        );
        const matcher = all
          .map(([method, path, isPrefix]) => {
            const text = isPrefix ? `${path.replace(/\/$/, "")}/` : path;
            return `(request.method == '${method}' && ${isPrefix ? `request.path.startsWith('${text}')` : `request.path == '${text}'`})`;
          })
          .join(" || ");
        const listed = listedRequests({ host: "api.example.com", protocol: "https", port: 443, requests });
        expect(meant(matcher).equals(listed)).toBe(true);
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  test("a set that holds a request more is told by that request", () => {
    const listed = listedRequests({ host: "api.example.com", protocol: "https", port: 443, requests: ["GET /v1/*"] });
    const difference = (matcher: string): string | undefined => shownRequest(meant(matcher).subtract(listed));
    expect(difference("request.method == 'GET' && request.path.startsWith('/v1/')")).toBeUndefined();
    expect(
      difference("request.method == 'GET' && (request.path.startsWith('/v1/') || request.path == '/V1/x.y')"),
    ).toBe("GET /V1/x.y");
    expect(difference("request.method == 'BREW' && request.path == '/v1/a'")).toBe("PROPFIND /v1/a");
  });

  test("headers and queries bound a part of the requests that no list speaks of", () => {
    expect(meant("request.headers['x'] == 'y' && request.path == '/a'").equals(meant("request.path == '/a'"))).toBe(
      true,
    );
    expect(meant("!(request.query == 'y') && request.path == '/a'").equals(meant("request.path == '/a'"))).toBe(true);
  });
});

describe("entries of lists", () => {
  test.each<[string, string[], string[]]>([
    ["x.com", ["x.com"], ["a.x.com", "myx.com"]],
    ["*.x.com", ["a.x.com", "a.b.x.com"], ["x.com", "myx.com"]],
    ["*x.com", ["x.com", "a.x.com"], ["myx.com"]],
    ["X.com/a/*", ["x.com"], ["a.x.com"]],
  ])("%s holds %j and not %j", (entry, holds, not) => {
    const { names } = urlPattern(entry);
    expect([holds.filter((one) => !names.has(one)), not.filter((one) => names.has(one))]).toEqual([[], []]);
  });

  test("a path is kept with its letters, and a star at its end is a beginning", () => {
    expect(urlPattern("x.com/Repos/*").path).toEqual({ text: "/Repos/", isPrefix: true });
    expect(urlPattern("x.com/Repos").path).toEqual({ text: "/Repos", isPrefix: false });
    expect(urlPattern("x.com").path).toBeUndefined();
  });
});
