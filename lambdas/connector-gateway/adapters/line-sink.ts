import { writeSync } from "node:fs";
import type { AuditSink } from "../core/ports";

/**
 * Writes records as lines of JSON to the output that the platform collects. The write is done when it returns: the platform has
 * the line before the instance can be frozen or ended.
 */
export class LineSink implements AuditSink {
  public constructor(private readonly descriptor = 1) {}

  public async write(records: readonly object[]): Promise<void> {
    let rest = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(this.descriptor, rest));
      } catch (error) {
        // The pipe is full; whoever reads it needs a moment.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }
}
