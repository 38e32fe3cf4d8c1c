import type { LintContext } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { areBlocksUnknown, type Block, block, blocks, finding, isReference, isTrue, items, shown } from "./values";

const STRICT = ["aws:drop_strict", "aws:alert_strict"];
const ESTABLISHED = ["aws:drop_established", "aws:alert_established"];
const APP_LAYER = [
  "aws:drop_established_app_layer",
  "aws:alert_established_app_layer",
  "aws:drop_established_app_layer_to_server",
  "aws:alert_established_app_layer_to_server",
];
const KNOWN = [...STRICT, ...ESTABLISHED, ...APP_LAYER];
const RECOMMENDED = '"aws:drop_established_app_layer_to_server"';

/** Firewall policies of the stack with their `firewall_policy` block, which Terraform requires. */
export function firewallPolicies(context: LintContext): { policy: TerraformResource; body: Block }[] {
  return context
    .ofType("aws_networkfirewall_firewall_policy")
    .map((policy) => ({ policy, body: block(policy.values, "firewall_policy") ?? {} }));
}

/** The rule order of a policy or a rule group; AWS uses `DEFAULT_ACTION_ORDER` when it is left out. */
export function ruleOrder(options: Block | undefined): unknown {
  return options?.["rule_order"] ?? "DEFAULT_ACTION_ORDER";
}

/**
 * CORDON-070. The stateful default actions: STRICT_ORDER, exactly one drop, one family, words that AWS knows. Unknown
 * values are findings: what no rule matches is decided here.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
 */
export function statefulDefaultActions(context: LintContext): LintFinding[] {
  return firewallPolicies(context).flatMap(({ policy, body }) => {
    const report = (problem: string, fix: string) => [finding("CORDON-070", policy, problem, fix)];
    const order = ruleOrder(block(body, "stateful_engine_options"));
    const actions = items(body["stateful_default_actions"]);
    const unread = actions.find((action) => typeof action !== "string" || isReference(action));
    if (order !== "STRICT_ORDER") {
      return report(
        actions.length > 0
          ? `AWS refuses default actions (InvalidRequestException) when the rule order is ${shown(order)}`
          : `with rule order ${shown(order)} AWS passes what no rule drops`,
        'set stateful_engine_options.rule_order to "STRICT_ORDER"',
      );
    }
    if (unread !== undefined) {
      return report(
        `the default actions hold ${shown(unread)}, so what no rule matches may pass`,
        `write ${RECOMMENDED}`,
      );
    }
    return [
      ...actions
        .filter((action) => !KNOWN.includes(String(action)))
        .flatMap((action) =>
          report(
            `AWS refuses the default action ${shown(action)} (InvalidRequestException)`,
            `use one of ${KNOWN.join(", ")}`,
          ),
        ),
      ...dropActions(actions.map(String), report),
      ...families(actions.map(String), report),
      ...sessionHolding(body, actions.map(String), report),
    ];
  });
}

type Report = (problem: string, fix: string) => LintFinding[];

function dropActions(actions: string[], report: Report): LintFinding[] {
  const drops = actions.filter((action) => action.startsWith("aws:drop_"));
  if (drops.length === 0)
    return report("AWS passes what no rule matches: no default action drops", `add ${RECOMMENDED}`);
  if (drops.length === 1) return [];
  return report(
    `AWS refuses two drop actions (InvalidRequestException): ${drops.join(", ")}`,
    `keep one, ${RECOMMENDED}`,
  );
}

function families(actions: string[], report: Report): LintFinding[] {
  const established = actions.filter((action) => ESTABLISHED.includes(action));
  const appLayer = actions.filter((action) => APP_LAYER.includes(action));
  if (established.length === 0 || appLayer.length === 0) return [];
  return report(
    `AWS refuses ${established.join(", ")} together with ${appLayer.join(", ")} (InvalidRequestException)`,
    "use the actions of one family; aws:alert_strict may stand beside either",
  );
}

function sessionHolding(body: Block, actions: string[], report: Report): LintFinding[] {
  const appLayer = actions.filter((action) => APP_LAYER.includes(action));
  if (!isTrue(body["enable_tls_session_holding"]) || appLayer.length === 0) return [];
  return report(
    `AWS does not combine TLS session holding with ${appLayer.join(", ")}`,
    'use "aws:drop_established" and "aws:alert_established" with session holding',
  );
}

/** CORDON-071. The stream exception policy has to be a literal that closes: `REJECT` or `DROP`. */
export function streamExceptionPolicy(context: LintContext): LintFinding[] {
  return firewallPolicies(context).flatMap(({ policy, body }) => {
    const value = block(body, "stateful_engine_options")?.["stream_exception_policy"];
    if (value === "REJECT" || value === "DROP") return [];
    const problem =
      value === "CONTINUE"
        ? 'AWS lets flows go on unseen after a break with stream_exception_policy "CONTINUE"'
        : `stream_exception_policy is ${shown(value)}, so whether flows go on unseen after a break is left to AWS`;
    return [finding("CORDON-071", policy, problem, 'set it to "REJECT" or "DROP"')];
  });
}

/**
 * CORDON-072. Everything goes to the stateful engine: both stateless defaults forward, and no stateless rule group can
 * pass traffic before it. A stateless group that the stack does not hold counts as passing.
 */
export function statelessPart(context: LintContext): LintFinding[] {
  return firewallPolicies(context).flatMap(({ policy, body }) => [
    ...["stateless_default_actions", "stateless_fragment_default_actions"].flatMap((name) => {
      const actions = items(body[name]);
      const standard = actions.filter((action) => String(action).startsWith("aws:") || isReference(action));
      if (standard.length === 1 && standard[0] === "aws:forward_to_sfe") return [];
      return [
        finding(
          "CORDON-072",
          policy,
          `${name} is ${shown(body[name])}, so packets do not reach the stateful rules`,
          'set it to ["aws:forward_to_sfe"]',
        ),
      ];
    }),
    ...(areBlocksUnknown(body, "stateless_rule_group_reference")
      ? [
          finding(
            "CORDON-072",
            policy,
            "the stateless rule groups are unknown until apply and may pass traffic",
            "list them as literals, or remove them",
          ),
        ]
      : []),
    ...blocks(body, "stateless_rule_group_reference").flatMap((reference) =>
      statelessGroup(context, policy, reference),
    ),
  ]);
}

function statelessGroup(context: LintContext, policy: TerraformResource, reference: Block): LintFinding[] {
  const arn = reference["resource_arn"];
  const group = context.resolve(arn);
  if (group === undefined) {
    const problem = `the stateless rule group ${shown(arn)} is not in this stack and may pass traffic before the stateful rules see it`;
    return [finding("CORDON-072", policy, problem, "remove the reference; stateful rules can do the same")];
  }
  const source = block(block(group.values, "rule_group"), "rules_source");
  const rules = blocks(block(source, "stateless_rules_and_custom_actions"), "stateless_rule");
  const actions = rules.flatMap((rule) => items(block(rule, "rule_definition")?.["actions"]));
  const known = ["aws:drop", "aws:forward_to_sfe"];
  const passing = actions.find(
    (action) => isReference(action) || (String(action).startsWith("aws:") && !known.includes(String(action))),
  );
  if (passing === undefined && rules.length > 0) return [];
  const what = passing === undefined ? "has no rules that can be read" : `has a rule with action ${shown(passing)}`;
  const problem = `the stateless rule group ${group.address} ${what}, which goes around the stateful rules`;
  return [finding("CORDON-072", policy, problem, "forward or drop in stateless rules, or remove the reference")];
}
