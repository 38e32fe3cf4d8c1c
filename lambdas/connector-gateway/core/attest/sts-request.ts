import type { StsCall, StsRequest } from "./proof";
import { refused } from "./refusal";

/** A request to STS that has the one form which is taken. */
export interface SignedStsRequest {
  readonly call: StsCall;
  readonly signature: string;
  /** Milliseconds since 1970. */
  readonly signedAt: number;
}

/** What the request has to be for. */
export interface StsRules {
  /** Names of regional STS endpoints. */
  readonly hosts: readonly string[];
  readonly audience: string;
}

/** The header by which a caller says whom its signature is for. */
export const AUDIENCE_HEADER = "x-cordon-audience";

const HOST = /^sts(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/;
const URL_FORM = /^https:\/\/([a-z0-9.-]+)\/\?([!-~]+)$/;
const MOST_CHARACTERS = 8192;

/** The form of each parameter; a parameter that is not here is refused. */
const FORMS: { readonly [parameter: string]: RegExp } = {
  Action: /^GetCallerIdentity$/,
  Version: /^2011-06-15$/,
  "X-Amz-Algorithm": /^AWS4-HMAC-SHA256$/,
  "X-Amz-Credential": /^[A-Z0-9]{16,128}\/([0-9]{8})\/([a-z0-9-]+)\/sts\/aws4_request$/,
  "X-Amz-Date": /^([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z$/,
  "X-Amz-Expires": /^(?:[1-9][0-9]?|[1-8][0-9]{2}|900)$/,
  "X-Amz-Security-Token": /^[A-Za-z0-9+/=]{1,4096}$/,
  "X-Amz-Signature": /^[0-9a-f]{64}$/,
  "X-Amz-SignedHeaders": new RegExp(`^host;${AUDIENCE_HEADER}$`),
};
const OPTIONAL = "X-Amz-Security-Token";

/** The region of an STS endpoint; undefined for what is none, the global one included. */
export const stsRegionOf = (host: string): string | undefined => HOST.exec(host)?.[1];

/**
 * Reads a `GetCallerIdentity` request signed in its query, and writes it anew from what was read: what is sent has no byte that
 * was not checked. The audience is the gateway's own, so a signature for another one does not hold at STS.
 * @throws unauthenticated
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function readStsRequest(request: StsRequest, { hosts, audience }: StsRules): SignedStsRequest {
  const { method, url, headers } = request;
  if (method !== "GET" || typeof url !== "string" || url.length > MOST_CHARACTERS) throw refused("request");
  const [, host = "", query = ""] = URL_FORM.exec(url) ?? [];
  if (!hosts.includes(host)) throw refused("request");
  checkHeaders(headers, host, audience);
  const parameters = parametersOf(query);
  const [, day, region] = match(parameters, "X-Amz-Credential");
  const date = parameters.get("X-Amz-Date") ?? "";
  if (region !== stsRegionOf(host) || day !== date.slice(0, 8)) throw refused("request");
  const target = `/?${[...parameters].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
  return {
    call: { host, target, headers: [[AUDIENCE_HEADER, audience]] },
    signature: parameters.get("X-Amz-Signature") ?? "",
    signedAt: timeOf(match(parameters, "X-Amz-Date")),
  };
}

function checkHeaders(headers: StsRequest["headers"], host: string, audience: string): void {
  const shown = new Map(headers);
  const isKnown = [...shown.keys()].every((name) => name === AUDIENCE_HEADER || name === "host");
  const isRight = shown.get(AUDIENCE_HEADER) === audience && (shown.get("host") ?? host) === host;
  if (shown.size !== headers.length || !isKnown || !isRight || audience === "") throw refused("request");
}

// In the order of the table, which is the order of signing.
function parametersOf(query: string): Map<string, string> {
  const shown = new Map<string, string>();
  for (const pair of query.split("&")) {
    const [name = "", value = "", ...rest] = pair.split("=");
    if (rest.length > 0 || shown.has(name) || !Object.hasOwn(FORMS, name)) throw refused("request");
    shown.set(name, decoded(value));
  }
  const parameters = new Map<string, string>();
  for (const [name, form] of Object.entries(FORMS)) {
    const value = shown.get(name);
    if (value === undefined && name === OPTIONAL) continue;
    if (value === undefined || !form.test(value)) throw refused("request");
    parameters.set(name, value);
  }
  return parameters;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw refused("request");
  }
}

const match = (parameters: ReadonlyMap<string, string>, name: string): readonly string[] =>
  FORMS[name]?.exec(parameters.get(name) ?? "") ?? [];

function timeOf([, ...parts]: readonly string[]): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // A day that no month has would be read as one of the next.
  const isDate =
    time.toISOString().replace(/[-:]|\.000/g, "") === `${parts.slice(0, 3).join("")}T${parts.slice(3).join("")}Z`;
  if (!isDate) throw refused("request");
  return time.getTime();
}
