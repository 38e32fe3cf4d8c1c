import { GatewayProblem } from "../problem";
import type { OpenedFormat } from "./format";
import { ContentNode } from "./node";
import { utf8Bytes, utf8Text } from "./utf8";

/**
 * Names and values of a form; a name that is there more than once holds an array.
 * @see https://url.spec.whatwg.org/#application/x-www-form-urlencoded
 */
export function openForm(bytes: Uint8Array): OpenedFormat {
  const pairs = utf8Text(bytes)
    .split("&")
    .map((source) => {
      const at = source.indexOf("=");
      const name = at < 0 ? source : source.slice(0, at);
      const node = ContentNode.string(decoded(at < 0 ? "" : source.slice(at + 1)));
      return { source, rawName: name, name: decoded(name), node, isEmpty: source === "" };
    });
  const { root, editOf } = fieldTree(pairs.filter(({ isEmpty }) => !isEmpty));
  const render = (): Uint8Array => {
    if (root.edit !== undefined) return utf8Bytes(root.edit.kind === "text" ? encoded(root.edit.text) : "");
    const kept = pairs.flatMap(({ source, rawName, node, name, isEmpty }) => {
      const edit = isEmpty ? undefined : editOf(name, node);
      if (edit === undefined) return [source];
      return edit.kind === "remove" ? [] : [`${rawName}=${encoded(edit.text)}`];
    });
    return utf8Bytes(kept.join("&"));
  };
  return { kind: "form", root, render };
}

/** Fields as an object, in the order of their first appearance, and how to tell what became of one. */
export function fieldTree(fields: readonly { readonly name: string; readonly node: ContentNode }[]): {
  root: ContentNode;
  editOf: (name: string, node: ContentNode) => ContentNode["edit"];
} {
  const byName = new Map<string, ContentNode[]>();
  for (const { name, node } of fields) {
    const nodes = byName.get(name) ?? [];
    nodes.push(node);
    byName.set(name, nodes);
  }
  const holders = new Map<string, ContentNode>();
  for (const [name, [first = ContentNode.string(""), ...more]] of byName) {
    holders.set(name, more.length === 0 ? first : ContentNode.array([first].concat(more)));
  }
  return {
    root: ContentNode.object([...holders]),
    editOf: (name, node) => holders.get(name)?.edit ?? node.edit,
  };
}

function decoded(text: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw malformed();
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw malformed();
  }
}

// What is a lone surrogate becomes U+FFFD, as everywhere on the web.
const encoded = (text: string): string => encodeURIComponent(Buffer.from(text, "utf8").toString("utf8"));

const malformed = (): GatewayProblem =>
  new GatewayProblem("malformed_request", "The form has a percent-encoding that can't be read.");
