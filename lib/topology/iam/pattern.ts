import { partsOf } from "./template";
import { type Followed, isSymbol, type Letter, matches, type Sense, words } from "./words";

type Element =
  | { readonly kind: "char"; readonly char: string }
  /** `?`. */
  | { readonly kind: "any"; readonly withinField: boolean }
  /** `*`. One that stands before further text of its ARN field ends at the next colon. */
  | { readonly kind: "star"; readonly withinField: boolean }
  | { readonly kind: "symbol"; readonly text: string }
  | { readonly kind: "unknown" };

/** How a text is read as a pattern. */
export interface PatternOptions {
  /** Letters match in either case, as in actions. */
  readonly anyCase?: boolean;
  /** The text is an ARN, as in resources: a wildcard keeps to its field, and fields that are left out are open. */
  readonly arn?: boolean;
}

/** The letters of a text; what is unknown in it can't be spelt. */
export function lettersOf(text: string, options: PatternOptions = {}): Letter[] {
  return partsOf(text).flatMap((part) =>
    part.kind === "symbol" ? [part.text] : [...(options.anyCase === true ? part.text.toLowerCase() : part.text)],
  );
}

const MOST_KEPT = 20_000;

/** A text of a policy with its wildcards `*` and `?`, and with the templates of Terraform as symbols. */
export class Pattern implements Followed {
  // The same few hundred texts are asked for with every identity.
  private static readonly parsed = new Map<string, Pattern>();
  private readonly elements: readonly Element[];
  private readonly hasSymbols: boolean;

  private constructor(
    public readonly text: string,
    options: PatternOptions,
  ) {
    this.elements = elementsOf(options.arn === true ? completed(text) : text, options);
    this.hasSymbols = this.elements.some(({ kind }) => kind === "symbol");
  }

  public static parse(text: string, options: PatternOptions = {}): Pattern {
    const key = `${options.anyCase === true} ${options.arn === true} ${text}`;
    const known = Pattern.parsed.get(key);
    if (known !== undefined) return known;
    const pattern = new Pattern(text, options);
    if (Pattern.parsed.size >= MOST_KEPT) Pattern.parsed.clear();
    Pattern.parsed.set(key, pattern);
    return pattern;
  }

  /** Matches every text. */
  public get isAll(): boolean {
    return this.elements.length > 0 && this.elements.every((one) => one.kind === "star" && !one.withinField);
  }

  /** One text: neither wildcards nor templates. */
  public get isLiteral(): boolean {
    return this.elements.every(({ kind }) => kind === "char");
  }

  /** Whether the pattern matches a text whatever its templates are. */
  public matches(text: string, options: PatternOptions = {}): boolean {
    return matches({ pattern: this, sense: "must" }, lettersOf(text, options));
  }

  /** Whether the pattern matches a text for some value of the templates. */
  public mayMatch(text: string, options: PatternOptions = {}): boolean {
    return matches({ pattern: this, sense: "may" }, lettersOf(text, options));
  }

  /** Whether every text of the other pattern is one of this, whatever the templates are. */
  public includes(other: Pattern): boolean {
    const tracks = [
      { pattern: other, sense: "made" as const },
      { pattern: this, sense: "must" as const },
    ];
    for (const found of words(tracks)) if (found === "too many" || !found.matched[1]) return false;
    return true;
  }

  /** Whether a text of both may exist. */
  public intersects(other: Pattern): boolean {
    const tracks = [
      { pattern: this, sense: "made" as const },
      { pattern: other, sense: "may" as const },
    ];
    for (const found of words(tracks)) if (found === "too many" || found.matched[1]) return true;
    return false;
  }

  /** Where a word begins. A set of positions, ascending. */
  public start(sense: Sense): number[] {
    return this.settled([0], sense);
  }

  /** Where one more letter leads to. Empty: no word that starts so can match. */
  public step(positions: readonly number[], letter: Letter, sense: Sense): number[] {
    const next: number[] = [];
    for (const at of positions) this.follow(at, letter, sense, next);
    return this.settled(next, sense);
  }

  public isEnd(positions: readonly number[]): boolean {
    return positions.at(-1) === this.elements.length;
  }

  /** Whether every word that starts so matches. */
  public isSealed(positions: readonly number[]): boolean {
    const last = this.elements.at(-1);
    return last?.kind === "star" && !last.withinField && positions.includes(this.elements.length - 1);
  }

