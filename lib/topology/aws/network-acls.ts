import type { Filter } from "../graph/graph";
import type { Inventory, PlannedResource } from "../read/inventory";
import { addressesOf, blocksOf, hasUnknown, numberOf, target, targetsOf, textOf, type Values } from "../read/values";
import { AddressSet } from "../sets/address-set";
import { type Flow, FlowSet } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";

interface Entry {
  readonly address: string;
  readonly number: number;
  readonly allows: boolean;
  readonly flows: FlowSet;
}

/** The network ACLs of a stack: in the order of their numbers, the first match decides. */
export class NetworkAcls {
  private readonly acls: { acl: PlannedResource; subnets: string[] }[];

  public constructor(private readonly inventory: Inventory) {
    const associated = inventory.of("restricts", "aws_network_acl_association");
    this.acls = inventory.of("restricts", "aws_network_acl").map((acl) => ({
      acl,
      subnets: [
        ...targetsOf(acl.values["subnet_ids"]),
        ...associated
          .filter((one) => target(one.values["network_acl_id"]) === acl.address)
          .flatMap((one) => targetsOf(one.values["subnet_id"])),
      ],
    }));
  }

  /** What a subnet's ACL lets out; undefined where the VPC's default one lets everything through. */
  public egressOf(subnet: string): Filter | undefined {
    const acl = this.acls.find((one) => one.subnets.includes(subnet))?.acl;
    if (acl === undefined) return undefined;
    const entries = this.entriesOf(acl);
    let rest = FlowSet.ALL;
    let allowed = FlowSet.NONE;
    for (const entry of entries) {
      const part = rest.intersect(entry.flows);
      if (entry.allows) allowed = allowed.union(part);
      rest = rest.subtract(entry.flows);
    }
    return {
      layer: "subnet",
      flows: allowed,
      decide: (flow: Flow) => {
        const entry = entries.find((one) => one.flows.has(flow));
        return {
          address: entry?.address ?? acl.address,
          says:
            entry === undefined
              ? "no entry of the network ACL matches, and its end refuses"
              : `entry ${entry.number} of the network ACL ${entry.allows ? "allows" : "denies"} it`,
        };
      },
    };
  }

  private entriesOf(acl: PlannedResource): Entry[] {
    const { inventory } = this;
    const inline = blocksOf(acl.values["egress"]).map((values) => ({ address: acl.address, values }));
    const separate = inventory
      .of("grants", "aws_network_acl_rule")
      .filter((rule) => target(rule.values["network_acl_id"]) === acl.address && rule.values["egress"] === true)
      .map(({ address, values }) => ({ address, values }));
    const isOpen =
      hasUnknown(acl.values["egress"]) &&
      inventory.countsUnknown("grants", acl.address, "egress", acl.values["egress"]);
    const entries = [...inline, ...separate].flatMap(({ address, values }) => this.entry(address, values) ?? []);
    if (isOpen) entries.push({ address: acl.address, number: 0, allows: true, flows: FlowSet.ALL });
    return entries.sort((a, b) => a.number - b.number);
  }

  private entry(address: string, values: Values): Entry | undefined {
    const allows = (textOf(values["rule_action"] ?? values["action"]) ?? "allow").toLowerCase() === "allow";
    const block = values["cidr_block"] || values["ipv6_cidr_block"];
    const destinations = addressesOf(block);
    if (
      destinations === undefined &&
      !this.inventory.countsUnknown(allows ? "grants" : "restricts", address, "cidr_block", block)
    ) {
      return undefined;
    }
    for (const name of ["from_port", "to_port", "protocol"]) {
      const isDoubtful = hasUnknown(values[name]);
      if (isDoubtful && !this.inventory.countsUnknown(allows ? "grants" : "restricts", address, name, values[name]))
        return undefined;
    }
    const protocol = String(textOf(values["protocol"]) ?? numberOf(values["protocol"]) ?? "-1");
    const protocols = protocolOf(protocol);
    const [from, to] = [numberOf(values["from_port"]), numberOf(values["to_port"])];
    const isPorted = ["tcp", "udp", "6", "17"].includes(protocol);
    const ports = isPorted && from !== undefined && to !== undefined ? RangeSet.of(from, to) : RangeSet.PORTS;
    return {
      address,
      number: numberOf(values["rule_no"] ?? values["rule_number"]) ?? 0,
      allows,
      flows: FlowSet.of({ destinations: destinations ?? AddressSet.ALL, protocols, ports }),
    };
  }
}

function protocolOf(name: string): RangeSet {
  const numbers: { [name: string]: number } = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 };
  const number = numbers[name] ?? (/^\d+$/.test(name) ? Number(name) : undefined);
  return number === undefined ? RangeSet.PROTOCOLS : RangeSet.of(number);
}
