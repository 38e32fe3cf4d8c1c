import { GatewayProblem } from "../problem";
import { type ContentDocument, OpenedDocument } from "./content-document";
import { openCsv } from "./csv-format";
import { openForm } from "./form-format";
import type { OpenedFormat } from "./format";
import { openJson, openNdjson } from "./json-format";
import { charsetOf, type MediaType, parseMediaType } from "./media-type";
import { openMultipart } from "./multipart-format";
import { ContentNode } from "./node";
import { openSse } from "./sse-format";
import { utf8Bytes, utf8Text } from "./utf8";

const JSON_TYPE = /^(application\/json|text\/json|[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+\+json)$/;
const NDJSON = ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"];
const TEXT = /^(text\/.+|application\/(xml|javascript|ecmascript|graphql|yaml|toml|sql|x-sh)|.+\+(xml|yaml))$/;

/**
 * A body by what its content type says; nothing is guessed. Text is a single string, anything unknown is binary.
 * @throws malformed_request where it is not what it says, inspection_incomplete where it can't be read at all
 */
export function openContent(contentType: string | undefined, body: Uint8Array): ContentDocument {
  const type = parseMediaType(contentType);
  return new OpenedDocument(type.name, body, openFormat(type, body));
}

function openFormat(type: MediaType, body: Uint8Array, isPart = false): OpenedFormat {
  const { name, parameters } = type;
  if (body.length === 0 && !isPart) return { kind: "empty", root: ContentNode.string(""), render: () => body };
  if (JSON_TYPE.test(name)) return openJson(unicode(type, body));
  if (NDJSON.includes(name)) return openNdjson(unicode(type, body));
  if (name === "application/x-www-form-urlencoded") return openForm(unicode(type, body));
  if (name === "text/csv") return openCsv(unicode(type, body), parameters.get("header")?.toLowerCase() !== "absent");
  if (name === "text/event-stream") return openSse(unicode(type, body));
  if (name === "multipart/form-data" && !isPart) {
    return openMultipart(parameters.get("boundary"), body, (part, bytes) =>
      openFormat(parseMediaType(part), bytes, true),
    );
  }
  const isField = isPart && name === "";
  return isField || TEXT.test(name) ? openText(type, body, isField) : openBinary(body);
}

function openText(type: MediaType, body: Uint8Array, isField: boolean): OpenedFormat {
  const charset = charsetOf(type);
  const text = charset === "utf-8" ? utf8Text(body) : Buffer.from(body).toString("latin1");
  // The plain fields of a form are values as JSON's are; other texts may hold anything.
  const root = new ContentNode("string", text, [], 0, 0, !isField);
  const render = (): Uint8Array => {
    const left = root.edit?.kind === "text" ? root.edit.text : "";
    return charset === "utf-8" ? utf8Bytes(left) : Buffer.from(left, "latin1");
  };
  return { kind: "text", root, render };
}

function openBinary(body: Uint8Array): OpenedFormat {
  const root = new ContentNode("string", Buffer.from(body).toString("latin1"), [], 0, 0, true, true);
  const render = (): Uint8Array => (root.edit?.kind === "text" ? utf8Bytes(root.edit.text) : new Uint8Array());
  return { kind: "binary", root, render };
}

// JSON and what holds it has one encoding; a byte order mark is refused by the parsers.
function unicode(type: MediaType, body: Uint8Array): Uint8Array {
  if (charsetOf(type) === "utf-8") return body;
  throw new GatewayProblem("inspection_incomplete", "The content has a character set that can't be looked through.");
}
