/** Deepest nesting of a file that is read. */
export const MAX_DEPTH = 200;

/** What makes a text unusable as JSON, and where. */
export interface JsonFlaw {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

interface Container {
  readonly close: "}" | "]";
  readonly keys: Set<string>;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTED = 0x20;
const BLANK = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

/**
 * The first place where a text is no JSON, is nested too deep, or writes one key twice. Terraform reads both values of
 * such a key where JavaScript keeps the last, so a resource could hide behind another.
 */
export function findFlaw(text: string): JsonFlaw | undefined {
  return new Scanner(text).flaw();
}

/** A flaw as part of a place: `line 3, column 5`. */
export function placeOf({ line, column }: JsonFlaw): string {
  return `line ${line}, column ${column}`;
}

class Scanner {
  private at = 0;
  private readonly open: Container[] = [];

  public constructor(private readonly text: string) {}

  public flaw(): JsonFlaw | undefined {
    const problem = this.problem();
    if (problem === undefined) return undefined;
    const before = this.text.slice(0, this.at);
    const line = before.split("\n").length;
    return { line, column: this.at - before.lastIndexOf("\n"), problem };
  }

  private problem(): string | undefined {
    for (;;) {
      const value = this.value();
      if (value !== undefined) return value;
      const after = this.afterValue();
      if (after !== "go on") return after;
    }
  }

  // Goes into lists and objects up to the first scalar or empty one.
  private value(): string | undefined {
    for (;;) {
      this.match(BLANK);
      const bracket = this.text[this.at];
      if (bracket !== "{" && bracket !== "[") return this.scalar();
      if (this.open.length >= MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
      this.at += 1;
      this.open.push({ close: bracket === "{" ? "}" : "]", keys: new Set() });
      this.match(BLANK);
      if (this.text[this.at] === this.open.at(-1)?.close) {
        this.at += 1;
        this.open.pop();
        return undefined;
      }
      const problem = this.key();
      if (problem !== undefined) return problem;
    }
  }

  private scalar(): string | undefined {
    if (this.text[this.at] === '"') return this.string() === undefined ? this.found("the end of a string") : undefined;
    if (this.match(SCALAR) !== undefined) return undefined;
    return this.found("a value");
  }

  private key(): string | undefined {
    const container = this.open.at(-1);
    if (container?.close !== "}") return undefined;
    this.match(BLANK);
    const start = this.at;
    const written = this.string();
    if (written === undefined) return this.found("a key");
    const key = String(JSON.parse(written));
    if (container.keys.has(key) && key !== "//") {
      this.at = start;
      return `the key ${written} twice in one object, of which Terraform reads both`;
    }
    container.keys.add(key);
    this.match(BLANK);
    if (this.text[this.at] !== ":") return this.found("a colon");
    this.at += 1;
    return undefined;
  }

  private afterValue(): string | undefined {
    for (;;) {
      this.match(BLANK);
      const container = this.open.at(-1);
      if (container === undefined) return this.at < this.text.length ? this.found("the end of the file") : undefined;
      const next = this.text[this.at];
      if (next === container.close) {
        this.at += 1;
        this.open.pop();
        continue;
      }
      if (next !== ",") return this.found(`',' or '${container.close}'`);
      this.at += 1;
      return this.key() ?? "go on";
    }
  }

  // Stands where the string is broken when it is.
  private string(): string | undefined {
    const { text, at: start } = this;
    if (text[start] !== '"') return undefined;
    let at = start + 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        this.at = at;
        if (this.match(ESCAPE) === undefined) return undefined;
        at = this.at;
      } else if (code >= FIRST_PRINTED) {
        at += 1;
      } else {
        this.at = at;
        return undefined;
      }
    }
    this.at = at + 1;
    return text.slice(start, this.at);
  }

  private found(expected: string): string {
    const next = this.text[this.at];
    return `${next === undefined ? "the file ends" : JSON.stringify(next)} where ${expected} is due`;
  }

  private match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

/** Whether a value is nested deeper than files may be; true also for one that holds itself. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    const objects = level.filter((one): one is object => typeof one === "object" && one !== null);
    level = [...new Set(objects)].flatMap((one): unknown[] => (Array.isArray(one) ? one : Object.values(one)));
  }
  return false;
}
