import type { AgentFault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, numberOf, target, textOf } from "../read/values";
import type { AwsAttachPoint } from "./agents";
import type { AwsFirewall } from "./firewalls";

/** Shorter than this, nobody has looked yet when the record is gone. */
const SHORTEST_DAYS = 30;

/** What is missing of the records of an agent's network: flows, the firewall's verdicts, names. */
export function readRecords(
  inventory: Inventory,
  points: readonly AwsAttachPoint[],
  firewalls: readonly AwsFirewall[],
): AgentFault[] {
  const vpcs = [...new Set(points.map((point) => point.network))].sort();
  return [
    ...vpcs.flatMap((vpc) => [...flowLogs(inventory, vpc, points), ...queryLogs(inventory, vpc)]),
    ...firewalls.flatMap((firewall) => firewallLogs(inventory, firewall)),
    ...sinks(inventory, vpcs, firewalls).flatMap((sink) => retention(inventory, sink)),
  ];
}

const idOf = (value: PlannedResource["values"][string] | undefined): string | undefined =>
  target(value) ?? textOf(value);

function flowLogs(inventory: Inventory, vpc: string, points: readonly AwsAttachPoint[]): AgentFault[] {
  const logs = inventory.of("restricts", "aws_flow_log");
  const isFull = (log: PlannedResource): boolean => {
    const type = log.values["traffic_type"];
    if (isAbsent(type) || type === "ALL") return true;
    return typeof type !== "string" && inventory.countsUnknown("restricts", log.address, "traffic_type", type);
  };
  const ofVpc = logs.filter((log) => idOf(log.values["vpc_id"]) === vpc);
  if (ofVpc.some(isFull)) return [];
  const subnets = [...new Set(points.filter((point) => point.network === vpc).map((point) => point.subnet))].sort();
  const uncovered = subnets.filter(
    (subnet) => !logs.some((log) => idOf(log.values["subnet_id"]) === subnet && isFull(log)),
  );
  const [first] = uncovered;
  if (first === undefined) return [];
  const [partial] = ofVpc;
  if (partial !== undefined) {
    const problem = `it records ${textOf(partial.values["traffic_type"]) ?? "an unknown part of the"} traffic alone`;
    return [{ address: partial.address, problem, fix: 'set traffic_type to "ALL"' }];
  }
  const what = uncovered.length === subnets.length ? vpc : first;
  return [{ address: what, problem: "its flows are not recorded", fix: 'add aws_flow_log with traffic_type = "ALL"' }];
}

function queryLogs(inventory: Inventory, vpc: string): AgentFault[] {
  const isLogged = inventory
    .of("restricts", "aws_route53_resolver_query_log_config_association")
    .some((one) => idOf(one.values["resource_id"]) === vpc && !isAbsent(one.values["resolver_query_log_config_id"]));
  const problem = "the names that it asks for are not recorded";
  const fix = "associate an aws_route53_resolver_query_log_config with it";
  return isLogged ? [] : [{ address: vpc, problem, fix }];
}

function destinations(inventory: Inventory, firewall: AwsFirewall): { type: string; group: string | undefined }[] {
  return inventory
    .of("restricts", "aws_networkfirewall_logging_configuration")
    .filter((one) => target(one.values["firewall_arn"]) === firewall.address)
    .flatMap((one) => blocksOf(one.values["logging_configuration"]))
    .flatMap((one) => blocksOf(one["log_destination_config"]))
    .map((one) => {
      const place = one["log_destination"];
      const group = typeof place === "object" && place !== null && "logGroup" in place ? place["logGroup"] : undefined;
      const type = one["log_type"];
      const isAny = hasUnknown(type) && inventory.countsUnknown("restricts", firewall.address, "log_type", type);
      return { type: isAny ? "ANY" : (textOf(type) ?? ""), group: idOf(group) };
    });
}

function firewallLogs(inventory: Inventory, firewall: AwsFirewall): AgentFault[] {
  const types = destinations(inventory, firewall).map((one) => one.type);
  return ["ALERT", "FLOW"]
    .filter((type) => !types.includes(type) && !types.includes("ANY"))
    .map((type) => ({
      address: firewall.address,
      problem: type === "ALERT" ? "what it drops and why is not recorded" : "the flows that it passes are not recorded",
      fix: `add a log destination of type ${type} to its aws_networkfirewall_logging_configuration`,
    }));
}

// Log groups of the stack that the records go to; a sink of another account is out of reach here and of the agent.
function sinks(inventory: Inventory, vpcs: string[], firewalls: readonly AwsFirewall[]): PlannedResource[] {
  const found = [
    ...inventory
      .of("restricts", "aws_flow_log")
      .filter((one) => vpcs.includes(idOf(one.values["vpc_id"]) ?? ""))
      .map((one) => one.values["log_destination"]),
    ...inventory.of("restricts", "aws_route53_resolver_query_log_config").map((one) => one.values["destination_arn"]),
  ].map((value) => idOf(value));
  const ofFirewalls = firewalls.flatMap((firewall) => destinations(inventory, firewall).map((one) => one.group));
  const groups = inventory.of("grants", "aws_cloudwatch_log_group");
  return groups.filter(
    (group) =>
      found.includes(group.address) ||
      ofFirewalls.includes(group.address) ||
      ofFirewalls.includes(textOf(group.values["name"]) ?? group.address),
  );
}

function retention(inventory: Inventory, group: PlannedResource): AgentFault[] {
  const value = group.values["retention_in_days"];
  const days = numberOf(value);
  if (days === undefined && !isAbsent(value)) {
    if (!inventory.countsUnknown("grants", group.address, "retention_in_days", value)) return [];
  } else if (days === undefined || days === 0 || days >= SHORTEST_DAYS) return [];
  return [
    {
      address: group.address,
      severity: "medium",
      problem: `it keeps the agents' records for ${days ?? "an unknown number of"} days`,
      fix: `keep them for ${SHORTEST_DAYS} days or more`,
    },
  ];
}
