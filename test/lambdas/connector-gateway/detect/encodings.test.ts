import { createCipheriv } from "node:crypto";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { newBudget, scan } from "../../../../lambdas/connector-gateway/core/detect";
import { sample } from "./samples";
import { ALPHABETS } from "./samples/random";

const each = (text: string, change: (letter: string) => string): string => [...text].map(change).join("");
const code = (letter: string): number => letter.charCodeAt(0);
const base64 = (data: string | Buffer): string => Buffer.from(data).toString("base64");
const hex = (letter: string): string => code(letter).toString(16).padStart(2, "0");
const LOOK: { readonly [letter: string]: string } = {
  a: "а",
  c: "с",
  e: "е",
  o: "о",
  p: "р",
  x: "х",
  A: "А",
  B: "В",
  E: "Е",
  K: "К",
  M: "М",
  O: "О",
  S: "Ѕ",
  T: "Т",
};
const WORDS =
  "alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu".split(
    " ",
  );

function base32(text: string): string {
  const bits = each(text, (letter) => code(letter).toString(2).padStart(8, "0"));
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => ALPHABETS["b32"]?.[Number.parseInt(five.padEnd(5, "0"), 2)])
    .join("");
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

function encrypted(text: string): Buffer {
  const cipher = createCipheriv("aes-256-ctr", Buffer.alloc(32, 7), Buffer.alloc(16, 9));
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

/** 32 ways of writing a secret, from plain to hopeless. */
const ENCODINGS: { readonly [name: string]: (secret: string) => string } = {
  plain: (secret) => secret,
  "full width": (secret) =>
    each(secret, (a) => (code(a) > 32 && code(a) < 127 ? String.fromCharCode(code(a) + 0xfee0) : a)),
  "zero width": (secret) => [...secret].join("\u200b"),
  "direction marks": (secret) => `\u202d${[...secret].join("\u2066")}\u202c`,
  "combining marks": (secret) => each(secret, (a) => `${a}\u0335`),
  "soft hyphens": (secret) => [...secret].join("\u00ad"),
  lookalikes: (secret) => each(secret, (a) => LOOK[a] ?? a),
  "tag characters between": (secret) => [...secret].join("\u{e0061}"),
  "tag characters": (secret) => each(secret, (a) => String.fromCodePoint(0xe0000 + code(a))),
  percent: (secret) => each(secret, (a) => `%${hex(a)}`),
  "percent twice": (secret) => each(secret, (a) => `%25${hex(a)}`),
  "\\u escapes": (secret) => each(secret, (a) => `\\u00${hex(a)}`),
  "\\x escapes": (secret) => each(secret, (a) => `\\x${hex(a)}`),
  "decimal entities": (secret) => each(secret, (a) => `&#${code(a)};`),
  "hexadecimal entities": (secret) => each(secret, (a) => `&#x${hex(a)};`),
  "quoted-printable": (secret) => each(secret, (a) => `=${hex(a).toUpperCase()}`),
  hexadecimal: (secret) => Buffer.from(secret).toString("hex"),
  "hexadecimal apart": (secret) => each(secret, (a) => `${hex(a).toUpperCase()} `),
  base64,
  base64url: (secret) => Buffer.from(`??>>${secret}`).toString("base64url"),
  "base64 after other letters": (secret) => `ab${base64(`key is ${secret} ok`)}`,
  "base64 in lines": (secret) => base64(`${"some text ".repeat(9)}${secret}`).replace(/.{60}/g, "$&\r\n"),
  "base64 three times": (secret) => base64(base64(base64(secret))),
  base32,
  "gzip in base64": (secret) => base64(gzipSync(`${secret} is the key`)),
  "deflate in hexadecimal": (secret) => Buffer.from(deflateSync(secret)).toString("hex"),
  "raw deflate in base64": (secret) => base64(deflateRawSync(`the key: ${secret} the key`)),
  "UTF-16 in base64": (secret) => base64(utf16be(secret)),
  spaced: (secret) => [...secret].join(" "),
  reversed: (secret) => [...secret].reverse().join(""),
  "rotated by 13": (secret) =>
    each(secret, (a) => (/[a-z]/i.test(a) ? String.fromCharCode(code(a) + (/[a-m]/i.test(a) ? 13 : -13)) : a)),
  "spelled in words": (secret) => each(secret, (a) => `${WORDS[code(a.toLowerCase()) - 97] ?? a} `),
};
const HOPELESS: { readonly [name: string]: (secret: string) => string } = {
  "combined with a constant": (secret) => base64(Buffer.from(Buffer.from(secret).map((byte) => byte ^ 0x5a))),
  encrypted: (secret) => base64(encrypted(secret)),
  "split in two": (secret) => `{"a":"${secret.slice(0, 18)}","b":"${secret.slice(18)}"}`,
};

const KINDS = [
  "github-personal-token",
  "aws-access-key-id",
  "stripe-live-secret-key",
  "slack-bot-token",
  "sendgrid-api-key",
  "anthropic-api-key",
];
const secrets = KINDS.map((id) => ({ id, secret: sample(id, 11) }));

function detected(encode: (secret: string) => string): number {
  return secrets.filter(({ id, secret }) =>
    scan(`{"note": "${encode(secret)}", "n": 1}`, { budget: newBudget() }).findings.some(
      ({ detector }) => detector === id,
    ),
  ).length;
}

test("six secrets in 32 encodings: at least four of five are found, by encoding as counted here", () => {
  // The three of the second list take the places of three of the first that are variations of others.
  const names = Object.keys(ENCODINGS).filter(
    (name) => !["\\x escapes", "hexadecimal entities", "direction marks"].includes(name),
  );
  const matrix = { ...Object.fromEntries(names.map((name) => [name, ENCODINGS[name]])), ...HOPELESS };
  const counts = Object.fromEntries(
    Object.entries(matrix).map(([name, encode]) => [name, encode === undefined ? 0 : detected(encode)]),
  );
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  expect(Object.keys(counts)).toHaveLength(32);
  const missed = Object.entries(counts).filter(([, count]) => count < KINDS.length);
  expect({ total, missed: Object.fromEntries(missed) }).toEqual({
    total: 156,
    missed: {
      "combined with a constant": 0,
      encrypted: 0,
      reversed: 0,
      "rotated by 13": 0,
      "spelled in words": 0,
      "split in two": 0,
    },
  });
  expect(total / (32 * KINDS.length)).toBeGreaterThanOrEqual(0.8);
});

test.each(["\\x escapes", "hexadecimal entities", "direction marks"])("%s are undone as well", (name) => {
  expect(detected(ENCODINGS[name] ?? String)).toBe(KINDS.length);
});
