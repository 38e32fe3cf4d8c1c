import { type ContentString, openContent } from "../content";
import { DETECTORS, type Finding, type ScanOptions, StreamScanner } from "../detect";
import { GatewayProblem } from "../problem";
import type { Inspector } from "./inspect";

/** Members of events that carry a text in pieces. Others are whole in each event. */
const PIECES = new Set([
  "arguments",
  "completion",
  "content",
  "data",
  "delta",
  "input",
  "output",
  "partial_json",
  "reasoning",
  "reasoning_content",
  "refusal",
  "text",
  "thinking",
  "transcript",
]);
/** Members that say which of several texts a piece belongs to. */
const INDEXES = new Set(["content_index", "contentBlockIndex", "index", "item_id", "output_index", "summary_index"]);

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly mark: string;
}

/** A piece of a text, by its place in it. */
interface Piece {
  readonly string: ContentString;
  readonly channel: Channel;
  readonly start: number;
  readonly cuts: Cut[];
}

/** A text that comes in pieces, over events. */
interface Channel {
  readonly scanner: StreamScanner;
  length: number;
  /** Up to here it has been looked at. */
  safe: number;
  pieces: Piece[];
}

interface QueuedEvent {
  readonly pieces: readonly Piece[];
  readonly bytes: () => Uint8Array;
}

/**
 * Looks through the events of a stream. An event leaves when none of its texts can become part of a value that is looked for;
 * a value that spans events is taken out of all of them.
 */
export class EventScanner {
  private readonly channels = new Map<string, Channel>();
  private queue: QueuedEvent[] = [];

  public constructor(
    private readonly inspector: Inspector,
    private readonly options: ScanOptions,
  ) {}

  /** Takes one event, and gives what can leave now. @throws response_refused, inspection_incomplete */
  public push(event: Uint8Array): Uint8Array[] {
    const document = openContent("text/event-stream", event);
    const suffix = indexesOf(document.value());
    const pieces: Piece[] = [];
    for (const string of document.strings()) {
      const name = string.pointer.split("/").at(-1) ?? "";
      if (string.isName === true || !PIECES.has(name)) {
        const clean = this.inspector.clean(string.text);
        if (clean !== string.text) string.replace(clean);
        continue;
      }
      pieces.push(this.take(string, `${string.pointer.replace(/^\/\d+/, "")} ${suffix}`));
    }
    this.queue.push({ pieces, bytes: () => document.toBytes() });
    return this.release();
  }

  /** Nothing more comes: everything that is held leaves. @throws response_refused, inspection_incomplete */
  public end(): Uint8Array[] {
    for (const channel of this.channels.values()) {
      this.judge(channel, channel.scanner.end());
      channel.safe = channel.length;
    }
    return this.release();
  }

  private take(string: ContentString, key: string): Piece {
    const channel = this.channels.get(key) ?? newChannel(this.options);
    this.channels.set(key, channel);
    const piece = { string, channel, start: channel.length, cuts: [] };
    channel.pieces.push(piece);
    channel.length += string.text.length;
    const step = channel.scanner.push(string.text);
    this.judge(channel, step);
    channel.safe = Math.max(channel.safe, step.offset + step.safe.length);
    return piece;
  }

  private judge(channel: Channel, step: { readonly findings: readonly Finding[]; readonly incomplete?: string }): void {
    if (step.incomplete !== undefined) {
      throw new GatewayProblem("inspection_incomplete", `The stream could not be looked through: ${step.incomplete}.`);
    }
    for (const finding of step.findings) {
      const detector = DETECTORS.find(({ id }) => id === finding.detector) ?? ownDetector(this.options, finding);
      if (this.inspector.judgeFinding(finding, detector) === "redact") cutOut(channel, finding);
    }
  }

  private release(): Uint8Array[] {
    const waiting = this.queue.findIndex(({ pieces }) =>
      pieces.some(({ channel, start, string }) => start + string.text.length > channel.safe),
    );
    const leaving = this.queue.splice(0, waiting < 0 ? this.queue.length : waiting);
    return leaving.map(({ pieces, bytes }) => {
      for (const piece of pieces) {
        if (piece.cuts.length > 0) piece.string.replace(without(piece));
        piece.channel.pieces = piece.channel.pieces.filter((one) => one !== piece);
      }
      return bytes();
    });
  }
}

const newChannel = (options: ScanOptions): Channel => ({
  scanner: new StreamScanner(options),
  length: 0,
  safe: 0,
  pieces: [],
});

function ownDetector({ custom = [] }: ScanOptions, { detector, kind }: Finding) {
  return custom.find(({ id }) => id === detector) ?? { id: detector, kind, title: detector, source: "" };
}

// The mark stands where the value begins; of the pieces after it only the value's rest is taken.
function cutOut({ pieces }: Channel, { start, end, detector }: Finding): void {
  let mark = `[redacted:${detector}]`;
  for (const piece of pieces) {
    const from = Math.max(start, piece.start) - piece.start;
    const to = Math.min(end, piece.start + piece.string.text.length) - piece.start;
    if (from >= to) continue;
    piece.cuts.push({ start: from, end: to, mark });
    mark = "";
  }
}

function without({ string: { text }, cuts }: Piece): string {
  let result = "";
  let at = 0;
  for (const { start, end, mark } of [...cuts].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (end <= at) continue;
    if (start >= at) result += text.slice(at, start) + mark;
    at = end;
  }
  return result + text.slice(at);
}

function indexesOf(value: unknown): string {
  const found: string[] = [];
  const visit = (one: unknown, name: string): void => {
    if (typeof one === "object" && one !== null) for (const [key, child] of Object.entries(one)) visit(child, key);
    else if (INDEXES.has(name)) found.push(`${name}=${String(one)}`);
  };
  visit(value, "");
  return found.join(",");
}
