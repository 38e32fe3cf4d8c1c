import type { Call, GatewayRequest } from "../../../../lambdas/connector-gateway/core/calls/call";
import { readMcpCall } from "../../../../lambdas/connector-gateway/core/calls/mcp-call";
import { OperationTable } from "../../../../lambdas/connector-gateway/core/operations/operation-table";
import type { HeaderList, Store } from "../../../../lambdas/connector-gateway/core/ports";
import { MemoryStore } from "../../../../lambdas/connector-gateway/stores/memory";
import type { McpConnectorJson } from "../../../../lib/policy/connector-json";

export const NOW = Date.UTC(2026, 10, 23, 10);
export const VERSION_MEMBER = "io.modelcontextprotocol/protocolVersion";

export const connector: McpConnectorJson = {
  kind: "mcp",
  name: "docs",
  host: "mcp.example.com",
  reason: "looks up documentation",
  operations: [
    { operation: "prompt review" },
    { operation: "resource docs://handbook/*" },
    { operation: "resource docs://terms" },
    { operation: "tool lookup" },
    { operation: "tool search" },
  ],
};

export type Body = { readonly [member: string]: unknown };

/** A gateway's reader of one connector, with a store of its own. */
export class Reader {
  private readonly table: OperationTable;

  public constructor(
    public readonly store: Store = new MemoryStore(() => NOW),
    private readonly json: McpConnectorJson = connector,
  ) {
    this.table = new OperationTable(json.operations);
  }

  public async read(body: unknown, headers: HeaderList = [], request: Partial<GatewayRequest> = {}): Promise<Call> {
    const sent: GatewayRequest = {
      id: "r1",
      connector: this.json.name,
      method: "POST",
      target: this.json.path ?? "/mcp",
      headers: [["content-type", "application/json"], ["accept", "application/json, text/event-stream"], ...headers],
      body: typeof body === "string" ? Buffer.from(body) : Buffer.from(JSON.stringify(body)),
      ...request,
    };
    return await readMcpCall(this.json, sent, this.table, { store: this.store, clock: () => NOW });
  }

  /** A list of tools as the agent sees it. */
  public async list(tools: readonly Body[]): Promise<string[]> {
    const call = await this.read({ jsonrpc: "2.0", id: 9, method: "tools/list" });
    const answer = await finishJson(call, { jsonrpc: "2.0", id: 9, result: { tools } });
    return (answer["result"] as { tools: { name: string }[] }).tools.map(({ name }) => name);
  }
}

export const call = (name: string, args: unknown = {}, more: Body = {}): Body => ({
  jsonrpc: "2.0",
  id: 7,
  method: "tools/call",
  params: { name, arguments: args, ...more },
});

/** The same message as version 2026-07-28 has it. */
export const modern = (message: Body, version = "2026-07-28"): Body => ({
  ...message,
  params: {
    ...(message["params"] as Body),
    _meta: {
      [VERSION_MEMBER]: version,
      "io.modelcontextprotocol/clientInfo": { name: "agent", version: "1.2.0" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
});

export const modernHeaders = (method: string, name?: string): HeaderList => [
  ["mcp-protocol-version", "2026-07-28"],
  ["mcp-method", method],
  ...(name === undefined ? [] : [["mcp-name", name] as const]),
];

export async function finishJson(call: Call, message: unknown): Promise<Body> {
  const { body } = await call.finish(Buffer.from(JSON.stringify(message)), "application/json");
  return JSON.parse(Buffer.from(body).toString("utf8")) as Body;
}

export const answerOf = (call: Call): { status: number; body: Body } => {
  if (call.refusal === undefined) throw new Error("nothing is refused");
  const { status, body } = call.refuse(call.refusal);
  return { status, body: JSON.parse(Buffer.from(body as Uint8Array).toString("utf8")) as Body };
};
