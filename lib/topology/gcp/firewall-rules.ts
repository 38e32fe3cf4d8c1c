import type { Inventory, PlannedResource } from "../read/inventory";
import {
  addressesOf,
  blocksOf,
  hasUnknown,
  isAbsent,
  isFalse,
  isTrue,
  listOf,
  numberOf,
  stringsOf,
  textOf,
  type Values,
} from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { App, FlowSet } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import type { GcpAttachPoint } from "./agents";
import type { Names } from "./names";
import { ACCOUNT_TYPES, TAG_VALUE_TYPES } from "./placements";

export type Direction = "EGRESS" | "INGRESS";

/** Flows that something means at most and at least; they are the same where nothing is unknown. */
export interface Extent {
  readonly wide: FlowSet;
  readonly narrow: FlowSet;
}

/** One rule of a firewall. */
export interface FirewallRule {
  /** The resource in which it stands. */
  readonly address: string;
  /** `refuse-out (priority 65000)`. */
  readonly label: string;
  readonly priority: number;
  readonly direction: Direction;
  readonly action: "allow" | "deny" | "next";
  readonly isLogged: boolean;
  /** What it means for an attach point; for ingress, of what comes from another one, or from addresses alone. */
  extent(point: GcpAttachPoint, from?: GcpAttachPoint): Extent;
}

/** Rules that are evaluated together, in the order of their priorities. */
export interface FirewallLayer {
  /** The policy, or the network of classic rules. */
  readonly address: string;
  /** Address of the policy's resource; undefined for classic rules. */
  readonly policy: string | undefined;
  readonly rules: readonly FirewallRule[];
}

export interface RuleContext {
  readonly inventory: Inventory;
  readonly names: Names;
}

const NOTHING: Extent = { wide: FlowSet.NONE, narrow: FlowSet.NONE };

const PROTOCOLS: { readonly [name: string]: number } = {
  tcp: 6,
  udp: 17,
  icmp: 1,
  esp: 50,
  ah: 51,
  sctp: 132,
  ipip: 94,
};

/** The classic rules of one network. @see https://cloud.google.com/firewall/docs/firewalls */
export function classicRule(context: RuleContext, resource: PlannedResource): FirewallRule | undefined {
  const { inventory } = context;
  const { address, values } = resource;
  if (isOff(inventory, address, values)) return undefined;
  const isDeny = blocksOf(values["deny"]).length > 0;
  const direction: Direction = values["direction"] === "EGRESS" ? "EGRESS" : "INGRESS";
  const parts = blocksOf(isDeny ? values["deny"] : values["allow"]);
  const effect = isDeny ? "restricts" : "grants";
  const peers = values[direction === "EGRESS" ? "destination_ranges" : "source_ranges"];
  const strangers = [...listOf(values["source_tags"]), ...listOf(values["source_service_accounts"])];
  const isByAddress = direction === "EGRESS" || !isAbsent(peers) || strangers.length === 0;
  const services = transports(context, address, parts, effect);
  // Without ranges a classic rule means every IPv4 address.
  const ranges = isAbsent(peers) ? exactly(AddressSet.V4) : rangesOf(context, address, "its ranges", peers, effect);
  const own = values[direction === "EGRESS" ? "source_ranges" : "destination_ranges"];
  const near = isAbsent(own) ? exactly(AddressSet.ALL) : rangesOf(context, address, "its ranges", own, effect);
  return {
    address,
    label: `${textOf(values["name"]) ?? address} (priority ${numberOf(values["priority"]) ?? 1000})`,
    priority: priorityOf(context, address, values["priority"], 1000, isDeny),
    direction,
    action: isDeny ? "deny" : "allow",
    isLogged: blocksOf(values["log_config"]).length > 0 || isTrue(values["enable_logging"]),
    extent: (point, from) => {
      const targets = [
        { values: values["target_tags"], has: (one: Resolved) => point.tags.includes(String(one)) },
        { values: values["target_service_accounts"], has: (one: Resolved) => isAccount(context, one, point) },
      ];
      const meant = meaning(context, address, point, targets, isDeny);
      if (meant === "no") return NOTHING;
      const bearer =
        from !== undefined &&
        (stringsOf(values["source_tags"]).some((tag) => from.tags.includes(tag)) ||
          listOf(values["source_service_accounts"]).some((one) => isAccount(context, one, from)));
      const far = bearer ? exactly(AddressSet.ALL) : isByAddress ? ranges : exactly(AddressSet.NONE);
      return ifMeant(flowsOf(direction, far, near, services, undefined), meant);
    },
  };
}

