import type { Filter } from "../graph/graph";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, listOf, numberOf, textOf, tokensOf, type Values } from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { type Flow, FlowSet } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import { idOf, namedOwner } from "./own";
import { blockOf, certain, PLATFORM, type Span, type TagContext, tagged } from "./tags";

export type Side = "Outbound" | "Inbound";

/** One rule of a security group, however it is written. */
export interface SecurityRule {
  readonly address: string;
  readonly says: string;
  readonly isAllow: boolean;
  readonly flows: Span<FlowSet>;
  /** Whether it is one of Azure's own. */
  readonly isDefault: boolean;
}

const PROTOCOLS: { readonly [name: string]: RangeSet } = {
  "*": RangeSet.PROTOCOLS,
  tcp: RangeSet.of(6),
  udp: RangeSet.of(17),
  icmp: RangeSet.of(1),
  esp: RangeSet.of(50),
  ah: RangeSet.of(51),
};

/** What rules stand for at one place. */
export interface RuleContext extends TagContext {
  /** Addresses that may bear a group of applications. */
  membersOf(group: string): AddressSet;
}

/**
 * The network security groups of a stack: rules in the order of their priorities, the first that matches decides, and
 * Azure's own rules stand last.
 *
 * @see https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
 */
export class SecurityGroups {
  private readonly separate: { readonly owner: string | undefined; readonly resource: PlannedResource }[];

  public constructor(private readonly inventory: Inventory) {
    this.separate = inventory.of("grants", "azurerm_network_security_rule").map((resource) => ({
      owner: namedOwner(inventory, resource, "network_security_group_name", "azurerm_network_security_group")?.address,
      resource,
    }));
  }

  public isHere(group: string): boolean {
    return this.inventory.get(group)?.mode === "managed";
  }

  /** The rules of one side in their order, Azure's own last. */
  public rulesOf(group: string, side: Side, context: RuleContext): SecurityRule[] {
    const resource = this.inventory.get(group);
    const value = resource?.values["security_rule"];
    const inline = blocksOf(value).map((values) => ({ address: group, values, isDoubtful: false }));
    const own = this.separate
      .filter((one) => one.owner === group || (one.owner === undefined && this.mayBelong(one.resource)))
      .map(({ resource: one }) => ({ address: one.address, values: one.values, isDoubtful: one.isDoubtful }));
    const rules = [...inline, ...own]
      .filter(({ values }) => sideOf(values) === side || (sideOf(values) === undefined && !isDeny(values)))
      .map((one) => ({ rules: this.rule(one, side, context), order: this.orderOf(one.address, one.values) }))
      .sort((a, b) => a.order - b.order)
      .flatMap(({ rules: ofOne }) => ofOne);
    if (hasUnknown(value)) this.inventory.countsUnknown("grants", group, "security_rule", value);
    const unknown = hasUnknown(value) ? [true, false].map((isAllow) => unread(group, isAllow)) : [];
    return [...unknown, ...rules, ...defaults(group, side, context)];
  }

  /** What a group lets through in this reading. */
  public filter(group: string, side: Side, context: RuleContext): Filter {
    if (!this.isHere(group)) return this.unknownGroup(group);
    const rules = this.rulesOf(group, side, context);
    const isOpen = this.inventory.reading === "open";
    let denied = FlowSet.NONE;
    const passing: FlowSet[] = [];
    for (const { isAllow, flows } of rules) {
      const counted = isAllow === isOpen ? flows.maybe : flows.sure;
      if (isAllow) passing.push(counted.subtract(denied));
      else denied = denied.union(counted);
    }
    const flows = FlowSet.unionAll(passing);
    const decide = (flow: Flow): { address: string; says: string } => {
      const rule = rules.find((one) => (one.isAllow === isOpen ? one.flows.maybe : one.flows.sure).has(flow));
      return rule === undefined
        ? { address: group, says: "has no rule that admits it" }
        : { address: rule.address, says: rule.says };
    };
    return { layer: "security group", flows, decide };
  }

