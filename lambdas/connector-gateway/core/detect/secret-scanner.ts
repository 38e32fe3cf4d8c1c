import { KeywordAutomaton } from "./aho-corasick";
import { type ScanBudget, spend } from "./budget";
import type { Boundary, SecretRule } from "./detector";
import { SECRET_RULES } from "./secrets";

/** A place in a text with the detector that it satisfies. */
export interface Match {
  readonly id: string;
  readonly kind: "secret" | "personal";
  readonly start: number;
  readonly end: number;
}

interface Compiled {
  readonly rule: SecretRule;
  readonly pattern: RegExp;
  readonly examples: ReadonlySet<string>;
}

interface Keyword {
  /** As its rule has it, and in lower case where it may stand in any. */
  readonly text: string;
  readonly compiled: Compiled;
}

const TAILS = { token: /[A-Za-z0-9_.=-]/, base64: /[A-Za-z0-9+/=_-]/, lines: /[A-Za-z0-9+/=\s\\]/ };

/** Without the padding of base64, which other decoders may have taken. */
function unpadded(text: string): string {
  return text.replace(/={1,2}$/, "");
}

function touches(text: string, at: number, boundary: Boundary): boolean {
  if (boundary === "none" || at < 0 || at >= text.length) return false;
  const code = text.charCodeAt(at);
  if ((code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return true;
  return boundary === "token" && (code === 95 || code === 45);
}

/** Opens a bounded window at each keyword of a text and tries the patterns of the keyword there, and nowhere else. */
export class SecretScanner {
  private readonly automaton: KeywordAutomaton;
  private readonly byKeyword: Keyword[][];
  private readonly tails = new Map<string, RegExp>();
  private readonly keywords: string[];

  public constructor(rules: readonly SecretRule[] = SECRET_RULES) {
    const byKeyword = new Map<string, Keyword[]>();
    for (const rule of rules) {
      // `d` gives the place of the secret within what its name matched with.
      const pattern = new RegExp(rule.pattern, rule.ignoreCase ? "iyd" : "yd");
      const compiled = { rule, pattern, examples: new Set(rule.examples.map(unpadded)) };
      if (rule.tail !== undefined) this.tails.set(rule.id, TAILS[rule.tail]);
      for (const text of rule.keywords) {
        const lower = text.toLowerCase();
        byKeyword.set(lower, [...(byKeyword.get(lower) ?? []), { text, compiled }]);
      }
    }
    this.keywords = [...byKeyword.keys()];
    this.byKeyword = [...byKeyword.values()];
    this.automaton = new KeywordAutomaton(this.keywords);
  }

  /** Characters at the end of a text that could become a keyword. */
  public pending(text: string): number {
    return this.automaton.pending(text);
  }

  /** Place of the first keyword at or after `from`, with what may stand before it. */
  public firstKeyword(text: string, from: number): number {
    let first = text.length;
    this.automaton.scan(text, from, (keyword, end) => {
      const most = Math.max(...(this.byKeyword[keyword] ?? []).map(({ compiled }) => compiled.rule.before[1]));
      first = Math.min(first, end - (this.keywords[keyword] ?? "").length - most);
    });
    return first;
  }

  /** Finds secrets; stops where the budget does. */
  public scan(
    text: string,
    isOn: (rule: SecretRule) => boolean,
    budget: ScanBudget,
    found: (match: Match) => void,
  ): void {
    this.automaton.scan(text, 0, (keyword, end) => {
      const at = end - (this.keywords[keyword] ?? "").length;
      for (const { text: literal, compiled } of this.byKeyword[keyword] ?? []) {
        const { guard, anyCaseKeyword } = compiled.rule;
        if (!isOn(compiled.rule) || (guard !== undefined && !guard(text, end))) continue;
        if (!anyCaseKeyword && !text.startsWith(literal, at)) continue;
        if (!this.mayStart(text, at, compiled.rule)) continue;
        if (!spend(budget, "windows")) return;
        const match = this.matchAt(text, at, compiled);
        if (match !== undefined) found(match);
      }
    });
  }

  /** Where what was found at a place ends, if nothing but its own characters follow. */
  public tailEnd(id: string, text: string, from: number): number {
    const set = this.tails.get(id);
    return set === undefined ? from : tailEnd(text, from, set);
  }

  private mayStart(text: string, keyword: number, { before: [least, most], left }: SecretRule): boolean {
    for (let before = least; before <= most; before += 1) {
      if (before <= keyword && !touches(text, keyword - before - 1, left)) return true;
    }
    return false;
  }

  private matchAt(text: string, keyword: number, { rule, pattern, examples }: Compiled): Match | undefined {
    const [least, most] = rule.before;
    for (let before = most; before >= least; before -= 1) {
      const at = keyword - before;
      if (at < 0 || touches(text, at - 1, rule.left)) continue;
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null) continue;
      const [start, end] = match.indices?.[1] ?? [at, at + match[0].length];
      const secret = text.slice(start, end);
      if (touches(text, at + match[0].length, rule.right) || examples.has(unpadded(secret))) continue;
      if (rule.check !== undefined && !rule.check(secret)) continue;
      return {
        id: rule.id,
        kind: "secret",
        start,
        end: rule.tail === undefined ? end : tailEnd(text, end, TAILS[rule.tail]),
      };
    }
    return undefined;
  }
}

function tailEnd(text: string, from: number, set: RegExp): number {
  let at = from;
  while (at < text.length && set.test(text.charAt(at))) at += 1;
  return at;
}
