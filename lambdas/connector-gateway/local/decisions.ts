/** One verdict, as the laptop shows it. */
export interface ShownDecision {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly agent: string;
  readonly verdict: "allow" | "deny" | "watch";
  /** `tickets: GET /tickets/{id}`, or a host and port. */
  readonly what: string;
  /** Why it was refused, or which rule let it pass. */
  readonly why: string;
  /** What was found and redacted, in short. */
  readonly notes: string;
  readonly milliseconds: number;
}

const ROWS = 20;
const WIDTHS = { verdict: 7, what: 44, why: 28, notes: 40 };

/** Shows decisions as they fall: a table on a terminal, a line for each elsewhere. */
export class DecisionView {
  private readonly rows: ShownDecision[] = [];
  private drawn = 0;

  public constructor(
    private readonly write: (text: string) => void,
    private readonly isTerminal: boolean,
  ) {}

  public show(decision: ShownDecision): void {
    if (!this.isTerminal) {
      this.write(`${lineOf(decision)}\n`);
      return;
    }
    this.rows.push(decision);
    if (this.rows.length > ROWS) this.rows.shift();
    const lines = [headline(), ...this.rows.map(rowOf)];
    // Up to where the table begins, and over it.
    this.write(
      `${this.drawn === 0 ? "" : `\u001b[${this.drawn}A`}${lines.map((line) => `\u001b[2K${line}\n`).join("")}`,
    );
    this.drawn = lines.length;
  }
}

const headline = (): string =>
  `${"time".padEnd(9)}${"verdict".padEnd(WIDTHS.verdict + 1)}${"what".padEnd(WIDTHS.what + 1)}${"why".padEnd(WIDTHS.why + 1)}notes`;

function rowOf({ at, verdict, what, why, notes }: ShownDecision): string {
  const cells = [
    clock(at),
    cut(verdict, WIDTHS.verdict),
    cut(what, WIDTHS.what),
    cut(why, WIDTHS.why),
    cut(notes, WIDTHS.notes).trimEnd(),
  ];
  return cells.join(" ").trimEnd();
}

function lineOf({ at, agent, verdict, what, why, notes, milliseconds }: ShownDecision): string {
  const tail = [why, notes].filter((part) => part !== "").join("; ");
  return printable(`${clock(at)} ${agent} ${verdict} ${what}${tail === "" ? "" : ` (${tail})`} ${milliseconds} ms`);
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 19);

function cut(text: string, width: number): string {
  const clean = printable(text);
  return clean.length > width ? `${clean.slice(0, width - 1)}…` : clean.padEnd(width);
}

// What an agent writes must not move the cursor.
const printable = (text: string): string => text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, "?");
