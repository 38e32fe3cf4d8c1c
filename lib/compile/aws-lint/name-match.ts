import type { ParsedRule } from "./rule-line";

/** A `content` that is matched against a name of the application layer. */
export interface NameMatch {
  /** `tls.sni` or `http.host`. */
  readonly buffer: string;
  /** The text between the quotes. */
  readonly content: string;
  /** The part of the text that is not written in hexadecimal. */
  readonly letters: string;
  readonly negated: boolean;
  readonly dotprefix: boolean;
  readonly startswith: boolean;
  readonly endswith: boolean;
  readonly nocase: boolean;
}

const NAME_BUFFERS = ["tls.sni", "http.host"];

/** The name matches of a rule. A buffer keyword holds for the contents after it, until the next buffer keyword. */
export function nameMatches(rule: ParsedRule): NameMatch[] {
  const matches: NameMatch[] = [];
  let buffer: string | undefined;
  let dotprefix = false;
  rule.options.forEach((option, index) => {
    if (isBuffer(option.name, option.value)) {
      buffer = option.name;
      dotprefix = false;
    } else if (option.name === "dotprefix") dotprefix = true;
    else if (option.name === "content" && buffer !== undefined && NAME_BUFFERS.includes(buffer)) {
      matches.push(nameMatch(buffer, option.value ?? "", dotprefix, modifiers(rule, index)));
    }
  });
  return matches;
}

/**
 * True when the content holds to one name (`startswith; endswith`) or to the names below one (`.name; endswith`), and the
 * name has at least two labels.
 */
export function isBounded(match: NameMatch): boolean {
  const whole = match.startswith && !match.dotprefix;
  const name = match.content.replace(/^\./, "");
  const anchored = match.endswith && (whole || match.content.startsWith("."));
  return anchored && !match.negated && /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(name);
}

// Sticky buffers are bare keywords: `tls.sni`, `http.host`, `file_data`; `content:"x"` has a value.
function isBuffer(name: string, value: string | undefined): boolean {
  return value === undefined && (name.includes(".") || name.endsWith("_data"));
}

function modifiers(rule: ParsedRule, index: number): Set<string> {
  const rest = rule.options.slice(index + 1);
  const end = rest.findIndex(
    (option) => option.name === "content" || option.name === "pcre" || isBuffer(option.name, option.value),
  );
  return new Set((end < 0 ? rest : rest.slice(0, end)).map((option) => option.name));
}

function nameMatch(buffer: string, value: string, dotprefix: boolean, names: Set<string>): NameMatch {
  const content = value.replace(/^!\s*/, "").replace(/^"|"$/g, "");
  return {
    buffer,
    content,
    letters: content.replace(/\|[^|]*\|/g, ""),
    negated: value.startsWith("!"),
    dotprefix,
    startswith: names.has("startswith"),
    endswith: names.has("endswith"),
    nocase: names.has("nocase"),
  };
}
