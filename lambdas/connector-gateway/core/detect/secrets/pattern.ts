import { isRandom } from "../checks/randomness";
import type { Boundary, SecretRule } from "../detector";

function times(set: string, least: number, most: number): string {
  return least === most ? `${set}{${least}}` : `${set}{${least},${most}}`;
}

/** Letters and digits. */
export const b62 = (least: number, most = least): string => times("[A-Za-z0-9]", least, most);
/** Letters, digits, underscore and dash. */
export const url = (least: number, most = least): string => times("[A-Za-z0-9_-]", least, most);
/** Letters, digits, plus and slash. */
export const b64 = (least: number, most = least): string => times("[A-Za-z0-9+/]", least, most);
/** Lower-case hexadecimal. */
export const hex = (least: number, most = least): string => times("[0-9a-f]", least, most);
/** Lower-case letters and digits. */
export const b36 = (least: number, most = least): string => times("[a-z0-9]", least, most);
/** Upper-case letters and digits. */
export const upper = (least: number, most = least): string => times("[A-Z0-9]", least, most);
export const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** Longest text that a pattern reads; what a stream holds back is no shorter. */
export const LONGEST_MATCH = 256;

interface Options {
  readonly check?: (secret: string) => boolean;
  readonly examples?: readonly string[];
  readonly ignoreCase?: boolean;
  readonly left?: Boundary;
  readonly right?: Boundary;
  readonly anyCaseKeyword?: boolean;
  readonly tail?: "token" | "base64" | "lines";
  readonly keywords?: readonly string[];
  readonly before?: number | readonly [number, number];
  readonly guard?: (text: string, from: number) => boolean;
}

/** A rule whose keyword stands in its pattern. */
export function rule(id: string, title: string, source: string, pattern: string, options: Options): SecretRule {
  const { keywords = [], before = 0, ignoreCase = false, left = "alphanumeric", examples = [] } = options;
  return {
    id,
    kind: "secret",
    title,
    source,
    keywords,
    before: typeof before === "number" ? [before, before] : before,
    pattern,
    ignoreCase,
    anyCaseKeyword: options.anyCaseKeyword ?? ignoreCase,
    left,
    right: options.right ?? (/_-\]\{[0-9,]+\}$/.test(pattern) ? "token" : "alphanumeric"),
    check: options.check ?? isRandom,
    examples,
    ...(options.guard === undefined ? {} : { guard: options.guard }),
    ...(options.tail === undefined ? {} : { tail: options.tail }),
  };
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** A token that begins with a fixed prefix; what follows it is checked to be random. */
export function token(
  id: string,
  title: string,
  source: string,
  prefix: string,
  body: string,
  options: Options = {},
): SecretRule {
  const check = options.check ?? ((secret: string) => isRandom(secret.slice(prefix.length)));
  return rule(id, title, source, literal(prefix) + body, { keywords: [prefix], ...options, check });
}

/** What stands between a name and its value in code, JSON, YAML, INI and shell. */
const ASSIGN = "[A-Za-z0-9_./-]{0,40}[\"'`\\]]{0,2}[ \\t]{0,4}(?::=|=>|=|:)[ \\t]{0,4}[\"'`]{0,2}";

/** A cheap form of the same: a sign of assignment within the next characters. */
export function isAssigned(text: string, from: number): boolean {
  let at = from;
  const end = Math.min(text.length, from + 48);
  while (at < end && /[A-Za-z0-9_./\-"'`\] \t]/.test(text.charAt(at))) at += 1;
  return at < end && (text.charAt(at) === "=" || text.charAt(at) === ":");
}

/** A value without a mark of its own, known by the name that it is assigned to. */
export function keyed(
  id: string,
  title: string,
  source: string,
  names: readonly string[],
  value: string,
  options: Options = {},
): SecretRule {
  const name = `(?:${names.map((text) => literal(text).replace(/[A-Za-z]/g, (a) => `[${a.toLowerCase()}${a.toUpperCase()}]`)).join("|")})`;
  return rule(id, title, source, `${name}${ASSIGN}(${value})`, {
    keywords: names,
    left: "none",
    right: /_-\]|[+/]\]/.test(value) ? "token" : "alphanumeric",
    guard: isAssigned,
    anyCaseKeyword: true,
    ...options,
  });
}
