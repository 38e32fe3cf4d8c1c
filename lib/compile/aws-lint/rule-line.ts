/** One keyword of a rule with what follows it, e.g. `content:"api.example.com"`. */
export interface RuleOption {
  readonly name: string;
  /** Text after the colon, without blanks around it; absent for a bare keyword. */
  readonly value?: string;
}

/** One rule of a Suricata rule text. */
export interface RuleLine {
  /** Line number in the text, from 1. */
  readonly number: number;
  readonly text: string;
  /** The parts of the rule; absent when the line is not a rule. */
  readonly rule?: ParsedRule;
}

/** A rule taken apart. */
export interface ParsedRule {
  readonly action: string;
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: string;
  readonly direction: string;
  readonly destination: string;
  readonly destinationPort: string;
  readonly options: RuleOption[];
}

/** Reads rule text as AWS does: one line is one rule; blank lines and comments do not count. */
export function parseRuleLines(text: string): RuleLine[] {
  return text
    .split("\n")
    .map((line, index) => ({ number: index + 1, text: line, rule: parseRule(line) }))
    .filter((line) => line.text.trim() !== "" && !line.text.trimStart().startsWith("#"));
}

/** The values of a keyword, in order. */
export function optionValues(rule: ParsedRule, name: string): (string | undefined)[] {
  return rule.options.filter((option) => option.name === name).map((option) => option.value);
}

function parseRule(line: string): ParsedRule | undefined {
  const text = line.trim();
  const open = text.indexOf("(");
  if (open < 0 || !text.endsWith(")")) return undefined;
  const header = splitHeader(text.slice(0, open));
  const [action, protocol, source, sourcePort, direction, destination, destinationPort] = header;
  if (header.length !== 7 || action === undefined || protocol === undefined || source === undefined) return undefined;
  if (sourcePort === undefined || direction === undefined || destination === undefined) return undefined;
  const options = parseOptions(text.slice(open + 1, -1));
  if (destinationPort === undefined || options === undefined) return undefined;
  return { action, protocol, source, sourcePort, direction, destination, destinationPort, options };
}

// Lists in brackets may hold blanks: `[443, 8443]` is one field.
function splitHeader(header: string): string[] {
  const compact = header
    .replace(/\s*,\s*/g, ",")
    .replace(/\[\s+/g, "[")
    .replace(/\s+\]/g, "]");
  return compact.trim().split(/\s+/);
}

function parseOptions(body: string): RuleOption[] | undefined {
  const parts = splitOptions(body);
  if (parts === undefined) return undefined;
  return parts.map((part) => {
    const colon = part.indexOf(":");
    if (colon < 0) return { name: part };
    return { name: part.slice(0, colon).trim(), value: part.slice(colon + 1).trim() };
  });
}

// A semicolon inside of quotes, or after a backslash, belongs to the value. Undefined when the last option is not closed.
function splitOptions(body: string): string[] | undefined {
  const parts: string[] = [];
  let start = 0;
  let inQuotes = false;
  for (let i = 0; i < body.length; i++) {
    const char = body[i];
    if (char === "\\") i++;
    else if (char === '"') inQuotes = !inQuotes;
    else if (char === ";" && !inQuotes) {
      parts.push(body.slice(start, i).trim());
      start = i + 1;
    }
  }
  return inQuotes || body.slice(start).trim() !== "" ? undefined : parts;
}
