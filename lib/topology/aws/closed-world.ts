import type { AgentFault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import type { AwsAttachPoint } from "./agents";
import type { AwsFirewall } from "./firewalls";
import { COMPUTE_TYPES, isInert, MODELLED_TYPES } from "./resource-types";

/** Types of the agents' slice whose own references belong to it: what they stand on counts too. */
const CARRIERS = new Set([
  "aws_vpc",
  "aws_subnet",
  "aws_route_table",
  "aws_default_route_table",
  "aws_security_group",
  "aws_networkfirewall_firewall",
  "aws_networkfirewall_firewall_policy",
  "aws_networkfirewall_rule_group",
  "aws_nat_gateway",
  "aws_internet_gateway",
  "aws_vpc_endpoint",
  "aws_ec2_transit_gateway",
  "aws_route53_resolver_firewall_rule_group",
  "aws_route53_resolver_firewall_domain_list",
]);

/**
 * What touches the agents' network and is not part of the model: types without a reading, commands that run at apply,
 * changes that Terraform is told not to see, resources of another account. Each leaves the proof open.
 */
export function readUnmodelled(
  inventory: Inventory,
  points: readonly AwsAttachPoint[],
  firewalls: readonly AwsFirewall[],
  identities: readonly string[],
): AgentFault[] {
  const slice = sliceOf(inventory, points, firewalls);
  const members = [...slice].flatMap((address) => inventory.get(address) ?? []);
  const touching = new Set<PlannedResource>();
  for (const address of [...slice, ...identities]) for (const one of inventory.referring(address)) touching.add(one);
  const around = new Set([...members, ...touching]);
  const home = inventory.get(points[0]?.network)?.loaded.provider;
  return [...around]
    .filter((one) => one.mode === "managed")
    .flatMap((one) => faultsOf(one, slice.has(one.address) || touching.has(one), home))
    .concat(commands(inventory))
    .concat(
      inventory.configuration.notes.map((note) => ({
        address: inventory.configuration.name,
        problem: note,
        fix: "verify a plan instead: terraform show -json",
      })),
    );
}

function sliceOf(
  inventory: Inventory,
  points: readonly AwsAttachPoint[],
  firewalls: readonly AwsFirewall[],
): Set<string> {
  const queue = [
    ...points.flatMap((point) => [point.network, point.subnet, ...point.groups.flatMap((group) => group ?? [])]),
    ...firewalls.flatMap((firewall) => [firewall.address, ...firewall.parts]),
  ];
  const slice = new Set<string>();
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (slice.has(next)) continue;
    slice.add(next);
    for (const one of inventory.referring(next))
      if (CARRIERS.has(one.type) && !slice.has(one.address)) queue.push(one.address);
  }
  return slice;
}

function faultsOf(resource: PlannedResource, isClose: boolean, home: string | undefined): AgentFault[] {
  const { address, type, loaded } = resource;
  const faults: AgentFault[] = [];
  if (isClose && !MODELLED_TYPES.has(type) && !COMPUTE_TYPES.has(type) && !isInert(type)) {
    faults.push({
      address,
      problem: `${type} touches the agents' network, and the model does not know what it does`,
      fix: "remove it, or acknowledge it with what it does as the reason",
    });
  }
  const ignored = ignoredArguments(loaded.ignoreChanges);
  if (ignored.length > 0) {
    faults.push({
      address,
      problem: `Terraform is told not to see changes of ${ignored.join(", ")}`,
      fix: "remove them from ignore_changes, or acknowledge it",
    });
  }
  if (loaded.provider !== undefined && loaded.provider !== home) {
    faults.push({
      address,
      problem: `it belongs to ${loaded.provider}, another account or region than the agents' network`,
      fix: "keep the agents' network in one account and region",
    });
  }
  return faults;
}

function ignoredArguments(value: PlannedResource["loaded"]["ignoreChanges"]): string[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return list.map((one) => String(one)).filter((one) => !/^tags(_all)?\b/.test(one));
}

// A command can make any route; no plan shows it.
function commands(inventory: Inventory): AgentFault[] {
  return inventory.all
    .filter((one) => one.loaded.provisioners === true)
    .map(({ address }) => ({
      address,
      problem: "it runs a command at apply that can change anything",
      fix: "remove the provisioner, or acknowledge it with what it does as the reason",
    }));
}
