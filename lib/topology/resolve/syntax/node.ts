/** Where a node stands in its text, and how many nodes are below it at the deepest place. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

export interface Literal extends Span {
  readonly kind: "literal";
  readonly value: string | number | boolean | null;
}

/** Text with embedded expressions. One expression alone is not a template but that expression. */
export interface Template extends Span {
  readonly kind: "template";
  readonly parts: readonly Node[];
}

/** The first word of a reference: `aws_vpc`, `local`, a variable of a `for`. */
export interface Name extends Span {
  readonly kind: "name";
  readonly name: string;
}

/** The element that a splat stands for. */
export interface Item extends Span {
  readonly kind: "item";
}

export interface Attribute extends Span {
  readonly kind: "attribute";
  readonly of: Node;
  readonly name: string;
}

export interface Index extends Span {
  readonly kind: "index";
  readonly of: Node;
  readonly key: Node;
}

export interface Splat extends Span {
  readonly kind: "splat";
  readonly of: Node;
  readonly each: Node;
}

export interface Call extends Span {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Node[];
  /** Whether the last argument is a list of arguments: `max(list...)`. */
  readonly spread: boolean;
}

export interface Tuple extends Span {
  readonly kind: "tuple";
  readonly items: readonly Node[];
}

export interface ObjectNode extends Span {
  readonly kind: "object";
  readonly entries: readonly { readonly key: Node; readonly value: Node }[];
}

export interface For extends Span {
  readonly kind: "for";
  readonly keyName?: string;
  readonly valueName: string;
  readonly over: Node;
  /** Set for a `for` that makes an object. */
  readonly key?: Node;
  readonly value: Node;
  readonly condition?: Node;
  readonly grouped: boolean;
}

export interface Conditional extends Span {
  readonly kind: "conditional";
  readonly condition: Node;
  readonly yes: Node;
  readonly no: Node;
}

export interface Unary extends Span {
  readonly kind: "unary";
  readonly operator: "-" | "!";
  readonly of: Node;
}

export interface Binary extends Span {
  readonly kind: "binary";
  readonly operator: string;
  readonly left: Node;
  readonly right: Node;
}

/** An expression of Terraform's language. */
export type Node =
  | Literal
  | Template
  | Name
  | Item
  | Attribute
  | Index
  | Splat
  | Call
  | Tuple
  | ObjectNode
  | For
  | Conditional
  | Unary
  | Binary;

/** The nodes right below one. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "template":
      return node.parts;
    case "attribute":
    case "unary":
      return [node.of];
    case "index":
      return [node.of, node.key];
    case "splat":
      return [node.of, node.each];
    case "call":
      return node.args;
    case "tuple":
      return node.items;
    case "object":
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case "for":
      return [node.over, node.key, node.value, node.condition].filter((child) => child !== undefined);
    case "conditional":
      return [node.condition, node.yes, node.no];
    case "binary":
      return [node.left, node.right];
    default:
      return [];
  }
}
