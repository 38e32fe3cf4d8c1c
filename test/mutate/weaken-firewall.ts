import type { MutablePlan, Values } from "../support/changed-plan";
import {
  adding,
  all,
  block,
  each,
  type Generator,
  list,
  type Mutation,
  policyBody,
  put,
  ref,
  rules,
  rulesOf,
} from "./mutation";

const GROUP = "aws_networkfirewall_rule_group";
const POLICY = "aws_networkfirewall_firewall_policy";
const FIREWALL = "aws_networkfirewall_firewall";
const ACCEPTED = ["CORDON-P02"];

const first = (line: string) => (text: string) => `${line}\n${text}`;

/** Rules that pass more than the policies name, wherever they are put. */
const WIDE = [
  "pass ip any any -> any any (sid:7;)",
  "pass tcp any any -> any any (flow:to_server; sid:7;)",
  "pass udp any any -> any any (sid:7;)",
  "pass udp $HOME_NET any -> any 53 (sid:7;)",
  "pass tcp $HOME_NET any -> any 853 (flow:to_server; sid:7;)",
  "pass icmp any any -> any any (sid:7;)",
  "pass tls any any -> any any (flow:to_server; sid:7;)",
  'pass tls any any -> any 443 (flow:to_server; tls.sni; content:"evil.example.net"; startswith; endswith; nocase; sid:7;)',
  'pass tls any any -> any 443 (flow:to_server; tls.sni; content:".net"; endswith; nocase; sid:7;)',
  'pass tls any any -> any 443 (flow:to_server; tls.sni; content:"example"; nocase; sid:7;)',
  'pass tls any any -> any 443 (flow:to_server; tls.sni; content:!"blocked.example"; nocase; sid:7;)',
  'pass http any any -> any any (flow:to_server; http.host; content:"evil.example.net"; startswith; endswith; sid:7;)',
  'pass http any any -> any any (flow:to_server; http.method; content:"GET"; sid:7;)',
  "pass tcp any any -> 203.0.113.0/24 any (flow:to_server; sid:7;)",
  'pass tls any any -> any any (flow:to_server; tls.sni; pcre:"/example/"; sid:7;)',
  "pass ip any any -> any any (ip_proto:47; sid:7;)",
  'pass tls any any -> any any (flow:to_server; ja3.hash; content:"abc"; sid:7;)',
  "pass tcp any any <> any any (sid:7;)",
  "pass tcp any any -> any any (app-layer-protocol:ssh; flow:to_server; sid:7;)",
  "PASS tcp any any -> any 22 (flow:to_server; sid:7;)",
];

