import type { OpenedFormat } from "./format";
import { JsonText } from "./json-text";
import { ContentNode } from "./node";
import { utf8Bytes, utf8Text } from "./utf8";

/** One JSON value. */
export function openJson(bytes: Uint8Array): OpenedFormat {
  const json = new JsonText(utf8Text(bytes));
  return { kind: "json", root: json.root, render: () => utf8Bytes(json.render()) };
}

/** JSON values, one a line; lines with nothing are kept and are no rows. @see https://github.com/ndjson/ndjson-spec */
export function openNdjson(bytes: Uint8Array): OpenedFormat {
  const lines = utf8Text(bytes)
    .split("\n")
    .map((line) => (/^[ \t\r]*$/.test(line) ? { line } : { line, json: new JsonText(line) }));
  const values = lines.flatMap(({ json }) => (json === undefined ? [] : [json]));
  const root = ContentNode.array(values.map((json) => json.root));
  const render = (): Uint8Array => {
    if (root.edit !== undefined) return utf8Bytes(root.edit.kind === "text" ? JSON.stringify(root.edit.text) : "");
    const kept = lines.filter(({ json }) => json?.root.edit?.kind !== "remove");
    return utf8Bytes(kept.map(({ line, json }) => json?.render() ?? line).join("\n"));
  };
  return { kind: "ndjson", root, render };
}
