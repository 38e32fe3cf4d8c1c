import type { LintFinding } from "../aws-lint/terraform-resource";
import { isReference } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { type FirewallRule, firewallRules, onRule } from "./firewall-rule";
import { plain, written } from "./places";

const LABELS = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i;

/**
 * CORDON-275. Names have the form that Azure Firewall reads: `*` stands at the left alone, for whole labels, and in no
 * network rule; a URL has `*` at its ends, and no query. Terraform looks at none of it.
 *
 * @see https://learn.microsoft.com/azure/firewall/firewall-faq
 */
export function nameForm(context: AzureContext): LintFinding[] {
  return firewallRules(context).flatMap((rule) => {
    const { values, kind } = rule;
    const names = [...written(values["destination_fqdns"]), ...written(values["target_fqdns"])];
    return [
      ...names.flatMap((name) => problem(rule, name, kind === "network" ? inNetworkRule : inApplicationRule)),
      ...written(values["destination_urls"]).flatMap((url) => problem(rule, url, ofUrl)),
    ];
  });
}

/** What is wrong with a text, and what to write. */
type Check = (text: string, rule: FirewallRule) => readonly [string, string] | undefined;

function problem(rule: FirewallRule, value: unknown, check: Check): LintFinding[] {
  if (isReference(value)) return [];
  const found = check(plain(value).trim(), rule);
  return found === undefined ? [] : [onRule("CORDON-275", rule, `names "${plain(value)}", ${found[0]}`, found[1])];
}

const inNetworkRule: Check = (text) =>
  text.includes("*")
    ? ["and network rules take no wildcard", "use an application rule, or the exact name"]
    : hostForm(text, "of which Azure Firewall reads no name");

const inApplicationRule: Check = (text, { isAllow }) => {
  if (text === "*") return undefined;
  if (/^\*[^.*]/.test(text) && LABELS.test(text.slice(1))) {
    // To refuse more than was meant opens nothing.
    return isAllow
      ? ["which passes every name that ends so, strangers' too", `write *.${text.slice(1)} for the names below it`]
      : undefined;
  }
  return hostForm(text.replace(/^\*\./, ""), "of which Azure Firewall reads no name");
};

const ofUrl: Check = (text) => {
  if (/[?#]/.test(text)) return ["and Azure Firewall takes no query", "leave out what follows the path"];
  const [host = "", ...path] = text.split("/");
  if (path.join("/").replace(/\*$/, "").includes("*")) {
    return ["and a URL has * at its right end alone", "write the path up to the first *"];
  }
  return host === "*" ? undefined : hostForm(host.replace(/^\*\./, ""), "which does not begin with a name");
};

const hostForm = (text: string, problem: string): ReturnType<Check> =>
  LABELS.test(text)
    ? undefined
    : [problem, "write a host such as api.example.com or *.example.com, without scheme or port"];
