/** What people write where a secret would stand. */
const PLACEHOLDER =
  /example|placeholder|your[-_]|changeme|change[-_]me|dummy|sample|redacted|replace|insert[-_]|x{5}|0{8}|\*{3}|\.{3}|1234567|abcdefg|deadbeef|<|\$\{|\{\{|%s/i;

/** Shannon entropy in bits per character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Text that stands for a secret in documentation. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text);
}

/**
 * Looks drawn at random: neither a placeholder nor repetitive. The bar is 0.55 of what a text of this length can have in
 * hexadecimal, and 0.65 of it in wider alphabets, at most 2.6 and 3 bits per character; uniform draws stay well above.
 */
export function isRandom(text: string): boolean {
  const most = Math.log2(text.length);
  const bar = /^[0-9a-f-]+$/i.test(text) ? Math.min(2.6, most * 0.55) : Math.min(3, most * 0.65);
  return entropy(text) >= bar && !isPlaceholder(text);
}

/** Random, with at least these bits per character. */
export function hasEntropy(bits: number): (text: string) => boolean {
  return (text) => entropy(text) >= bits && !isPlaceholder(text);
}

/** A password that somebody could have chosen: no placeholder, variable, path or mask. */
export function isPassword(text: string): boolean {
  if (isPlaceholder(text) || /^[x*.•_-]+$|^\$|^%\(|^\[|^:|^\(|^(.)\1+$/i.test(text)) return false;
  return !/^(?:pass|password|passwd|pwd|secret|token|user|username|admin|root|test|guest|none|null|undefined|true|false|mypassword|my[-_]?secret|hunter2|postgres|mysql|redis|mongo|pw|p|s3cret|foobar|foo|bar|string|value|key)$/i.test(
    text,
  );
}
