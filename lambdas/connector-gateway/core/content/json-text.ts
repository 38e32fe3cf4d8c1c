import { GatewayProblem } from "../problem";
import { ContentNode, MAX_DEPTH, type Member } from "./node";

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * JSON with its own text: what is not edited leaves as it came, digits and blanks included. A name that is there twice, a
 * number past the range of a double, a lone surrogate and more than 64 levels are refused, as readers differ on them.
 * @see https://www.rfc-editor.org/rfc/rfc7493 (I-JSON)
 */
export class JsonText {
  public readonly root: ContentNode;

  /** @throws malformed_request */
  public constructor(private readonly source: string) {
    this.root = new Parser(source).document();
  }

  /** The text that leaves. */
  public render(): string {
    const { root, source } = this;
    if (root.edit?.kind === "remove") return "null";
    return source.slice(0, root.start) + this.renderNode(root) + source.slice(root.end);
  }

  private renderNode(node: ContentNode): string {
    const { source } = this;
    if (node.edit?.kind === "text") return JSON.stringify(node.edit.text);
    if (!node.isContainer || node.members.length === 0) return source.slice(node.start, node.end);
    const members = node.kept.map(
      ({ node: child, from, to }) =>
        source.slice(from, child.start) + this.renderNode(child) + source.slice(child.end, to),
    );
    return node.shape === "array" ? `[${members.join(",")}]` : `{${members.join(",")}}`;
  }
}

/** Values of one text; each costs some hundred bytes of memory. */
const MAX_VALUES = 500_000;

class Parser {
  private at = 0;
  private values = 0;

  public constructor(private readonly source: string) {}

  public document(): ContentNode {
    this.blanks();
    const node = this.value(0);
    this.blanks();
    if (this.at < this.source.length) throw malformed("has something after its end");
    return node;
  }

  private value(depth: number): ContentNode {
    this.values += 1;
    if (this.values > MAX_VALUES) {
      throw new GatewayProblem("inspection_incomplete", `The content has more than ${MAX_VALUES} values.`);
    }
    const start = this.at;
    const first = this.source[start];
    if (first === '"') {
      const text = this.string();
      return new ContentNode("string", text, [], start, this.at);
    }
    if (first === "{" || first === "[") {
      if (depth >= MAX_DEPTH) throw malformed(`has more than ${MAX_DEPTH} levels`);
      const members = first === "{" ? this.object(depth) : this.array(depth);
      return new ContentNode(first === "{" ? "object" : "array", "", members, start, this.at);
    }
    const literal = this.token(LITERAL);
    if (literal !== undefined) return new ContentNode("literal", literal, [], start, this.at);
    const number = this.token(NUMBER);
    if (number === undefined) throw malformed("can't be parsed");
    if (!Number.isFinite(Number(number))) throw malformed("has a number past the range of a double");
    return new ContentNode("number", number, [], start, this.at);
  }

  private object(depth: number): Member[] {
    const names = new Set<string>();
    return this.members("}", () => {
      if (this.source[this.at] !== '"') throw malformed("can't be parsed");
      const key = this.string();
      if (names.has(key)) throw malformed("has a name twice in one object");
      names.add(key);
      this.blanks();
      if (this.source[this.at] !== ":") throw malformed("can't be parsed");
      this.at++;
      this.blanks();
      return [key, this.value(depth + 1)];
    });
  }

  private array(depth: number): Member[] {
    let index = 0;
    return this.members("]", () => [String(index++), this.value(depth + 1)]);
  }

  private members(close: string, read: () => [key: string, node: ContentNode]): Member[] {
    const members: Member[] = [];
    this.at++;
    let from = this.at;
    this.blanks();
    if (this.source[this.at] === close) {
      this.at++;
      return members;
    }
    for (;;) {
      const [key, node] = read();
      this.blanks();
      members.push({ key, node, from, to: this.at });
      const next = this.source[this.at];
      if (next !== "," && next !== close) throw malformed("can't be parsed");
      this.at++;
      if (next === close) return members;
      from = this.at;
      this.blanks();
    }
  }

  private string(): string {
    const { source } = this;
    const start = this.at;
    let hasEscapes = false;
    for (let at = start + 1; at < source.length; at++) {
      const code = source.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return decoded(source.slice(start, at + 1), hasEscapes);
      }
      if (code === BACKSLASH) {
        hasEscapes = true;
        at++;
      }
    }
    throw malformed("can't be parsed");
  }

  private token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private blanks(): void {
    for (;;) {
      const code = this.source.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON refuses them in strings.
const CONTROL = /[\u0000-\u001f]/;

function decoded(quoted: string, hasEscapes: boolean): string {
  const text = hasEscapes ? unescaped(quoted) : quoted.slice(1, -1);
  if (!hasEscapes && CONTROL.test(text)) throw malformed("can't be parsed");
  if (LONE_SURROGATE.test(text)) throw malformed("has half of a surrogate pair");
  return text;
}

function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw malformed("can't be parsed");
  }
}

const malformed = (what: string): GatewayProblem => new GatewayProblem("malformed_request", `The JSON ${what}.`);
