import { ruleOrder } from "./firewall-policy";
import { areVariablesUnknown, ipSetReferences, ipSets, portSets } from "./firewall-variables";
import type { LintContext } from "./lint-context";
import { nameMatches } from "./name-match";
import { optionValues, type ParsedRule, type RuleLine } from "./rule-line";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { block, finding, repeated } from "./values";

const ACTIONS = ["pass", "drop", "reject", "alert"];
const REJECTABLE = ["tcp", "http", "tls", "smb", "ssh", "smtp", "dcerpc"];
const UNSUPPORTED = /^(dataset|datarep|iprep|lua|luajit|threshold|detection_filter|file[a-z0-9_.]*|enip_\w+|cip_\w+)$/;
const UNSUPPORTED_PROTOCOLS = ["sctp", "ikev2", "ike", "ftp-data", "enip"];
const PCRE_COMPANIONS = ["tls.sni", "http.host", "dns.query", "http.uri", "content"];
const MAX_CHARACTERS = 8175;
const BUILT_IN = ["HOME_NET", "EXTERNAL_NET"];

/** What is wrong with a rule, and what to write instead. */
interface Defect {
  readonly problem: string;
  readonly fix: string;
}

/** What a line may refer to: the variables of its group and the order of its rules. */
interface Surroundings {
  readonly strict: boolean;
  /** Undefined when apply decides which variables there are; AWS refuses an undeclared one then. */
  readonly variables?: { readonly sets: Set<string>; readonly references: Set<string> };
}

/**
 * CORDON-079. Rule text in the dialect of AWS Network Firewall, which is narrower than that of Suricata. Every line is
 * looked at by itself.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-limitations-caveats.html
 */
export function ruleText(context: LintContext): LintFinding[] {
  return context.ofType("aws_networkfirewall_rule_group").flatMap((group) => {
    const surroundings = surroundingsOf(group);
    return context
      .ruleLines(group)
      .flatMap((line) =>
        defects(line, surroundings).map(({ problem, fix }) =>
          finding("CORDON-079", group, `rule line ${line.number}: ${problem}`, fix),
        ),
      );
  });
}

/** CORDON-082. Every rule has a sid, and no two rules of a group share one. */
export function ruleSids(context: LintContext): LintFinding[] {
  return context.ofType("aws_networkfirewall_rule_group").flatMap((group) => {
    const rules = context
      .ruleLines(group)
      .flatMap((line) => (line.rule === undefined ? [] : [{ line, rule: line.rule }]));
    const sids = rules.flatMap(({ rule }) => optionValues(rule, "sid").slice(0, 1)).flatMap((sid) => sid ?? []);
    return [
      ...rules
        .filter(({ rule }) => !/^[1-9]\d*$/.test(optionValues(rule, "sid")[0] ?? ""))
        .map(({ line }) =>
          finding(
            "CORDON-082",
            group,
            `rule line ${line.number}: AWS refuses a rule without a sid (InvalidRequestException)`,
            "add sid:<number>;",
          ),
        ),
      ...repeated(sids).map((sid) =>
        finding(
          "CORDON-082",
          group,
          `AWS refuses sid ${sid} on two rules (InvalidRequestException: Duplicate signature)`,
          "give every rule a sid of its own",
        ),
      ),
    ];
  });
}

function surroundingsOf(group: TerraformResource): Surroundings {
  const order = ruleOrder(block(block(group.values, "rule_group"), "stateful_rule_options"));
  const sets = new Set([...BUILT_IN, ...ipSets(group).keys(), ...portSets(group).keys()]);
  const variables = areVariablesUnknown(group) ? undefined : { sets, references: ipSetReferences(group) };
  return { strict: order === "STRICT_ORDER", variables };
}

