import { type LintCase, put, runCases, type Stack, set, setting } from "./contained-stack";

const POLICY = "aws_networkfirewall_firewall_policy.main";
const ALLOW = "aws_networkfirewall_rule_group.allow";
const KNOWN =
  "aws:drop_strict, aws:alert_strict, aws:drop_established, aws:alert_established, aws:drop_established_app_layer, aws:alert_established_app_layer, aws:drop_established_app_layer_to_server, aws:alert_established_app_layer_to_server";

const inPolicy = (path: string, value: unknown) => setting(POLICY, `firewall_policy.${path}`, value);
const defaults = (...actions: unknown[]) => inPolicy("stateful_default_actions", actions);

describe("stateful default actions", () => {
  const code = `CORDON-070: ${POLICY}`;
  const cases: LintCase[] = [
    {
      name: "a word that AWS does not know is refused",
      change: defaults("aws:drop_strict", "aws:drop_all"),
      expected: [
        `${code}: AWS refuses the default action "aws:drop_all" (InvalidRequestException); use one of ${KNOWN}`,
        `${code}: AWS refuses two drop actions (InvalidRequestException): aws:drop_strict, aws:drop_all; keep one, "aws:drop_established_app_layer_to_server"`,
      ],
    },
    {
      name: "two drop actions are refused",
      change: defaults("aws:drop_strict", "aws:drop_established"),
      expected: [
        `${code}: AWS refuses two drop actions (InvalidRequestException): aws:drop_strict, aws:drop_established; keep one, "aws:drop_established_app_layer_to_server"`,
      ],
    },
    {
      name: "the established and the application families do not mix",
      change: defaults("aws:drop_established", "aws:alert_established_app_layer"),
      expected: [
        `${code}: AWS refuses aws:drop_established together with aws:alert_established_app_layer (InvalidRequestException); use the actions of one family; aws:alert_strict may stand beside either`,
      ],
    },
    {
      name: "one family with the strict alert passes",
      change: defaults("aws:drop_established", "aws:alert_strict"),
      expected: [],
    },
    {
      name: "an alert alone leaves traffic open",
      change: defaults("aws:alert_strict"),
      expected: [
        `${code}: AWS passes what no rule matches: no default action drops; add "aws:drop_established_app_layer_to_server"`,
      ],
    },
    {
      name: "no default action leaves traffic open",
      change: inPolicy("stateful_default_actions", undefined),
      expected: [
        `${code}: AWS passes what no rule matches: no default action drops; add "aws:drop_established_app_layer_to_server"`,
      ],
    },
    {
      name: "a default action that only apply knows is a finding",
      change: defaults("${var.default_action}"),
      expected: [
        `${code}: the default actions hold "\${var.default_action}" (unknown until apply), so what no rule matches may pass; write "aws:drop_established_app_layer_to_server"`,
      ],
    },
    {
      name: "default actions need strict order, and so do the rule groups",
      change: (stack: Stack) => {
        inPolicy("stateful_engine_options.rule_order", "DEFAULT_ACTION_ORDER")(stack);
        inPolicy("stateful_rule_group_reference", [])(stack);
      },
      expected: [
        `${code}: AWS refuses default actions (InvalidRequestException) when the rule order is "DEFAULT_ACTION_ORDER"; set stateful_engine_options.rule_order to "STRICT_ORDER"`,
      ],
    },
    {
      name: "action order without default actions leaves traffic open",
      change: (stack: Stack) => {
        inPolicy("stateful_engine_options.rule_order", undefined)(stack);
        inPolicy("stateful_rule_group_reference", [])(stack);
        inPolicy("stateful_default_actions", [])(stack);
      },
      expected: [
        `${code}: with rule order "DEFAULT_ACTION_ORDER" AWS passes what no rule drops; set stateful_engine_options.rule_order to "STRICT_ORDER"`,
      ],
    },
    {
      name: "a rule order that only apply knows is a finding",
      change: inPolicy("stateful_engine_options.rule_order", "${var.order}"),
      expected: [
        `${code}: AWS refuses default actions (InvalidRequestException) when the rule order is "\${var.order}" (unknown until apply); set stateful_engine_options.rule_order to "STRICT_ORDER"`,
      ],
    },
    {
      name: "session holding and the application defaults do not combine",
      change: inPolicy("enable_tls_session_holding", true),
      expected: [
        `${code}: AWS does not combine TLS session holding with aws:drop_established_app_layer_to_server, aws:alert_established_app_layer_to_server; use "aws:drop_established" and "aws:alert_established" with session holding`,
      ],
    },
    {
      name: "session holding with the established defaults passes",
      change: (stack: Stack) => {
        inPolicy("enable_tls_session_holding", true)(stack);
        defaults("aws:drop_established")(stack);
      },
      expected: [],
    },
  ];
  runCases(cases);
});