  /** The letters that this pattern itself can make next; undefined if it can make every character. */
  public nextLetters(positions: readonly number[]): Letter[] | undefined {
    const letters: Letter[] = [];
    for (const at of positions) {
      const element = this.elements[at];
      if (element === undefined) continue;
      if (element.kind === "char") letters.push(element.char);
      else if (element.kind === "symbol") letters.push(element.text);
      else return undefined;
    }
    return letters;
  }

  /** Every letter that the pattern spells out. */
  public get alphabet(): Letter[] {
    return this.elements.flatMap((one) => (one.kind === "char" ? [one.char] : one.kind === "symbol" ? [one.text] : []));
  }

  private follow(at: number, letter: Letter, sense: Sense, next: number[]): void {
    const element = this.elements[at];
    // The object that a symbol stands for may have any text, so it may pass any part of the pattern.
    if (sense === "may" && isSymbol(letter)) {
      for (let to = at; to <= this.elements.length; to += 1) next.push(to);
      return;
    }
    switch (element?.kind) {
      case "char":
        if (element.char === letter) next.push(at + 1);
        return;
      case "any":
        if (!isSymbol(letter) && !(sense === "must" && element.withinField && letter === ":")) next.push(at + 1);
        return;
      case "symbol":
        if (element.text === letter) next.push(at + 1);
        else if (sense === "may") next.push(at);
        return;
      case "star":
        if (sense === "must" ? !element.withinField || (letter !== ":" && !isSymbol(letter)) : !isSymbol(letter))
          next.push(at);
        return;
      case "unknown":
        if (sense !== "must" && !isSymbol(letter)) next.push(at);
    }
  }

  private settled(positions: number[], sense: Sense): number[] {
    const [only, more] = positions;
    if (only === undefined || (more === undefined && !this.isPassable(only, sense))) return positions;
    const all = new Set(positions);
    for (const at of all) {
      if (this.isPassable(at, sense)) all.add(at + 1);
    }
    const sorted = [...all].sort((a, b) => a - b);
    // What a position before an open star still takes, the star takes as well.
    const open = sense === "made" && this.hasSymbols ? [] : sorted.filter((at) => this.isOpen(at, sense));
    const dominant = open.at(-1) ?? 0;
    return sorted.filter((at) => at >= dominant);
  }

  /** Whether nothing at all may stand for the element. */
  private isPassable(at: number, sense: Sense): boolean {
    return this.elements[at]?.kind === "star" || this.isOpen(at, sense);
  }

  /** Whether any text at all may stand for the element. */
  private isOpen(at: number, sense: Sense): boolean {
    const element = this.elements[at];
    if (element?.kind === "star") return sense !== "must" || !element.withinField;
    if (element?.kind === "unknown") return sense !== "must";
    return element?.kind === "symbol" && sense === "may";
  }
}

function elementsOf(text: string, options: PatternOptions): Element[] {
  const elements: Element[] = [];
  // `${*}` is a star that is no wildcard; the parts are told apart by their place in the text.
  for (const part of partsOf(text.replace(/\$?\$\{([*?$])\}/g, (_, char: string) => LITERAL[char] ?? char))) {
    if (part.kind === "symbol") elements.push({ kind: "symbol", text: part.text });
    else if (part.kind === "unknown") elements.push({ kind: "unknown" });
    else elements.push(...charsOf(part.text, options));
  }
  const single = elements.filter(({ kind }, index) => kind !== "star" || elements[index - 1]?.kind !== "star");
  return single.map((element, index) => {
    if (element.kind !== "star" || options.arn !== true) return element;
    const next = single[index + 1];
    const endsField = next === undefined || (next.kind === "char" && next.char === ":");
    return { kind: "star", withinField: !endsField };
  });
}

const LITERAL: { [char: string]: string } = { "*": "\uE010", "?": "\uE011", $: "\uE012" };
const SPELT: { [holder: string]: string } = { "\uE010": "*", "\uE011": "?", "\uE012": "$" };

function charsOf(text: string, options: PatternOptions): Element[] {
  return [...(options.anyCase === true ? text.toLowerCase() : text)].map((char) => {
    if (char === "*") return { kind: "star", withinField: false };
    if (char === "?") return { kind: "any", withinField: options.arn === true };
    return { kind: "char", char: SPELT[char] ?? char };
  });
}

// AWS adds the fields that an ARN leaves out as wildcards.
function completed(text: string): string {
  const missing = 5 - (text.match(/:/g)?.length ?? 0);
  return /^arn:[^$%]*$/.test(text) && missing > 0 ? `${text}${":*".repeat(missing)}` : text;
}