function defects(line: RuleLine, surroundings: Surroundings): Defect[] {
  const { text, rule } = line;
  const found: Defect[] = [];
  if (text.trimEnd().endsWith("\\")) {
    return [refused("a line that goes on after a backslash", "write the rule on one line")];
  }
  if (text.includes("\r")) found.push(refused("a carriage return", "end lines with a line feed only"));
  if (/[$%]\{/.test(text)) {
    found.push({
      problem: "Terraform evaluates the template in it, so what the rule says is unknown until apply",
      fix: "write the text without ${ and %{",
    });
  }
  if (text.length > MAX_CHARACTERS) {
    found.push(refused(`${text.length} characters`, `keep a rule within ${MAX_CHARACTERS} characters`));
  }
  if (rule === undefined) return [...found, unreadable(text)];
  return [...found, ...headerDefects(rule, surroundings), ...optionDefects(rule, surroundings)];
}

function unreadable(text: string): Defect {
  if (!text.trimEnd().endsWith(")")) return refused("a rule without its closing parenthesis", "end the rule with ;)");
  return refused(
    "text that is not a rule",
    "write <action> <protocol> <source> <port> -> <destination> <port> (<options>;) with every quote and option closed",
  );
}

function headerDefects(rule: ParsedRule, { variables }: Surroundings): Defect[] {
  const found: Defect[] = [];
  const { action, protocol } = rule;
  if (!ACTIONS.includes(action)) found.push(refused(`the action "${action}"`, `use one of ${ACTIONS.join(", ")}`));
  if (UNSUPPORTED_PROTOCOLS.includes(protocol))
    found.push(refused(`the protocol "${protocol}"`, "match by tcp, udp or ip instead"));
  if (action === "reject" && !REJECTABLE.includes(protocol)) {
    found.push(refused(`reject for ${protocol}`, `use drop, or one of ${REJECTABLE.join(", ")}`));
  }
  if (!["->", "<>"].includes(rule.direction)) found.push(refused(`the direction "${rule.direction}"`, "use ->"));
  if (variables === undefined) return found;
  const header = [rule.source, rule.sourcePort, rule.destination, rule.destinationPort].join(" ");
  for (const name of namesAfter(header, "$")) {
    if (!variables.sets.has(name))
      found.push(
        refused(
          `the variable $${name}, which the group does not declare`,
          "add it to rule_variables of the same group",
        ),
      );
  }
  for (const name of namesAfter(header, "@")) {
    if (!variables.references.has(name)) {
      found.push(
        refused(
          `the reference @${name}, which the group does not declare`,
          "add it to reference_sets of the same group",
        ),
      );
    }
  }
  return found;
}

function namesAfter(text: string, mark: "$" | "@"): string[] {
  const pattern = mark === "$" ? /\$(\w+)/g : /@(\w+)/g;
  return [...new Set([...text.matchAll(pattern)].flatMap((match) => match[1] ?? []))];
}

function optionDefects(rule: ParsedRule, { strict }: Surroundings): Defect[] {
  const names = rule.options.map((option) => option.name);
  const found = [...new Set(names)]
    .filter((name) => UNSUPPORTED.test(name))
    .map((name) => refused(`the keyword "${name}"`, "match by name, address or port instead"));
  if (names.includes("gid")) found.push(refused('the keyword "gid", which AWS sets itself', "remove it"));
  if (strict && names.includes("priority")) {
    found.push(refused('the keyword "priority" under STRICT_ORDER', "order the rules by their lines"));
  }
  if (names.includes("pcre") && !PCRE_COMPANIONS.some((name) => names.includes(name))) {
    found.push(refused("pcre by itself", `add one of ${PCRE_COMPANIONS.join(", ")} to the rule`));
  }
  for (const option of rule.options) {
    const variable =
      option.value?.startsWith('"') || option.value?.startsWith('!"')
        ? undefined
        : /[$@][A-Za-z]\w*/.exec(option.value ?? "")?.[0];
    if (variable !== undefined)
      found.push(
        refused(`the variable ${variable} in the option "${option.name}"`, "use variables in the header only"),
      );
  }
  for (const match of nameMatches(rule).filter(({ buffer }) => buffer === "http.host")) {
    if (match.nocase) found.push(refused("nocase after http.host, which is lower case already", "remove nocase"));
    if (match.letters !== match.letters.toLowerCase())
      found.push(refused(`capitals in the http.host content "${match.content}"`, "write it in lower case"));
  }
  return found;
}

function refused(what: string, fix: string): Defect {
  return { problem: `AWS refuses ${what} (InvalidRequestException)`, fix };
}
