import type { Inventory, PlannedResource } from "../read/inventory";
import { listOf, referencesIn, target, textOf, type Values } from "../read/values";
import type { Resolved } from "../resolve/value";
import { Reference, Unknown } from "../resolve/value";
import type { AddressSet } from "../sets/address-set";
import type { Networks } from "./networks";
import { INFRASTRUCTURE_TYPES, NO_INTERFACE_TYPES } from "./resource-types";
import { defaultGroupOf } from "./security-groups";

/** Something with interfaces in subnets. */
export interface Placement {
  readonly resource: PlannedResource;
  readonly subnets: string[];
  /** Security groups by address; undefined for one that can't be followed. */
  readonly groups: (string | undefined)[];
  /** Whether it asks for a public address; undefined where the subnet decides. */
  readonly asksPublic: Resolved | undefined;
  /** Part of the network itself: firewall, NAT, endpoints, load balancers. */
  readonly isInfrastructure: boolean;
}

/** What stands in which subnet, of any type: an argument that places a resource is named after subnets. */
export class Placements {
  public readonly all: Placement[];
  private readonly bySubnet = new Map<string, Placement[]>();

  public constructor(
    private readonly inventory: Inventory,
    private readonly networks: Networks,
  ) {
    this.all = inventory.all.flatMap((resource) => this.placementOf(resource) ?? []);
    for (const one of this.all) {
      for (const subnet of one.subnets) this.bySubnet.set(subnet, [...(this.bySubnet.get(subnet) ?? []), one]);
    }
  }

  public in(subnet: string): Placement[] {
    return this.bySubnet.get(subnet) ?? [];
  }

  /** The addresses of what bears a security group; undefined where the stack does not say. */
  public membersOf(group: string): AddressSet | undefined {
    const resource = this.inventory.get(group);
    const agent = resource === undefined ? undefined : agentTag(resource);
    const vpc = target(resource?.values["vpc_id"]) ?? textOf(resource?.values["vpc_id"]);
    const tagged =
      agent === undefined
        ? []
        : [...this.networks.subnets.values()].filter((one) => one.vpc === vpc && agentTag(one.resource) === agent);
    const bearers = this.all.filter((one) => one.groups.includes(group)).flatMap((one) => one.subnets);
    const subnets = [...tagged.map((one) => one.address), ...bearers];
    if (subnets.length > 0) return this.networks.addressesOf([...new Set(subnets)]);
    // Nothing bears it yet: anything of its VPC may.
    return vpc === undefined ? undefined : this.networks.blocksOf(vpc);
  }

  private placementOf(resource: PlannedResource): Placement | undefined {
    if (resource.mode === "data" || NO_INTERFACE_TYPES.has(resource.type)) return undefined;
    const found = {
      subnets: new Set<string>(),
      groups: [] as Resolved[],
      asksPublic: undefined as Resolved | undefined,
    };
    collect(resource.values, found);
    for (const template of referencesIn(resource.values["launch_template"] ?? null)) {
      const values = this.inventory.get(template)?.values;
      if (values !== undefined) collect(values, found);
    }
    if (found.subnets.size === 0) return undefined;
    const groups = found.groups.map((group) => (group instanceof Reference ? this.adopted(group) : textOf(group)));
    const vpc = this.networks.subnets.get([...found.subnets][0] ?? "")?.vpc ?? "";
    return {
      resource,
      subnets: [...found.subnets].filter((one) => this.networks.subnets.has(one)),
      groups: groups.length > 0 ? groups : [this.defaultOf(vpc)],
      asksPublic: found.asksPublic,
      isInfrastructure: INFRASTRUCTURE_TYPES.has(resource.type),
    };
  }

  private adopted(group: Reference): string {
    if (group.attribute !== "default_security_group_id") return group.address;
    return this.defaultOf(group.address);
  }

  // An interface without a group of its own bears the VPC's default one.
  private defaultOf(vpc: string): string {
    const own = this.inventory
      .of("grants", "aws_default_security_group")
      .find((one) => target(one.values["vpc_id"]) === vpc);
    return own?.address ?? defaultGroupOf(vpc);
  }
}

/** The agent that a resource is tagged with. */
export const agentTag = (resource: PlannedResource): string | undefined => tagOf(resource, "cordon:agent");

/** One tag of a resource, if it is a text that is known. */
export function tagOf(resource: PlannedResource, key: string): string | undefined {
  const tags = resource.values["tags"];
  const name = typeof tags === "object" && tags !== null && !Array.isArray(tags) ? (tags as Values)[key] : undefined;
  return typeof name === "string" && name !== "" ? name : undefined;
}

interface Found {
  readonly subnets: Set<string>;
  readonly groups: Resolved[];
  asksPublic: Resolved | undefined;
}

function collect(values: Values, found: Found): void {
  for (const [key, value] of Object.entries(values)) {
    if (/subnet|^vpc_zone_identifier$/.test(key)) {
      for (const address of referencesIn(value))
        if (/(^|\.)aws_(default_)?subnet\./.test(address)) found.subnets.add(address);
    }
    if (/^(vpc_)?security_groups?(_ids?)?$/.test(key)) found.groups.push(...listOf(value));
    else if (/^(assign_public_ip|associate_public_ip_address|assign_public_ipv4)$/.test(key)) found.asksPublic = value;
    if (Array.isArray(value)) for (const one of value) if (isBlock(one)) collect(one, found);
    if (isBlock(value)) collect(value, found);
  }
}

function isBlock(value: Resolved): value is Values {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Reference) &&
    !(value instanceof Unknown)
  );
}
