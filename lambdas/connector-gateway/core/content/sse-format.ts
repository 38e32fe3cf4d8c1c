import { GatewayProblem } from "../problem";
import type { FixedText, OpenedFormat } from "./format";
import { JsonText } from "./json-text";
import { ContentNode } from "./node";
import { utf8Bytes, utf8Text } from "./utf8";

interface Line {
  readonly source: string;
  readonly ending: string;
  readonly field: string;
  readonly value: string;
}

const FIELDS = ["event", "id", "retry"];

/**
 * Events of a stream as `{ event, id, retry, data }`, whose data is a value where it is JSON. An event that the stream breaks
 * off is an event too. Comments and unknown fields are texts beside them.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function openSse(bytes: Uint8Array): OpenedFormat {
  const blocks = blocksOf(utf8Text(bytes)).map((lines) => new Block(lines));
  const events = blocks.filter(({ isEvent }) => isEvent);
  const root = ContentNode.array(events.map(({ node }) => node));
  const extras = blocks.flatMap((block) => block.extras.map((node) => ({ pointer: "", node })));
  const fixed: FixedText[] = blocks.flatMap((block) => block.fixed.map((text) => ({ pointer: "", text })));
  const render = (): Uint8Array => {
    if (root.edit?.kind === "text") return utf8Bytes(`data: ${root.edit.text}\n\n`);
    return utf8Bytes(root.edit === undefined ? blocks.map((block) => block.render()).join("") : "");
  };
  return { kind: "sse", root, extras, fixed, render };
}

class Block {
  public readonly node: ContentNode;
  public readonly extras: ContentNode[] = [];
  public readonly fixed: string[] = [];
  public readonly isEvent: boolean;
  private readonly data: Line[];
  private readonly json: JsonText | undefined;
  private readonly dataNode: ContentNode;
  private readonly nodes = new Map<Line, ContentNode>();

  public constructor(private readonly lines: readonly Line[]) {
    this.data = lines.filter(({ field }) => field === "data");
    this.isEvent = this.data.length > 0;
    const text = this.data.map(({ value }) => value).join("\n");
    this.json = jsonOf(text);
    this.dataNode = this.json?.root ?? ContentNode.string(text);
    const members: [string, ContentNode][] = [];
    const last = new Map(lines.map((line) => [line.field, line] as const));
    for (const line of lines) {
      if (line.field === "data" || line.source === "") continue;
      const node = ContentNode.string(line.value);
      this.nodes.set(line, node);
      // The last of a field holds; the others are texts all the same.
      const isLast = last.get(line.field) === line;
      if (this.isEvent && FIELDS.includes(line.field) && isLast) members.push([line.field, node]);
      else this.extras.push(node);
      if (!FIELDS.includes(line.field) && line.field !== "") this.fixed.push(line.field);
    }
    this.node = ContentNode.object([...members, ["data", this.dataNode]]);
  }

  public render(): string {
    const { edit } = this.node;
    if (this.isEvent && edit !== undefined) {
      return edit.kind === "remove" ? "" : `${fieldLines("data", edit.text, "\n")}\n`;
    }
    return this.lines.map((line) => this.renderLine(line)).join("");
  }

  private renderLine(line: Line): string {
    const { source, ending, field } = line;
    if (field === "data") {
      if (!this.dataNode.isEdited) return source + ending;
      if (line !== this.data[0] || this.dataNode.edit?.kind === "remove") return "";
      return fieldLines("data", this.dataText(), ending === "" ? "\n" : ending);
    }
    const edit = this.nodes.get(line)?.edit;
    if (edit === undefined) return source + ending;
    return edit.kind === "remove" ? "" : `${field}: ${edit.text.replace(/[\r\n]+/g, " ")}${ending}`;
  }

  private dataText(): string {
    return this.json?.render() ?? (this.dataNode.edit?.kind === "text" ? this.dataNode.edit.text : "");
  }
}

const fieldLines = (field: string, text: string, ending: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => `${field}: ${line}${ending}`)
    .join("");

// Marks such as `[DONE]` stand between JSON; what begins as JSON and is none can't be judged.
function jsonOf(text: string): JsonText | undefined {
  const isMark = /^\[[A-Z_]*\]$/.test(text) && text !== "[]";
  if (isMark) return undefined;
  try {
    return new JsonText(text);
  } catch (error) {
    if (error instanceof GatewayProblem && !/^[ \t\n]*[{[]/.test(text)) return undefined;
    throw error;
  }
}

function blocksOf(text: string): Line[][] {
  const blocks: Line[][] = [];
  let block: Line[] = [];
  for (const [, source = "", ending = ""] of text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)) {
    if (source === "" && ending === "") continue;
    const content = blocks.length + block.length === 0 ? source.replace(/^\uFEFF/, "") : source;
    const colon = content.indexOf(":");
    const field = colon < 0 ? content : content.slice(0, colon);
    const value = colon < 0 ? "" : content.slice(colon + 1).replace(/^ /, "");
    block.push({ source, ending, field, value });
    if (content !== "") continue;
    blocks.push(block);
    block = [];
  }
  return block.length === 0 ? blocks : [...blocks, block];
}
