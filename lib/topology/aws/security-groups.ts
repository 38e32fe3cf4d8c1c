import type { Filter } from "../graph/graph";
import type { Inventory, PlannedResource } from "../read/inventory";
import {
  addressesOf,
  blocksOf,
  hasUnknown,
  isAbsent,
  isTrue,
  listOf,
  numberOf,
  target,
  textOf,
  type Values,
} from "../read/values";
import { Reference } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { type Flow, FlowSet } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";

export type Side = "egress" | "ingress";

/** One rule of a security group, however it is written. */
export interface GroupRule {
  readonly address: string;
  readonly flows: FlowSet;
  /** Groups, by address, that the rule names as the other side. */
  readonly groups: readonly string[];
  /** Gateway endpoints, by address, whose prefix lists it names. */
  readonly endpoints: readonly string[];
  /** Whether it names addresses or lists, and not groups alone. */
  readonly namesAddresses: boolean;
}

const PROTOCOLS: { [name: string]: RangeSet } = {
  "-1": RangeSet.PROTOCOLS,
  all: RangeSet.PROTOCOLS,
  tcp: RangeSet.of(6),
  udp: RangeSet.of(17),
  icmp: RangeSet.of(1),
  icmpv6: RangeSet.of(58),
};

const DEFAULT_GROUP = ".default_security_group";

/** Stands for the default group of a VPC that nobody adopted: AWS opens it to everywhere, and to its own members. */
export const defaultGroupOf = (vpc: string): string => `${vpc}${DEFAULT_GROUP}`;

const fromItself = (group: string): GroupRule => ({
  address: group,
  flows: FlowSet.ALL,
  groups: [group],
  endpoints: [],
  namesAddresses: false,
});

const RULE_TYPES = { egress: "aws_vpc_security_group_egress_rule", ingress: "aws_vpc_security_group_ingress_rule" };

/** The security groups of a stack, with their rules of all three forms as one. */
export class SecurityGroups {
  private readonly rules = new Map<string, GroupRule[]>();
  private separate: Map<string, { resource: PlannedResource; values: Values }[]> | undefined;

  /** @param membersOf the addresses of the interfaces that bear a group; undefined where the stack does not say */
  public constructor(
    private readonly inventory: Inventory,
    private readonly membersOf: (group: string) => AddressSet | undefined,
  ) {}

  /** The rules of one side of a group; undefined for a group that is not in the stack. */
  public rulesOf(group: string, side: Side): GroupRule[] | undefined {
    const key = `${side} ${group}`;
    const known = this.rules.get(key);
    if (known !== undefined) return known;
    if (group.endsWith(DEFAULT_GROUP)) return [side === "egress" ? anything(group) : fromItself(group)];
    const resource = this.inventory.get(group);
    if (resource === undefined || resource.mode === "data") return undefined;
    const rules = [...this.inline(resource, side), ...this.ownRules(group, side)];
    this.rules.set(key, rules);
    return rules;
  }

  /**
   * What an interface with these groups lets through: the union, by AWS's rules. A group that is not in the stack lets
   * everything through in the open reading.
   */
  public filter(groups: readonly (string | undefined)[], side: Side, owner: string): Filter {
    const rules = groups.flatMap((group): GroupRule[] => {
      const known = group === undefined ? undefined : this.rulesOf(group, side);
      if (known !== undefined) return known;
      const counts = this.inventory.counts("grants", owner, "one of its security groups is not in this stack", [
        group ?? owner,
      ]);
      return counts ? [anything(group ?? owner)] : [];
    });
    const flows = FlowSet.unionAll(rules.map((rule) => rule.flows));
    const [first] = groups;
    return {
      layer: "security group",
      flows,
      decide: (flow: Flow) => {
        const passing = rules.find((rule) => rule.flows.has(flow));
        return passing === undefined
          ? { address: first ?? owner, says: `has no ${side} rule that admits it` }
          : { address: passing.address, says: "admits it" };
      },
    };
  }

  private inline(resource: PlannedResource, side: Side): GroupRule[] {
    const value = resource.values[side];
    const blocks = blocksOf(value).map((values) =>
      this.rule(`${resource.address}.${side}`, side, values, resource.address),
    );
    if (!hasUnknown(value)) return blocks;
    const counts = this.inventory.countsUnknown("grants", resource.address, side, value);
    return counts ? [...blocks, anything(resource.address)] : blocks;
  }

  private ownRules(group: string, side: Side): GroupRule[] {
    this.separate ??= this.indexRules();
    return [...(this.separate.get(`${side} ${group}`) ?? []), ...(this.separate.get(`${side} *`) ?? [])].map(
      ({ resource, values }) => this.rule(resource.address, side, values, group),
    );
  }

