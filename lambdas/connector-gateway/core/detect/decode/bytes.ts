import { isUtf8 } from "node:buffer";
import { constants, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { type ScanBudget, spend } from "../budget";

/** Fewest printable bytes in a row that make decoded bytes worth a look. */
const PRINTABLE_RUN = 12;
/** What an attempt to inflate counts as, at least. */
const INFLATE_COST = 1_024;

/** Text that bytes stand for, with the encodings that were undone on the way. */
export interface DecodedText {
  readonly text: string;
  readonly encodings: readonly string[];
}

/** Texts in bytes, also in UTF-16 and compressed, with or without a header; none where they hold none. */
export function textsOf(bytes: Buffer, budget: ScanBudget, mayBeRaw: boolean): DecodedText[] {
  const plain = textOf(bytes);
  // What is text from end to end is not compressed.
  const inflated = plain?.isWhole ? undefined : inflate(bytes, budget, mayBeRaw);
  const inner = inflated && textOf(inflated.bytes);
  return [
    ...(plain === undefined ? [] : [plain]),
    ...(inflated === undefined || inner === undefined
      ? []
      : [{ text: inner.text, encodings: [inflated.name, ...inner.encodings] }]),
  ];
}

function textOf(bytes: Buffer): (DecodedText & { readonly isWhole: boolean }) | undefined {
  const { run, zeros } = measure(bytes);
  const isWhole = run === bytes.length;
  if (zeros * 4 > bytes.length && run >= PRINTABLE_RUN) return { text: utf16(bytes), encodings: ["utf-16"], isWhole };
  if (bytes.length >= PRINTABLE_RUN && isUtf8(bytes)) return { text: bytes.toString("utf8"), encodings: [], isWhole };
  return run >= PRINTABLE_RUN ? { text: printableRuns(bytes), encodings: [], isWhole } : undefined;
}

/** The readable parts of bytes that are not text, a line each. */
function printableRuns(bytes: Buffer): string {
  return (bytes.toString("latin1").match(/[\t\n\r\x20-\x7e]{8,}/g) ?? []).join("\n");
}

/** Longest run of printable bytes, zeros aside, and the number of zeros. */
function measure(bytes: Buffer): { run: number; zeros: number } {
  let longest = 0;
  let run = 0;
  let zeros = 0;
  for (const byte of bytes) {
    if (byte === 0) zeros += 1;
    else if ((byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13) run += 1;
    else run = 0;
    if (run > longest) longest = run;
  }
  return { run: longest, zeros };
}

function utf16(bytes: Buffer): string {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  // Latin text in big-endian order has its zeros first.
  const isBig = even.filter((byte, i) => byte === 0 && i % 2 === 0).length * 4 > even.length;
  return (isBig ? Buffer.from(even).swap16() : even).toString("utf16le");
}

function inflate(bytes: Buffer, budget: ScanBudget, mayBeRaw: boolean): { bytes: Buffer; name: string } | undefined {
  const [first = 0, second = 0] = bytes;
  if (bytes.length < 12) return undefined;
  if (first === 0x1f && second === 0x8b) return run(gunzipSync, bytes, "gzip", budget);
  if ((first & 0x0f) === 8 && (first * 256 + second) % 31 === 0) {
    const zlib = run(inflateSync, bytes, "deflate", budget);
    if (zlib !== undefined) return zlib;
  }
  if (!mayBeRaw) return undefined;
  // A single last block, compressed: the least that a raw stream has to say about itself.
  const kind = (first >> 1) & 3;
  return (first & 1) === 1 && (kind === 1 || kind === 2) ? run(inflateRawSync, bytes, "deflate", budget) : undefined;
}

type Inflate = (bytes: Buffer, options: { maxOutputLength: number; finishFlush: number }) => Buffer;

function run(
  inflateBytes: Inflate,
  bytes: Buffer,
  name: string,
  budget: ScanBudget,
): { bytes: Buffer; name: string } | undefined {
  if (!spend(budget, "decodedBytes", INFLATE_COST)) return undefined;
  const left = budget.limits.decodedBytes - budget.decodedBytes;
  try {
    // A stream that breaks off gives what it had.
    const result = inflateBytes(bytes, { maxOutputLength: Math.max(1, left), finishFlush: constants.Z_SYNC_FLUSH });
    return result.length > 0 && spend(budget, "decodedBytes", result.length) ? { bytes: result, name } : undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ERR_BUFFER_TOO_LARGE" || code === "ERR_OUT_OF_RANGE") spend(budget, "decodedBytes", left + 1);
    return undefined;
  }
}