describe("the stream exception policy", () => {
  const path = "stateful_engine_options.stream_exception_policy";
  runCases([
    {
      name: "CONTINUE lets flows go on",
      change: inPolicy(path, "CONTINUE"),
      expected: [
        `CORDON-071: ${POLICY}: AWS lets flows go on unseen after a break with stream_exception_policy "CONTINUE"; set it to "REJECT" or "DROP"`,
      ],
    },
    {
      name: "an absent one is left to AWS",
      change: inPolicy(path, undefined),
      expected: [
        `CORDON-071: ${POLICY}: stream_exception_policy is absent, so whether flows go on unseen after a break is left to AWS; set it to "REJECT" or "DROP"`,
      ],
    },
    {
      name: "one that only apply knows is a finding",
      change: inPolicy(path, "${var.stream}"),
      expected: [
        `CORDON-071: ${POLICY}: stream_exception_policy is "\${var.stream}" (unknown until apply), so whether flows go on unseen after a break is left to AWS; set it to "REJECT" or "DROP"`,
      ],
    },
    { name: "DROP closes", change: inPolicy(path, "DROP"), expected: [] },
  ]);
});

describe("the stateless part", () => {
  const group = "aws_networkfirewall_rule_group.stateless";
  const withGroup = (actions: unknown) => (stack: Stack) => {
    put(stack, group, {
      type: "STATELESS",
      capacity: 10,
      rule_group: {
        rules_source: {
          stateless_rules_and_custom_actions: { stateless_rule: [{ priority: 1, rule_definition: { actions } }] },
        },
      },
    });
    inPolicy("stateless_rule_group_reference", [{ priority: 1, resource_arn: `\${${group}.arn}` }])(stack);
  };
  runCases([
    {
      name: "a default that passes goes around the rules",
      change: inPolicy("stateless_default_actions", ["aws:pass"]),
      expected: [
        `CORDON-072: ${POLICY}: stateless_default_actions is "[\\"aws:pass\\"]", so packets do not reach the stateful rules; set it to ["aws:forward_to_sfe"]`,
      ],
    },
    {
      name: "an absent fragment default is a finding",
      change: inPolicy("stateless_fragment_default_actions", undefined),
      expected: [
        `CORDON-072: ${POLICY}: stateless_fragment_default_actions is absent, so packets do not reach the stateful rules; set it to ["aws:forward_to_sfe"]`,
      ],
    },
    {
      name: "a custom action beside forward passes",
      change: inPolicy("stateless_default_actions", ["aws:forward_to_sfe", "count"]),
      expected: [],
    },
    { name: "a stateless group that drops passes", change: withGroup(["aws:drop"]), expected: [] },
    {
      name: "a stateless group that passes goes around the rules",
      change: withGroup(["aws:pass"]),
      expected: [
        `CORDON-072: ${POLICY}: the stateless rule group ${group} has a rule with action "aws:pass", which goes around the stateful rules; forward or drop in stateless rules, or remove the reference`,
      ],
    },
    {
      name: "a stateless group whose rules can't be read is a finding",
      change: withGroup("${var.actions}"),
      expected: [
        `CORDON-072: ${POLICY}: the stateless rule group ${group} has a rule with action "\${var.actions}" (unknown until apply), which goes around the stateful rules; forward or drop in stateless rules, or remove the reference`,
      ],
    },
    {
      name: "a stateless group of another stack is a finding",
      change: inPolicy("stateless_rule_group_reference", [{ priority: 1, resource_arn: "${var.shared}" }]),
      expected: [
        `CORDON-072: ${POLICY}: the stateless rule group "\${var.shared}" (unknown until apply) is not in this stack and may pass traffic before the stateful rules see it; remove the reference; stateful rules can do the same`,
      ],
    },
    {
      name: "dynamic stateless groups are a finding",
      change: inPolicy("dynamic", { stateless_rule_group_reference: { for_each: "${var.groups}" } }),
      expected: [
        `CORDON-072: ${POLICY}: the stateless rule groups are unknown until apply and may pass traffic; list them as literals, or remove them`,
      ],
    },
  ]);
});

