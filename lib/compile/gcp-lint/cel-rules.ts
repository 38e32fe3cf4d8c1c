import { quoted } from "../../errors/cordon-error";
import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { finding } from "../aws-lint/values";
import { literalsOf, parseCondition, testsOf } from "./condition";
import type { GcpContext } from "./gcp-context";
import { conditionOf, proxyRules } from "./proxy-rules";

const MATCHERS = ["session_matcher", "application_matcher"];

/** Values of the provider's own making, which hold no quote. */
const SAFE =
  /^(?:data\.)?google_[a-z0-9_]+\.[A-Za-z0-9_-]+\.(id|email|self_link|address|ip_cidr_range|namespaced_name|number|project_id)$/;

/**
 * CORDON-225. The text of a condition is known at synth, but for ids and addresses that Google gives out: any other
 * reference could bring operators with it. It is also one that Google can read.
 *
 * @see https://cloud.google.com/secure-web-proxy/docs/cel-matcher-language-reference
 */
export function celText(context: GcpContext): LintFinding[] {
  return proxyRules(context).flatMap((rule) =>
    MATCHERS.flatMap((matcher) => {
      const text = rule.values[matcher];
      if (typeof text !== "string" || text.trim() === "") return [];
      return [...taken(rule, matcher, text), ...unreadable(rule, matcher, text), ...attributes(rule, matcher)];
    }),
  );
}

function taken(rule: TerraformResource, matcher: string, text: string): LintFinding[] {
  const templates = [...text.matchAll(/[$%]\{([^}]*)\}?/g)].filter(
    ([whole, inner = ""]) => whole.startsWith("%") || !SAFE.test(inner.trim()),
  );
  return [...new Set(templates.map(([whole]) => whole))].map((whole) =>
    finding(
      "CORDON-225",
      rule,
      `${matcher} takes ${quoted(whole)}, whose text only apply knows and which may bring its own quotes and operators`,
      "write the text out, or refer to the id or the e-mail of a resource",
    ),
  );
}

function unreadable(rule: TerraformResource, matcher: string, text: string): LintFinding[] {
  const condition = parseCondition(text.replaceAll(/[$%]\{[^}]*\}/g, "x"));
  return "reason" in condition
    ? [
        finding(
          "CORDON-225",
          rule,
          `Google can't read ${matcher} as it is meant: ${condition.reason}`,
          "escape quotes and backslashes of what is put into it",
        ),
      ]
    : [];
}

// Requests are not there yet when a session is judged.
function attributes(rule: TerraformResource, matcher: string): LintFinding[] {
  const condition = conditionOf(rule, matcher);
  if (condition === undefined || matcher !== "session_matcher") return [];
  const [first] = testsOf(condition).filter((test) => /\brequest\./.test(test.replaceAll(/'[^']*'|"[^"]*"/g, "")));
  return first === undefined
    ? []
    : [
        finding(
          "CORDON-225",
          rule,
          `Google refuses ${quoted(first)} in session_matcher: a session has no request yet`,
          "move it to application_matcher",
        ),
      ];
}

/** CORDON-225. A host is compared in the form in which requests carry it: lower case, ASCII, without scheme, port or wildcard. */
export function hostLiterals(context: GcpContext): LintFinding[] {
  return proxyRules(context).flatMap((rule) =>
    MATCHERS.flatMap((matcher) => {
      const condition = conditionOf(rule, matcher);
      const tests = condition === undefined ? [] : testsOf(condition);
      const hosts = tests.filter((test) => /^(host\(\)|request\.host)\s*==/.test(test)).flatMap(literalsOf);
      return hosts
        .filter((host) => !/[$%]\{/.test(host) && !/^[a-z0-9_-]+(\.[a-z0-9_-]+)*(:\d+)?$/.test(host))
        .map((host) =>
          finding(
            "CORDON-225",
            rule,
            `${matcher} compares the host with ${quoted(host)}, which no request carries`,
            "write the name in lower case and ASCII, without a scheme, a wildcard or a dot at the end; wildcards go into a URL list",
          ),
        );
    }),
  );
}
