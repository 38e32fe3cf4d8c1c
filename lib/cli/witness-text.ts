import type { Finding, Flow } from "../topology";

/** A source port for a connection that stands for any: the first dynamic one. @see https://www.rfc-editor.org/rfc/rfc6335#section-6 */
const ANY_PORT = 49_152;

/** What shows a finding, in one line; undefined where no single connection or request does. */
export function witnessText({ flow, request }: Pick<Finding, "flow" | "request">): string | undefined {
  if (flow !== undefined) return flowText(flow);
  return request === undefined ? undefined : `${request.action} on ${request.resource}`;
}

/** A connection in words: `tcp 10.0.1.4:49152 -> 198.51.100.7:443 tls api.example.com`. */
export function flowText({ source, destination, protocol, port, app, name }: Flow): string {
  const transport = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" }[protocol] ?? `protocol ${protocol}`;
  const hasPorts = transport === "tcp" || transport === "udp";
  const ends = hasPorts
    ? `${bracketed(source)}:${ANY_PORT} -> ${bracketed(destination)}:${port}`
    : `${source} -> ${destination}`;
  return `${transport} ${ends}${app === "other" ? "" : ` ${app} ${name ?? "without a name"}`}`;
}

const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address);
