import type { Effect, Inventory, PlannedResource } from "../read/inventory";
import { addressesOf, blocksOf, hasUnknown, isAbsent, isFalse, isTrue, textOf } from "../read/values";
import { type Resolved, Unknown } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import type { Names } from "./names";

/** Stands for an address that is not known: TEST-NET-1 of RFC 5737. */
export const SOME_ADDRESS = AddressSet.parse("192.0.2.1") ?? AddressSet.NONE;

/** Where instances get tokens, names and time: no firewall rule reaches it. */
export const METADATA = AddressSet.parse("169.254.169.254") ?? AddressSet.NONE;

const blocks = (...all: string[]): AddressSet =>
  AddressSet.unionAll(all.map((one) => AddressSet.parse(one) ?? AddressSet.NONE));

/** Google APIs that VPC Service Controls protect. @see https://cloud.google.com/vpc/docs/configure-private-google-access */
export const RESTRICTED_VIP = blocks("199.36.153.4/30", "2600:2d00:2:1000::/64");
/** Every Google API. */
export const PRIVATE_VIP = blocks("199.36.153.8/30", "2600:2d00:2:2000::/64");
/** Subnets of networks that make their own. */
const AUTO_SUBNETS = blocks("10.128.0.0/9");

/** Stands for the IPv6 addresses of a subnet, which the provider gives. */
const SOME_SIX = blocks("2001:db8::/64");

const NETWORK_TYPES = ["google_compute_network", "data.google_compute_network"];
const SUBNET_TYPES = ["google_compute_subnetwork", "data.google_compute_subnetwork"];

export interface Subnet {
  /** The resource; that of the network for one that the network makes itself. */
  readonly address: string;
  /** Address of the network, or what names one that is not in the stack. */
  readonly network: string;
  readonly region: string | undefined;
  /** Undefined where the plan does not say. */
  readonly sources: AddressSet | undefined;
  /** The same with what is not known: everything in the open reading, some one address in the closed one. */
  readonly assumed: AddressSet;
  /** Proxies, translated addresses and balancers stand in it, and nothing that somebody runs. */
  readonly isReserved: boolean;
  readonly resource: PlannedResource | undefined;
}

/** Networks and subnets of a stack. */
export class Networks {
  public readonly subnets: ReadonlyMap<string, Subnet>;

  public constructor(
    private readonly inventory: Inventory,
    private readonly names: Names,
  ) {
    const own = [
      ...inventory.of("grants", "google_compute_subnetwork"),
      ...inventory.of("grants", "data.google_compute_subnetwork"),
    ].map((resource): [string, Subnet] => [resource.address, this.read(resource)]);
    const automatic = inventory
      .of("grants", "google_compute_network")
      .filter((network) => this.makesSubnets(network))
      .map((network): [string, Subnet] => [network.address, autoSubnet(network.address, network)]);
    this.subnets = new Map([...own, ...automatic]);
  }

  /** The address of a network that a value means, or what names one that is not in the stack. */
  public networkOf(value: Resolved | undefined): string | undefined {
    return this.names.keyOf(value, ...NETWORK_TYPES);
  }

  /** Whether a value of a resource means a network; one that is not known counts by what the resource does. */
  public isIn(value: Resolved | undefined, network: string, owner: string, effect: Effect): boolean {
    const key = this.networkOf(value);
    if (key === network) return true;
    if (!(value instanceof Unknown) || this.inventory.get(key) !== undefined) return false;
    return this.inventory.countsUnknown(effect, owner, "network", value);
  }

  /** The subnet that a value means; one that is not in the stack is made up. */
  public subnetOf(value: Resolved | undefined, network?: Resolved): Subnet | undefined {
    const known = this.subnets.get(this.names.addressOf(value, ...SUBNET_TYPES) ?? "");
    if (known !== undefined) return known;
    const foreign = isAbsent(value) ? undefined : this.names.keyOf(value, ...SUBNET_TYPES);
    const home = isAbsent(network) ? undefined : this.networkOf(network);
    if (foreign === undefined) {
      if (home === undefined) return undefined;
      return this.subnets.get(home) ?? { ...autoSubnet(home, this.inventory.get(home)), address: home };
    }
    const isOpen = this.inventory.counts("grants", foreign, "the subnet is not in this stack", [foreign]);
    return {
      address: foreign,
      network: home ?? `the network of ${foreign}`,
      region: /\/regions\/([^/]+)\//.exec(foreign)?.[1],
      sources: undefined,
      assumed: isOpen ? AddressSet.ALL : SOME_ADDRESS,
      isReserved: false,
      resource: undefined,
    };
  }

