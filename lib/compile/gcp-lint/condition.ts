/** A condition in CEL as far as it is read here: which of its comparisons have to hold. */
export type Condition =
  | { readonly kind: "all" | "any"; readonly parts: readonly Condition[] }
  | { readonly kind: "test"; readonly text: string };

/** What of a condition's text can't be: the reason, in words. */
export interface Unreadable {
  readonly reason: string;
}

interface Token {
  readonly kind: "open" | "close" | "and" | "or" | "text";
  readonly text: string;
}

const PREFIXED = /[A-Za-z]/;

/**
 * Reads `a && (b || c)` down to its comparisons, which stay text; `!(...)` and `? :` stay one comparison. Literals are
 * skipped as a whole, so that nothing in them reads as an operator.
 *
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export function parseCondition(text: string): Condition | Unreadable {
  const tokens = tokensOf(text);
  if (!Array.isArray(tokens)) return tokens;
  const reader = new Reader(tokens);
  const condition = reader.any();
  return reader.failure === undefined && !reader.isAtEnd
    ? { reason: "a parenthesis is not opened" }
    : (reader.failure ?? condition);
}

/** Whether a condition can only hold where one of these comparisons does. */
export function requires(condition: Condition, holds: (test: string) => boolean): boolean {
  if (condition.kind === "test") return holds(condition.text);
  return condition.kind === "all"
    ? condition.parts.some((part) => requires(part, holds))
    : condition.parts.length > 0 && condition.parts.every((part) => requires(part, holds));
}

/** All comparisons of a condition. */
export function testsOf(condition: Condition): string[] {
  return condition.kind === "test" ? [condition.text] : condition.parts.flatMap(testsOf);
}

/** The contents of the literals of a text, in order. */
export function literalsOf(text: string): string[] {
  return [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map(
    ([, single, double]) => single ?? double ?? "",
  );
}

class Reader {
  public failure: Unreadable | undefined;
  private at = 0;

  public constructor(private readonly tokens: readonly Token[]) {}

  public get isAtEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  public any(): Condition {
    return this.joined("any", "or", () => this.joined("all", "and", () => this.one()));
  }

  private joined(kind: "all" | "any", by: Token["kind"], next: () => Condition): Condition {
    const parts = [next()];
    while (this.tokens[this.at]?.kind === by) {
      this.at++;
      parts.push(next());
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind, parts };
  }

  private one(): Condition {
    const token = this.tokens[this.at];
    if (token?.kind === "open") {
      this.at++;
      const inner = this.any();
      if (this.tokens[this.at]?.kind !== "close") this.failure ??= { reason: "a parenthesis is not closed" };
      this.at++;
      const after = this.tokens[this.at];
      if (after?.kind === "text" || after?.kind === "open") this.failure ??= { reason: "an operator is missing" };
      return inner;
    }
    if (token?.kind !== "text") {
      this.failure ??= { reason: "a comparison is missing" };
      return { kind: "test", text: "" };
    }
    this.at++;
    if (this.tokens[this.at]?.kind === "open") this.failure ??= { reason: "an operator is missing" };
    return { kind: "test", text: token.text };
  }
}

// Parentheses that belong to a call, an index or a negation stay in their comparison.
function tokensOf(text: string): Token[] | Unreadable {
  const tokens: Token[] = [];
  let pending = "";
  const flush = (): void => {
    if (pending.trim() !== "") tokens.push({ kind: "text", text: pending.trim() });
    pending = "";
  };
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at);
    const pair = text.slice(at, at + 2);
    if (pair === "//") return { reason: "a comment hides what follows it" };
    if (char === "?") return { reason: "a choice (? :) is not a condition that has to hold" };
    if (pair === "&&" || pair === "||") {
      flush();
      tokens.push({ kind: pair === "&&" ? "and" : "or", text: pair });
      at += 2;
    } else if (char === "'" || char === '"') {
      const end = endOfLiteral(text, at);
      if (end === undefined) return { reason: "a literal is not closed" };
      if (PREFIXED.test(text.charAt(at - 1)) || text.startsWith(char.repeat(3), at)) {
        return { reason: "a literal is raw or in triple quotes" };
      }
      pending += text.slice(at, end);
      at = end;
    } else if (char === "(" && pending.trim() !== "") {
      const end = endOfCall(text, at);
      if (end === undefined) return { reason: "a parenthesis is not closed" };
      pending += text.slice(at, end);
      at = end;
    } else if (char === "(" || char === ")") {
      flush();
      tokens.push({ kind: char === "(" ? "open" : "close", text: char });
      at++;
    } else {
      pending += char;
      at++;
    }
  }
  flush();
  return tokens;
}

function endOfLiteral(text: string, start: number): number | undefined {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\") at++;
    else if (char === quote) return at + 1;
    else if (char === "\n" || char === "\r") return undefined;
  }
  return undefined;
}

function endOfCall(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "'" || char === '"') {
      const end = endOfLiteral(text, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return at + 1;
  }
  return undefined;
}
