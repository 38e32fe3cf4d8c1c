import type { OpenedFormat } from "../content/format";
import { openJson } from "../content/json-format";
import { parseMediaType } from "../content/media-type";
import type { ContentNode } from "../content/node";
import { openSse } from "../content/sse-format";
import { GatewayProblem } from "../problem";

/** Takes out of a result what the agent may not see. */
export type ResultFilter = (result: ContentNode) => Promise<void>;

/** What a server may tell while it works. Its own requests (sampling, roots, questions to the user) are taken out. */
const NOTIFICATIONS = [
  "notifications/progress",
  "notifications/message",
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
];

/**
 * A response with what the agent may see: answers to its request and news of it. What is not taken out leaves byte by byte.
 * @param id of the request; undefined for a notification, which no result answers
 * @throws response_refused for anything else
 */
export async function filterResponse(
  body: Uint8Array,
  contentType: string | undefined,
  id: string | number | undefined,
  filter: ResultFilter,
): Promise<Uint8Array> {
  if (body.length === 0) return body;
  const format = opened(body, contentType);
  if (format.kind === "json") {
    if (!(await keeps(format.root, id, filter)) || memberOf(format.root, "method") !== undefined) throw refused();
  } else {
    for (const { node: event } of format.root.members) {
      const data = memberOf(event, "data");
      // An event without data only says from where the stream could go on.
      if (data?.shape === "string" && data.text === "") continue;
      if (data === undefined || !(await keeps(data, id, filter))) event.edit = { kind: "remove" };
    }
  }
  return format.root.isEdited ? format.render() : body;
}

/** A member of an object that leaves. */
export const memberOf = (node: ContentNode, name: string): ContentNode | undefined =>
  node.shape === "object" ? node.kept.find(({ key }) => key === name)?.node : undefined;

export const refused = (): GatewayProblem =>
  new GatewayProblem("response_refused", "The server's answer is none that can be passed on.");

function opened(body: Uint8Array, contentType: string | undefined): OpenedFormat {
  try {
    const { name } = parseMediaType(contentType);
    if (name === "application/json") return openJson(body);
    if (name === "text/event-stream") return openSse(body);
  } catch (error) {
    if (error instanceof GatewayProblem && error.reason === "inspection_incomplete") throw error;
  }
  throw refused();
}

async function keeps(message: ContentNode, id: string | number | undefined, filter: ResultFilter): Promise<boolean> {
  if (message.shape !== "object" || memberOf(message, "jsonrpc")?.text !== "2.0") throw refused();
  const [method, result, error] = ["method", "result", "error"].map((name) => memberOf(message, name));
  if ([method, result, error].filter((member) => member !== undefined).length !== 1) throw refused();
  const own = memberOf(message, "id");
  if (method !== undefined) return own === undefined && NOTIFICATIONS.includes(method.text);
  // Servers that could not read the request answer without its id.
  if (error !== undefined) return true;
  const isAnswer = own !== undefined && own.shape === (typeof id === "string" ? "string" : "number");
  if (id === undefined || !isAnswer || own.text !== String(id) || result?.shape !== "object") throw refused();
  const type = memberOf(result, "resultType");
  if (type !== undefined && type.text !== "complete") {
    throw new GatewayProblem(
      "response_refused",
      "The server asks for something before it answers; that is not mediated.",
    );
  }
  await filter(result);
  return true;
}
