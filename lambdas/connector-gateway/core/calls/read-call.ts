import type { ContentDocument } from "../content";
import type { GatewayPorts, Mediation } from "../mediation";
import type { Call, GatewayRequest } from "./call";
import { readHttpCall } from "./http-call";
import { readMcpCall } from "./mcp-call";
import { readModelCall } from "./model-call";

/** Reads a request in the protocol of its connector. @throws GatewayProblem */
export async function readCall(
  { connector, table }: Mediation,
  request: GatewayRequest,
  content: ContentDocument,
  ports: GatewayPorts,
): Promise<Call> {
  if (connector.kind === "mcp") return await readMcpCall(connector, request, table, ports);
  if (connector.kind === "model") return readModelCall(connector, request, table, content.value());
  return readHttpCall(connector, request, table, content.value());
}
