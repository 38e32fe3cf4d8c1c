import { type ScanBudget, spend } from "./budget";
import type { CustomDetector } from "./custom-detector";
import { undoEscapes, undoSpacing } from "./decode/escapes";
import { decodeRuns } from "./decode/runs";
import { foldUnicode, tagText } from "./decode/unicode";
import { plainView, type View } from "./decode/view";
import type { Detector, Finding } from "./detector";
import { PERSONAL_DETECTORS, scanPersonal } from "./personal/scanner";
import { type Match, SecretScanner } from "./secret-scanner";
import { SECRET_RULES } from "./secrets";
import { GENERAL } from "./secrets/general";

/** Every kind of value that is looked for. */
export const DETECTORS: readonly Detector[] = [...SECRET_RULES, ...PERSONAL_DETECTORS];

export interface ScanOptions {
  /** Kinds that are looked for. @default all */
  readonly isOn?: (detector: Detector) => boolean;
  readonly budget: ScanBudget;
  readonly custom?: readonly CustomDetector[];
  /** What the text is called, such as its pointer in a document; values that are known by their name need it. */
  readonly context?: string;
}

export interface ScanResult {
  /** In the order of the text. */
  readonly findings: readonly Finding[];
  /** Why part of the text was not looked at. Whoever asked has to treat the text as unsafe. */
  readonly incomplete?: string;
}

const scanner = new SecretScanner();
const general = new Set(GENERAL.map(({ id }) => id));

/** The scanner of all built-in secrets. */
export const SECRETS: SecretScanner = scanner;

/** Finds secrets and personal data in a text, also encoded, within a budget. */
export function scan(text: string, options: ScanOptions): ScanResult {
  return new Scan(text, options).run();
}

class Scan {
  private readonly findings = new Map<string, Finding>();
  private readonly seen = new Set<string>();
  private readonly on = new Map<string, boolean>();
  private readonly prefix: string;

  public constructor(
    private readonly text: string,
    private readonly options: ScanOptions,
  ) {
    this.prefix = options.context === undefined ? "" : `${options.context}: `;
  }

  public run(): ScanResult {
    this.look(plainView(this.prefix + this.text), 0);
    const { exhausted } = this.options.budget;
    const findings = withoutGeneral([...this.findings.values()]).sort(
      (a, b) => a.start - b.start || a.end - b.end || (a.detector < b.detector ? -1 : 1),
    );
    return exhausted === undefined ? { findings } : { findings, incomplete: exhausted };
  }

  private look(view: View, depth: number): void {
    const { budget } = this.options;
    this.match(view);
    const folded = foldUnicode(view);
    if (folded !== undefined && spend(budget, "decodedBytes", folded.text.length)) this.lookInside(folded, depth);
    this.descend(view, depth);
  }

  /** A folded text is looked at like the one that it was made from. */
  private lookInside(folded: View, depth: number): void {
    if (this.seen.has(folded.text)) return;
    this.seen.add(folded.text);
    this.match(folded);
    this.descend(folded, depth);
  }

  private descend(view: View, depth: number): void {
    const { budget } = this.options;
    if (depth >= budget.limits.depth || view.text.length < 12) return;
    for (const source of [tagText(view), undoEscapes(view), undoSpacing(view)]) {
      for (const child of source) {
        if (!spend(budget, "decodedBytes", child.text.length)) return;
        this.enter(child, depth);
      }
    }
    for (const child of decodeRuns(view, budget, this.seen)) {
      if (!spend(budget, "candidates")) return;
      this.enter(child, depth);
    }
  }

  private enter(child: View, depth: number): void {
    if (this.seen.has(child.text)) return;
    this.seen.add(child.text);
    this.look(child, depth + 1);
  }

  private match(view: View): void {
    const { budget, custom = [] } = this.options;
    const isOn = (detector: Detector): boolean => this.isOn(detector);
    const found = (match: Match): void => this.add(match, view);
    scanner.scan(view.text, isOn, budget, found);
    scanPersonal(view.text, isOn, found);
    for (const detector of custom) if (isOn(detector)) detector.find(view.text, found);
  }

  private isOn(detector: Detector): boolean {
    const { isOn } = this.options;
    if (isOn === undefined) return true;
    let answer = this.on.get(detector.id);
    if (answer === undefined) {
      answer = isOn(detector);
      this.on.set(detector.id, answer);
    }
    return answer;
  }

  private add({ id, kind, start, end }: Match, view: View): void {
    const [from, to] = view.origin(start, end);
    // What the name alone holds is not in the text.
    if (to <= this.prefix.length) return;
    const first = Math.max(0, from - this.prefix.length);
    const last = to - this.prefix.length;
    const key = `${id} ${first} ${last}`;
    if (this.findings.has(key)) return;
    this.findings.set(key, { detector: id, kind, start: first, end: last, decoded: view.chain });
  }
}

/** A value of a known kind is not reported once more for the name that it was assigned to. */
function withoutGeneral(findings: Finding[]): Finding[] {
  const known = findings.filter(({ detector, kind }) => kind === "secret" && !general.has(detector));
  return findings.filter(
    ({ detector, start, end }) =>
      !general.has(detector) || !known.some((other) => other.start < end && start < other.end),
  );
}
