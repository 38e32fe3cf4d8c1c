import type { Leg } from "../graph/graph";
import type { Inventory, PlannedResource } from "../read/inventory";
import { addressesOf, isFalse, isTrue, target, targetsOf, textOf } from "../read/values";
import { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import type { Networks } from "./networks";

const ATTACHMENT = "aws_ec2_transit_gateway_vpc_attachment";

/** What draws legs into the graph. */
export interface LegDrawer {
  leg(to: string, address: string, says: string, flows: FlowSet): Leg;
  outside(address: string): string;
  subnet(address: string): string;
  has(id: string): boolean;
  /** Draws a node that passes traffic on. */
  pass(id: string, address: string, legs: readonly Leg[]): void;
}

interface TransitRoute {
  readonly address: string;
  readonly destinations: AddressSet;
  readonly length: number;
  /** Undefined for a blackhole. */
  readonly attachment: string | undefined;
}

/** Transit gateways: from a VPC's attachment by its route table to other attachments. */
export class TransitGateways {
  public constructor(
    private readonly inventory: Inventory,
    private readonly networks: Networks,
  ) {}

  /** Attachments of a transit gateway's VPCs, for the question whether both directions take one way. */
  public get attachments(): PlannedResource[] {
    return this.inventory.of("grants", ATTACHMENT);
  }

  /** Where flows go that a VPC hands to a transit gateway. */
  public enter(gateway: string, vpc: string, route: string, flows: FlowSet, router: LegDrawer): Leg[] {
    const own = this.attachments.find(
      (one) => target(one.values["vpc_id"]) === vpc && target(one.values["transit_gateway_id"]) === gateway,
    );
    const table = own === undefined ? undefined : this.tableOf(own, gateway);
    if (own === undefined || table === undefined) {
      return [
        router.leg(router.outside(gateway), route, `leads to ${gateway}, whose routes are not in this stack`, flows),
      ];
    }
    let taken = AddressSet.NONE;
    return this.routesOf(table, gateway).flatMap((one) => {
      const rest = one.destinations.subtract(taken);
      taken = taken.union(one.destinations);
      const part = flows.intersect(FlowSet.of({ destinations: rest }));
      if (part.isEmpty || one.attachment === undefined) return [];
      const id = `transit:${one.address}:${one.attachment}`;
      if (!router.has(id)) router.pass(id, one.address, this.leave(one.attachment, one.address, router));
      return [router.leg(id, route, `leads to ${gateway}`, part)];
    });
  }

  private leave(attachment: string, via: string, router: LegDrawer): Leg[] {
    const resource = this.inventory.get(attachment);
    const subnets = resource?.type === ATTACHMENT ? targetsOf(resource.values["subnet_ids"]) : [];
    if (subnets.length === 0) {
      return [router.leg(router.outside(attachment), via, `leads to ${attachment}`, FlowSet.ALL)];
    }
    return subnets.map((subnet) =>
      router.leg(router.subnet(subnet), via, `leads to ${attachment}, into ${subnet}`, FlowSet.ALL),
    );
  }

  // Its own association, or the gateway's default table unless that is switched off on either side.
  private tableOf(attachment: PlannedResource, gateway: string): string | undefined {
    const own = this.inventory
      .of("grants", "aws_ec2_transit_gateway_route_table_association")
      .find((one) => target(one.values["transit_gateway_attachment_id"]) === attachment.address);
    if (own !== undefined) return target(own.values["transit_gateway_route_table_id"]);
    const isOff =
      isFalse(attachment.values["transit_gateway_default_route_table_association"]) ||
      textOf(this.inventory.get(gateway)?.values["default_route_table_association"]) === "disable";
    return isOff ? undefined : `${gateway}.default`;
  }

  private routesOf(table: string, gateway: string): TransitRoute[] {
    const { inventory } = this;
    const isTable = (value: ReturnType<typeof target>): boolean =>
      value === table || (value === gateway && table === `${gateway}.default`);
    const fixed = inventory
      .of("grants", "aws_ec2_transit_gateway_route")
      .filter((one) => isTable(target(one.values["transit_gateway_route_table_id"])))
      .map(({ address, values }): TransitRoute => {
        const block = textOf(values["destination_cidr_block"]);
        return {
          address,
          destinations: addressesOf(block) ?? AddressSet.ALL,
          length: Number(block?.split("/")[1] ?? 0),
          attachment: isTrue(values["blackhole"])
            ? undefined
            : (target(values["transit_gateway_attachment_id"]) ?? `the attachment of ${address}`),
        };
      });
    const learned = this.attachments
      .filter((one) => this.propagates(one, table, gateway))
      .flatMap((one): TransitRoute[] => {
        const blocks = this.networks.blocksOf(target(one.values["vpc_id"]) ?? "");
        return (blocks?.toCidrs() ?? ["0.0.0.0/0"]).map((block) => ({
          address: one.address,
          destinations: addressesOf(block) ?? AddressSet.ALL,
          length: Number(block.split("/")[1] ?? 0),
          attachment: one.address,
        }));
      });
    return [...fixed, ...learned].sort((a, b) => b.length - a.length);
  }

  private propagates(attachment: PlannedResource, table: string, gateway: string): boolean {
    if (target(attachment.values["transit_gateway_id"]) !== gateway) return false;
    const declared = this.inventory
      .of("grants", "aws_ec2_transit_gateway_route_table_propagation")
      .some(
        (one) =>
          target(one.values["transit_gateway_attachment_id"]) === attachment.address &&
          target(one.values["transit_gateway_route_table_id"]) === table,
      );
    if (declared || table !== `${gateway}.default`) return declared;
    return (
      !isFalse(attachment.values["transit_gateway_default_route_table_propagation"]) &&
      textOf(this.inventory.get(gateway)?.values["default_route_table_propagation"]) !== "disable"
    );
  }
}
