import type { HeaderList } from "../core/ports";
import { type RecordedExchange, UnreadableRecording } from "./recorded";

type Json = { readonly [member: string]: unknown };

/** Names of HTTP/2's own fields, which recorders write among the headers. */
const PSEUDO = /^:/;
/** The recorder has undone these, so that they say nothing of the recorded body. */
const UNDONE = new Set(["content-encoding", "content-length", "transfer-encoding"]);

/** The exchanges of a HAR file. @see http://www.softwareishard.com/blog/har-12-spec/ @throws UnreadableRecording */
export function readHar(text: string): RecordedExchange[] {
  let har: Json;
  try {
    har = JSON.parse(text.replace(/^\uFEFF/, "")) as Json;
  } catch {
    throw new UnreadableRecording("the file is no JSON");
  }
  const entries = (har?.["log"] as Json | undefined)?.["entries"];
  if (!Array.isArray(entries)) throw new UnreadableRecording("the file has no log.entries");
  return entries.map((entry: Json, index) => exchangeOf(entry, `entry ${index}`));
}

function exchangeOf(entry: Json, at: string): RecordedExchange {
  const request = entry?.["request"] as Json | undefined;
  const url = textOf(request?.["url"]);
  if (request === undefined || !URL.canParse(url)) throw new UnreadableRecording(`${at} has no request with a URL`);
  const { protocol, hostname, port, pathname, search } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") throw new UnreadableRecording(`${at} is neither https nor http`);
  const started = Date.parse(textOf(entry["startedDateTime"]));
  const posted = request["postData"] as Json | undefined;
  return {
    at: Number.isNaN(started) ? undefined : started,
    protocol: protocol === "https:" ? "https" : "http",
    host: hostname.replace(/\.$/, ""),
    port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    method: textOf(request["method"]).toUpperCase(),
    target: `${pathname}${search}`,
    headers: headersOf(request["headers"], posted?.["mimeType"]),
    body: bytesOf(posted),
    response: responseOf(entry["response"] as Json | undefined),
  };
}

function responseOf(response: Json | undefined): RecordedExchange["response"] {
  const status = Number(response?.["status"]);
  // Recorders write 0 where no answer came.
  if (response === undefined || !Number.isInteger(status) || status < 100) return undefined;
  const content = response["content"] as Json | undefined;
  return { status, headers: headersOf(response["headers"], content?.["mimeType"]), body: bytesOf(content) };
}

function headersOf(headers: unknown, type: unknown): HeaderList {
  const list = Array.isArray(headers) ? (headers as Json[]) : [];
  const read = list
    .map((header) => [textOf(header?.["name"]).toLowerCase(), textOf(header?.["value"])] as const)
    .filter(([name]) => name !== "" && !PSEUDO.test(name) && !UNDONE.has(name));
  const hasType = read.some(([name]) => name === "content-type");
  return hasType || typeof type !== "string" || type === "" ? read : [...read, ["content-type", type]];
}

function bytesOf(content: Json | undefined): Uint8Array {
  const text = textOf(content?.["text"]);
  return Buffer.from(text, content?.["encoding"] === "base64" ? "base64" : "utf8");
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
