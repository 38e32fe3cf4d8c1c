import type { HeaderList, UpstreamRequest } from "../core/ports";
import { GatewayProblem } from "../core/problem";

const METHOD = /^[A-Z]{1,20}$/;
/** A host's name as a header and a proxy are told it. */
const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
/** Path and query without blanks, controls and what is not ASCII. */
const TARGET = /^\/[!-~]*$/;
// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that are about one connection, or that the client writes itself. */
const OWN = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const MOST_HEADERS = 100;
const LONGEST_TARGET = 16_384;

/** The headers as they are sent. @throws malformed_request for what two servers could read as two requests */
export function sentHeaders({ method, target, headers, body, host, port }: UpstreamRequest): HeaderList {
  const isWhole =
    METHOD.test(method) &&
    method !== "CONNECT" &&
    method !== "TRACE" &&
    TARGET.test(target) &&
    !target.startsWith("//") &&
    target.length <= LONGEST_TARGET &&
    HOST.test(host) &&
    headers.length <= MOST_HEADERS &&
    headers.every(([name, value]) => NAME.test(name) && VALUE.test(value));
  if (!isWhole) throw new GatewayProblem("malformed_request", "The request can't be written without doubt.");
  // What `connection` names is about the connection too. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
  const named = headers.flatMap(([name, value]) => (name === "connection" ? value.toLowerCase().split(/[\s,]+/) : []));
  const kept = headers.filter(([name]) => !OWN.has(name) && !named.includes(name));
  const hasBody = body.length > 0 || ["POST", "PUT", "PATCH"].includes(method);
  return [
    ["host", port === 443 ? host : `${host}:${port}`],
    ...kept.filter(([name]) => name !== "accept-encoding"),
    // What comes back has to be opened here.
    ["accept-encoding", "gzip, deflate, br"],
    ...(hasBody ? [["content-length", String(body.length)] as const] : []),
  ];
}
