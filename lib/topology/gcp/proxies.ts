import type { Inventory, PlannedResource } from "../read/inventory";
import { addressesOf, hasUnknown, isAbsent, isFalse, listOf, numberOf, target, textOf } from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import type { Names } from "./names";
import type { Networks } from "./networks";

/** Where a network's clients ask a proxy. */
export interface Entrance {
  readonly network: string;
  readonly addresses: AddressSet;
  /** Addresses that the proxy sees its clients by, where they are not their own. */
  readonly seenAs?: AddressSet;
}

/** A Secure Web Proxy. */
export interface Gateway {
  readonly address: string;
  readonly resource: PlannedResource;
  /** The policy; undefined where it is none of the stack. */
  readonly policy: PlannedResource | undefined;
  /** Its own network. */
  readonly network: string | undefined;
  readonly subnet: string | undefined;
  readonly entrances: readonly Entrance[];
  readonly ports: RangeSet;
  /** Traffic is routed to it; clients do not ask it by its address. */
  readonly isNextHop: boolean;
  /** Rules of its policy by priority. */
  readonly rules: readonly GatewayRule[];
}

export interface GatewayRule {
  readonly address: string;
  readonly name: string;
  readonly priority: number;
  readonly allows: boolean;
  readonly session: Resolved;
  readonly application: Resolved;
  readonly isInspected: boolean;
}

/** Reads the Secure Web Proxies of a stack. @see https://cloud.google.com/secure-web-proxy/docs/overview */
export function readGateways(inventory: Inventory, networks: Networks, names: Names): Gateway[] {
  return inventory
    .of("grants", "google_network_services_gateway")
    .filter(({ values }) => textOf(values["type"]) === "SECURE_WEB_GATEWAY" || hasUnknown(values["type"]))
    .map((resource) => {
      const { address, values } = resource;
      const network = isAbsent(values["network"]) ? undefined : networks.networkOf(values["network"]);
      const subnet = networks.subnetOf(values["subnetwork"]);
      const policy = names.resource(
        values["gateway_security_policy"],
        "google_network_security_gateway_security_policy",
      );
      // Without addresses of its own it gets one of its subnet.
      const written = addressesIn(inventory, names, values["addresses"]);
      const own = {
        network: network ?? subnet?.network ?? "",
        addresses: written.isEmpty ? (subnet?.sources ?? AddressSet.ALL) : written,
      };
      return {
        address,
        resource,
        policy,
        network: own.network,
        subnet: subnet?.address,
        entrances: [own, ...published(inventory, networks, names, address)],
        ports: RangeSet.unionAll(
          listOf(values["ports"]).flatMap((one) => {
            const port = numberOf(one);
            return port === undefined ? [] : [RangeSet.of(port)];
          }),
        ),
        isNextHop: textOf(values["routing_mode"]) === "NEXT_HOP_ROUTING_MODE",
        rules: policy === undefined ? [] : rulesOf(inventory, names, policy),
      };
    });
}

/** The way from a client to an entrance, as the firewall sees it. */
export const askedAt = ({ ports }: Gateway, { addresses }: Entrance): FlowSet =>
  FlowSet.of({ destinations: addresses, protocols: RangeSet.of(TCP), ports });

// A published proxy is entered by an endpoint of another network, and sees translated addresses.
function published(inventory: Inventory, networks: Networks, names: Names, gateway: string): Entrance[] {
  return inventory
    .of("grants", "google_compute_service_attachment")
    .filter((one) => target(one.values["target_service"]) === gateway)
    .flatMap((attachment) => {
      const translated = listOf(attachment.values["nat_subnets"]).flatMap(
        (one) => networks.subnetOf(one)?.sources ?? [],
      );
      return inventory
        .of("grants", "google_compute_forwarding_rule")
        .filter((rule) => names.addressOf(rule.values["target"], attachment.type) === attachment.address)
        .map((rule) => ({
          network: networks.networkOf(rule.values["network"]) ?? "",
          addresses: addressesIn(inventory, names, [rule.values["ip_address"] ?? null]),
          seenAs: AddressSet.unionAll(translated),
        }));
    });
}

/** Addresses written out, or those of reserved ones. */
export function addressesIn(inventory: Inventory, names: Names, value: Resolved | undefined): AddressSet {
  return AddressSet.unionAll(
    listOf(value).flatMap((one) => {
      const reserved = names.resource(one, "google_compute_address", "google_compute_global_address");
      return addressesOf(one) ?? addressesOf(inventory.get(reserved?.address)?.values["address"]) ?? [];
    }),
  );
}

function rulesOf(inventory: Inventory, names: Names, policy: PlannedResource): GatewayRule[] {
  return inventory
    .every("google_network_security_gateway_security_policy_rule")
    .filter((one) => names.addressOf(one.values["gateway_security_policy"], policy.type) === policy.address)
    .flatMap((one) => rule(inventory, one) ?? [])
    .sort((a, b) => a.priority - b.priority || (a.address < b.address ? -1 : 1));
}

function rule(inventory: Inventory, { address, values, isDoubtful }: PlannedResource): GatewayRule | undefined {
  const profile = values["basic_profile"];
  const isOpen = inventory.reading === "open";
  const isUnsure = profile !== "ALLOW" && profile !== "DENY";
  const allows = isUnsure ? inventory.countsUnknown("grants", address, "basic_profile", profile) : profile === "ALLOW";
  // Whether it exists or is on: what opens counts in the open reading, what closes in the closed one.
  if (isDoubtful && allows !== isOpen) return undefined;
  const enabled = values["enabled"];
  if (isFalse(enabled)) return undefined;
  if (hasUnknown(enabled) && !inventory.countsUnknown(allows ? "grants" : "restricts", address, "enabled", enabled))
    return undefined;
  const number = numberOf(values["priority"]);
  const isFirst =
    number === undefined &&
    inventory.countsUnknown(allows ? "grants" : "restricts", address, "priority", values["priority"]);
  return {
    address,
    name: textOf(values["name"]) ?? address,
    priority: number ?? (isFirst ? -1 : Number.MAX_SAFE_INTEGER),
    allows,
    session: values["session_matcher"] ?? null,
    application: values["application_matcher"] ?? null,
    isInspected: values["tls_inspection_enabled"] === true || values["tls_inspection_enabled"] === "true",
  };
}