describe("rule group references", () => {
  const code = `CORDON-073: ${POLICY}`;
  const references = "stateful_rule_group_reference";
  runCases([
    {
      name: "strict order needs a priority",
      change: inPolicy(`${references}.1.priority`, undefined),
      expected: [
        `${code}: AWS refuses the rule group ${ALLOW} without a priority under STRICT_ORDER (InvalidRequestException); give each reference a priority of its own`,
      ],
    },
    {
      name: "two groups can't share a priority",
      change: inPolicy(`${references}.1.priority`, 30),
      expected: [
        `${code}: AWS refuses priority 30 on two rule groups (InvalidRequestException); give each reference a priority of its own`,
      ],
    },
    {
      name: "a priority that only apply knows is left to AWS",
      change: inPolicy(`${references}.1.priority`, "${var.priority}"),
      expected: [],
    },
    {
      name: "21 groups are refused",
      change: inPolicy(
        references,
        Array.from({ length: 21 }, (_, i) => ({
          priority: i + 1,
          resource_arn: `arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/G${i}StrictOrder`,
        })),
      ),
      expected: [
        `${code}: AWS refuses 21 stateful rule groups (LimitExceededException), it takes 20; put the rules in fewer groups`,
      ],
    },
    {
      name: "20 groups pass",
      change: inPolicy(
        references,
        Array.from({ length: 20 }, (_, i) => ({
          priority: i + 1,
          resource_arn: `arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/G${i}StrictOrder`,
        })),
      ),
      expected: [],
    },
    {
      name: "a group of another stack can't be read",
      change: inPolicy(
        `${references}.1.resource_arn`,
        "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/shared",
      ),
      expected: [
        `${code}: the rule group "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/shared" is not in this stack, so what it passes can't be read; define the group in the stack, or refer to one that AWS manages`,
      ],
    },
    {
      name: "dynamic references are a finding",
      change: inPolicy("dynamic", { stateful_rule_group_reference: { for_each: "${var.groups}" } }),
      expected: [
        `${code}: the stateful rule groups are unknown until apply, so what they pass is too; list them as literals`,
      ],
    },
    {
      name: "an override on a group of one's own is refused",
      change: inPolicy(`${references}.1.override`, { action: "DROP_TO_ALERT" }),
      expected: [
        `CORDON-074: ${POLICY}: AWS refuses the override "DROP_TO_ALERT" on ${ALLOW} (InvalidRequestException): it is not a group that AWS manages; remove the override`,
      ],
    },
    {
      name: "a group in action order does not fit",
      change: setting(ALLOW, "rule_group.stateful_rule_options", undefined),
      expected: [
        `CORDON-076: ${POLICY}: AWS refuses the rule group ${ALLOW} with rule order "DEFAULT_ACTION_ORDER" in a policy with "STRICT_ORDER" (InvalidRequestException); give both the rule order STRICT_ORDER`,
      ],
    },
    {
      name: "a managed group in action order does not fit",
      change: inPolicy(
        `${references}.0.resource_arn`,
        "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/MalwareDomainsActionOrder",
      ),
      expected: [
        `CORDON-076: ${POLICY}: AWS refuses the rule group "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/MalwareDomainsActionOrder" with rule order "DEFAULT_ACTION_ORDER" in a policy with "STRICT_ORDER" (InvalidRequestException); use the StrictOrder variant of the managed group`,
      ],
    },
    {
      name: "the capacities of a policy have a limit",
      change: (stack: Stack) => {
        set(stack, ALLOW, "capacity", 29_901);
      },
      expected: [
        `CORDON-078: ${POLICY}: AWS refuses rule groups with a capacity of 30001 in one policy (LimitExceededException), it takes 30000; declare smaller capacities, or move agents to another cell`,
      ],
    },
    { name: "capacities at the limit pass", change: setting(ALLOW, "capacity", 29_900), expected: [] },
    {
      name: "a sid stands for one rule of the policy",
      change: setting(
        "aws_networkfirewall_rule_group.terminal",
        "rule_group.rules_source.rules_string",
        "drop udp any any -> any any (sid:1000002;)",
      ),
      expected: [
        `CORDON-082: ${POLICY}: AWS can't tell the rules with sid 1000002 of ${ALLOW} and aws_networkfirewall_rule_group.terminal apart in its logs; give every rule of the policy a sid of its own`,
      ],
    },
  ]);
});

