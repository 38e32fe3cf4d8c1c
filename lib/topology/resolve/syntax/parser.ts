import { Cursor } from "./cursor";
import type { Node, Span } from "./node";

/** Deepest nesting that is read; people write less than 20 levels. */
const MAX_DEPTH = 200;

const OPERATORS = [["||"], ["&&"], ["==", "!="], ["<=", ">=", "<", ">"], ["+", "-"], ["*", "/", "%"]];
const WORDS = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

const MARKS = /\${2,}(?=\{)|%{2,}(?=\{)/y;
const RAW_TEXT = /[$%]|[^$%]+/y;
const QUOTED_TEXT = /[$%]|[^$%"\\\n]+/y;
const FULL_SPLAT = /\[\s*\*\s*\]/y;
const FOR = /for(?=\s)/y;
const IN = /in(?![\p{L}\p{N}_-])/uy;
const IF = /if(?![\p{L}\p{N}_-])/uy;
const BARE_KEY = /[\p{L}_][\p{L}\p{N}_-]*(?=\s*(?:=(?!=)|:))/uy;

type Unplaced<N> = N extends Span ? Omit<N, keyof Span> : never;

/** Reads a string of Terraform's JSON syntax: text, `${expressions}`, escapes. */
export function parseTemplate(text: string): Node {
  return new Parser(text).template();
}

/** Reads an expression without `${` and `}` around it. */
export function parseExpression(text: string): Node {
  return new Parser(text).whole();
}

class Parser extends Cursor {
  private nesting = 0;

  public template(): Node {
    return this.parts(() => this.atEnd, false);
  }

  public whole(): Node {
    const node = this.expression();
    if (!this.atEnd) this.fail("more text than an expression");
    return node;
  }

  private parts(ends: () => boolean, quoted: boolean): Node {
    const start = this.at;
    const parts: Node[] = [];
    let literal = "";
    let literalStart = this.at;
    let trimNext = false;
    const flush = (trimEnd: boolean): void => {
      const whole = trimNext ? literal.trimStart() : literal;
      const value = trimEnd ? whole.trimEnd() : whole;
      if (value !== "") parts.push(this.node(literalStart, [], { kind: "literal", value }));
      literal = "";
    };
    while (!ends()) {
      const marks = this.match(MARKS);
      if (marks !== undefined) {
        literal += `${marks.slice(1)}{`;
        this.at += 1;
      } else if (this.sees("%{")) {
        this.fail("a template directive");
      } else if (this.take("${")) {
        flush(this.take("~"));
        parts.push(this.expression());
        trimNext = this.take("~");
        this.expect("}");
        literalStart = this.at;
      } else if (this.atEnd || (quoted && this.sees("\n"))) {
        this.fail("no closing quote");
      } else if (quoted && this.sees("\\")) {
        literal += this.escape();
      } else {
        literal += this.match(quoted ? QUOTED_TEXT : RAW_TEXT) ?? this.fail("no text");
      }
    }
    flush(false);
    const [only] = parts;
    if (only === undefined) return this.node(start, [], { kind: "literal", value: "" });
    return parts.length === 1 ? only : this.node(start, parts, { kind: "template", parts });
  }

  private expression(): Node {
    this.nesting += 1;
    if (this.nesting > MAX_DEPTH) this.fail("too many levels of nesting");
    this.skipSpace();
    const start = this.at;
    const condition = this.binary(0);
    const node = this.take("?") ? this.conditional(start, condition) : condition;
    this.nesting -= 1;
    return node;
  }

  private conditional(start: number, condition: Node): Node {
    const yes = this.expression();
    this.expect(":");
    const no = this.expression();
    return this.node(start, [condition, yes, no], { kind: "conditional", condition, yes, no });
  }

  private binary(level: number): Node {
    const operators = OPERATORS[level];
    if (operators === undefined) return this.unary();
    const start = this.at;
    let left = this.binary(level + 1);
    for (;;) {
      const operator = operators.find((one) => this.sees(one));
      if (operator === undefined) return left;
      this.take(operator);
      this.skipSpace();
      const right = this.binary(level + 1);
      left = this.node(start, [left, right], { kind: "binary", operator, left, right });
    }
  }

  private unary(): Node {
    const start = this.at;
    const signs: ("-" | "!")[] = [];
    for (;;) {
      if (this.take("-")) signs.push("-");
      else if (this.sees("!") && !this.sees("!=") && this.take("!")) signs.push("!");
      else break;
      this.skipSpace();
    }
    const operand = this.at;
    let node = this.steps(this.primary(), false, operand);
    for (const operator of signs.reverse()) node = this.node(start, [node], { kind: "unary", operator, of: node });
    this.skipSpace();
    return node;
  }

  // The element of `.*` takes attributes alone; `[*]` takes everything that follows.
  private steps(first: Node, attributesOnly: boolean, start: number): Node {
    let node = first;
    for (;;) {
      this.skipSpaceBeforeStep();
      if (this.sees("...")) return node;
      if (this.take(".*")) {
        const each = this.steps(this.node(this.at, [], { kind: "item" }), true, this.at);
        node = this.node(start, [node, each], { kind: "splat", of: node, each });
      } else if (this.take(".")) {
        const place = this.at;
        const position = this.digits();
        if (position !== undefined) {
          const key = this.node(place, [], { kind: "literal", value: Number(position) });
          node = this.node(start, [node, key], { kind: "index", of: node, key });
        } else {
          const name = this.identifier() ?? this.fail("no attribute name");
          node = this.node(start, [node], { kind: "attribute", of: node, name });
        }
      } else if (!attributesOnly && this.match(FULL_SPLAT) !== undefined) {
        const each = this.steps(this.node(this.at, [], { kind: "item" }), false, this.at);
        node = this.node(start, [node, each], { kind: "splat", of: node, each });
      } else if (!attributesOnly && this.take("[")) {
        const key = this.expression();
        this.expect("]");
        node = this.node(start, [node, key], { kind: "index", of: node, key });
      } else {
        return node;
      }
    }
  }

  // A reference may go on in the next line with a dot.
  private skipSpaceBeforeStep(): void {
    const before = this.at;
    this.skipSpace();
    if (!this.sees(".") || this.sees("...")) this.at = before;
  }

  private primary(): Node {
    const start = this.at;
    if (this.take("(")) {
      const inner = this.expression();
      this.expect(")");
      return inner;
    }
    if (this.take('"')) {
      const parts = this.parts(() => this.sees('"'), true);
      this.expect('"');
      return { ...parts, start, end: this.at };
    }
    if (this.take("[")) return this.tuple(start);
    if (this.take("{")) return this.object(start);
    const number = this.number();
    if (number !== undefined) {
      const value = Number(number);
      if (!isExact(number, value)) this.fail("a number that is too long");
      return this.node(start, [], { kind: "literal", value });
    }
    const name = this.identifier();
    if (name === undefined) this.fail("no expression");
    if (this.sees("(") || this.sees("::")) return this.call(start, name);
    const word = WORDS.get(name);
    if (word !== undefined) return this.node(start, [], { kind: "literal", value: word });
    return this.node(start, [], { kind: "name", name });
  }

  private call(start: number, first: string): Node {
    let name = first;
    while (this.take("::")) name += `::${this.identifier() ?? this.fail("no function name")}`;
    this.expect("(");
    const args: Node[] = [];
    let spread = false;
    for (;;) {
      this.skipSpace();
      if (this.take(")")) break;
      args.push(this.expression());
      spread = this.take("...");
      this.skipSpace();
      if (this.take(")")) break;
      this.expect(",");
    }
    return this.node(start, args, { kind: "call", name, args, spread });
  }

  private tuple(start: number): Node {
    this.skipSpace();
    if (this.match(FOR) !== undefined) return this.forLoop(start, "]");
    const items: Node[] = [];
    for (;;) {
      this.skipSpace();
      if (this.take("]")) break;
      items.push(this.expression());
      if (this.take("]")) break;
      this.expect(",");
    }
    return this.node(start, items, { kind: "tuple", items });
  }

  private object(start: number): Node {
    this.skipSpace();
    if (this.match(FOR) !== undefined) return this.forLoop(start, "}");
    const entries: { key: Node; value: Node }[] = [];
    for (;;) {
      this.skipSpace();
      if (this.take("}")) break;
      const key = this.key();
      if (!this.take("=")) this.expect(":");
      const value = this.expression();
      entries.push({ key, value });
      this.take(",");
    }
    const children = entries.flatMap(({ key, value }) => [key, value]);
    return this.node(start, children, { kind: "object", entries });
  }

  // A bare word is the key itself, not a reference.
  private key(): Node {
    const start = this.at;
    const word = this.match(BARE_KEY);
    if (word === undefined) return this.expression();
    const node = this.node(start, [], { kind: "literal", value: word });
    this.skipSpace();
    return node;
  }

  private forLoop(start: number, close: "]" | "}"): Node {
    this.skipSpace();
    const first = this.identifier() ?? this.fail("no variable");
    this.skipSpace();
    const second = this.take(",") ? this.secondName() : undefined;
    this.skipSpace();
    if (this.match(IN) === undefined) this.fail("no 'in'");
    const over = this.expression();
    this.expect(":");
    const initial = this.expression();
    const key = close === "}" ? initial : undefined;
    if (key !== undefined) this.expect("=>");
    const value = key === undefined ? initial : this.expression();
    const grouped = this.take("...");
    this.skipSpace();
    const condition = this.match(IF) === undefined ? undefined : this.expression();
    this.expect(close);
    const children = [over, key, value, condition].filter((child) => child !== undefined);
    return this.node(start, children, {
      kind: "for",
      ...(second === undefined ? {} : { keyName: first }),
      valueName: second ?? first,
      over,
      ...(key === undefined ? {} : { key }),
      value,
      ...(condition === undefined ? {} : { condition }),
      grouped,
    });
  }

  private secondName(): string {
    this.skipSpace();
    return this.identifier() ?? this.fail("no variable");
  }

  private node(start: number, children: readonly Node[], node: Unplaced<Node>): Node {
    let depth = 1;
    for (const child of children) if (child.depth >= depth) depth = child.depth + 1;
    if (depth > MAX_DEPTH) this.fail("too many levels of nesting");
    return Object.assign(node, { start, end: this.at, depth });
  }
}

// A number of the source that a double can't hold would be compared as another one.
function isExact(text: string, value: number): boolean {
  return Number.isFinite(value) && (!/^[0-9]+$/.test(text) || Number.isSafeInteger(value));
}