  /** What the rules that admit let through by themselves, each without what stands before it. */
  public admitted(group: string, side: Side, context: RuleContext): { address: string; flows: FlowSet }[] {
    if (!this.isHere(group)) return [];
    const isOpen = this.inventory.reading === "open";
    let before = FlowSet.NONE;
    return this.rulesOf(group, side, context).flatMap(({ address, isAllow, flows }) => {
      const counted = isAllow === isOpen ? flows.maybe : flows.sure;
      const rest = counted.subtract(before);
      // What is allowed before is another rule's; what may be allowed takes nothing from the others.
      before = before.union(isAllow ? flows.sure : counted);
      return isAllow && !rest.isEmpty ? [{ address, flows: rest }] : [];
    });
  }

  private unknownGroup(group: string): Filter {
    const isOpen = this.inventory.counts("grants", group, "the security group is not in this stack", [group]);
    const says = "is not in this stack, so what it admits is not known";
    return {
      layer: "security group",
      flows: isOpen ? FlowSet.ALL : FlowSet.NONE,
      decide: () => ({ address: group, says }),
    };
  }

  private mayBelong({ address, values }: PlannedResource): boolean {
    const name = values["network_security_group_name"];
    const effect = isDeny(values) ? "restricts" : "grants";
    return hasUnknown(name) && this.inventory.countsUnknown(effect, address, "network_security_group_name", name);
  }

  // An order that is not known puts what opens first, and what closes last.
  private orderOf(address: string, values: Values): number {
    const known = numberOf(values["priority"]);
    if (known !== undefined) return known;
    const isFirst = this.inventory.countsUnknown(
      isDeny(values) ? "restricts" : "grants",
      address,
      "priority",
      values["priority"],
    );
    return isFirst ? 0 : 4097;
  }

  private rule(
    { address, values }: { address: string; values: Values },
    side: Side,
    context: RuleContext,
  ): SecurityRule[] {
    const isAllow = !isDeny(values);
    const name = textOf(values["name"]);
    const says = `${name === undefined ? "it" : `rule '${name}'`} ${isAllow ? "admits it" : "refuses it"}`;
    if (hasUnknown(values["access"])) {
      this.inventory.counts("grants", address, "its access is not known", tokensOf(values["access"]));
    }
    const protocol = protocolOf(values["protocol"]);
    const ports = this.ports(address, values, "destination_port_range", "destination_port_ranges");
    const sources = this.addresses(address, values, "source", context);
    const destinations = this.addresses(address, values, "destination", context);
    const fromPorts = this.ports(address, values, "source_port_range", "source_port_ranges");
    const flows = (of: "sure" | "maybe"): FlowSet => {
      // Ports that a client sends from are its own to choose.
      if (of === "sure" && !fromPorts.sure.equals(RangeSet.PORTS)) return FlowSet.NONE;
      return FlowSet.of({
        protocols: protocol[of],
        ports: ports[of],
        sources: sources[of],
        destinations: destinations[of],
      });
    };
    const isUnsaid = hasUnknown(values["access"]);
    const isSure = sideOf(values) === side && !isUnsaid;
    const span = { sure: isSure ? flows("sure") : FlowSet.NONE, maybe: flows("maybe") };
    // An access that is not known is both, and neither for sure.
    const both = isUnsaid ? [true, false] : [isAllow];
    return both.map((one) => ({ address, says, isAllow: one, flows: span, isDefault: false }));
  }

  private ports(address: string, values: Values, one: string, many: string): Span<RangeSet> {
    const parts = [...listOf(values[one]), ...listOf(values[many])].filter((part) => !isAbsent(part));
    if (parts.length === 0) return certain(RangeSet.PORTS);
    return unionOf(
      parts.map((part) => {
        const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(String(textOf(part) ?? numberOf(part) ?? "")) ?? [];
        if (part === "*") return certain(RangeSet.PORTS);
        if (from !== undefined) return certain(RangeSet.of(Number(from), Number(to ?? from)));
        this.doubt(address, "ports", part);
        return { sure: RangeSet.unionAll([]), maybe: RangeSet.PORTS };
      }),
      (all) => RangeSet.unionAll(all),
    );
  }

