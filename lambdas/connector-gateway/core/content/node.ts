import { GatewayProblem } from "../problem";

/** Levels of objects and arrays that are opened. */
export const MAX_DEPTH = 64;

export type NodeShape = "object" | "array" | "string" | "number" | "literal";

/** What leaves in place of a node. */
export type Edit = { readonly kind: "remove" } | { readonly kind: "text"; readonly text: string };

/** A child by its name or its index. `from` and `to` hold the member with what stands around it in its source. */
export interface Member {
  readonly key: string;
  readonly node: ContentNode;
  readonly from: number;
  readonly to: number;
}

/** One value of a content, whatever its format. */
export class ContentNode {
  public edit: Edit | undefined;

  public constructor(
    public readonly shape: NodeShape,
    /** What a string says, the digits of a number, `true`, `false` or `null`; empty for objects and arrays. */
    public readonly text: string,
    public readonly members: readonly Member[] = [],
    public readonly start = 0,
    public readonly end = 0,
    /** Text or bytes without a structure that paths could lead into. */
    public readonly isOpaque = false,
    /** Not text: it can be replaced as a whole, not in part. */
    public readonly isBinary = false,
  ) {}

  public static string(text: string): ContentNode {
    return new ContentNode("string", text);
  }

  public static object(members: readonly (readonly [key: string, node: ContentNode])[]): ContentNode {
    return new ContentNode(
      "object",
      "",
      members.map(([key, node]) => ({ key, node, from: 0, to: 0 })),
    );
  }

  public static array(items: readonly ContentNode[]): ContentNode {
    return new ContentNode(
      "array",
      "",
      items.map((node, index) => ({ key: String(index), node, from: 0, to: 0 })),
    );
  }

  public get isContainer(): boolean {
    return this.shape === "object" || this.shape === "array";
  }

  /** Children that leave. */
  public get kept(): readonly Member[] {
    return this.members.filter(({ node }) => node.edit?.kind !== "remove");
  }

  /** Whether anything in here leaves otherwise than it came. */
  public get isEdited(): boolean {
    return this.edit !== undefined || this.members.some(({ node }) => node.isEdited);
  }
}

/** The value that leaves, as JavaScript has it; `__proto__` is a name like others. */
export function jsonValueOf(node: ContentNode): unknown {
  if (node.edit?.kind === "text") return node.edit.text;
  if (node.shape === "string") return node.text;
  if (node.shape === "number") return Number(node.text);
  if (node.shape === "literal") return node.text === "null" ? null : node.text === "true";
  if (node.shape === "array") return node.kept.map((member) => jsonValueOf(member.node));
  const object = {};
  for (const member of node.kept) {
    const value = jsonValueOf(member.node);
    Object.defineProperty(object, member.key, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

/** The value as it came, in JSON without blanks; of a string or number its own text. Digits are kept. */
export function plainTextOf(node: ContentNode): string {
  return node.isContainer ? compact(node) : node.text;
}

function compact(node: ContentNode): string {
  if (node.shape === "string") return JSON.stringify(node.text);
  if (node.shape === "array") return `[${node.members.map((member) => compact(member.node)).join(",")}]`;
  if (node.shape !== "object") return node.text;
  return `{${node.members.map(({ key, node }) => `${JSON.stringify(key)}:${compact(node)}`).join(",")}}`;
}

/** A tree of a value that something else has parsed. @throws inspection_incomplete where it is no JSON */
export function nodeOf(value: unknown, depth = 0): ContentNode {
  if (depth > MAX_DEPTH) throw new GatewayProblem("inspection_incomplete", "The content is nested too deeply.");
  if (typeof value === "string") return ContentNode.string(value);
  if (typeof value === "number" && Number.isFinite(value)) return new ContentNode("number", JSON.stringify(value));
  if (value === null || typeof value === "boolean") return new ContentNode("literal", String(value));
  if (Array.isArray(value)) return ContentNode.array(value.map((item) => nodeOf(item, depth + 1)));
  if (typeof value !== "object") throw new GatewayProblem("inspection_incomplete", "The content is no JSON.");
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return ContentNode.object(entries.map(([key, item]) => [key, nodeOf(item, depth + 1)] as const));
}

/** One reference token of a JSON Pointer. @see https://www.rfc-editor.org/rfc/rfc6901#section-3 */
export const pointerToken = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");