  /** Subnets of a network, sorted by address. */
  public of(network: string): Subnet[] {
    return [...this.subnets.values()].filter((subnet) => subnet.network === network);
  }

  /** Addresses that are inside of a network: its subnets, its private addresses, Google's own that are routed there. */
  public insideOf(network: string): AddressSet {
    const reserved = this.inventory
      .of("grants", "google_compute_global_address")
      .filter((one) => this.networkOf(one.values["network"]) === network)
      .filter((one) => textOf(one.values["purpose"]) === "PRIVATE_SERVICE_CONNECT")
      .flatMap((one) => addressesOf(one.values["address"]) ?? []);
    return AddressSet.unionAll([
      ...this.of(network).flatMap((subnet) => subnet.sources ?? []),
      ...reserved,
      RESTRICTED_VIP,
      PRIVATE_VIP,
      METADATA,
    ]);
  }

  /** Whether what stands in a subnet without a public address reaches Google APIs by their public ones. */
  public hasGoogleAccess({ resource, address }: Subnet): boolean {
    const value = resource?.type === "google_compute_subnetwork" ? resource.values["private_ip_google_access"] : false;
    if (isAbsent(value) || isFalse(value)) return false;
    return isTrue(value) || this.inventory.countsUnknown("grants", address, "private_ip_google_access", value);
  }

  private read(resource: PlannedResource): Subnet {
    const { values, address, type } = resource;
    const primary = addressesOf(values["ip_cidr_range"]);
    // Alias addresses of its interfaces, as pods have.
    const sources = primary?.union(secondary(resource));
    const stack = values["stack_type"];
    const isDual = stack === "IPV4_IPV6" || stack === "IPV6_ONLY";
    const isUnsure =
      !isDual && hasUnknown(stack) && this.inventory.countsUnknown("grants", address, "stack_type", stack);
    const six = isDual || isUnsure ? (addressesOf(values["external_ipv6_prefix"]) ?? SOME_SIX) : AddressSet.NONE;
    const purpose = textOf(values["purpose"]) ?? "PRIVATE";
    return {
      address,
      network: this.networkOf(values["network"]) ?? `the network of ${address}`,
      region: textOf(values["region"]),
      sources: sources?.union(six),
      assumed: (sources ?? this.unknownSources(address, type, values["ip_cidr_range"])).union(six),
      isReserved: purpose !== "PRIVATE" && purpose !== "PRIVATE_RFC_1918",
      resource,
    };
  }

  private unknownSources(address: string, type: string, value: Resolved | undefined): AddressSet {
    const tokens = type === "google_compute_subnetwork" && value !== undefined ? value : null;
    const counts =
      tokens === null
        ? this.inventory.counts("grants", address, "its ip_cidr_range is not known", [`${address}.ip_cidr_range`])
        : this.inventory.countsUnknown("grants", address, "ip_cidr_range", tokens);
    return counts ? AddressSet.ALL : SOME_ADDRESS;
  }

  // The provider's default is a network that makes a subnet in every region.
  private makesSubnets({ address, values }: PlannedResource): boolean {
    const value = values["auto_create_subnetworks"];
    if (isAbsent(value) || isTrue(value)) return true;
    return !isFalse(value) && this.inventory.countsUnknown("grants", address, "auto_create_subnetworks", value);
  }
}

const autoSubnet = (network: string, resource: PlannedResource | undefined): Subnet => ({
  address: network,
  network,
  region: undefined,
  sources: AUTO_SUBNETS,
  assumed: AUTO_SUBNETS,
  isReserved: false,
  resource,
});

const secondary = ({ values }: PlannedResource): AddressSet =>
  AddressSet.unionAll(blocksOf(values["secondary_ip_range"]).flatMap((one) => addressesOf(one["ip_cidr_range"]) ?? []));