/** One rule of a firewall policy. @see https://cloud.google.com/firewall/docs/firewall-policies-rule-details */
export function policyRule(
  context: RuleContext,
  policy: PlannedResource,
  resource: PlannedResource,
  values: Values,
  network: string,
): FirewallRule | undefined {
  const { inventory, names } = context;
  const { address } = resource;
  if (isOff(inventory, address, values)) return undefined;
  const text = textOf(values["action"]);
  const action = text === "deny" ? "deny" : text === "goto_next" ? "next" : "allow";
  const effect = action === "deny" ? "restricts" : "grants";
  if (text === undefined && !inventory.countsUnknown("grants", address, "action", values["action"])) return undefined;
  const resources = values["target_resources"];
  if (!isAbsent(resources) && !names.keysOf(resources, "google_compute_network").includes(network)) return undefined;
  const match = blocksOf(values["match"])[0] ?? {};
  const direction: Direction = values["direction"] === "EGRESS" ? "EGRESS" : "INGRESS";
  const [far, near] = direction === "EGRESS" ? ["dest", "src"] : ["src", "dest"];
  const layer4 = [...blocksOf(match["layer4_config"]), ...blocksOf(match["layer4_configs"])];
  const hasUnknownServices = hasUnknown(match["layer4_config"]) || hasUnknown(match["layer4_configs"]);
  const services = transports(context, address, layer4, effect, hasUnknownServices);
  const side = sideOf(context, address, match, far, effect, action);
  const own = match[`${near}_ip_ranges`];
  const nearRanges = isAbsent(own)
    ? exactly(AddressSet.ALL)
    : rangesOf(context, address, `${near}_ip_ranges`, own, effect);
  const rule = textOf(values["rule_name"]) ?? textOf(policy.values["name"]) ?? address;
  const number = numberOf(values["priority"]);
  return {
    address,
    label: `${rule} (priority ${number ?? "unknown"})`,
    priority: priorityOf(context, address, values["priority"], 0, action === "deny"),
    direction,
    action,
    isLogged: isTrue(values["enable_logging"]),
    extent: (point, from) => {
      const tags = [...blocksOf(values["target_secure_tag"]), ...blocksOf(values["target_secure_tags"])];
      const targets = [
        { values: tags.map((one) => one["name"] ?? null), has: (one: Resolved) => hasTag(context, one, point) },
        { values: values["target_service_accounts"], has: (one: Resolved) => isAccount(context, one, point) },
      ];
      const meant = meaning(context, address, point, targets, action === "deny");
      if (meant === "no") return NOTHING;
      const bearer = from !== undefined && side.tags.some((one) => hasTag(context, one, from));
      const ranges = bearer ? exactly(AddressSet.ALL) : side.ranges;
      return ifMeant(flowsOf(direction, ranges, nearRanges, services, side.names), meant);
    },
  };
}

interface Ranges {
  readonly wide: AddressSet;
  readonly narrow: AddressSet;
}

interface Side {
  readonly ranges: Ranges;
  readonly names: NameSet | undefined;
  readonly tags: readonly Resolved[];
}

const exactly = (set: AddressSet): Ranges => ({ wide: set, narrow: set });

