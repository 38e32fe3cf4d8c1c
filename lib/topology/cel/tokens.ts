import { CelSyntaxError } from "./syntax";

export interface Token {
  readonly kind: "name" | "number" | "string" | "sign" | "end";
  readonly text: string;
}

const SIGNS = [
  "&&",
  "||",
  "==",
  "!=",
  "<=",
  ">=",
  "<",
  ">",
  "!",
  "(",
  ")",
  "[",
  "]",
  ",",
  ".",
  "?",
  ":",
  "+",
  "-",
  "*",
  "/",
  "%",
];

const ESCAPES: { readonly [letter: string]: string } = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "`": "`",
  "?": "?",
};

/** The tokens of an expression, an end at last. @throws CelSyntaxError */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const [blank] = /^(?:\s+|\/\/[^\n]*)/.exec(rest) ?? [];
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const string = stringAt(text, at);
    if (string !== undefined) {
      tokens.push({ kind: "string", text: string.value });
      at = string.end;
      continue;
    }
    const [number] = /^(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)[uU]?/.exec(rest) ?? [];
    const [name] = number === undefined ? (/^[A-Za-z_]\w*/.exec(rest) ?? []) : [];
    const sign = number === undefined && name === undefined ? SIGNS.find((one) => rest.startsWith(one)) : undefined;
    const found = number ?? name ?? sign;
    if (found === undefined) throw new CelSyntaxError(`${JSON.stringify(rest[0])} stands where nothing can`);
    tokens.push({ kind: number !== undefined ? "number" : name !== undefined ? "name" : "sign", text: found });
    at += found.length;
  }
  return [...tokens, { kind: "end", text: "" }];
}

function stringAt(text: string, start: number): { value: string; end: number } | undefined {
  const [opening, prefix = "", quote = ""] = /^([rRbB]{0,2})("""|'''|"|')/.exec(text.slice(start)) ?? [];
  if (opening === undefined) return undefined;
  const isRaw = /r/i.test(prefix);
  let value = "";
  let at = start + opening.length;
  while (at < text.length) {
    if (text.startsWith(quote, at)) return { value, end: at + quote.length };
    const [letter = ""] = text.slice(at, at + 1);
    if (letter === "\n" && quote.length === 1) break;
    if (letter !== "\\" || isRaw) {
      value += letter;
      at += 1;
      continue;
    }
    const escaped = escapeAt(text, at + 1);
    value += escaped.value;
    at = escaped.end;
  }
  throw new CelSyntaxError("a string has no end");
}

function escapeAt(text: string, at: number): { value: string; end: number } {
  const letter = text[at] ?? "";
  const plain = ESCAPES[letter];
  if (plain !== undefined) return { value: plain, end: at + 1 };
  const forms = [/^[xX]([0-9a-fA-F]{2})/, /^u([0-9a-fA-F]{4})/, /^U([0-9a-fA-F]{8})/];
  const [whole, digits] = forms.map((form) => form.exec(text.slice(at))).find((one) => one !== null) ?? [];
  if (whole !== undefined && digits !== undefined) {
    const code = Number.parseInt(digits, 16);
    if (code <= 0x10ffff) return { value: String.fromCodePoint(code), end: at + whole.length };
  }
  const [octal] = /^[0-3][0-7]{2}/.exec(text.slice(at)) ?? [];
  if (octal !== undefined) return { value: String.fromCodePoint(Number.parseInt(octal, 8)), end: at + 3 };
  throw new CelSyntaxError(`\\${letter} is no escape`);
}
