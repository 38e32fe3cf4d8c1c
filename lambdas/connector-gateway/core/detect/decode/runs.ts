import { type ScanBudget, spend } from "../budget";
import { textsOf } from "./bytes";
import { runView, type View } from "./view";

/** Characters of a long run that its unlikely alignments are decoded from. */
const ALIGNED_PREFIX = 64 * 1024;

const BASE64 = /[A-Za-z0-9+/_-]{16,}(?:(?:\r?\n[ \t]{0,8}|\\r\\n|\\n)[A-Za-z0-9+/_-]+)*/g;
const HEX = /[0-9A-Fa-f]{2}(?:(?:,? ?(?:0x|\\x)|, |[ :,-])?[0-9A-Fa-f]{2}){11,}[0-9A-Fa-f]?/g;
const BASE32 = /[A-Z2-7]{24,}|[a-z2-7]{24,}/g;
/** What runs are found with. */
export const RUN_PATTERNS: readonly RegExp[] = [BASE64, HEX, BASE32];
const BASE32_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Texts in the runs of a text that look like base64, hexadecimal or base32. @see https://www.rfc-editor.org/rfc/rfc4648 */
export function* decodeRuns(parent: View, budget: ScanBudget, seen: Set<string>): Generator<View> {
  yield* decodeAll(parent, BASE64, "base64", budget, seen, base64Alignments);
  yield* decodeAll(parent, HEX, "hex", budget, seen, hexAlignments);
  yield* decodeAll(parent, BASE32, "base32", budget, seen, (run) => [base32(run)]);
}

function* decodeAll(
  parent: View,
  pattern: RegExp,
  name: string,
  budget: ScanBudget,
  seen: Set<string>,
  decode: (run: string) => Iterable<Buffer>,
): Generator<View> {
  for (const match of parent.text.matchAll(pattern)) {
    const key = `${name} ${match[0]}`;
    if (seen.has(key)) continue;
    seen.add(key);
    let isFirst = isDense(match[0]);
    for (const bytes of decode(match[0])) {
      if (!spend(budget, "decodedBytes", bytes.length)) return;
      const texts = textsOf(bytes, budget, isFirst);
      isFirst = false;
      if (budget.exhausted !== undefined) return;
      const end = match.index + match[0].length;
      for (const { text, encodings } of texts) yield runView(parent, match.index, end, text, [name, ...encodings]);
    }
  }
}

/** Long enough and of enough different characters to be compressed data rather than a path or a name. */
function isDense(run: string): boolean {
  const start = run.slice(0, 96);
  return (
    run.length >= 24 &&
    new Set(start).size >= 12 &&
    /[0-9]/.test(start) &&
    (/^[0-9A-Fa-fx\\ :,-]+$/.test(start) || /[A-Z].*[a-z]|[a-z].*[A-Z]/s.test(start))
  );
}

/** The run from each of its first four characters: what stands before may be of the alphabet, too. */
function* base64Alignments(run: string): Generator<Buffer> {
  const clean = run.replace(/\\r|\\n|[\s\\]/g, "");
  yield Buffer.from(clean, "base64");
  for (const offset of [1, 2, 3]) yield Buffer.from(clean.slice(offset, offset + ALIGNED_PREFIX), "base64");
}

function* hexAlignments(run: string): Generator<Buffer> {
  const digits = run.replace(/0x|[^0-9A-Fa-f]/g, "");
  yield Buffer.from(digits.slice(0, digits.length - (digits.length % 2)), "hex");
  const shifted = digits.slice(1, 1 + ALIGNED_PREFIX);
  yield Buffer.from(shifted.slice(0, shifted.length - (shifted.length % 2)), "hex");
}

function base32(run: string): Buffer {
  const bytes = Buffer.alloc(Math.floor((run.length * 5) / 8));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const letter of run.toUpperCase()) {
    value = ((value << 5) | BASE32_LETTERS.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = (value >> bits) & 0xff;
    at += 1;
  }
  return bytes;
}