// The far side of a rule: what it lists counts together; nothing listed is everybody.
function sideOf(
  context: RuleContext,
  address: string,
  match: Values,
  far: string,
  effect: "grants" | "restricts",
  action: FirewallRule["action"],
): Side {
  const listed = (name: string): Resolved | undefined => match[`${far}_${name}`];
  const tags = [...blocksOf(listed("secure_tags")), ...blocksOf(listed("secure_tag"))].map(
    (one) => one["name"] ?? null,
  );
  // What only Google can tell: whole countries and lists of its own. It bounds nothing, and refuses nothing for sure.
  const isVague = ["region_codes", "threat_intelligences"].some((name) => !isAbsent(listed(name)));
  const fqdns = listed("fqdns");
  const sets: Ranges[] = [];
  if (!isAbsent(listed("ip_ranges")))
    sets.push(rangesOf(context, address, `${far}_ip_ranges`, listed("ip_ranges"), effect));
  if (!isAbsent(listed("address_groups")))
    sets.push(rangesOf(context, address, `${far}_address_groups`, groupsOf(context, listed("address_groups")), effect));
  if (isVague) sets.push(action === "deny" ? exactly(AddressSet.NONE) : exactly(AddressSet.ALL));
  const isNamed = !isAbsent(fqdns);
  if (hasUnknown(fqdns) && context.inventory.countsUnknown(effect, address, `${far}_fqdns`, fqdns))
    sets.push({ wide: AddressSet.ALL, narrow: AddressSet.NONE });
  const isAnybody = sets.length === 0 && !isNamed && tags.length === 0;
  const ranges = isAnybody
    ? exactly(AddressSet.ALL)
    : {
        wide: AddressSet.unionAll(sets.map((one) => one.wide)),
        narrow: AddressSet.unionAll(sets.map((one) => one.narrow)),
      };
  // A name that is refused still has the addresses of others: refusing by name refuses nothing for sure.
  const isFirm = isNamed && action !== "deny" && far === "dest";
  const names = isFirm
    ? NameSet.unionAll(stringsOf(fqdns).map((one) => NameSet.exact(one.toLowerCase().replace(/\.$/, ""))))
    : undefined;
  return { ranges, names, tags };
}

function groupsOf({ names }: RuleContext, value: Resolved | undefined): Resolved {
  return listOf(value).flatMap((one) => {
    const group = names.resource(one, "google_network_security_address_group");
    return group === undefined ? [one] : listOf(group.values["items"]);
  });
}

function rangesOf(
  { inventory }: RuleContext,
  address: string,
  what: string,
  value: Resolved | undefined,
  effect: "grants" | "restricts",
): Ranges {
  const known: AddressSet[] = [];
  let isOpen = false;
  for (const one of listOf(value)) {
    const set = addressesOf(one);
    if (set !== undefined) known.push(set);
    else {
      isOpen = true;
      inventory.countsUnknown(effect, address, what, one);
    }
  }
  const narrow = AddressSet.unionAll(known);
  return { wide: isOpen ? AddressSet.ALL : narrow, narrow };
}

interface Transports {
  readonly wide: readonly Transport[];
  readonly narrow: readonly Transport[];
}

interface Transport {
  readonly protocols: RangeSet;
  readonly ports: RangeSet;
}

const ANY: Transport = { protocols: RangeSet.PROTOCOLS, ports: RangeSet.PORTS };

function transports(
  { inventory }: RuleContext,
  address: string,
  parts: readonly Values[],
  effect: "grants" | "restricts",
  isOpen = false,
): Transports {
  const read = parts.map((part) => {
    const value = part["ip_protocol"] ?? part["protocol"];
    const name = (textOf(value) ?? String(numberOf(value) ?? "")).toLowerCase();
    const number = PROTOCOLS[name] ?? (/^\d+$/.test(name) ? Number(name) : undefined);
    if (name === "all") return ANY;
    const ports = portsOf(part["ports"]);
    if (number === undefined || ports === undefined) {
      inventory.countsUnknown(effect, address, "protocol or ports", number === undefined ? value : part["ports"]);
      return undefined;
    }
    return { protocols: RangeSet.of(number), ports };
  });
  const narrow = read.filter((one): one is Transport => one !== undefined);
  if (isOpen) inventory.counts(effect, address, "its protocols and ports are not known", [address]);
  return { narrow, wide: isOpen || narrow.length < read.length ? [ANY] : narrow };
}

