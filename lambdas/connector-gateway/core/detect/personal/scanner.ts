import type { Detector } from "../detector";
import type { Match } from "../secret-scanner";
import { PERSONAL_RULES, type PersonalRule } from "./rules";

/** Mail addresses; found from their @ outwards. */
export const EMAIL: Detector = {
  id: "email-address",
  kind: "personal",
  title: "Mail address",
  source: "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2",
};

/** Every kind of personal data. */
export const PERSONAL_DETECTORS: readonly Detector[] = [EMAIL, ...PERSONAL_RULES];

/** Characters before a value in which a word has to stand. */
const CONTEXT = 64;
const RESERVED = /(?:^|\.)(?:example|invalid|test|localhost|local|internal)$|(?:^|\.)example\.(?:com|net|org|edu)$/i;
const FILE =
  /\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|js|mjs|cjs|ts|tsx|jsx|json|html?|md|txt|woff2?|map|py|go|rs|sh|ya?ml)$/i;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
const isWord = (code: number): boolean => isDigit(code) || isLetter(code);

/** Finds personal data in one pass: from each @, and from the start of each number, code and sign. */
export function scanPersonal(text: string, isOn: (detector: Detector) => boolean, found: (match: Match) => void): void {
  const rules = PERSONAL_RULES.filter(isOn);
  const mail = isOn(EMAIL);
  if (rules.length === 0 && !mail) return;
  const numbers = rules.filter(({ begins }) => begins !== "letter");
  const words = rules.filter(({ begins }) => begins === "letter" || begins === "any");
  const signs = rules.filter(({ begins }) => begins === "sign");
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const before = at === 0 ? 32 : text.charCodeAt(at - 1);
    if (code === 64 && mail) mailAt(text, at, found);
    else if (isDigit(code) && !isWord(before)) at = Math.max(at, numberAt(text, at, numbers, found));
    else if (isLetter(code) && !isWord(before)) at = wordAt(text, at, words, found);
    else if ((code === 43 || code === 40) && !isWord(before)) at = signAt(text, at, signs, found);
  }
}

function signAt(text: string, at: number, rules: readonly PersonalRule[], found: (match: Match) => void): number {
  for (const rule of rules) {
    const last = tryRule(text, at, rule, found);
    if (last !== undefined) return last - 1;
  }
  return at;
}

/** Tries the rules at a number; gives the place to go on from. */
function numberAt(text: string, at: number, rules: readonly PersonalRule[], found: (match: Match) => void): number {
  // Digits of a fraction are no number of their own.
  if (text[at - 1] === "." && isDigit(text.charCodeAt(at - 2))) return at;
  let digits = 0;
  let end = at;
  while (end < text.length && end - at < 48) {
    const code = text.charCodeAt(end);
    if (isDigit(code)) digits += 1;
    else if (
      !(code === 32 || code === 45 || code === 46 || code === 43 || code === 41 || isLetter(code) || code === 60)
    )
      break;
    end += 1;
  }
  for (const rule of rules) {
    if (digits < rule.digits) continue;
    const last = tryRule(text, at, rule, found);
    if (last !== undefined) return last - 1;
  }
  return at;
}

/** Tries the rules at a word that has a digit where one of them needs it; gives the end of the word. */
function wordAt(text: string, at: number, rules: readonly PersonalRule[], found: (match: Match) => void): number {
  let end = at;
  let hasDigit = false;
  while (end < text.length && isWord(text.charCodeAt(end))) {
    hasDigit ||= isDigit(text.charCodeAt(end));
    end += 1;
  }
  if (hasDigit || text[end] === "-" || text[end] === "<") {
    for (const rule of rules) {
      const last = tryRule(text, at, rule, found);
      if (last !== undefined) return last - 1;
    }
  }
  return end - 1;
}

function tryRule(text: string, at: number, rule: PersonalRule, found: (match: Match) => void): number | undefined {
  rule.pattern.lastIndex = at;
  let value = rule.pattern.exec(text)?.[0];
  while (value !== undefined) {
    const end = at + value.length;
    if (!continues(text, end)) {
      const plain = rule.begins === "sign" ? value : value.replace(/[ .-]/g, "");
      if (passes(text, at, value, plain, rule)) {
        found({ id: rule.id, kind: "personal", start: at, end });
        return end;
      }
    }
    // Groups of letters and digits that follow may be words of the sentence.
    const cut = rule.id === "iban" ? Math.max(value.lastIndexOf(" "), value.lastIndexOf("-")) : -1;
    value = cut < 15 ? undefined : value.slice(0, cut);
  }
  return undefined;
}

function passes(text: string, at: number, value: string, plain: string, rule: PersonalRule): boolean {
  const code = rule.id === "fi-personal-code" ? value : plain;
  if (rule.examples?.includes(code) || !rule.check(code)) return false;
  if (rule.words === undefined || rule.plainly?.test(value)) return true;
  return rule.words.test(text.slice(Math.max(0, at - CONTEXT), at));
}

/** The value goes on, as part of a longer number or code. */
function continues(text: string, end: number): boolean {
  const code = text.charCodeAt(end);
  if (isWord(code)) return true;
  return (code === 46 || code === 45) && isDigit(text.charCodeAt(end + 1));
}

function mailAt(text: string, at: number, found: (match: Match) => void): void {
  let start = at;
  while (start > 0 && at - start < 64 && /[A-Za-z0-9._%+'-]/.test(text.charAt(start - 1))) start -= 1;
  while (start < at && /[.'-]/.test(text.charAt(start))) start += 1;
  let end = at + 1;
  while (end < text.length && end - at < 254 && /[A-Za-z0-9.-]/.test(text.charAt(end))) end += 1;
  const domain = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}/.exec(
    text.slice(at + 1, end),
  )?.[0];
  if (start === at || domain === undefined || RESERVED.test(domain) || FILE.test(domain)) return;
  // git@host is a remote of a repository, and user:password@host is not mail.
  if (
    text.slice(start, at) === "git" ||
    text[at - 1] === "." ||
    /:\/\/[^\s/@]{0,64}$/.test(text.slice(Math.max(0, start - 70), start))
  )
    return;
  found({ id: EMAIL.id, kind: "personal", start, end: at + 1 + domain.length });
}
