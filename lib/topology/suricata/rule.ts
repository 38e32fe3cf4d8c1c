import { type RuleOption, readOptions } from "./options";

/** What a rule does with what it matches. */
export enum RuleAction {
  PASS = "pass",
  /** Also every form of `reject`: nothing is delivered. */
  DROP = "drop",
  ALERT = "alert",
  /** A word that this reader does not know. */
  UNKNOWN = "unknown",
}

/** What stands before and inside of the parentheses. */
export interface RuleBody {
  /** In lower case: `tcp`, `tls`, `ip`. */
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: string;
  readonly destination: string;
  readonly destinationPort: string;
  /** `<>` instead of `->`. */
  readonly bothWays: boolean;
  /** In the order in which they are written, which decides what a `content` looks at. */
  readonly options: readonly RuleOption[];
}

/** A rule in a text of rules. */
export interface Rule {
  readonly action: RuleAction;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** Undefined where the rule can't be read. */
  readonly body: RuleBody | undefined;
  /** Empty where there is none. */
  readonly sid: string;
  /** Empty where there is none. */
  readonly message: string;
}

const ACTIONS = new Map([
  ["pass", RuleAction.PASS],
  ["drop", RuleAction.DROP],
  ["reject", RuleAction.DROP],
  ["rejectsrc", RuleAction.DROP],
  ["rejectdst", RuleAction.DROP],
  ["rejectboth", RuleAction.DROP],
  ["alert", RuleAction.ALERT],
]);

/**
 * Reads a text of rules, in order: one rule a line, comments and blank lines left out, a backslash at the end of a line
 * joins the next one. A line that is no rule is kept without a body, so that nobody takes it for absent.
 *
 * @see https://docs.suricata.io/en/suricata-7.0.10/rules/intro.html
 */
export function parseRules(text: string): Rule[] {
  return [...eachRule(text)];
}

/** The same one after the other, for lists of which not every rule is to be kept. */
export function* eachRule(text: string): Generator<Rule> {
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = index + 1;
    let joined = lines[index] ?? "";
    while (joined.endsWith("\\") && index + 1 < lines.length) {
      index += 1;
      joined = joined.slice(0, -1) + (lines[index] ?? "");
    }
    const rule = joined.trim();
    if (rule !== "" && !rule.startsWith("#")) yield parseRule(rule, line);
  }
}

function parseRule(text: string, line: number): Rule {
  const open = text.indexOf("(");
  const words = wordsOf(open < 0 ? text : text.slice(0, open));
  const [action = "", protocol = "", source = "", sourcePort = "", arrow, destination = "", destinationPort = ""] =
    words;
  const rule = { action: ACTIONS.get(action.toLowerCase()) ?? RuleAction.UNKNOWN, line, text };
  const options = open >= 0 && text.endsWith(")") ? readOptions(text.slice(open + 1, -1)) : undefined;
  const isHeader = words.length === 7 && (arrow === "->" || arrow === "<>");
  if (options === undefined || !isHeader) {
    return { ...rule, body: undefined, sid: /\bsid:\s*(\d+)/.exec(text)?.[1] ?? "", message: "" };
  }
  const ends = { source, sourcePort, destination, destinationPort, bothWays: arrow === "<>" };
  return {
    ...rule,
    body: { protocol: protocol.toLowerCase(), ...ends, options },
    sid: optionValue(options, "sid") ?? "",
    message: (optionValue(options, "msg") ?? "").replace(/^"|"$/g, "").replace(/\\(.)/g, "$1"),
  };
}

const optionValue = (options: readonly RuleOption[], keyword: string): string | undefined =>
  options.find((option) => option.keyword === keyword)?.value;

// Blanks inside of brackets separate nothing.
function wordsOf(header: string): string[] {
  if (!header.includes("[")) return header.split(/\s+/).filter((word) => word !== "");
  const words: string[] = [];
  let depth = 0;
  let word = "";
  for (const letter of header) {
    if (letter === "[") depth += 1;
    if (letter === "]") depth -= 1;
    if (letter !== " " && letter !== "\t") word += letter;
    else if (depth === 0 && word !== "") {
      words.push(word);
      word = "";
    }
  }
  return word === "" ? words : [...words, word];
}