/** Changes to one line that passes a name. */
const EDITS: [string, (line: string) => string][] = [
  ["without startswith", (line) => line.replace(/ startswith;/, "")],
  ["without endswith", (line) => line.replace(/ endswith;/, "")],
  ["shorter name", (line) => line.replace(/content:"([a-z0-9-]+)\./, 'content:".')],
  ["another name", (line) => line.replace(/content:"[^"]+"/, 'content:"evil.example.net"')],
  ["another port", (line) => line.replace(/-> (\S+) \d+ \(/, "-> $1 4444 (")],
  ["no name", (line) => line.replace(/tls\.sni; content:"[^"]+";( startswith;)?( endswith;)? nocase;/, "")],
  [
    "whole protocol",
    (line) =>
      line
        .replace(/^pass tls/, "pass tcp")
        .replace(/tls\.sni; content:"[^"]+";( startswith;)?( endswith;)? nocase;/, ""),
  ],
  ["negated name", (line) => line.replace(/content:"/, 'content:!"')],
  ["any source", (line) => line.replace(/^(pass \S+) \$AGENT_\w+/, "$1 $HOME_NET")],
];

// A watched agent passes anything already: what widens its own lines is no change.
const isEnforced = (line: string, plan: MutablePlan): boolean => {
  const agent = /msg:"cordon allow ([a-z0-9-]+)"/.exec(line)?.[1];
  return (
    agent !== undefined &&
    !JSON.stringify(plan.resource["aws_vpc_security_group_egress_rule"] ?? {}).includes(`agent-${agent}_egress-monitor`)
  );
};

/** Rules of the firewall. */
export const firewallRules: Generator = (plan) =>
  all(plan, GROUP).flatMap(([name, values]): Mutation[] => {
    const lines = rulesOf(values).split("\n");
    const change = (id: string, edit: (text: string) => string): Mutation =>
      adding(`${id} in ${GROUP}.${name}`, ACCEPTED, (json) => rules(json.resource[GROUP]?.[name] ?? {}, edit));
    const isAllow = name.includes("allow");
    return [
      ...(isAllow ? WIDE.map((line) => change(`first rule ${line}`, first(line))) : []),
      ...(isAllow
        ? lines
            .filter((line) => /^pass (tls|http) /.test(line) && isEnforced(line, plan))
            .flatMap((line) =>
              EDITS.flatMap(([what, edit]) => {
                const edited = edit(line);
                const text = rulesOf(values).replace(line, edited);
                const isMeant = edited !== line && (what !== "any source" || isNewToAnother(line, lines, plan));
                return isMeant ? [change(`${what}: ${/sid:(\d+)/.exec(line)?.[1]}`, () => text)] : [];
              }),
            )
        : []),
      ...(isAllow
        ? [change("no rules at all", () => "# nothing")].filter(() => lines.some((line) => isEnforced(line, plan)))
        : []),
      ...(isAllow
        ? []
        : [change("no closing rule for UDP and others", (text) => text.replace(/^drop (udp|icmp|ip) .*$/gm, ""))]),
    ];
  });

// An agent that has the port open for other names, and not this one, would get it.
function isNewToAnother(line: string, lines: readonly string[], plan: MutablePlan): boolean {
  const parts = (one: string): string[] =>
    [...(/^pass (\S+) (\$AGENT_\w+) any -> \S+ (\d+) .*content:"([^"]+)"/.exec(one) ?? [])].slice(1);
  const [protocol, agent, port, name] = parts(line);
  const others = lines
    .filter((one) => isEnforced(one, plan))
    .map(parts)
    .filter(([p, a, n]) => p === protocol && a !== agent && n === port);
  return others.some(([, other]) => !others.some(([, a, , n]) => a === other && n === name));
}

/** The policy around the rules, and the firewall itself. */
export const firewallPolicy: Generator = (plan) => [
  ...each(
    plan,
    POLICY,
    "stateless pass",
    ACCEPTED,
    (values) => (policyBody(values)["stateless_default_actions"] = ["aws:pass"]),
  ),
  ...each(
    plan,
    POLICY,
    "fragments pass",
    ACCEPTED,
    (values) => (policyBody(values)["stateless_fragment_default_actions"] = ["aws:pass"]),
  ),
  ...each(plan, POLICY, "stateless group that passes", ACCEPTED, (values, json) => {
    put(json, GROUP, {
      type: "STATELESS",
      capacity: 10,
      rule_group: {
        rules_source: {
          stateless_rules_and_custom_actions: {
            stateless_rule: [{ priority: 1, rule_definition: { actions: ["aws:pass"], match_attributes: {} } }],
          },
        },
      },
    });
    policyBody(values)["stateless_rule_group_reference"] = [{ priority: 1, resource_arn: ref(GROUP, "Mutant", "arn") }];
  }),
  ...each(plan, POLICY, "stateless group of somebody", ACCEPTED, (values) => {
    policyBody(values)["stateless_rule_group_reference"] = [
      { priority: 1, resource_arn: "arn:aws:network-firewall:eu-west-1:aws-managed:stateless-rulegroup/x" },
    ];
  }),
  ...each(plan, POLICY, "stateful group of somebody first", ACCEPTED, (values) => {
    (policyBody(values)["stateful_rule_group_reference"] as Values[]).push({
      priority: 1,
      resource_arn: "arn:aws:network-firewall:eu-west-1:123456789012:stateful-rulegroup/x",
    });
  }),
  ...each(
    plan,
    POLICY,
    "lost streams go on",
    ["CORDON-P09"],
    (values) => (block(policyBody(values)["stateful_engine_options"])["stream_exception_policy"] = "CONTINUE"),
  ),
  ...each(plan, POLICY, "terminal group detached", ACCEPTED, (values, json) => {
    const [terminal] = all(json, GROUP).find(([name]) => name.includes("terminal")) ?? ["none"];
    const body = policyBody(values);
    body["stateful_rule_group_reference"] = list(body["stateful_rule_group_reference"]).filter(
      (one) => one["resource_arn"] !== ref(GROUP, terminal, "arn"),
    );
  }),
  ...each(plan, POLICY, "only alerts at the end, nothing closes", ACCEPTED, (values, json) => {
    policyBody(values)["stateful_default_actions"] = ["aws:alert_strict"];
    for (const [name, group] of all(json, GROUP))
      if (name.includes("terminal")) rules(group, () => "alert ip any any -> any any (sid:1;)");
  }),
  ...each(plan, POLICY, "no default action, nothing closes", ACCEPTED, (values, json) => {
    delete policyBody(values)["stateful_default_actions"];
    for (const [name, group] of all(json, GROUP)) if (name.includes("terminal")) rules(group, () => "# nothing");
  }),
  ...each(plan, POLICY, "HOME_NET without the agents", ["CORDON-P11"], (values) => {
    const [set] = list(block(policyBody(values)["policy_variables"])["rule_variables"]);
    block(set?.["ip_set"])["definition"] = ["192.168.0.0/16"];
  }),
  ...each(
    plan,
    FIREWALL,
    "policy of somebody",
    ACCEPTED,
    (values) => (values["firewall_policy_arn"] = "arn:aws:network-firewall:eu-west-1:123456789012:firewall-policy/x"),
  ),
  ...["delete_protection", "firewall_policy_change_protection", "subnet_change_protection"].flatMap((name) =>
    each(plan, FIREWALL, `${name} off`, ["CORDON-P11"], (values) => (values[name] = false)),
  ),
  ...each(
    plan,
    GROUP,
    "addresses of another agent",
    ACCEPTED,
    (values) => {
      for (const set of list(block(block(values["rule_group"])["rule_variables"])["ip_sets"])) {
        (block(set["ip_set"])["definition"] as string[]).push("10.0.0.0/8");
      }
    },
    (values) => list(block(block(values["rule_group"])["rule_variables"])["ip_sets"]).length > 1 && differ(plan),
  ),
  ...each(
    plan,
    FIREWALL,
    "ignored changes of",
    ["CORDON-P13"],
    (values) => (values["lifecycle"] = { ignore_changes: ["firewall_policy_arn"] }),
  ),
  ...each(
    plan,
    GROUP,
    "a command at apply in",
    ["CORDON-P13"],
    (values) => (values["provisioner"] = { "local-exec": { command: "true" } }),
  ),
];

// Agents with one list between them would see no difference.
function differ(plan: MutablePlan): boolean {
  const names = all(plan, GROUP).flatMap(([, values]) =>
    [...rulesOf(values).matchAll(/^pass \S+ (\$AGENT_\w+) .*content:"([^"]+)"/gm)].map((one) => `${one[1]} ${one[2]}`),
  );
  return new Set(names.map((one) => one.split(" ")[1])).size > 1;
}
