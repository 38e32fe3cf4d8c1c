import type { AttachPoint } from "../graph/graph";
import { AddressSet } from "../sets/address-set";
import type { AwsResource, Inventory } from "./inventory";
import type { Networks, Subnet } from "./networks";
import { agentTag, type Placement, type Placements, tagOf } from "./placements";
import { COMPUTE_TYPES } from "./resource-types";
import { target, textOf } from "./values";

/** An attach point with the security groups of its interfaces. */
export interface AwsAttachPoint extends AttachPoint {
  readonly groups: readonly (string | undefined)[];
  /** What stands there; undefined for the place that is kept for the agent's own workload. */
  readonly placement: Placement | undefined;
}

/** Agents that the caller names, by addresses of subnets or of what runs in them. */
export interface AgentNames {
  readonly [agent: string]: readonly string[];
}

/**
 * Finds the agents of a stack: those that the caller names, else subnets tagged `cordon:agent`, else every subnet that
 * something runs in, and in a VPC where nothing does every subnet that holds no part of the network itself.
 */
export function findAgents(
  inventory: Inventory,
  networks: Networks,
  placements: Placements,
  named: AgentNames = {},
): AwsAttachPoint[] {
  const byName = Object.entries(named).map(([agent, addresses]) => ({ agent, addresses }));
  const tagged = [...networks.subnets.values()].filter((subnet) => agentTag(subnet.resource) !== undefined);
  const points =
    byName.length > 0
      ? byName.flatMap(({ agent, addresses }) =>
          addresses.flatMap((one) => ofAddress(agent, one, networks, placements)),
        )
      : tagged.length > 0
        ? tagged.flatMap((subnet) => inSubnet(nameIn(subnet, tagged), subnet, inventory, placements))
        : inferred(networks, placements);
  return points.sort((a, b) => (a.node < b.node ? -1 : 1));
}

// Two cells of a stack may have agents of one name: then the cell's name goes before it.
function nameIn(subnet: Subnet, tagged: readonly Subnet[]): string {
  const name = agentTag(subnet.resource) ?? "";
  const cells = new Set(
    tagged.filter((one) => agentTag(one.resource) === name).map((one) => tagOf(one.resource, "cordon:cell")),
  );
  return cells.size > 1 ? `${tagOf(subnet.resource, "cordon:cell") ?? ""}/${name}` : name;
}

function ofAddress(agent: string, address: string, networks: Networks, placements: Placements): AwsAttachPoint[] {
  const subnet = networks.subnets.get(address);
  if (subnet !== undefined) return inSubnet(agent, subnet, undefined, placements);
  return placements.all
    .filter((one) => one.resource.address === address)
    .flatMap((one) => one.subnets.flatMap((name) => placed(agent, one, networks.subnets.get(name))));
}

// What stands in an agent's subnet acts as the agent, whoever put it there.
function inSubnet(
  agent: string,
  subnet: Subnet,
  inventory: Inventory | undefined,
  placements: Placements,
): AwsAttachPoint[] {
  const standing = placements
    .in(subnet.address)
    .filter((one) => !one.isInfrastructure)
    .flatMap((one) => placed(agent, one, subnet));
  const tag = agentTag(subnet.resource);
  const groups = (inventory?.of("grants", "aws_security_group") ?? []).filter(
    (one) =>
      tag !== undefined &&
      agentTag(one) === tag &&
      (target(one.values["vpc_id"]) ?? textOf(one.values["vpc_id"])) === subnet.vpc,
  );
  if (groups.length === 0 && standing.length > 0) return standing;
  return [
    ...standing,
    point(
      agent,
      subnet,
      subnet.resource,
      groups.map((one) => one.address),
      undefined,
    ),
  ];
}

function placed(agent: string, placement: Placement, subnet: Subnet | undefined): AwsAttachPoint[] {
  if (subnet === undefined) return [];
  return [point(agent, subnet, placement.resource, placement.groups, placement)];
}

function point(
  agent: string,
  subnet: Subnet,
  resource: AwsResource,
  groups: readonly (string | undefined)[],
  placement: Placement | undefined,
): AwsAttachPoint {
  return {
    agent,
    node: `workload:${resource.address}@${subnet.address}`,
    address: resource.address,
    subnet: subnet.address,
    network: subnet.vpc,
    zone: subnet.zone,
    sources: subnet.sources ?? AddressSet.ALL,
    groups,
    placement,
  };
}

function inferred(networks: Networks, placements: Placements): AwsAttachPoint[] {
  const running = placements.all.filter((one) => COMPUTE_TYPES.has(one.resource.type));
  const busy = new Set(running.flatMap((one) => one.subnets.map((name) => networks.subnets.get(name)?.vpc)));
  const withCompute = running.flatMap((one) =>
    one.subnets.flatMap((name) => placed(one.resource.loaded.name, one, networks.subnets.get(name))),
  );
  const idle = [...networks.subnets.values()].filter(
    (subnet) =>
      subnet.resource.mode === "managed" &&
      !busy.has(subnet.vpc) &&
      placements.in(subnet.address).every((one) => !one.isInfrastructure),
  );
  return [
    ...withCompute,
    ...idle.flatMap((subnet) => inSubnet(subnet.resource.loaded.name, subnet, undefined, placements)),
  ].filter((one, index, all) => all.findIndex((other) => other.node === one.node) === index);
}
