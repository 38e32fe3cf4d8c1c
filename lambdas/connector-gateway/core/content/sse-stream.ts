import { GatewayProblem } from "../problem";

const LF = 0x0a;
const CR = 0x0d;

/** Cuts a stream of chunks into whole events, each with the blank line that ends it. No byte is lost or changed. */
export class SseStream {
  private parts: Uint8Array[] = [];
  private length = 0;
  private isLineEmpty = true;
  private isAfterCr = false;

  /** @param limit bytes that one event may have */
  public constructor(private readonly limit: number) {}

  /** Events that are whole now. @throws inspection_incomplete where one is longer than the limit */
  public push(chunk: Uint8Array): Uint8Array[] {
    const events: Uint8Array[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (!this.endsEvent(chunk[at])) continue;
      this.keep(chunk.subarray(start, at + 1));
      events.push(this.take());
      start = at + 1;
    }
    this.keep(chunk.subarray(start));
    return events;
  }

  /** What is left at the end, which browsers drop and others may read: an event without its blank line, or nothing. */
  public end(): Uint8Array | undefined {
    return this.length === 0 ? undefined : this.take();
  }

  private endsEvent(byte: number | undefined): boolean {
    // The LF of a CRLF whose CR has ended the line; it leads the next event, where it means nothing.
    const isSecondHalf = byte === LF && this.isAfterCr;
    this.isAfterCr = byte === CR;
    if (isSecondHalf) return false;
    const isEnding = byte === LF || byte === CR;
    const isBlankLine = isEnding && this.isLineEmpty;
    this.isLineEmpty = isEnding;
    return isBlankLine;
  }

  private keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.length += part.length;
    if (this.length > this.limit) {
      throw new GatewayProblem("inspection_incomplete", `An event has more than ${this.limit} bytes.`);
    }
    this.parts.push(part.slice());
  }

  private take(): Uint8Array {
    const event = Buffer.concat(this.parts);
    this.parts = [];
    this.length = 0;
    return event;
  }
}
