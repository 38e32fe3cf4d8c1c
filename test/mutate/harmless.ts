import type { MutablePlan, Values } from "../support/changed-plan";
import {
  adding,
  all,
  block,
  each,
  type Generator,
  list,
  policyBody,
  put,
  ref,
  rules,
  rulesOf,
  statements,
} from "./mutation";

const NONE: readonly string[] = [];
const GROUP = "aws_networkfirewall_rule_group";
const EGRESS = "aws_vpc_security_group_egress_rule";

/** A name for every resource that nothing in it tells, in every reference too. The declaration follows. */
function renamed(json: MutablePlan): void {
  const names = Object.values(json.resource).flatMap((named) => Object.keys(named));
  const fresh = new Map([...new Set(names)].map((name, index) => [name, `r${index}`]));
  const pattern = new RegExp(
    [...fresh.keys()]
      .sort((a, b) => b.length - a.length)
      .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|"),
    "g",
  );
  const text = JSON.stringify(json).replace(pattern, (name) => fresh.get(name) ?? name);
  Object.assign(json, JSON.parse(text) as MutablePlan);
}

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, shuffled(one)]),
  );
}

/** A public network of somebody else's in the same stack. */
function another(json: MutablePlan): void {
  const vpc_id = ref("aws_vpc", "Other");
  put(json, "aws_vpc", { cidr_block: "172.20.0.0/16" }, "Other");
  put(json, "aws_subnet", { vpc_id, cidr_block: "172.20.0.0/24", map_public_ip_on_launch: true }, "Other");
  put(json, "aws_internet_gateway", { vpc_id }, "Other");
  put(
    json,
    "aws_route_table",
    { vpc_id, route: [{ cidr_block: "0.0.0.0/0", gateway_id: ref("aws_internet_gateway", "Other") }] },
    "Other",
  );
  put(
    json,
    "aws_route_table_association",
    { subnet_id: ref("aws_subnet", "Other"), route_table_id: ref("aws_route_table", "Other") },
    "Other",
  );
  put(
    json,
    "aws_security_group",
    { vpc_id, ingress: [{ protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] }] },
    "Other",
  );
  put(
    json,
    "aws_instance",
    { subnet_id: ref("aws_subnet", "Other"), vpc_security_group_ids: [ref("aws_security_group", "Other")] },
    "Other",
  );
  put(json, "aws_lb", { subnets: [ref("aws_subnet", "Other")] }, "Other");
}

