import { type View, ViewBuilder } from "./view";

/** Letters of other scripts that are drawn like Latin ones. @see https://www.unicode.org/reports/tr39/#Confusable_Detection */
const LOOKALIKES = new Map(
  Object.entries({
    а: "a",
    в: "b",
    с: "c",
    ԁ: "d",
    е: "e",
    һ: "h",
    і: "i",
    ј: "j",
    к: "k",
    ӏ: "l",
    м: "m",
    н: "h",
    о: "o",
    р: "p",
    ԛ: "q",
    ѕ: "s",
    т: "t",
    у: "y",
    ѵ: "v",
    ԝ: "w",
    х: "x",
    А: "A",
    В: "B",
    С: "C",
    Е: "E",
    Н: "H",
    І: "I",
    Ј: "J",
    К: "K",
    М: "M",
    О: "O",
    Р: "P",
    Ѕ: "S",
    Т: "T",
    У: "Y",
    Х: "X",
    Ѵ: "V",
    Ԛ: "Q",
    Ԝ: "W",
    З: "3",
    б: "6",
    г: "r",
    α: "a",
    β: "b",
    γ: "y",
    ε: "e",
    η: "n",
    ι: "i",
    κ: "k",
    ν: "v",
    ο: "o",
    ρ: "p",
    τ: "t",
    υ: "u",
    χ: "x",
    ω: "w",
    Α: "A",
    Β: "B",
    Ε: "E",
    Ζ: "Z",
    Η: "H",
    Ι: "I",
    Κ: "K",
    Μ: "M",
    Ν: "N",
    Ο: "O",
    Ρ: "P",
    Τ: "T",
    Υ: "Y",
    Χ: "X",
    ı: "i",
    ɡ: "g",
    ɑ: "a",
    ո: "n",
    ս: "u",
    օ: "o",
    հ: "h",
    զ: "q",
    ց: "g",
    Տ: "S",
    Օ: "O",
    Ս: "U",
    Լ: "L",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "⁃": "-",
    "＿": "_",
    "‿": "_",
    "∕": "/",
    "⁄": "/",
    "։": ":",
    "∶": ":",
    ː: ":",
    "․": ".",
    "∙": ".",
  }),
);

/** Characters that are not seen: controls, soft hyphen, zero-width, direction, fillers, variation selectors, tags. */
const UNSEEN: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x0c],
  [0x0e, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const UNUSUAL = /[^\t\n\r\x20-\x7e]/;

const known = new Map<string, string>();

/** What a character is taken for; empty if it is not seen. */
function foldCharacter(letter: string): string {
  const before = known.get(letter);
  if (before !== undefined) return before;
  const code = letter.codePointAt(0) ?? 0;
  const folded = UNSEEN.some(([from, to]) => code >= from && code <= to)
    ? ""
    : [...letter.normalize("NFKD").replace(/\p{M}/gu, "")].map((part) => LOOKALIKES.get(part) ?? part).join("");
  if (known.size < 8_192) known.set(letter, folded);
  return folded;
}

/** A text as a person reads it: compatible forms, marks and unseen characters undone, lookalikes as Latin letters. */
export function foldUnicode(parent: View): View | undefined {
  const { text } = parent;
  if (!UNUSUAL.test(text)) return undefined;
  const builder = new ViewBuilder(parent, "unicode");
  let kept = 0;
  let at = 0;
  let changed = false;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if ((code >= 32 && code < 127) || code === 9 || code === 10 || code === 13) {
      at += 1;
      continue;
    }
    const letter = String.fromCodePoint(text.codePointAt(at) ?? code);
    const folded = foldCharacter(letter);
    if (folded !== letter) {
      builder.keep(kept, at);
      builder.put(folded, at, at + letter.length);
      kept = at + letter.length;
      changed = true;
    }
    at += letter.length;
  }
  if (!changed) return undefined;
  builder.keep(kept, text.length);
  return builder.view();
}

/** Text written in tag characters, which nobody sees and models read. */
export function tagText(parent: View): View[] {
  const views: View[] = [];
  for (const match of parent.text.matchAll(/(?:\u{e0001}|[\u{e0020}-\u{e007e}]){8,}/gu)) {
    const builder = new ViewBuilder(parent, "tag characters");
    let at = match.index;
    for (const letter of match[0]) {
      const code = (letter.codePointAt(0) ?? 0) - 0xe0000;
      if (code >= 32) builder.put(String.fromCharCode(code), at, at + letter.length);
      at += letter.length;
    }
    views.push(builder.view());
  }
  return views;
}