  // A rule whose group is not known may belong to any.
  private indexRules(): Map<string, { resource: PlannedResource; values: Values }[]> {
    const index = new Map<string, { resource: PlannedResource; values: Values }[]>();
    const { inventory } = this;
    for (const resource of inventory.of("grants", RULE_TYPES.egress, RULE_TYPES.ingress, "aws_security_group_rule")) {
      const side: Side =
        resource.type === RULE_TYPES.egress || resource.values["type"] === "egress" ? "egress" : "ingress";
      const owner = resource.values["security_group_id"];
      if (owner instanceof Reference || (typeof owner === "string" && owner !== "")) {
        const group = owner instanceof Reference ? defaultGroup(inventory, owner) : owner;
        add(index, `${side} ${group}`, { resource, values: resource.values });
      } else if (inventory.countsUnknown("grants", resource.address, "security_group_id", owner)) {
        add(index, `${side} *`, { resource, values: resource.values });
      }
    }
    return index;
  }

  private rule(address: string, side: Side, values: Values, owner: string): GroupRule {
    const protocols = protocolsOf(values);
    for (const name of ["ip_protocol", "protocol", "from_port", "to_port"]) {
      if (hasUnknown(values[name]) && !this.inventory.countsUnknown("grants", address, name, values[name])) {
        return { address, flows: FlowSet.NONE, groups: [], endpoints: [], namesAddresses: false };
      }
    }
    const groups = groupsIn(values, owner);
    const lists = [...listOf(values["prefix_list_id"]), ...listOf(values["prefix_list_ids"])];
    const endpoints = lists.flatMap((list) => {
      const endpoint = target(list);
      return endpoint !== undefined && this.inventory.get(endpoint)?.type === "aws_vpc_endpoint" ? [endpoint] : [];
    });
    const others = lists.filter((list) => !endpoints.includes(target(list) ?? ""));
    const blocks = ["cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks"].flatMap((name) =>
      listOf(values[name]),
    );
    const peers = AddressSet.unionAll([
      ...blocks.map((block) => addressesOf(block) ?? this.doubtful(address, "addresses", block)),
      ...others.map((list) => this.prefixList(address, list)),
      ...groups.map((group) => this.membersOf(group) ?? this.doubtful(address, "group", group)),
    ]);
    const flows = FlowSet.of({
      protocols,
      ports: portsOf(values, protocols),
      [side === "egress" ? "destinations" : "sources"]: peers,
    });
    return { address, flows, groups, endpoints, namesAddresses: blocks.length + others.length > 0 };
  }

  private doubtful(address: string, what: string, value: GroupRuleValue): AddressSet {
    const tokens = typeof value === "string" ? [value] : undefined;
    const counts =
      tokens === undefined
        ? this.inventory.countsUnknown("grants", address, what, value)
        : this.inventory.counts("grants", address, `its ${what} can't be followed`, tokens);
    return counts ? AddressSet.ALL : AddressSet.NONE;
  }

  private prefixList(address: string, list: GroupRuleValue): AddressSet {
    const known = this.inventory.get(target(list));
    if (known?.type !== "aws_ec2_managed_prefix_list" || hasUnknown(known.values["entry"])) {
      return this.doubtful(address, "prefix list", list);
    }
    return AddressSet.unionAll(
      blocksOf(known.values["entry"]).map((entry) => addressesOf(entry["cidr"]) ?? AddressSet.ALL),
    );
  }
}

type GroupRuleValue = Values[string];

const anything = (address: string): GroupRule => ({
  address,
  flows: FlowSet.ALL,
  groups: [],
  endpoints: [],
  namesAddresses: true,
});

function add<T>(index: Map<string, T[]>, key: string, value: T): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [value]);
  else known.push(value);
}

function protocolsOf(values: Values): RangeSet {
  const value = values["ip_protocol"] ?? values["protocol"];
  const name = String(textOf(value) ?? numberOf(value) ?? "-1").toLowerCase();
  const known = PROTOCOLS[name];
  if (known !== undefined) return known;
  return /^\d{1,3}$/.test(name) ? RangeSet.of(Number(name)) : RangeSet.PROTOCOLS;
}

// Ports count for TCP and UDP; a rule for all protocols has none. Codes of ICMP are not told apart.
function portsOf(values: Values, protocols: RangeSet): RangeSet {
  const isPorted = protocols.equals(RangeSet.of(6)) || protocols.equals(RangeSet.of(17));
  const [from, to] = [numberOf(values["from_port"]), numberOf(values["to_port"])];
  if (!isPorted || from === undefined || to === undefined || from < 0) return RangeSet.PORTS;
  return RangeSet.of(from, to);
}

function groupsIn(values: Values, owner: string): string[] {
  const named = ["referenced_security_group_id", "source_security_group_id", "security_groups"].flatMap((name) =>
    listOf(values[name]).filter((one) => !isAbsent(one)),
  );
  return [
    ...named.map((one) => target(one) ?? textOf(one) ?? "a group that is not known"),
    ...(isTrue(values["self"]) ? [owner] : []),
  ];
}

// A VPC's default group is adopted by a resource of its own.
function defaultGroup(inventory: Inventory, reference: Reference): string {
  if (reference.attribute !== "default_security_group_id") return reference.address;
  const adopted = inventory
    .of("grants", "aws_default_security_group")
    .find((group) => target(group.values["vpc_id"]) === reference.address);
  return adopted?.address ?? reference.address;
}
