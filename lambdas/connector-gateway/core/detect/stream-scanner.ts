import { newBudget, spend } from "./budget";
import type { Finding } from "./detector";
import { type ScanOptions, SECRETS, scan } from "./scan";
import { LONGEST_MATCH } from "./secrets/pattern";

/** Text that has left and is still looked at with what comes. */
const CARRY = 256;
/** A step is taken when so many characters are new, so that a sender of single ones gains nothing. */
const STEP = 32;
/** Characters that can be part of a value or of an encoding. */
const RUN = /[^\s"'`<>(){}[\],;\u2e80-\u9fff\uac00-\ud7af]/;

/** What a step lets through. */
export interface StreamStep {
  /** Text that can leave, from the end of what left before. */
  readonly safe: string;
  /** Place of `safe` in the stream. */
  readonly offset: number;
  /** Places in the stream; a finding comes no later than the first of its characters, as far as they fit into what is held. */
  readonly findings: readonly Finding[];
  readonly incomplete?: string;
}

interface OpenSecret {
  readonly finding: Finding;
  readonly goesOn: boolean;
}

/**
 * Looks through a text that comes in pieces. What could still become a value is held back, up to 256 characters; what has
 * left is carried along as far again, so that pieces may be cut anywhere. When the budget is used up nothing leaves any more.
 */
export class StreamScanner {
  private carry = "";
  private held = "";
  /** Place in the stream of the first held character. */
  private offset = 0;
  private fresh = 0;
  private incomplete: string | undefined;
  /** Ends of what was reported and reaches into what is held, by detector. */
  private readonly reported = new Map<string, number>();
  /** A secret that may be longer than what is held, in places of the stream. */
  private open: OpenSecret | undefined;

  public constructor(private readonly options: ScanOptions) {}

  /** Takes a piece. */
  public push(chunk: string): StreamStep {
    this.held += chunk;
    this.fresh += chunk.length;
    if (this.fresh < STEP || this.incomplete !== undefined) return this.step("", []);
    return this.look(false);
  }

  /** Nothing more comes. */
  public end(): StreamStep {
    return this.incomplete === undefined ? this.look(true) : this.step("", []);
  }

  private look(isLast: boolean): StreamStep {
    const text = this.carry + this.held;
    const base = this.offset - this.carry.length;
    const { budget } = this.options;
    // Every step looks at the held text again; its own bounds are those of its length, and the exchange's count what is new.
    const own = newBudget({ ...budget.limits, windows: Math.max(400, text.length >> 2) });
    const result = scan(text, { ...this.options, budget: own });
    spend(budget, "windows", Math.min(own.windows, this.fresh));
    spend(budget, "decodedBytes", Math.min(own.decodedBytes, 8 * this.fresh));
    spend(budget, "candidates", Math.min(own.candidates, Math.ceil(this.fresh / 64)));
    this.fresh = 0;
    this.incomplete = result.incomplete ?? budget.exhausted;
    if (this.incomplete !== undefined) return this.step("", []);

    const found = [...result.findings, ...this.continued(text, base)];
    const cut = isLast ? text.length : Math.max(this.carry.length, this.holdFrom(text, found));
    this.open = openIn(found, text.length, base, cut);
    const findings = this.take(found, base, cut);
    const safe = text.slice(this.carry.length, cut);
    this.held = text.slice(cut);
    this.carry = text.slice(Math.max(0, cut - CARRY), cut);
    const step = this.step(safe, findings);
    this.offset += safe.length;
    return step;
  }

  /** What comes after a secret that reached the end of what was there, as long as it is of its characters. */
  private continued(text: string, base: number): Finding[] {
    if (this.open === undefined) return [];
    const { finding, goesOn } = this.open;
    const end = finding.end - base;
    const last = goesOn ? SECRETS.tailEnd(finding.detector, text, end) : end;
    return [{ ...finding, start: Math.max(0, finding.start - base), end: last }];
  }

  private step(safe: string, findings: Finding[]): StreamStep {
    const { incomplete, offset } = this;
    return { safe, offset, findings, ...(incomplete === undefined ? {} : { incomplete }) };
  }

  /** The first character that could be part of a value that is not all there. */
  private holdFrom(text: string, findings: readonly Finding[]): number {
    const least = Math.max(0, text.length - LONGEST_MATCH);
    let from = text.length - SECRETS.pending(text);
    from = Math.min(from, SECRETS.firstKeyword(text, least), groupStart(text, least));
    for (const { start, end } of findings) if (end > from) from = Math.min(from, start);
    return Math.max(least, Math.min(from, text.length));
  }

  /** Findings of which something leaves now and that were not told, in places of the stream. */
  private take(findings: readonly Finding[], base: number, cut: number): Finding[] {
    const taken: Finding[] = [];
    for (const finding of findings) {
      if (finding.start >= cut) continue;
      // What has left was judged when it left; a value that began there and goes on is told for its rest.
      const known = Math.max(this.reported.get(finding.detector) ?? 0, this.offset);
      const end = base + finding.end;
      if (end <= known) continue;
      const start = Math.max(base + finding.start, known);
      // Cut off by the carry, so that its beginning is not seen.
      if (
        finding.start === 0 &&
        base > 0 &&
        finding.decoded.length === 0 &&
        start === base &&
        finding.kind === "personal"
      )
        continue;
      this.reported.set(finding.detector, end);
      taken.push({ ...finding, start, end });
    }
    return taken;
  }
}

/** The secret that reaches the end of a text, or past what leaves of it. */
function openIn(found: readonly Finding[], length: number, base: number, cut: number): OpenSecret | undefined {
  const finding = found.find(({ kind, end, decoded }) => kind === "secret" && decoded.length === 0 && end > cut);
  if (finding === undefined) return undefined;
  const { start, end } = finding;
  return { finding: { ...finding, start: start + base, end: end + base }, goesOn: end === length };
}

/** The start of the last run of characters without a space, or of the groups of digits and capitals that end a text. */
function groupStart(text: string, least: number): number {
  let at = text.length;
  while (at > least && RUN.test(text.charAt(at - 1))) at -= 1;
  for (;;) {
    let start = at;
    while (start > least && /\s/.test(text.charAt(start - 1)) && at - start < 10) start -= 1;
    if (start === at && at !== text.length) return at;
    const end = start;
    while (start > least && RUN.test(text.charAt(start - 1))) start -= 1;
    const group = text.slice(start, end);
    if (end === start || !(/\d/.test(group) || /^[A-Z]{1,6}$/.test(group) || group.length === 1 || group.length >= 16))
      return at;
    at = start;
  }
}
