import type { Filter } from "../graph/graph";
import type { Inventory, PlannedResource } from "../read/inventory";
import {
  addressesOf,
  blocksOf,
  hasUnknown,
  numberOf,
  stringsOf,
  target,
  textOf,
  tokensOf,
  type Values,
} from "../read/values";
import { Reference, type Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { type Flow, FlowSet } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import { type AcceptedFlows, acceptedFlows, fromDomainList, fromStatefulRules, type RuleGroupText } from "../suricata";
import type { Networks } from "./networks";

/** A Network Firewall with what its policy lets through. */
export interface AwsFirewall {
  readonly address: string;
  readonly resource: PlannedResource;
  /** Address of the policy; undefined where it is not in the stack. */
  readonly policy: PlannedResource | undefined;
  readonly vpc: string;
  /** Subnets with an endpoint of it. */
  readonly subnets: string[];
  readonly accepted: AcceptedFlows | undefined;
  readonly filter: Filter;
  /** What the engine does when it loses a stream. */
  readonly streamPolicy: Resolved | undefined;
  /** Addresses that count as inside; undefined where the plan does not say. */
  readonly home: AddressSet | undefined;
  /** The part of it that the plan does say. */
  readonly surelyHome: AddressSet;
  readonly homeTokens: readonly string[];
  /** Address sets by variable name. */
  readonly variables: ReadonlyMap<string, AddressSet | undefined>;
  /** Policy and rule groups in the stack. */
  readonly parts: string[];
}

/** Reads the firewalls of a stack. */
export function readFirewalls(inventory: Inventory, networks: Networks): AwsFirewall[] {
  return inventory
    .of("grants", "aws_networkfirewall_firewall")
    .map((resource) => readFirewall(inventory, networks, resource));
}

function readFirewall(inventory: Inventory, networks: Networks, resource: PlannedResource): AwsFirewall {
  const { address, values } = resource;
  const vpc = target(values["vpc_id"]) ?? textOf(values["vpc_id"]) ?? "";
  const policy = inventory.get(target(values["firewall_policy_arn"]));
  const body = blocksOf(policy?.values["firewall_policy"])[0];
  const base = { address, resource, vpc, subnets: subnetsOf(inventory, resource) };
  if (policy === undefined || policy.mode === "data" || body === undefined) {
    const counts = inventory.counts(
      "grants",
      address,
      "its policy is not in this stack",
      tokensOf(values["firewall_policy_arn"]),
    );
    const filter: Filter = {
      layer: "filter",
      flows: counts ? FlowSet.ALL : FlowSet.NONE,
      decide: () => ({ address, says: "the firewall's policy is not in this stack, so what it passes is unknown" }),
    };
    return {
      ...base,
      policy: undefined,
      accepted: undefined,
      filter,
      streamPolicy: undefined,
      home: undefined,
      surelyHome: AddressSet.ALL,
      homeTokens: [],
      variables: new Map(),
      parts: [],
    };
  }
  const shared = variablesOf(blocksOf(body["policy_variables"])[0]?.["rule_variables"]);
  const references = blocksOf(body["stateful_rule_group_reference"]).sort(
    (a, b) => (numberOf(a["priority"]) ?? 0) - (numberOf(b["priority"]) ?? 0),
  );
  const home = shared.has("HOME_NET") ? shared.get("HOME_NET") : networks.blocksOf(vpc);
  const homeDefinition = definitionsOf(blocksOf(body["policy_variables"])[0]?.["rule_variables"], "HOME_NET");
  const options = blocksOf(body["stateful_engine_options"])[0] ?? {};
  const order = textOf(options["rule_order"]) === "STRICT_ORDER" ? "strict" : "action";
  // A group whose place is not known may stand before every refusal.
  const groups = references.map((one) =>
    hasUnknown(one["priority"])
      ? unreadableGroup(target(one["resource_arn"]) ?? policy.address)
      : groupOf(inventory, one["resource_arn"], shared, order),
  );
  const unreadable = hasUnknown(body["stateful_rule_group_reference"]) ? [unreadableGroup(policy.address)] : [];
  const accepted = acceptedFlows(
    { order, defaults: stringsOf(body["stateful_default_actions"]), groups: [...unreadable, ...groups], home },
    inventory.reading,
  );
  for (const doubt of accepted.doubts) inventory.doubts.push(doubt);
  const around = statelessWayAround(inventory, policy, body);
  const flows = around === undefined ? accepted.accepted : FlowSet.ALL;
  const filter: Filter = {
    layer: "filter",
    flows,
    decide: (flow: Flow) => {
      if (around !== undefined) return { address: policy.address, says: around };
      const { by, says } = accepted.decide(flow);
      // What no rule decides is the policy's.
      return by.startsWith("aws_") || by.includes(".")
        ? { address: by, says }
        : { address: policy.address, says: `${by}: ${says}` };
    },
  };
  return {
    ...base,
    policy,
    accepted,
    filter,
    streamPolicy: options["stream_exception_policy"],
    home,
    surelyHome: home ?? surePart(homeDefinition),
    homeTokens: tokensOf(homeDefinition),
    variables: new Map([...shared, ...groups.flatMap((group) => [...group.variables])]),
    parts: [policy.address, ...groups.map((group) => group.address)],
  };
}

function subnetsOf(inventory: Inventory, resource: PlannedResource): string[] {
  const own = blocksOf(resource.values["subnet_mapping"]).flatMap((one) => target(one["subnet_id"]) ?? []);
  const more = inventory
    .of("grants", "aws_networkfirewall_vpc_endpoint_association")
    .filter((one) => target(one.values["firewall_arn"]) === resource.address)
    .flatMap((one) => blocksOf(one.values["subnet_mapping"]).flatMap((mapping) => target(mapping["subnet_id"]) ?? []));
  return [...own, ...more];
}

// Stateless rules come first: what they or their defaults pass is never inspected.
function statelessWayAround(inventory: Inventory, policy: PlannedResource, body: Values): string | undefined {
  for (const name of ["stateless_default_actions", "stateless_fragment_default_actions"]) {
    const actions = stringsOf(body[name]);
    if (actions.includes("aws:pass")) return `${name} passes packets past the stateful rules`;
    if (actions.includes("aws:drop") || actions.includes("aws:forward_to_sfe")) continue;
    const value = body[name];
    if (!hasUnknown(value) || inventory.countsUnknown("grants", policy.address, name, value)) {
      return `${name} does not say that packets go to the stateful rules`;
    }
  }
  const stateless = body["stateless_rule_group_reference"];
  const isUnknown =
    hasUnknown(stateless) && inventory.countsUnknown("grants", policy.address, "stateless rule groups", stateless);
  if (isUnknown) return "its stateless rule groups are unknown";
  for (const one of blocksOf(stateless)) {
    const group = inventory.get(target(one["resource_arn"]));
    const source = blocksOf(blocksOf(group?.values["rule_group"])[0]?.["rules_source"])[0];
    const rules = blocksOf(blocksOf(source?.["stateless_rules_and_custom_actions"])[0]?.["stateless_rule"]);
    const actions = rules.flatMap((rule) => stringsOf(blocksOf(rule["rule_definition"])[0]?.["actions"]));
    if (group === undefined) {
      const counts = inventory.counts(
        "grants",
        policy.address,
        "a stateless rule group is not in this stack",
        tokensOf(one["resource_arn"]),
      );
      if (counts) return "a stateless rule group that is not in this stack may pass packets";
    } else if (actions.includes("aws:pass")) {
      return `${group.address} passes packets before the stateful rules see them`;
    }
  }
  return undefined;
}

const unreadableGroup = (address: string): RuleGroupText => ({
  address,
  rules: undefined,
  variables: new Map(),
  ports: new Map(),
});

function groupOf(
  inventory: Inventory,
  arn: Resolved | undefined,
  shared: ReadonlyMap<string, AddressSet | undefined>,
  order: "strict" | "action",
): RuleGroupText {
  const group = inventory.get(target(arn));
  const inner = blocksOf(group?.values["rule_group"])[0];
  if (group === undefined || group.mode === "data" || group.isDoubtful || inner === undefined) {
    return unreadableGroup(target(arn) ?? textOf(arn) ?? "a rule group that is not in this stack");
  }
  const declared = blocksOf(inner["rule_variables"])[0];
  const variables = new Map([...shared, ...variablesOf(declared?.["ip_sets"])]);
  const ports = new Map(
    blocksOf(declared?.["port_sets"]).map((set): [string, RangeSet | undefined] => [
      textOf(set["key"]) ?? "",
      portSet(blocksOf(set["port_set"])[0]?.["definition"]),
    ]),
  );
  const references = blocksOf(blocksOf(inner["reference_sets"])[0]?.["ip_set_references"]);
  for (const one of references) variables.set(`@${textOf(one["key"]) ?? ""}`, undefined);
  return { address: group.address, rules: rulesOf(inner, order), variables, ports };
}

// Lists of domains and 5-tuples are written as the rules that AWS makes of them.
function rulesOf(inner: Values, order: "strict" | "action"): RuleGroupText["rules"] {
  const source = blocksOf(inner["rules_source"])[0] ?? {};
  const text = source["rules_string"];
  if (typeof text === "string") return text;
  if (text !== undefined && text !== null) return undefined;
  const [list] = blocksOf(source["rules_source_list"]);
  if (list !== undefined) {
    if (hasUnknown(list["targets"])) return undefined;
    return fromDomainList({
      allows:
        textOf(list["generated_rules_type"]) !== "DENYLIST" && textOf(list["generated_rules_type"]) !== "REJECTLIST",
      types: stringsOf(list["target_types"]),
      targets: stringsOf(list["targets"]),
      order,
    });
  }
  const rules = blocksOf(source["stateful_rule"]);
  if (rules.length === 0 || hasUnknown(source["stateful_rule"])) return undefined;
  return fromStatefulRules(
    rules.map((rule) => {
      const header = blocksOf(rule["header"])[0] ?? {};
      return {
        action: textOf(rule["action"]) ?? "PASS",
        protocol: textOf(header["protocol"]) ?? "IP",
        source: textOf(header["source"]) ?? "any",
        sourcePort: textOf(header["source_port"]) ?? "any",
        destination: textOf(header["destination"]) ?? "any",
        destinationPort: textOf(header["destination_port"]) ?? "any",
        direction: textOf(header["direction"]) ?? "ANY",
        options: blocksOf(rule["rule_option"]).map((option) => ({
          keyword: textOf(option["keyword"]) ?? "",
          settings: stringsOf(option["settings"]),
        })),
      };
    }),
  );
}

function variablesOf(value: Resolved | undefined): Map<string, AddressSet | undefined> {
  return new Map(
    blocksOf(value).map((set) => {
      const definition = blocksOf(set["ip_set"])[0]?.["definition"];
      const members = (Array.isArray(definition) ? definition : [definition ?? null]).map((one) => memberOf(one));
      const known = members.filter((one): one is AddressSet => one !== undefined);
      return [textOf(set["key"]) ?? "", known.length === members.length ? AddressSet.unionAll(known) : undefined];
    }),
  );
}

function definitionsOf(value: Resolved | undefined, key: string): Resolved | undefined {
  const set = blocksOf(value).find((one) => one["key"] === key);
  return blocksOf(set?.["ip_set"])[0]?.["definition"];
}

const surePart = (definition: Resolved | undefined): AddressSet =>
  AddressSet.unionAll((Array.isArray(definition) ? definition : []).flatMap((one) => memberOf(one) ?? []));

const memberOf = (value: Resolved): AddressSet | undefined =>
  value instanceof Reference ? undefined : addressesOf(value);

function portSet(value: Resolved | undefined): RangeSet | undefined {
  const sets = stringsOf(value).map((text) => {
    const [from, to] = text.split(":");
    return /^\d+(:\d+)?$/.test(text) ? RangeSet.of(Number(from), Number(to ?? from)) : undefined;
  });
  const known = sets.filter((one): one is RangeSet => one !== undefined);
  return known.length === sets.length && sets.length > 0 ? RangeSet.unionAll(known) : undefined;
}

/** Protections that a firewall has against being taken away, by argument. */
export function protectionsOf(firewall: AwsFirewall): { name: string; value: Resolved | undefined }[] {
  return ["delete_protection", "firewall_policy_change_protection", "subnet_change_protection"].map((name) => ({
    name,
    value: firewall.resource.values[name],
  }));
}