describe("firewall variables", () => {
  const home = "policy_variables.rule_variables.0";
  runCases([
    {
      name: "a policy takes HOME_NET only",
      change: inPolicy(`${home}.key`, "EXTERNAL_NET"),
      expected: [
        `CORDON-075: ${POLICY}: AWS refuses the policy variable "EXTERNAL_NET" (InvalidRequestException), it takes HOME_NET only; declare other variables in the rule groups`,
      ],
    },
    {
      name: "HOME_NET holds valid blocks",
      change: inPolicy(`${home}.ip_set.definition`, ["10.0.0.0/33"]),
      expected: [
        `CORDON-075: ${POLICY}: AWS refuses "10.0.0.0/33" in the ip set HOME_NET (InvalidRequestException): it is not a CIDR block; write an address or a block such as 10.0.0.0/8`,
      ],
    },
    {
      name: "HOME_NET that only apply knows is a finding",
      change: inPolicy(`${home}.ip_set.definition`, ["${aws_vpc.main.cidr_block}"]),
      expected: [
        `CORDON-075: ${POLICY}: HOME_NET holds "\${aws_vpc.main.cidr_block}" (unknown until apply), so what counts as external is unknown too; write HOME_NET as literal CIDR blocks`,
      ],
    },
    {
      name: "an empty HOME_NET is refused",
      change: inPolicy(`${home}.ip_set.definition`, []),
      expected: [
        `CORDON-075: ${POLICY}: AWS refuses HOME_NET without a block (InvalidRequestException); list the CIDR blocks that are not the internet`,
      ],
    },
    {
      name: "dynamic policy variables are a finding",
      change: inPolicy("policy_variables", "${var.variables}"),
      expected: [
        `CORDON-075: ${POLICY}: the policy variables are unknown until apply, so what counts as external is too; write HOME_NET as literal CIDR blocks`,
      ],
    },
    {
      name: "a rule group that sets HOME_NET sets EXTERNAL_NET too",
      change: setting(ALLOW, "rule_group.rule_variables.ip_sets.1", {
        key: "HOME_NET",
        ip_set: { definition: ["10.0.0.0/8"] },
      }),
      expected: [
        `CORDON-075: ${ALLOW}: the group sets HOME_NET without EXTERNAL_NET, and AWS then keeps EXTERNAL_NET as the inverse of the policy's HOME_NET; set HOME_NET in the policy only, or both in the group`,
      ],
    },
    {
      name: "the ip sets of a rule group hold valid blocks",
      change: setting(ALLOW, "rule_group.rule_variables.ip_sets.1", {
        key: "PEERS",
        ip_set: { definition: ["10.064.1.0/26", "2001:db8::/57", "10.64.1.1"] },
      }),
      expected: [
        `CORDON-075: ${ALLOW}: AWS refuses "10.064.1.0/26" in the ip set PEERS (InvalidRequestException): it is not a CIDR block; write an address or a block such as 10.0.0.0/8`,
      ],
    },
  ]);
});
