import { type View, ViewBuilder } from "./view";

/** Escapes further apart than this are looked at apart from each other. */
const GAP = 128;
/** Plain characters that are kept on both sides, so that names and beginnings stay with their values. */
const MARGIN = 64;

interface Escapes {
  readonly name: string;
  readonly pattern: RegExp;
  readonly decode: (match: string) => string;
}

const ENTITIES: { readonly [name: string]: string } = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  colon: ":",
  equals: "=",
  sol: "/",
  period: ".",
  commat: "@",
  lowbar: "_",
  hyphen: "-",
  dash: "-",
  plus: "+",
  num: "#",
  dollar: "$",
  percnt: "%",
  semi: ";",
  comma: ",",
  tab: "\t",
  newline: "\n",
};
const LETTERS: { readonly [letter: string]: string } = { n: "\n", r: "\r", t: "\t", b: " ", f: " " };

/** Bytes as UTF-8, or one character each where they aren't. */
function bytesText(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? bytes.toString("latin1") : text;
}

const codePoint = (code: number): string => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "");

function entity(match: string): string {
  const name = match.slice(1, -1).toLowerCase();
  if (name.startsWith("#x")) return codePoint(Number.parseInt(name.slice(2), 16));
  if (name.startsWith("#")) return codePoint(Number(name.slice(1)));
  return ENTITIES[name] ?? match;
}

function escapeSequence(match: string): string {
  const letter = match.charAt(1);
  if (match.length === 2) return LETTERS[letter] ?? letter;
  if (letter === "u" || letter === "x") return codePoint(Number.parseInt(match.replace(/^\\[ux]\{?|\}$/g, ""), 16));
  return codePoint(Number.parseInt(match.slice(1), 8));
}

const ESCAPES: readonly Escapes[] = [
  // RFC 3986, section 2.1
  {
    name: "percent",
    pattern: /(?:%[0-9A-Fa-f]{2})+/g,
    decode: (match) => bytesText(Buffer.from(match.replaceAll("%", ""), "hex")),
  },
  // ECMA-262, section 12.9.4; RFC 8259, section 7
  {
    name: "escapes",
    pattern: /\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-3][0-7]{2}|[nrtbf"'/\\])/g,
    decode: escapeSequence,
  },
  // HTML, section 13.5
  {
    name: "html",
    pattern: /&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});/g,
    decode: entity,
  },
  // RFC 2045, section 6.7
  {
    name: "quoted-printable",
    pattern: /(?:=[0-9A-F]{2})+|=\r?\n/g,
    decode: (match) => (match.includes("\n") ? "" : bytesText(Buffer.from(match.replaceAll("=", ""), "hex"))),
  },
];

/** Texts around escapes with the escapes undone. */
export function* undoEscapes(parent: View): Generator<View> {
  for (const escapes of ESCAPES) yield* undo(parent, escapes);
}

function* undo(parent: View, { name, pattern, decode }: Escapes): Generator<View> {
  const { text } = parent;
  let builder: ViewBuilder | undefined;
  let kept = 0;
  for (const match of text.matchAll(pattern)) {
    if (builder !== undefined && match.index - kept > GAP) {
      builder.keep(kept, Math.min(text.length, kept + MARGIN));
      yield builder.view();
      builder = undefined;
    }
    if (builder === undefined) {
      builder = new ViewBuilder(parent, name);
      kept = Math.max(0, match.index - MARGIN);
    }
    builder.keep(kept, match.index);
    putDecoded(builder, match[0], decode(match[0]), match.index);
    kept = match.index + match[0].length;
  }
  if (builder === undefined) return;
  builder.keep(kept, Math.min(text.length, kept + MARGIN));
  yield builder.view();
}

/** Characters keep their own places where each of them is one escape of the same length. */
function putDecoded(builder: ViewBuilder, escaped: string, decoded: string, at: number): void {
  const each = escaped.length / decoded.length;
  if (decoded.length < 2 || each !== 3) {
    builder.put(decoded, at, at + escaped.length);
    return;
  }
  for (let i = 0; i < decoded.length; i += 1) builder.put(decoded.charAt(i), at + i * each, at + (i + 1) * each);
}

const hex = (code: number): string => `\\x${code.toString(16)}`;

// Letters are all but the mark: a mark between marks would be read in two ways.
const SPACED = [" ", ".", "-", "_", ",", "|"].map((mark) => {
  const code = mark.charCodeAt(0);
  const letter = code < 0x21 ? "[\\x21-\\x7e]" : `[\\x21-${hex(code - 1)}${hex(code + 1)}-\\x7e]`;
  return new RegExp(`${letter}(?:${hex(code)}${letter}){13,}(?![A-Za-z0-9])`, "g");
});

/** What escapes are found with. */
export const ESCAPE_PATTERNS: readonly RegExp[] = [...ESCAPES.map(({ pattern }) => pattern), ...SPACED];

/** Runs of single characters that a mark sets apart from each other, set together again. */
export function* undoSpacing(parent: View): Generator<View> {
  for (const pattern of SPACED) {
    for (const match of parent.text.matchAll(pattern)) {
      const builder = new ViewBuilder(parent, "spacing");
      for (let i = 0; i < match[0].length; i += 2) builder.keep(match.index + i, match.index + i + 1);
      yield builder.view();
    }
  }
}
