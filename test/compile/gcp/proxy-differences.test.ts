import { compileProxyRules } from "../../../lib/compile/gcp/proxy-rules";
import { Mode } from "../../../lib/policy/mode";
import { ALL_FLOWS } from "../../conformance/suricata/flows/all-flows";
import type { FlowCase } from "../../conformance/suricata/flows/flow-case";
import { askProxy, type ProxyRequest } from "../../support/secure-web-proxy";
import { TRAFFIC_AGENTS, TRAFFIC_CASES, type TrafficCase } from "../../support/traffic-cases";

const account = (agent: string): string => `${agent}@acme-agents.iam.gserviceaccount.com`;

const compiled = (tlsInspection: boolean) =>
  compileProxyRules(
    Object.entries(TRAFFIC_AGENTS).map(([name, rules]) => ({
      name,
      rules,
      mode: Mode.ENFORCE,
      subject: { serviceAccount: account(name) },
    })),
    { cellName: "agents", tlsInspection, quarantineTag: "tagValues/123", urlListId: (name) => name },
    "cell 'Agents'",
  );

const suricata = new Map<string, FlowCase[]>();
for (const flow of ALL_FLOWS) suricata.set(flow.name, [...(suricata.get(flow.name) ?? []), flow]);

/** What Suricata lets through of a flow of this name, and on this port where several have the name. */
function onAws(name: string, port?: number): string | undefined {
  const flows = (suricata.get(name) ?? []).filter((flow) => port === undefined || flow.port === port);
  const kinds = new Set(flows.map(({ expected }) => (expected.kind === "all" ? "passes" : "refuses")));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

describe("the traffic that both clouds judge", () => {
  const shared = TRAFFIC_CASES.filter(({ name, port }) => onAws(name, port) !== undefined);

  test("is a good part of the flows that Suricata was shown", () => {
    expect(shared.length).toBeGreaterThan(30);
  });

  test.each(shared.map((one): [string, string, TrafficCase] => [one.name, one.passes ? "passes" : "refuses", one]))(
    "%s: Suricata %s it too",
    (name, verdict, one) => {
      expect(onAws(name, one.port)).toBe(verdict);
    },
  );
});

/** Connections that the two engines judge differently, and the residual risk that says so where the proxy is wider. */
const GET = { method: "GET", path: "/" };
const api = { host: "api.example.com", port: 443, isTls: true };
const DIFFERENCES: readonly {
  readonly name: string;
  readonly asked: ProxyRequest;
  readonly aws: "passes" | "refuses";
  /** The verdict without and with TLS inspection, or the id of the risk of a pass. */
  readonly proxy: "refuses" | `R${number}`;
  readonly inspecting: "refuses" | `R${number}`;
}[] = [
  { name: "SSH on 443", asked: api, aws: "refuses", proxy: "R54", inspecting: "refuses" },
  {
    name: "raw text on 80",
    asked: { ...api, host: "status.example.com", port: 80 },
    aws: "refuses",
    proxy: "refuses",
    inspecting: "refuses",
  },
  {
    name: "raw data on a TLS port that is not 443",
    asked: { host: "mq.example.com", port: 8883, isTls: true },
    aws: "refuses",
    proxy: "R54",
    inspecting: "R54",
  },
  {
    name: "a name listed for TLS, asked by HTTP on 443",
    asked: { ...api, isTls: false, request: { ...GET, host: "api.example.com" } },
    aws: "refuses",
    proxy: "R54",
    inspecting: "R57",
  },
  {
    name: "a name listed for HTTP, asked by TLS",
    asked: { host: "status.example.com", port: 80, isTls: true, request: { ...GET, host: "status.example.com" } },
    aws: "refuses",
    proxy: "refuses",
    inspecting: "refuses",
  },
  {
    // A tunnel to a listed host, and inside of it a hello with whatever name.
    name: "an encrypted hello with an unlisted outer name",
    asked: { ...api, request: { ...GET, host: "evil.net" } },
    aws: "refuses",
    proxy: "R54",
    inspecting: "refuses",
  },
  {
    name: "no server name",
    asked: { ...api, request: { ...GET, host: "" } },
    aws: "refuses",
    proxy: "R54",
    inspecting: "refuses",
  },
  {
    name: "an absolute URI of a listed host with an unlisted Host header",
    asked: { host: "evil.net", port: 80, isTls: false, request: { ...GET, host: "evil.net" } },
    aws: "passes",
    proxy: "refuses",
    inspecting: "refuses",
  },
  {
    // The proxy judges every request.
    name: "a second request to an unlisted host on a passed connection",
    asked: { host: "status.example.com", port: 80, isTls: false, request: { ...GET, host: "evil.net" } },
    aws: "passes",
    proxy: "refuses",
    inspecting: "refuses",
  },
];

describe.each([
  ["without", false],
  ["with", true],
] as const)("what the proxy %s TLS inspection judges in its own way", (_, tlsInspection) => {
  const { rules, urlLists, residual } = compiled(tlsInspection);

  test.each(DIFFERENCES.map((one) => [one.name, tlsInspection ? one.inspecting : one.proxy, one] as const))(
    "%s: %s",
    (name, expected, { asked, aws }) => {
      expect(onAws(name)).toBe(aws);
      const verdict = askProxy(rules, urlLists, { serviceAccount: account("triage"), ...asked });
      expect(verdict.passes).toBe(expected !== "refuses");
      if (expected === "refuses") return;
      const destination = `${asked.host}:${asked.port}`;
      expect(residual.filter((risk) => risk.id === expected).map((risk) => risk.destination)).toContain(destination);
    },
  );
});
