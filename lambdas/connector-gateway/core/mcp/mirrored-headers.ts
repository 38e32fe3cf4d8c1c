import type { HeaderList } from "../ports";
import { GatewayProblem } from "../problem";
import { decodeHeaderValue, mismatch } from "./header-value";
import { isObject, type Json, type McpMessage } from "./message";

/** Versions that are mediated, newest first. */
export const VERSIONS = ["2026-07-28", "2025-11-25", "2025-06-18"] as const;
/** Versions whose headers have to repeat the body. */
const MIRRORED: readonly string[] = ["2026-07-28"];
const VERSION_MEMBER = "io.modelcontextprotocol/protocolVersion";
const PARAMETER = "mcp-param-";
const DEEPEST = 16;

/** Headers of this protocol that go to the server. */
export const mcpHeaders = (headers: HeaderList): string[] =>
  headers
    .map(([name]) => name)
    .filter((name) => /^mcp-(session-id|method|name|param-[a-z0-9!#$%&'*+.^_`|~-]+)$/.test(name));

/**
 * Refuses headers that say something else than the body, since what stands between may go by them. A version that has these
 * headers has to have them all.
 * @throws header_mismatch; malformed_request with `check: protocol_version` for a version that is not mediated
 */
export function checkHeaders(headers: HeaderList, message: McpMessage, subject: string | undefined): void {
  const isMirrored = MIRRORED.includes(versionOf(headers, message));
  const sessions = headers.filter(([name]) => name === "mcp-session-id");
  if (sessions.length > 1) throw mismatch("A header is there twice.", "mcp-session-id");
  compare(headers, "mcp-method", message.method, isMirrored && message.id !== undefined);
  compare(headers, "mcp-name", subject, isMirrored);
}

/**
 * Refuses `Mcp-Param-*` headers that say something else than the arguments. Which argument a header repeats is in the tool's
 * schema; without it the headers can't be judged, and the client finds it by listing the tools.
 * @throws header_mismatch
 */
export function checkParameterHeaders(headers: HeaderList, message: McpMessage, schema: unknown): void {
  const sent = headers.filter(([name]) => name.startsWith(PARAMETER)).map(([name]) => name);
  const mirrors = new Map<string, readonly string[]>();
  if (message.method === "tools/call") collectMirrors(schema, [], mirrors);
  const unknown = sent.some((name) => !mirrors.has(name));
  if (unknown) throw mismatch("A header repeats an argument that the tool's schema, as it was listed, does not name.");
  const isMirrored = MIRRORED.includes(versionOf(headers, message));
  for (const [name, path] of mirrors) {
    const value = path.reduce<unknown>(
      (at, member) => (isObject(at) && Object.hasOwn(at, member) ? at[member] : undefined),
      message.params["arguments"],
    );
    compare(headers, name, value === null ? undefined : value, isMirrored);
  }
}

function versionOf(headers: HeaderList, { method, params }: McpMessage): string {
  const meta = params["_meta"];
  const said = isObject(meta) ? meta[VERSION_MEMBER] : undefined;
  const found = headers.filter(([name]) => name === "mcp-protocol-version");
  if (found.length > 1) throw mismatch("A header is there twice.", "mcp-protocol-version");
  const header = found[0]?.[1];
  if (said !== undefined && said !== header) {
    throw mismatch("The header is not what the body says.", "mcp-protocol-version");
  }
  // The first request of older versions agrees on one.
  if (header === undefined) return "";
  if (!VERSIONS.some((version) => version === header)) {
    const extra = { check: "protocol_version", supported: VERSIONS };
    throw new GatewayProblem("malformed_request", "The version of the protocol is not mediated.", { extra });
  }
  if (MIRRORED.includes(header) && said === undefined && !method.startsWith("notifications/")) {
    throw mismatch("The body does not say the version that the header says.", "mcp-protocol-version");
  }
  return header;
}

function compare(headers: HeaderList, name: string, value: unknown, isRequired: boolean): void {
  const found = headers.filter(([field]) => field === name);
  if (found.length > 1) throw mismatch("A header is there twice.", shown(name));
  const header = found[0]?.[1];
  if (header === undefined) {
    if (isRequired && value !== undefined)
      throw mismatch("A header that the version requires is missing.", shown(name));
    return;
  }
  if (!isSame(decodeHeaderValue(header), value)) throw mismatch("The header is not what the body says.", shown(name));
}

const shown = (name: string): string => (name.startsWith(PARAMETER) ? "mcp-param-*" : name);

function isSame(text: string, value: unknown): boolean {
  if (typeof value === "string") return text === value;
  if (typeof value === "boolean") return text === String(value);
  return Number.isSafeInteger(value) && /^-?\d+(\.0+)?$/.test(text) && Number(text) === value;
}

// Only through `properties`, as the protocol has it; a name that is there twice mirrors nothing that can be judged.
function collectMirrors(schema: unknown, path: readonly string[], mirrors: Map<string, readonly string[]>): void {
  const properties = isObject(schema) ? schema["properties"] : undefined;
  if (!isObject(properties) || path.length >= DEEPEST) return;
  for (const [member, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    const at = [...path, member];
    const header = headerOf(property);
    if (header !== undefined && mirrors.has(header)) throw mismatch("Two arguments are repeated in one header.");
    if (header !== undefined) mirrors.set(header, at);
    collectMirrors(property, at, mirrors);
  }
}

function headerOf(property: Json): string | undefined {
  const name = property["x-mcp-header"];
  return typeof name === "string" && name !== "" ? `${PARAMETER}${name.toLowerCase()}` : undefined;
}
