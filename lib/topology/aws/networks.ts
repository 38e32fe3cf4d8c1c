import type { Inventory, PlannedResource } from "../read/inventory";
import { addressesOf, target, textOf } from "../read/values";
import { AddressSet } from "../sets/address-set";

/** Stands for an address that is not known: TEST-NET-1 of RFC 5737. */
export const SOME_ADDRESS = AddressSet.parse("192.0.2.1") ?? AddressSet.NONE;

export interface Subnet {
  readonly address: string;
  /** Address of the VPC, or its literal id. */
  readonly vpc: string;
  readonly zone: string | undefined;
  /** Undefined where the plan does not say. */
  readonly sources: AddressSet | undefined;
  /** The same with what is not known: everything in the open reading, some one address in the closed one. */
  readonly assumed: AddressSet;
  readonly resource: PlannedResource;
}

/** VPCs and subnets of a stack. */
export class Networks {
  public readonly subnets: ReadonlyMap<string, Subnet>;

  public constructor(private readonly inventory: Inventory) {
    const resources = [
      ...inventory.of("grants", "aws_subnet", "aws_default_subnet"),
      ...inventory.of("grants", "data.aws_subnet"),
    ];
    this.subnets = new Map(
      resources.map((resource) => {
        const { values, address } = resource;
        const sources = addressesOf(values["cidr_block"]);
        const six = addressesOf(values["ipv6_cidr_block"]);
        return [
          address,
          {
            address,
            vpc: target(values["vpc_id"]) ?? textOf(values["vpc_id"]) ?? `the VPC of ${address}`,
            zone: textOf(values["availability_zone"]) ?? textOf(values["availability_zone_id"]),
            assumed: sources ?? this.unknownSources(resource),
            sources: sources === undefined || six === undefined ? sources : sources.union(six),
            resource,
          },
        ];
      }),
    );
  }

  private unknownSources({ address, values }: PlannedResource): AddressSet {
    const counts = this.inventory.countsUnknown("grants", address, "cidr_block", values["cidr_block"]);
    return counts ? AddressSet.ALL : SOME_ADDRESS;
  }

  /** Subnets of a VPC, sorted by address. */
  public of(vpc: string): Subnet[] {
    return [...this.subnets.values()].filter((subnet) => subnet.vpc === vpc);
  }

  /** The blocks of a VPC; undefined where one of them is not known. */
  public blocksOf(vpc: string): AddressSet | undefined {
    const resource = this.inventory.get(vpc);
    if (resource === undefined) return undefined;
    const secondary = this.inventory
      .of("grants", "aws_vpc_ipv4_cidr_block_association")
      .filter((one) => target(one.values["vpc_id"]) === vpc)
      .map((one) => addressesOf(one.values["cidr_block"]));
    const blocks = [addressesOf(resource.values["cidr_block"]), ...secondary];
    const known = blocks.filter((block): block is AddressSet => block !== undefined);
    return known.length === blocks.length ? AddressSet.unionAll(known) : undefined;
  }

  /** The addresses of subnets, for what stands in them; undefined where one is not known. */
  public addressesOf(subnets: readonly string[]): AddressSet | undefined {
    const sets = subnets.map((subnet) => this.subnets.get(subnet)?.sources);
    const known = sets.filter((set): set is AddressSet => set !== undefined);
    return known.length === sets.length ? AddressSet.unionAll(known) : undefined;
  }
}
