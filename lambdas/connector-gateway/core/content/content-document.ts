import { GatewayProblem } from "../problem";
import type { ContentKind, OpenedFormat } from "./format";
import { redactMessages } from "./message-scope";
import { type ContentNode, jsonValueOf, pointerToken } from "./node";
import type { CompiledRedactions, RedactionCount } from "./redactions";
import type { TokenKeys } from "./tokens";

/** One text of a content: a string, a number of six characters or more, a name, a comment, a file that is no text. */
export interface ContentString {
  /** JSON Pointer; the nearest value where a text has none of its own. */
  readonly pointer: string;
  readonly text: string;
  /** It is the name of the member, not its value. @default false */
  readonly isName?: boolean;
  /** @throws inspection_incomplete for names, headers of parts and files that are no text */
  replace(text: string): void;
}

/** A body, opened. What is not changed leaves byte by byte as it came. */
export interface ContentDocument {
  readonly kind: ContentKind;
  /** In lower case, without parameters; empty where none is said. */
  readonly mediaType: string;
  /** The value with what was changed: a form is an object, rows and events are an array. Undefined for text and binary. */
  value(): unknown;
  /** Texts that leave, as they leave. */
  strings(): Iterable<ContentString>;
  /** @throws inspection_incomplete where there are redactions and no structure */
  redact(redactions: CompiledRedactions, keys: TokenKeys): RedactionCount[];
  /** The same inside of JSON-RPC messages, by paths that begin at what a tool is given or returns. */
  redactMessages(redactions: CompiledRedactions, keys: TokenKeys, direction: "request" | "response"): RedactionCount[];
  /** Rows, for budgets: items of the outermost arrays of objects, lines, rows, events; at least one if there is anything. */
  rows(): number;
  toBytes(): Uint8Array;
}

/** Digits that are short say nothing of a person. */
const NUMBER_LENGTH = 6;

export class OpenedDocument implements ContentDocument {
  public constructor(
    public readonly mediaType: string,
    private readonly bytes: Uint8Array,
    private readonly format: OpenedFormat,
  ) {}

  public get kind(): ContentKind {
    return this.format.kind;
  }

  private get hasStructure(): boolean {
    return this.kind !== "text" && this.kind !== "binary" && this.kind !== "empty";
  }

  public value(): unknown {
    const { root } = this.format;
    if (!this.hasStructure) return undefined;
    return root.edit?.kind === "remove" ? null : jsonValueOf(root);
  }

  public *strings(): Generator<ContentString> {
    if (this.kind === "empty") return;
    const { root, fixed = [], extras = [] } = this.format;
    for (const { pointer, text } of fixed) yield { pointer, text, replace: refuseReplacement };
    for (const { pointer, node } of extras) yield* stringsOf(node, pointer);
    yield* stringsOf(root, "");
  }

  public redact(redactions: CompiledRedactions, keys: TokenKeys): RedactionCount[] {
    if (redactions.isEmpty || this.kind === "empty") return [];
    if (!this.hasStructure) {
      throw new GatewayProblem("inspection_incomplete", "A redaction needs content with a structure.");
    }
    return redactions.apply(this.format.root, keys);
  }

  public redactMessages(
    redactions: CompiledRedactions,
    keys: TokenKeys,
    direction: "request" | "response",
  ): RedactionCount[] {
    if (redactions.isEmpty || this.kind === "empty") return [];
    const { root } = this.format;
    if (this.kind === "json") return redactMessages([root], direction, redactions, keys);
    if (this.kind !== "sse") throw new GatewayProblem("inspection_incomplete", "A message of MCP is JSON.");
    const events = root.members.flatMap(({ node }) => node.members.filter(({ key }) => key === "data"));
    return redactMessages(
      events.map(({ node }) => node),
      direction,
      redactions,
      keys,
    );
  }

  public rows(): number {
    const { root } = this.format;
    if (this.kind === "empty") return 0;
    if (root.shape === "array") return root.members.length;
    return Math.max(1, this.kind === "json" ? rowsBelow(root) : 1);
  }

  public toBytes(): Uint8Array {
    const { root, extras = [] } = this.format;
    const isEdited = root.isEdited || extras.some(({ node }) => node.isEdited);
    return isEdited ? this.format.render() : this.bytes;
  }
}

function* stringsOf(node: ContentNode, pointer: string): Generator<ContentString> {
  const { edit } = node;
  if (edit?.kind === "remove") return;
  const replace = (text: string): void => {
    if (node.isBinary) refuseReplacement();
    node.edit = { kind: "text", text };
  };
  if (edit !== undefined) yield { pointer, text: edit.text, replace };
  else if (node.shape === "string") yield { pointer, text: node.text, replace };
  else if (node.shape === "number" && node.text.length >= NUMBER_LENGTH) yield { pointer, text: node.text, replace };
  if (edit !== undefined) return;
  for (const { key, node: child } of node.kept) {
    const below = `${pointer}/${pointerToken(key)}`;
    if (node.shape === "object") yield { pointer: below, text: key, isName: true, replace: refuseReplacement };
    yield* stringsOf(child, below);
  }
}

function refuseReplacement(): never {
  throw new GatewayProblem("inspection_incomplete", "What must not pass stands where it can't be taken out.");
}

function rowsBelow(node: ContentNode): number {
  if (node.shape === "array" && node.members[0]?.node.isContainer === true) return node.members.length;
  if (!node.isContainer) return 0;
  return node.members.reduce((sum, { node: child }) => sum + rowsBelow(child), 0);
}
