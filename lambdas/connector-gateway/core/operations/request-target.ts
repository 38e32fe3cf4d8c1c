import { GatewayProblem } from "../problem";

/** A request's path and query, in one reading. */
export interface RequestTarget {
  /** Decoded segments; `/a/` has an empty last one. */
  readonly segments: readonly string[];
  /** Decoded names and values in their order. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** The same path, encoded in the one way that the gateway sends. */
  readonly path: string;
  /** Path and query as they are sent. */
  readonly text: string;
}

const MAX_TARGET = 8_192;
const MOST_PARAMETERS = 200;

/**
 * Reads the target of a request. What two servers may read differently is refused: dot segments, empty segments, encoded
 * slashes and backslashes, parameters of segments, control characters, and what is no UTF-8.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-6
 */
export function readTarget(target: string): RequestTarget {
  if (target.length > MAX_TARGET) throw malformed(`its target has more than ${MAX_TARGET} characters`);
  if (!target.startsWith("/") || /[^\x21-\x7e]|[#\\]/.test(target)) {
    throw malformed("its target is no path of printable ASCII characters");
  }
  const [path = "", ...queries] = target.split("?");
  if (queries.length > 1) throw malformed("its target has two queries");
  const segments = path
    .slice(1)
    .split("/")
    .map((segment, index, all) => segmentOf(segment, index === all.length - 1));
  const query = (queries[0] ?? "").split("&").filter((part) => part !== "");
  if (query.length > MOST_PARAMETERS) throw malformed(`its query has more than ${MOST_PARAMETERS} parameters`);
  const pairs = query.map((part) => {
    const at = part.indexOf("=");
    const [name, value] = at === -1 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
    return [decoded(name.replaceAll("+", " ")), decoded(value.replaceAll("+", " "))] as const;
  });
  const encoded = `/${segments.map(encodeSegment).join("/")}`;
  const written = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
  return { segments, query: pairs, path: encoded, text: written === "" ? encoded : `${encoded}?${written}` };
}

function segmentOf(segment: string, isLast: boolean): string {
  const text = decoded(segment);
  if (text === "" && !isLast) throw malformed("its path has an empty segment");
  if (text === "." || text === "..") throw malformed("its path has dot segments");
  if (/[/\\;]|\p{Cc}/u.test(text)) throw malformed("a segment of its path can be read in two ways");
  return text;
}

function decoded(text: string): string {
  let result: string;
  try {
    result = decodeURIComponent(text);
  } catch {
    throw malformed("its target is not UTF-8 in percent-encoding");
  }
  // Decoded again it would be another text, and some servers decode again.
  if (/%[0-9a-f]{2}/i.test(result)) throw malformed("its target is encoded twice");
  return result;
}

// RFC 3986 allows these in a segment; encodeURIComponent would change what most servers route by.
const encodeSegment = (segment: string): string =>
  encodeURIComponent(segment).replace(/%(3A|40|24|2C|2B|3D|26)/g, (code) => decodeURIComponent(code));

const malformed = (why: string): GatewayProblem =>
  new GatewayProblem("malformed_request", `The request is refused: ${why}.`);