function portsOf(value: Resolved | undefined): RangeSet | undefined {
  if (isAbsent(value)) return RangeSet.PORTS;
  const sets = listOf(value).map((one) => {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(String(textOf(one) ?? numberOf(one) ?? "")) ?? [];
    return first === undefined ? undefined : RangeSet.of(Number(first), Number(last ?? first));
  });
  const known = sets.filter((one): one is RangeSet => one !== undefined);
  return known.length === sets.length ? RangeSet.unionAll(known) : undefined;
}

function flowsOf(
  direction: Direction,
  far: Ranges,
  near: Ranges,
  services: Transports,
  names: NameSet | undefined,
): Extent {
  const of = (farSet: AddressSet, nearSet: AddressSet, all: readonly Transport[]): FlowSet =>
    FlowSet.unionAll(
      all.flatMap(({ protocols, ports }) => {
        const ends =
          direction === "EGRESS"
            ? { sources: nearSet, destinations: farSet }
            : { sources: farSet, destinations: nearSet };
        const plain = FlowSet.of({ ...ends, protocols, ports });
        // The addresses that a name has are taken for the name's own.
        const named = { sources: nearSet, protocols, ports, apps: [App.TLS, App.HTTP] };
        return names === undefined ? [plain] : [plain, FlowSet.of({ ...named, names })];
      }),
    );
  return { wide: of(far.wide, near.wide, services.wide), narrow: of(far.narrow, near.narrow, services.narrow) };
}

interface Target {
  readonly values: Resolved | undefined;
  has(one: Resolved): boolean;
}

// Without targets every interface of the network is meant. Where nobody knows what will stand there, whatever opens counts.
function meaning(
  { inventory, names }: RuleContext,
  address: string,
  point: GcpAttachPoint,
  targets: readonly Target[],
  isDeny: boolean,
): "yes" | "no" | "unknown" {
  const used = targets.filter((one) => !isAbsent(one.values));
  if (used.length === 0) return "yes";
  if (used.some((one) => listOf(one.values).some((value) => one.has(value)))) return "yes";
  if (point.isAnybody && !isDeny) return "yes";
  const open = used.flatMap((one) => listOf(one.values)).find((value) => names.isOpen(value, ...TARGET_TYPES));
  if (open === undefined) return "no";
  inventory.countsUnknown(isDeny ? "restricts" : "grants", address, "targets", open);
  return "unknown";
}

const TARGET_TYPES = [...ACCOUNT_TYPES, ...TAG_VALUE_TYPES];

const ifMeant = (extent: Extent, meant: "yes" | "no" | "unknown"): Extent =>
  meant === "yes" ? extent : { wide: meant === "no" ? FlowSet.NONE : extent.wide, narrow: FlowSet.NONE };

/** Whether an attach point is known to run with a service account. Cloud Run's interfaces are not. */
export function isAccount(
  { names }: RuleContext,
  value: Resolved,
  { account, isKnownByAccount }: GcpAttachPoint,
): boolean {
  return isKnownByAccount && account !== undefined && names.keyOf(value, ...ACCOUNT_TYPES) === account;
}

/** Whether an attach point carries a secure tag. */
export function hasTag({ names }: RuleContext, value: Resolved, { secureTags }: GcpAttachPoint): boolean {
  const key = names.keyOf(value, ...TAG_VALUE_TYPES);
  return key !== undefined && secureTags.includes(key);
}

function isOff(inventory: Inventory, address: string, values: Values): boolean {
  const value = values["disabled"];
  if (isAbsent(value) || isFalse(value)) return false;
  if (isTrue(value)) return true;
  const isDeny = values["action"] === "deny" || blocksOf(values["deny"]).length > 0;
  return !inventory.countsUnknown(isDeny ? "restricts" : "grants", address, "disabled", value);
}

// An order that is not known puts what opens first, and what closes last.
function priorityOf(
  { inventory }: RuleContext,
  address: string,
  value: Resolved | undefined,
  otherwise: number,
  isDeny: boolean,
): number {
  const number = numberOf(value);
  if (number !== undefined) return number;
  if (isAbsent(value)) return otherwise;
  const counts = inventory.countsUnknown(isDeny ? "restricts" : "grants", address, "priority", value);
  return counts ? -1 : Number.MAX_SAFE_INTEGER;
}
