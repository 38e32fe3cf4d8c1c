import type { HeaderList } from "../core/ports";

/** One exchange as somebody recorded it. */
export interface RecordedExchange {
  /** Milliseconds since 1970; undefined where the recording does not say. */
  readonly at: number | undefined;
  readonly protocol: "https" | "http";
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly response: { readonly status: number; readonly headers: HeaderList; readonly body: Uint8Array } | undefined;
}

/** A recording that can't be read. */
export class UnreadableRecording extends Error {}
