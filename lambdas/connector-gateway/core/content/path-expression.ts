import { GatewayProblem } from "../problem";

/** What a step selects: a member by name, an item by index, either by a pointer's token, or every child. */
export type Selector =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "any" };

/** One step of a path; of a descendant step the selectors hold at every depth. */
export interface PathStep {
  readonly isDescendant: boolean;
  readonly selectors: readonly Selector[];
}

const MAX_LENGTH = 1000;
const UNKNOWN_ESCAPE = "has an escape that JSONPath does not know";
const SHORT_NAME = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*/y;
const INDEX = /-?[1-9][0-9]{0,8}|0/y;

/**
 * Steps of a JSON Pointer with `*` (one level) and `**` (any number of levels) as tokens, or of a JSONPath with names, indexes,
 * wildcards and descendants. A pointer that ends in `**` means everything below; a member that is called `*` takes a JSONPath.
 * @throws policy_unavailable for anything else
 * @see https://www.rfc-editor.org/rfc/rfc6901
 * @see https://www.rfc-editor.org/rfc/rfc9535
 */
export function parsePathExpression(text: string, at: string): readonly PathStep[] {
  if (typeof text !== "string" || text.length > MAX_LENGTH) throw refused(at, "is no text of at most 1,000 characters");
  if (text.startsWith("$")) return new JsonPath(text, at).steps();
  if (text === "") return [];
  if (!text.startsWith("/")) throw refused(at, "begins with neither '/' nor '$'");
  return pointerSteps(text, at);
}

function pointerSteps(text: string, at: string): PathStep[] {
  const steps: PathStep[] = [];
  let isDescendant = false;
  for (const token of text.slice(1).split("/")) {
    if (/~(?![01])/.test(token)) throw refused(at, "has a '~' that is neither '~0' nor '~1'");
    if (token === "**") {
      isDescendant = true;
      continue;
    }
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    steps.push({ isDescendant, selectors: [token === "*" ? { kind: "any" } : { kind: "token", token: name }] });
    isDescendant = false;
  }
  if (isDescendant) steps.push({ isDescendant, selectors: [{ kind: "any" }] });
  return steps;
}

class JsonPath {
  private position = 1;

  public constructor(
    private readonly text: string,
    private readonly at: string,
  ) {}

  public steps(): PathStep[] {
    const steps: PathStep[] = [];
    for (this.blanks(); this.position < this.text.length; this.blanks()) steps.push(this.step());
    if (/\s$/.test(this.text)) throw refused(this.at, "ends in a blank");
    return steps;
  }

  private step(): PathStep {
    if (this.takes("..")) return { isDescendant: true, selectors: this.takes("[") ? this.bracket() : [this.short()] };
    if (this.takes(".")) return { isDescendant: false, selectors: [this.short()] };
    if (this.takes("[")) return { isDescendant: false, selectors: this.bracket() };
    throw refused(this.at, "is no JSONPath");
  }

  private short(): Selector {
    if (this.takes("*")) return { kind: "any" };
    const name = this.token(SHORT_NAME);
    if (name === undefined) throw refused(this.at, "is no JSONPath");
    return { kind: "name", name };
  }

  private bracket(): Selector[] {
    const selectors: Selector[] = [];
    do {
      this.blanks();
      selectors.push(this.selector());
      this.blanks();
    } while (this.takes(","));
    if (!this.takes("]")) throw refused(this.at, "has something in brackets that is no name, index or '*'");
    return selectors;
  }

  private selector(): Selector {
    if (this.takes("*")) return { kind: "any" };
    const quote = this.text[this.position];
    if (quote === "'" || quote === '"') return { kind: "name", name: this.quoted(quote) };
    const index = this.token(INDEX);
    if (index !== undefined) return { kind: "index", index: Number(index) };
    throw refused(this.at, "has something in brackets that is no name, index or '*'");
  }

  private quoted(quote: string): string {
    let json = "";
    for (this.position++; this.position < this.text.length; this.position++) {
      const character = this.text[this.position] ?? "";
      if (character === quote) {
        this.position++;
        return this.unescaped(json);
      }
      const next = this.text[this.position + 1];
      if (character === "\\" && next === '"' && quote === "'") throw refused(this.at, UNKNOWN_ESCAPE);
      if (character === "\\" && next === "'" && quote === "'") {
        json += "'";
        this.position++;
      } else if (character === "\\") {
        json += character + (next ?? "");
        this.position++;
      } else {
        json += character === '"' ? '\\"' : character;
      }
    }
    throw refused(this.at, "has a quote without an end");
  }

  private unescaped(json: string): string {
    try {
      return String(JSON.parse(`"${json}"`));
    } catch {
      throw refused(this.at, UNKNOWN_ESCAPE);
    }
  }

  private token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  private takes(what: string): boolean {
    const isThere = this.text.startsWith(what, this.position);
    if (isThere) this.position += what.length;
    return isThere;
  }

  private blanks(): void {
    while (/[ \t\n\r]/.test(this.text[this.position] ?? "")) this.position++;
  }
}

const refused = (at: string, what: string): GatewayProblem =>
  new GatewayProblem("policy_unavailable", `${at}: the path ${what}.`);