/** Changes that open nothing. */
export const harmless: Generator = (plan) => [
  adding("every resource renamed", NONE, renamed),
  adding("keys in another order", NONE, (json) => Object.assign(json, shuffled(json))),
  adding("another network in the stack", NONE, another),
  adding("a bucket, a topic and a dashboard", NONE, (json) => {
    put(json, "aws_s3_bucket", { bucket: "b" });
    put(json, "aws_sns_topic", { name: "t" });
    put(json, "aws_cloudwatch_dashboard", { dashboard_name: "d", dashboard_body: "{}" });
  }),
  ...each(plan, "aws_vpc", "an unused subnet in", NONE, (_, json, name) => {
    put(json, "aws_subnet", { vpc_id: ref("aws_vpc", name), cidr_block: "10.64.15.0/28" });
    put(json, "aws_route_table", { vpc_id: ref("aws_vpc", name) });
    put(json, "aws_route_table_association", {
      subnet_id: ref("aws_subnet", "Mutant"),
      route_table_id: ref("aws_route_table", "Mutant"),
    });
  }),
  ...each(plan, "aws_subnet", "one more tag on", NONE, (values) => ((values["tags"] as Values)["Owner"] = "team")),
  ...each(
    plan,
    "aws_subnet",
    "an open network ACL on",
    NONE,
    (_, json, name) =>
      put(json, "aws_network_acl", {
        vpc_id: "${aws_vpc.x.id}",
        subnet_ids: [ref("aws_subnet", name)],
        egress: [{ rule_no: 100, action: "allow", protocol: "-1", from_port: 0, to_port: 0, cidr_block: "0.0.0.0/0" }],
        ingress: [{ rule_no: 100, action: "allow", protocol: "-1", from_port: 0, to_port: 0, cidr_block: "0.0.0.0/0" }],
      }),
    (values) => JSON.stringify(values).includes("cordon:agent"),
  ),
  ...each(plan, "aws_cloudwatch_log_group", "longer", NONE, (values) => (values["retention_in_days"] = 3653)),
  ...each(plan, "aws_security_group", "another description of", NONE, (values) => (values["description"] = "changed")),
  ...each(plan, GROUP, "more capacity of", NONE, (values) => (values["capacity"] = 5000)),
  ...each(plan, GROUP, "a drop more in", NONE, (values) =>
    rules(values, (text) => `${text}\ndrop udp any any -> 203.0.113.9 any (sid:8;)`),
  ),
  ...each(plan, GROUP, "comments in", NONE, (values) => rules(values, (text) => `# a comment\n\n${text}`)),
  ...each(
    plan,
    GROUP,
    "passes in another order in",
    NONE,
    (values) =>
      rules(values, (text) =>
        text
          .split("\n")
          .filter((line) => line.startsWith("pass"))
          .reverse()
          .concat(text.split("\n").filter((line) => !line.startsWith("pass")))
          .join("\n"),
      ),
    (values, name) => name.includes("allow") && (rulesOf(values).match(/^pass/gm)?.length ?? 0) > 1,
  ),
  ...each(
    plan,
    GROUP,
    "split in two",
    NONE,
    (values, json, name) => {
      const lines = rulesOf(values)
        .split("\n")
        .filter((line) => line !== "");
      const passes = lines.filter((line) => line.startsWith("pass"));
      put(json, GROUP, structuredClone(values));
      rules(values, () => passes.slice(0, 1).join("\n"));
      rules(json.resource[GROUP]?.["Mutant"] ?? {}, () => lines.filter((line) => line !== passes[0]).join("\n"));
      for (const [, policy] of all(json, "aws_networkfirewall_firewall_policy")) {
        const references = policyBody(policy)["stateful_rule_group_reference"] as Values[];
        const own = references.find((one) => String(one["resource_arn"]).includes(name));
        references.push({ priority: Number(own?.["priority"]) + 1, resource_arn: ref(GROUP, "Mutant", "arn") });
      }
    },
    (_, name) => name.includes("allow"),
  ),
  ...each(
    plan,
    "aws_networkfirewall_firewall_policy",
    "blocks as lists in",
    NONE,
    (values) => (values["firewall_policy"] = [policyBody(values)]),
  ),
  ...each(
    plan,
    EGRESS,
    "written as an older rule:",
    NONE,
    (values, json, name) => {
      const { ip_protocol, from_port, to_port, cidr_ipv4, security_group_id } = values;
      delete json.resource[EGRESS]?.[name];
      put(json, "aws_security_group_rule", {
        type: "egress",
        protocol: ip_protocol,
        from_port: from_port ?? 0,
        to_port: to_port ?? 0,
        cidr_blocks: [cidr_ipv4],
        security_group_id,
      });
    },
    (values) => values["cidr_ipv4"] !== undefined,
  ),
  ...each(
    plan,
    EGRESS,
    "gone:",
    NONE,
    (_, json, name) => delete json.resource[EGRESS]?.[name],
    (values) => values["cidr_ipv4"] === undefined,
  ),
  ...each(plan, "aws_iam_policy", "one more denial in", NONE, (values) =>
    statements(values, "policy", (all) => [...all, { Effect: "Deny", Action: "s3:*", Resource: "*" }]),
  ),
  ...each(
    plan,
    "aws_iam_policy",
    "other spacing in",
    NONE,
    (values) => (values["policy"] = JSON.stringify(JSON.parse(String(values["policy"])), null, 4)),
  ),
  ...each(plan, "aws_vpc_endpoint", "one more denial in", NONE, (values) =>
    statements(values, "policy", (all) => [
      ...all,
      { Effect: "Deny", Principal: "*", Action: "*", Resource: "arn:aws:s3:::never/*" },
    ]),
  ),
  ...each(plan, "aws_vpc_endpoint", "policy as its own resource:", NONE, (values, json, name) => {
    put(json, "aws_vpc_endpoint_policy", { vpc_endpoint_id: ref("aws_vpc_endpoint", name), policy: values["policy"] });
    delete values["policy"];
  }),
  ...each(
    plan,
    "aws_route53_resolver_firewall_domain_list",
    "names in another order in",
    NONE,
    (values) => (values["domains"] as string[]).reverse(),
    (values) => (values["domains"] as string[]).length > 1,
  ),
  ...each(plan, "aws_iam_role", "a longer description of", NONE, (values) => (values["description"] = "changed")),
  adding("a role that reads its own bucket", NONE, (json) => {
    put(json, "aws_iam_role", {
      name: "other",
      assume_role_policy: JSON.stringify({
        Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
    });
    put(json, "aws_iam_role_policy", {
      role: ref("aws_iam_role", "Mutant", "name"),
      policy: JSON.stringify({
        Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::own/*" }],
      }),
    });
  }),
  ...each(plan, "aws_networkfirewall_logging_configuration", "one more log in", NONE, (values) => {
    const body = block(values["logging_configuration"]);
    body["log_destination_config"] = [
      ...list(body["log_destination_config"]),
      { log_type: "TLS", log_destination_type: "S3", log_destination: { bucketName: "b" } },
    ];
  }),
];
