import type { PolicyJson } from "../../../lib/policy/policy-json";
import { optionsOf } from "../adapters/extension";
import { gatewayOf } from "../adapters/wiring";
import type { HeaderList, Upstream } from "../core/ports";
import { GatewayProblem } from "../core/problem";
import { MemoryStore } from "../stores/memory";
import { egressRuleFor } from "./egress";
import { readHar } from "./har";
import { localBundle, principalOf } from "./local-bundle";
import { readMcpLines } from "./mcp-lines";
import { type RecordedExchange, UnreadableRecording } from "./recorded";

/** Recorded traffic, and what judges it. */
export interface ReplayInput {
  readonly policy: PolicyJson;
  readonly agent: string;
  /** The text of a HAR file, or JSON-RPC messages one on each line. */
  readonly traffic: string;
  readonly kind: "har" | "mcp";
  /** The connector of MCP messages. @default the only one */
  readonly connector?: string;
  /** Path of the owner's bundled file, with detectors and a handler. */
  readonly extension?: string;
}

/** What would have become of one exchange. */
export interface ReplayedLine {
  readonly line: string;
  readonly isDenied: boolean;
}

type Json = { readonly [member: string]: unknown };

/**
 * Judges recorded exchanges in their order: with the times of the recording for limits, and its answers in place of the hosts'.
 * Nothing is sent anywhere.
 */
export async function* replay(input: ReplayInput): AsyncGenerator<ReplayedLine> {
  const { policy, agent } = input;
  const { bytes, digest } = localBundle(policy, agent);
  const records: Json[] = [];
  let now = 0;
  let current: RecordedExchange | undefined;
  const upstream: Upstream = {
    send: async () => {
      if (current?.response === undefined) throw new GatewayProblem("upstream_failed", "The recording has no answer.");
      const { status, headers, body } = current.response;
      return { status, headers, body: oneChunk(body) };
    },
  };
  const clock = (): number => now;
  const gateway = gatewayOf({
    policy: bytes,
    digest,
    store: new MemoryStore(clock),
    secrets: { read: async () => "credential-of-the-replay" },
    upstream,
    sink: { write: async (written) => void records.push(...(written as Json[])) },
    clock,
    ...(input.extension === undefined ? {} : { own: optionsOf(input.extension) }),
  });
  const connectors = new Map((policy.connectors ?? []).map(({ name, host, port = 443 }) => [`${host}:${port}`, name]));
  for (const [index, exchange] of exchangesOf(input).entries()) {
    now = exchange.at ?? now + 1;
    current = exchange;
    const { host, port, protocol } = exchange;
    const connector = protocol === "https" ? connectors.get(`${host}:${port}`) : undefined;
    const head = { exchange: index, method: exchange.method, destination: `${host}:${port}` };
    if (connector === undefined) {
      yield egressLine(policy, exchange, head);
      continue;
    }
    records.length = 0;
    const { method, target, headers, body } = exchange;
    const request = { id: `replay-${index}`, connector, method, target, headers: asSent(headers), body };
    await gateway.handle(request, { kind: "platform", principal: principalOf(agent) });
    yield connectorLine(connector, records.at(-1) ?? {}, head);
  }
}

function exchangesOf({ kind, traffic, policy, connector }: ReplayInput): RecordedExchange[] {
  if (kind === "har") return readHar(traffic);
  const servers = (policy.connectors ?? []).flatMap((one) => (one.kind === "mcp" ? [one] : []));
  const found = connector === undefined ? servers : servers.filter(({ name }) => name === connector);
  const [only] = found;
  if (only !== undefined && found.length === 1) return readMcpLines(traffic, only);
  const names = servers.map(({ name }) => name).join(", ");
  throw new UnreadableRecording(
    connector === undefined
      ? `the policy has ${servers.length} MCP connectors; name one of them with --connector`
      : `'${connector}' is no MCP connector of the policy; its own are ${names || "none"}`,
  );
}

// What a browser or a client said to its own server is not what an agent says to the gateway.
const asSent = (headers: HeaderList): HeaderList => headers.filter(([name]) => name !== "origin");

function connectorLine(connector: string, record: Json, head: Json): ReplayedLine {
  const unmapped = (record["unmapped"] ?? {}) as Json;
  const verdict = unmapped["verdict"] ?? "deny";
  const line = {
    ...head,
    connector,
    operation: ((record["api"] ?? {}) as Json)["operation"],
    verdict,
    ...(record["status_code"] === undefined ? {} : { reason: record["status_code"], detail: record["status_detail"] }),
    findings: unmapped["findings"] ?? [],
    redactions: unmapped["redactions"] ?? [],
  };
  return { line: JSON.stringify(line), isDenied: verdict === "deny" };
}

function egressLine({ egress }: PolicyJson, { protocol, host, port }: RecordedExchange, head: Json): ReplayedLine {
  const rule = egressRuleFor(egress, protocol, host, port);
  const verdict = rule === undefined ? "deny" : "allow";
  const why = rule === undefined ? { reason: "not_listed" } : { rule: `${protocol}:${rule.host}` };
  return { line: JSON.stringify({ ...head, verdict, ...why }), isDenied: rule === undefined };
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
