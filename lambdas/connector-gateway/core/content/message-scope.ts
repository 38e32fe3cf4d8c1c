import { GatewayProblem } from "../problem";
import { JsonText } from "./json-text";
import type { ContentNode } from "./node";
import type { CompiledRedactions, RedactionCount } from "./redactions";
import type { TokenKeys } from "./tokens";

/** Where the value of an MCP message stands: what a tool is given, and what tools, resources and prompts return. */
const PLACES: { readonly [direction in "request" | "response"]: readonly string[][] } = {
  request: [["params", "arguments"]],
  response: [
    ["result", "structuredContent"],
    ["result", "content", "*", "text"],
    ["result", "content", "*", "resource", "text"],
    ["result", "contents", "*", "text"],
    ["result", "messages", "*", "content", "text"],
  ],
};

/** What has no structure that a path could lead into. */
const OPAQUE: readonly string[][] = [
  ["result", "content", "*", "data"],
  ["result", "content", "*", "resource", "blob"],
  ["result", "contents", "*", "blob"],
  ["result", "messages", "*", "content", "data"],
];

/**
 * Redacts the values inside of JSON-RPC messages, to which the paths of an MCP operation lead. A text is opened as JSON.
 * @throws inspection_incomplete for a text that is none, and for images and files
 */
export function redactMessages(
  roots: Iterable<ContentNode>,
  direction: "request" | "response",
  redactions: CompiledRedactions,
  keys: TokenKeys,
): RedactionCount[] {
  const counts = new Map<string, RedactionCount>();
  const add = (found: readonly RedactionCount[]): void => {
    for (const one of found) {
      const key = `${one.path} ${one.mode}`;
      counts.set(key, { ...one, count: (counts.get(key)?.count ?? 0) + one.count });
    }
  };
  for (const root of roots) {
    if (direction === "response" && OPAQUE.some((place) => nodesAt(root, place).length > 0)) throw unstructured();
    for (const place of PLACES[direction]) {
      for (const node of nodesAt(root, place)) add(redactAt(node, redactions, keys));
    }
  }
  return [...counts.values()];
}

function redactAt(node: ContentNode, redactions: CompiledRedactions, keys: TokenKeys): RedactionCount[] {
  if (node.shape !== "string") return redactions.apply(node, keys);
  const json = jsonOf(node.text);
  const counts = redactions.apply(json.root, keys);
  if (counts.length > 0) node.edit = { kind: "text", text: json.render() };
  return counts;
}

function jsonOf(text: string): JsonText {
  try {
    return new JsonText(text);
  } catch {
    throw unstructured();
  }
}

const unstructured = (): GatewayProblem =>
  new GatewayProblem("inspection_incomplete", "A redaction needs content with a structure.");

function nodesAt(root: ContentNode, [name, ...rest]: readonly string[]): ContentNode[] {
  if (name === undefined) return [root];
  const below = root.members.filter(({ key }) => name === "*" || key === name);
  return below.flatMap(({ node }) => nodesAt(node, rest));
}
