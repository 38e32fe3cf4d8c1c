import type { HeaderList } from "../ports";
import { GatewayProblem } from "../problem";

/** Headers of a request that mean something to APIs and carry no identity. What is not here is not sent. */
const SENT = new Set([
  "accept",
  "accept-language",
  "content-language",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-unmodified-since",
  "prefer",
]);
/** Versions and betas by which APIs are asked: `anthropic-version`, `x-github-api-version`, `openai-beta`. */
const VERSION = /^[a-z0-9]+(-[a-z0-9]+)*-(version|beta)$/;

/** Headers of a response that clients need. Cookies and the server's own words are not passed on. */
const RETURNED = new Set([
  "cache-control",
  "content-language",
  "content-type",
  "date",
  "etag",
  "last-modified",
  "link",
  "location",
  "request-id",
  "retry-after",
  "x-request-id",
  "x-total-count",
]);
const LIMITS = /^(x-)?ratelimit-[a-z0-9-]+$|^[a-z]+-ratelimit-[a-z0-9-]+$/;

/** The headers of an agent's request that go to the connector's host; `also` names those that its policy needs. */
export const sentHeaders = (headers: HeaderList, also: readonly string[] = []): HeaderList =>
  headers.filter(([name]) => SENT.has(name) || VERSION.test(name) || also.includes(name));

/** The headers of a response that go to the agent; `also` names those that its protocol needs. */
export const returnedHeaders = (headers: HeaderList, also: readonly string[] = []): HeaderList =>
  headers.filter(([name]) => RETURNED.has(name) || LIMITS.test(name) || also.includes(name));

/** Headers of which readers take the first or the last where they come twice. */
const SINGLE = ["content-type", "content-length", "host", "idempotency-key"];

/** @throws malformed_request where the gateway and the connector's host could read different requests */
export function checkSingle(headers: HeaderList): void {
  const twice = SINGLE.find((name) => headers.filter(([field]) => field === name).length > 1) ?? joined(headers);
  if (twice === undefined) return;
  throw new GatewayProblem("malformed_request", `The request has more than one ${twice}.`);
}

// Platforms write several values of one header as a list.
const joined = (headers: HeaderList): string | undefined =>
  headers.some(([name, value]) => name === "content-type" && value.replace(/"[^"]*"/g, "").includes(","))
    ? "content-type"
    : undefined;

/** The one value of a header; undefined where it is missing or there twice. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  const found = headers.filter(([field]) => field === name);
  return found.length === 1 ? found[0]?.[1] : undefined;
}
