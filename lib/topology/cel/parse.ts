import { CelSyntaxError, type Expression, type Operator } from "./syntax";
import { type Token, tokensOf } from "./tokens";

/** Deeper than this nobody writes. */
const MOST_NESTING = 200;

/** Operators by how tightly they bind, the loosest first. */
const LEVELS: readonly (readonly Operator[])[] = [
  ["||"],
  ["&&"],
  ["<", "<=", ">=", ">", "==", "!=", "in"],
  ["+", "-"],
  ["*", "/", "%"],
];

/**
 * Reads an expression of the Common Expression Language: literals, members, calls, lists and all operators; no maps, no
 * messages.
 *
 * @throws CelSyntaxError for other text
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export function parseCel(text: string): Expression {
  return new Parser(tokensOf(text)).whole();
}

class Parser {
  private at = 0;
  private depth = 0;

  public constructor(private readonly tokens: readonly Token[]) {}

  public whole(): Expression {
    const expression = this.expression();
    if (this.current.kind !== "end") throw this.unexpected();
    return expression;
  }

  private get current(): Token {
    return this.tokens[this.at] ?? { kind: "end", text: "" };
  }

  private expression(): Expression {
    this.depth += 1;
    if (this.depth > MOST_NESTING) throw new CelSyntaxError(`nested deeper than ${MOST_NESTING} levels`);
    const test = this.level(0);
    if (!this.takes("?")) {
      this.depth -= 1;
      return test;
    }
    const yes = this.level(0);
    this.expect(":");
    const no = this.expression();
    this.depth -= 1;
    return { kind: "choice", test, yes, no };
  }

  private level(index: number): Expression {
    const operators = LEVELS[index];
    if (operators === undefined) return this.unary();
    let left = this.level(index + 1);
    for (let operator = this.operator(operators); operator !== undefined; operator = this.operator(operators)) {
      left = { kind: "binary", operator, left, right: this.level(index + 1) };
    }
    return left;
  }

  private operator(operators: readonly Operator[]): Operator | undefined {
    const { kind, text } = this.current;
    const found = kind === "sign" || text === "in" ? operators.find((one) => one === text) : undefined;
    if (found === undefined || kind === "string") return undefined;
    this.at += 1;
    return found;
  }

  private unary(): Expression {
    const signs: string[] = [];
    while (this.current.kind === "sign" && (this.current.text === "!" || this.current.text === "-")) {
      signs.push(this.current.text);
      this.at += 1;
    }
    const of = this.member();
    return signs.reduceRight<Expression>(
      (inner, sign) => (sign === "!" ? { kind: "not", of: inner } : { kind: "negative", of: inner }),
      of,
    );
  }

  private member(): Expression {
    let of = this.primary();
    for (;;) {
      if (this.takes(".")) {
        const name = this.name();
        of = this.takes("(") ? { kind: "call", of, name, arguments: this.list(")") } : { kind: "member", of, name };
      } else if (this.takes("[")) {
        const key = this.expression();
        this.expect("]");
        of = { kind: "index", of, key };
      } else return of;
    }
  }

  private primary(): Expression {
    const { kind, text } = this.current;
    if (kind === "string") {
      this.at += 1;
      return { kind: "literal", value: text };
    }
    if (kind === "number") {
      this.at += 1;
      return { kind: "literal", value: Number(text.replace(/[uU]$/, "")) };
    }
    if (this.takes("(")) {
      const inner = this.expression();
      this.expect(")");
      return inner;
    }
    if (this.takes("[")) return { kind: "list", items: this.list("]") };
    const name = this.name();
    if (name === "true" || name === "false") return { kind: "literal", value: name === "true" };
    if (name === "null") return { kind: "literal", value: null };
    return this.takes("(") ? { kind: "call", name, arguments: this.list(")") } : { kind: "name", name };
  }

  private list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.takes(end)) {
      if (items.length > 0) this.expect(",");
      items.push(this.expression());
    }
    return items;
  }

  private name(): string {
    const { kind, text } = this.current;
    if (kind !== "name" || text === "in") throw this.unexpected();
    this.at += 1;
    return text;
  }

  private takes(sign: string): boolean {
    const isIt = this.current.kind === "sign" && this.current.text === sign;
    if (isIt) this.at += 1;
    return isIt;
  }

  private expect(sign: string): void {
    if (!this.takes(sign)) throw this.unexpected();
  }

  private unexpected(): CelSyntaxError {
    const { kind, text } = this.current;
    return new CelSyntaxError(
      kind === "end" ? "the expression breaks off" : `${JSON.stringify(text)} stands where it can't`,
    );
  }
}