  private addresses(address: string, values: Values, end: string, context: RuleContext): Span<AddressSet> {
    const parts = [...listOf(values[`${end}_address_prefix`]), ...listOf(values[`${end}_address_prefixes`])].filter(
      (part) => !isAbsent(part),
    );
    const groups = listOf(values[`${end}_application_security_group_ids`]);
    if (parts.length + groups.length === 0) return certain(AddressSet.ALL);
    const named = parts.map((part): Span<AddressSet> => {
      const text = textOf(part);
      const known = text === undefined ? undefined : (blockOf(text) ?? undefined);
      if (known !== undefined) return certain(known);
      const tag = text === undefined ? undefined : tagged(text, context);
      if (tag !== undefined) return tag;
      this.doubt(address, `${end} addresses`, part);
      return { sure: AddressSet.NONE, maybe: AddressSet.ALL };
    });
    const members = groups.map((group) => ({
      sure: AddressSet.NONE,
      maybe: context.membersOf(idOf(group) ?? ""),
    }));
    return unionOf([...named, ...members], (all) => AddressSet.unionAll(all));
  }

  private doubt(address: string, what: string, value: Resolved): void {
    this.inventory.countsUnknown("grants", address, what, value);
  }
}

const unread = (address: string, isAllow: boolean): SecurityRule => ({
  address,
  says: "has rules that are not known",
  isAllow,
  flows: { sure: FlowSet.NONE, maybe: FlowSet.ALL },
  isDefault: false,
});

function unionOf<Part>(spans: readonly Span<Part>[], union: (all: Part[]) => Part): Span<Part> {
  return { sure: union(spans.map((one) => one.sure)), maybe: union(spans.map((one) => one.maybe)) };
}

function protocolOf(value: Resolved | undefined): Span<RangeSet> {
  const name = String(textOf(value) ?? "").toLowerCase();
  const known = PROTOCOLS[name];
  return known === undefined ? { sure: RangeSet.unionAll([]), maybe: RangeSet.PROTOCOLS } : certain(known);
}

const isDeny = (values: Values): boolean => textOf(values["access"])?.toLowerCase() === "deny";

function sideOf(values: Values): Side | undefined {
  const side = textOf(values["direction"])?.toLowerCase();
  return side === "inbound" ? "Inbound" : side === "outbound" ? "Outbound" : undefined;
}

// Azure's own rules, which nobody can remove.
function defaults(group: string, side: Side, context: RuleContext): SecurityRule[] {
  const network = context.network;
  const rule = (name: string, isAllow: boolean, flows: Span<FlowSet>): SecurityRule => ({
    address: group,
    says: `Azure's own rule ${name} ${isAllow ? "admits it" : "refuses it"}`,
    isAllow,
    flows,
    isDefault: true,
  });
  const within = (of: AddressSet): FlowSet => FlowSet.of({ sources: of, destinations: of });
  if (side === "Inbound") {
    return [
      rule("AllowVnetInBound", true, { sure: within(network.sure), maybe: within(network.maybe) }),
      rule("AllowAzureLoadBalancerInBound", true, certain(FlowSet.of({ sources: PLATFORM }))),
      rule("DenyAllInBound", false, certain(FlowSet.ALL)),
    ];
  }
  const internet = tagged("Internet", context) ?? certain(AddressSet.NONE);
  return [
    rule("AllowVnetOutBound", true, { sure: within(network.sure), maybe: within(network.maybe) }),
    rule("AllowInternetOutBound", true, {
      sure: FlowSet.of({ destinations: internet.sure }),
      maybe: FlowSet.of({ destinations: internet.maybe }),
    }),
    rule("DenyAllOutBound", false, certain(FlowSet.ALL)),
  ];
}
