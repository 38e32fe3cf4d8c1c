import { GatewayProblem } from "../problem";
import { fieldTree } from "./form-format";
import type { FixedText, OpenedFormat } from "./format";
import { type ContentNode, pointerToken } from "./node";
import { utf8Bytes, utf8Text } from "./utf8";

interface Part {
  readonly name: string;
  /** Header block as it came, with the blank line. */
  readonly head: string;
  readonly format: OpenedFormat;
  readonly body: Uint8Array;
}

/** Opens the content of a part; one without a type is a plain field. */
type OpenPart = (contentType: string | undefined, bytes: Uint8Array) => OpenedFormat;

const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
const HEADER = /^([A-Za-z-]+):[ \t]*([^\r\n]*?)[ \t]*$/;
const DISPOSITION = /^form-data((?:[ \t]*;[ \t]*[A-Za-z*]+=(?:"[^"\\]*"|[^\s;"\\]+))*)$/i;
const PARAMETER = /;[ \t]*([A-Za-z*]+)=(?:"([^"\\]*)"|([^\s;"\\]+))/g;
const MAX_PARTS = 1000;

/**
 * Fields and files of a form. Readers differ on what is unusual, so that it is refused: text before and after the parts, line
 * ends without CR, folded or repeated headers, a part without a name, backslashes in names, transfer encodings.
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
export function openMultipart(boundary: string | undefined, bytes: Uint8Array, open: OpenPart): OpenedFormat {
  if (boundary === undefined || !BOUNDARY.test(boundary)) throw malformed("has no usable boundary");
  const parts = split(boundary, Buffer.from(bytes).toString("latin1")).map((part) => readPart(part, open));
  const fields = parts.map((part) => ({ ...part, node: part.format.root }));
  const { root, editOf } = fieldTree(fields);
  const pointerOf = (name: string): string => `/${pointerToken(name)}`;
  const fixed: FixedText[] = parts.flatMap(({ name, head, format }) => [
    { pointer: pointerOf(name), text: utf8Text(Buffer.from(head, "latin1")) },
    ...(format.fixed ?? []).map(({ pointer, text }) => ({ pointer: pointerOf(name) + pointer, text })),
  ]);
  const extras = parts.flatMap(({ name, format }) =>
    (format.extras ?? []).map(({ pointer, node }) => ({ pointer: pointerOf(name) + pointer, node })),
  );
  const render = (): Uint8Array => {
    if (root.edit !== undefined) throw new GatewayProblem("inspection_incomplete", "A form can't be replaced whole.");
    const chunks = fields.flatMap(({ head, name, ...part }) => {
      const edit = editOf(name, part.node);
      if (edit?.kind === "remove") return [];
      const content = Buffer.from(
        edit === undefined || edit === part.node.edit ? contentOf(part) : utf8Bytes(edit.text),
      );
      if (`\r\n${content.toString("latin1")}`.includes(`\r\n--${boundary}`)) {
        throw new GatewayProblem("inspection_incomplete", "A part that was changed holds the boundary.");
      }
      return [Buffer.from(`--${boundary}\r\n${head}`, "latin1"), content, Buffer.from("\r\n")];
    });
    return Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`, "latin1")]);
  };
  return { kind: "multipart", root, fixed, extras, render };
}

function contentOf({ node, format, body }: { node: ContentNode; format: OpenedFormat; body: Uint8Array }): Uint8Array {
  const isEdited = node.isEdited || (format.extras ?? []).some((extra) => extra.node.isEdited);
  return isEdited ? format.render() : body;
}

function split(boundary: string, text: string): string[] {
  const delimiter = `\r\n--${boundary}`;
  if (text === `--${boundary}--` || text === `--${boundary}--\r\n`) return [];
  if (!text.startsWith(`--${boundary}\r\n`)) throw malformed("does not begin with its boundary");
  const parts: string[] = [];
  let from = boundary.length + 4;
  for (;;) {
    const end = text.indexOf(delimiter, from);
    if (end < 0) throw malformed("does not end with its boundary");
    parts.push(text.slice(from, end));
    if (parts.length > MAX_PARTS) throw malformed(`has more than ${MAX_PARTS} parts`);
    const after = end + delimiter.length;
    if (text.startsWith("\r\n", after)) from = after + 2;
    else if (text.slice(after) === "--" || text.slice(after) === "--\r\n") return parts;
    else throw malformed("has something behind a boundary");
  }
}

function readPart(source: string, open: OpenPart): Part {
  const end = source.indexOf("\r\n\r\n");
  if (end < 0) throw malformed("has a part without a header");
  const headers = new Map<string, string>();
  for (const line of utf8Text(Buffer.from(source.slice(0, end), "latin1")).split("\r\n")) {
    const [, name = "", value = ""] = HEADER.exec(line) ?? [];
    if (name === "" || headers.has(name.toLowerCase())) throw malformed("has a header that can't be read");
    headers.set(name.toLowerCase(), value);
  }
  if (headers.has("content-transfer-encoding") || headers.has("content-encoding")) {
    throw malformed("has a part with an encoding of its own");
  }
  const { name, isFile } = dispositionOf(headers.get("content-disposition") ?? "");
  const body = Buffer.from(source.slice(end + 4), "latin1");
  const type = headers.get("content-type") ?? (isFile ? "application/octet-stream" : undefined);
  const format = open(type, body);
  return { name, head: source.slice(0, end + 4), format, body };
}

function dispositionOf(text: string): { name: string; isFile: boolean } {
  const list = DISPOSITION.exec(text)?.[1];
  if (list === undefined) throw malformed("has a part without a readable disposition");
  const parameters = new Map<string, string>();
  for (const [, key = "", quoted, plain] of list.matchAll(PARAMETER)) {
    const name = key.toLowerCase();
    if (parameters.has(name) || name.includes("*")) throw malformed("has a part without a readable disposition");
    parameters.set(name, quoted ?? plain ?? "");
  }
  const name = parameters.get("name");
  if (name === undefined) throw malformed("has a part without a name");
  return { name: unescapedName(name), isFile: parameters.has("filename") };
}

// Browsers write quotes and line ends of names so; no other escape exists there.
const unescapedName = (name: string): string => name.replace(/%22/g, '"').replace(/%0D/gi, "\r").replace(/%0A/gi, "\n");

const malformed = (what: string): GatewayProblem =>
  new GatewayProblem("malformed_request", `The multipart content ${what}.`);
