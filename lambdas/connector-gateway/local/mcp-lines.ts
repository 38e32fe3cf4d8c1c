import type { McpConnectorJson } from "../../../lib/policy/connector-json";
import { type RecordedExchange, UnreadableRecording } from "./recorded";

type Message = { readonly [member: string]: unknown };

/** JSON-RPC messages, one on each line, as exchanges with one MCP server: an answer belongs to the request of its id. */
export function readMcpLines(text: string, connector: McpConnectorJson): RecordedExchange[] {
  const messages = text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [messageOf(line, index + 1)]));
  const answers = new Map<string, { message: Message; line: string }[]>();
  for (const answer of messages) {
    if (answer.message["method"] !== undefined) continue;
    const key = JSON.stringify(answer.message["id"]);
    answers.set(key, [...(answers.get(key) ?? []), answer]);
  }
  return messages
    .filter(({ message }) => message["method"] !== undefined)
    .map(({ message, line }) => {
      const answer = message["id"] === undefined ? undefined : answers.get(JSON.stringify(message["id"]))?.shift();
      return exchangeOf(connector, line, answer?.line, message["id"] === undefined);
    });
}

function exchangeOf(
  { host, port = 443, path = "/mcp" }: McpConnectorJson,
  line: string,
  answer: string | undefined,
  isNotification: boolean,
): RecordedExchange {
  const response =
    answer === undefined
      ? { status: isNotification ? 202 : 200, headers: [], body: new Uint8Array() }
      : { status: 200, headers: [["content-type", "application/json"] as const], body: Buffer.from(answer) };
  return {
    at: undefined,
    protocol: "https",
    host,
    port,
    method: "POST",
    target: path,
    headers: [
      ["content-type", "application/json"],
      ["accept", "application/json, text/event-stream"],
    ],
    body: Buffer.from(line),
    response,
  };
}

function messageOf(line: string, number: number): { message: Message; line: string } {
  try {
    const message: unknown = JSON.parse(line);
    if (typeof message === "object" && message !== null && !Array.isArray(message)) {
      return { message: message as Message, line };
    }
  } catch {
    // Said below, with the line.
  }
  throw new UnreadableRecording(`line ${number} is no JSON-RPC message`);
}
