import type { DlpAction, DlpActionsJson, DlpJson } from "../../../../lib/policy/connector-json";
import type { ContentDocument, ContentString } from "../content";
import { type CustomDetector, type Detector, type Finding, type ScanBudget, type ScanOptions, scan } from "../detect";
import { GatewayProblem } from "../problem";

/** What was found, by detector: never where exactly or what. */
export interface FoundKind {
  readonly detector: string;
  readonly action: DlpAction;
  readonly count: number;
}

/** How texts of one direction of an exchange are looked through. */
export interface Inspection {
  readonly direction: "request" | "response";
  readonly dlp: DlpJson | undefined;
  readonly budget: ScanBudget;
  readonly custom?: readonly CustomDetector[];
  readonly rule: string;
}

/** A detector's action; what is not said is blocked on the way out and redacted on the way back, if it is a secret. */
export function actionOf({ id, kind }: Detector, { direction, dlp }: Inspection): DlpAction {
  const actions: DlpActionsJson = dlp?.[direction] ?? {};
  const single = actions.detectors?.[id];
  if (single !== undefined) return single;
  if (kind === "personal") return actions.personal ?? "allow";
  return actions.secrets ?? (direction === "request" ? "block" : "redact");
}

/** Collects findings over the texts of a document, and does what its policy says. */
export class Inspector {
  private readonly counts = new Map<string, FoundKind>();

  public constructor(private readonly inspection: Inspection) {}

  /** What was found so far, by detector. */
  public get found(): FoundKind[] {
    return [...this.counts.values()].sort((a, b) => (a.detector < b.detector ? -1 : 1));
  }

  /** Looks through every text of a document and takes out what has to be. @throws sensitive_data, inspection_incomplete */
  public inspectDocument(document: ContentDocument): void {
    for (const string of document.strings()) this.inspectString(string);
    this.refuseBlocked();
  }

  /** Looks through a text that can't be changed, such as a path or a header. */
  public inspectText(text: string): void {
    const findings = this.findingsIn(text).filter(({ action }) => action !== "allow");
    // What can't be taken out is refused.
    for (const { detector, action } of findings) this.count(detector, action === "redact" ? "block" : action);
    this.refuseBlocked();
  }

  /** A text as it may pass. @throws sensitive_data */
  public clean(text: string): string {
    const redacted = this.judge(text);
    this.refuseBlocked();
    return redacted;
  }

  /** Counts findings that were made elsewhere, in a stream, and says what to do with each. @throws response_refused */
  public judgeFinding(finding: Finding, detector: Detector): DlpAction {
    const action = actionOf(detector, this.inspection);
    if (action !== "allow") this.count(finding.detector, action);
    this.refuseBlocked();
    return action;
  }

  /** How its texts are scanned. */
  public get scanOptions(): ScanOptions {
    const { budget, custom } = this.inspection;
    const isOn = (detector: Detector): boolean => actionOf(detector, this.inspection) !== "allow";
    return { isOn, budget, ...(custom === undefined ? {} : { custom }) };
  }

  private inspectString(string: ContentString): void {
    const { text, pointer } = string;
    const clean = this.judge(text, nameOf(pointer));
    if (clean !== text) string.replace(clean);
  }

  private judge(text: string, name?: string): string {
    const spans: { start: number; end: number; detector: string }[] = [];
    for (const { detector, action, start, end } of this.findingsIn(text, name)) {
      if (action === "allow") continue;
      this.count(detector, action);
      if (action === "redact") spans.push({ start, end, detector });
    }
    return spans.length === 0 ? text : withoutSpans(text, spans);
  }

  private findingsIn(
    text: string,
    name?: string,
  ): { detector: string; action: DlpAction; start: number; end: number }[] {
    const { rule } = this.inspection;
    const actions = new Map<string, DlpAction>();
    const isOn = (detector: Detector): boolean => {
      const action = actionOf(detector, this.inspection);
      actions.set(detector.id, action);
      return action !== "allow";
    };
    const context = name === undefined || name === "" ? {} : { context: name };
    const { findings, incomplete } = scan(text, { ...this.scanOptions, isOn, ...context });
    if (incomplete !== undefined) {
      throw new GatewayProblem("inspection_incomplete", `The content could not be looked through: ${incomplete}.`, {
        rule,
      });
    }
    return findings.map(({ detector, start, end }) => ({
      detector,
      start,
      end,
      action: actions.get(detector) ?? "block",
    }));
  }

  private count(detector: string, action: DlpAction): void {
    const key = `${detector} ${action}`;
    this.counts.set(key, { detector, action, count: (this.counts.get(key)?.count ?? 0) + 1 });
  }

  private refuseBlocked(): void {
    const blocked = this.found.filter(({ action }) => action === "block");
    if (blocked.length === 0) return;
    const { direction, rule } = this.inspection;
    const detectors = blocked.map(({ detector }) => detector);
    const reason = direction === "request" ? "sensitive_data" : "response_refused";
    throw new GatewayProblem(reason, `The ${direction} holds what must not pass.`, { rule, extra: { detectors } });
  }
}

// A value may be known by the name of its member alone.
const nameOf = (pointer: string): string => (pointer.split("/").at(-1) ?? "").slice(0, 100);

/** Writes a mark in place of each span; spans that meet become one. */
function withoutSpans(text: string, spans: { start: number; end: number; detector: string }[]): string {
  const sorted = spans.sort((a, b) => a.start - b.start || b.end - a.end);
  let result = "";
  let at = 0;
  for (const { start, end, detector } of sorted) {
    if (end <= at) continue;
    if (start >= at) result += `${text.slice(at, start)}[redacted:${detector}]`;
    at = end;
  }
  return result + text.slice(at);
}
