import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { finding, isAbsent, isFalse, isReference, isTrue, items, shown } from "../aws-lint/values";
import { requires } from "./condition";
import type { GcpContext } from "./gcp-context";
import { conditionOf, isForWatched, isPassing, proxyRules } from "./proxy-rules";

/** Settings of an inspection policy that Secure Web Proxy does not read, with the values that mean nothing. */
const IGNORED = [
  { name: "min_tls_version", nothing: "TLS_VERSION_UNSPECIFIED" },
  { name: "tls_feature_profile", nothing: "PROFILE_UNSPECIFIED" },
  { name: "trust_config", nothing: "" },
  { name: "custom_tls_features", nothing: "" },
];

/**
 * CORDON-226. What a rule judges of a request is there to be read: TLS is opened for it, its policy has something to open
 * it with, and the host inside is compared too. What only apply knows counts as not inspected.
 *
 * @see https://cloud.google.com/secure-web-proxy/docs/tls-inspection-overview
 */
export function tlsInspection(context: GcpContext): LintFinding[] {
  return [...proxyRules(context).flatMap((rule) => inspected(context, rule)), ...inspectionPolicies(context)];
}

function inspected(context: GcpContext, rule: TerraformResource): LintFinding[] {
  const report = (problem: string, fix: string): LintFinding => finding("CORDON-226", rule, problem, fix);
  const { application_matcher: application, tls_inspection_enabled: enabled } = rule.values;
  const isOn = isTrue(enabled);
  if (!isOn) {
    const isBlind = !isAbsent(application) && application !== "" && !isPlain(rule);
    return isBlind
      ? [
          report(
            `application_matcher judges requests, and tls_inspection_enabled is ${shown(enabled)}: TLS hides them`,
            "set tls_inspection_enabled to true, or leave application_matcher out",
          ),
        ]
      : [];
  }
  const policy = context.resolve(rule.values["gateway_security_policy"]);
  const lacks = policy !== undefined && isAbsent(policy.values["tls_inspection_policy"]);
  const condition = conditionOf(rule, "application_matcher");
  const session = conditionOf(rule, "session_matcher");
  const isWatched = session !== undefined && isForWatched(context, session);
  const isFronted = isPassing(rule) && !isWatched && (condition === undefined || !requires(condition, isHost));
  return [
    ...(lacks
      ? [
          report(
            `${policy.address} has no tls_inspection_policy, and Google refuses a rule that inspects`,
            "give the policy a tls_inspection_policy",
          ),
        ]
      : []),
    ...(isFronted
      ? [
          report(
            "its application_matcher holds without request.host, so a request for another host in the same tunnel passes",
            "join it with && to a comparison of request.host",
          ),
        ]
      : []),
  ];
}

// Without TLS there is nothing to open.
function isPlain(rule: TerraformResource): boolean {
  const session = conditionOf(rule, "session_matcher");
  return (
    session !== undefined &&
    requires(session, (test) => /^destination\.port\s*==\s*\d+$/.test(test) && !/\b443$/.test(test))
  );
}

const isHost = (test: string): boolean =>
  /^request\.host\s*==\s*['"]/.test(test) ||
  /^request\.host\s+in\s*\[/.test(test) ||
  /^request\.host\.endsWith\(\s*['"]\./.test(test) ||
  /^request\.host\.matches\(\s*['"]\^/.test(test) ||
  // `request.url()` is made of the session's host, and says nothing of the one inside.
  /^inUrlList\(\s*request\.host\s*,/.test(test);

function inspectionPolicies(context: GcpContext): LintFinding[] {
  return context.ofType("google_network_security_tls_inspection_policy").flatMap((policy) => {
    const exclude = policy.values["exclude_public_ca_set"];
    const ignored = IGNORED.filter(
      ({ name, nothing }) =>
        items(policy.values[name]).length > 0 && policy.values[name] !== nothing && !isReference(policy.values[name]),
    );
    return [
      ...(isFalse(exclude)
        ? []
        : [
            finding(
              "CORDON-226",
              policy,
              `exclude_public_ca_set is ${shown(exclude)}, so the proxy trusts no site of the internet`,
              "set it to false",
            ),
          ]),
      ...ignored.map(({ name }) =>
        finding(
          "CORDON-226",
          policy,
          `Secure Web Proxy does not read ${name}, so ${shown(policy.values[name])} promises what does not hold`,
          `remove ${name}`,
        ),
      ),
    ];
  });
}
