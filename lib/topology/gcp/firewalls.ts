import type { Filter } from "../graph/graph";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown } from "../read/values";
import { Unknown } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { type Flow, FlowSet } from "../sets/flow-set";
import type { GcpAttachPoint } from "./agents";
import {
  classicRule,
  type Direction,
  type FirewallLayer,
  type FirewallRule,
  policyRule,
  type RuleContext,
} from "./firewall-rules";
import type { Networks } from "./networks";

/** What the firewalls of a network let through for one attach point in one direction. */
export interface Verdict {
  readonly flows: FlowSet;
  /** What each allowing rule lets through that no rule before it decided. */
  readonly allowed: readonly { readonly rule: FirewallRule; readonly flows: FlowSet }[];
  /** What no rule decides: let out, and not let in. */
  readonly undecided: FlowSet;
  decide(flow: Flow): { readonly address: string; readonly says: string };
}

const POLICIES = ["google_compute_network_firewall_policy", "google_compute_network_firewall_policy_with_rules"];
const REGIONAL = [
  "google_compute_region_network_firewall_policy",
  "google_compute_region_network_firewall_policy_with_rules",
];
const HIERARCHICAL = ["google_compute_firewall_policy", "google_compute_firewall_policy_with_rules"];

/** Every type of policy. */
export const POLICY_TYPES = [...POLICIES, ...REGIONAL, ...HIERARCHICAL];

/** Firewall rules of networks: hierarchical policies, the network's policies and its classic rules, in Google's order. */
export class Firewalls {
  private readonly layers = new Map<string, FirewallLayer[]>();
  private readonly verdicts = new Map<string, Verdict>();

  public constructor(
    private readonly context: RuleContext,
    private readonly networks: Networks,
  ) {}

  /**
   * What is let through for an attach point.
   * @param from where it comes from, for ingress: addresses alone if nothing is given
   * @see https://cloud.google.com/firewall/docs/firewall-policies-rule-eval-order
   */
  public verdict(point: GcpAttachPoint, direction: Direction, from?: GcpAttachPoint): Verdict {
    const key = `${direction} ${point.agent} ${point.node} ${from === undefined ? "" : `${from.agent} ${from.node}`}`;
    const known = this.verdicts.get(key);
    if (known !== undefined) return known;
    const verdict = this.evaluate(point, direction, from);
    this.verdicts.set(key, verdict);
    return verdict;
  }

  /** The filter of a leg. */
  public filter(point: GcpAttachPoint, direction: Direction): Filter {
    const { flows, decide } = this.verdict(point, direction);
    return { layer: "filter", flows, decide };
  }

  /** The policies and classic rules of a network, in the order in which they decide. */
  public layersOf(network: string, region?: string): FirewallLayer[] {
    const key = `${network} ${region ?? ""}`;
    const known = this.layers.get(key);
    if (known !== undefined) return known;
    const classic = this.classic(network);
    const policies = [...this.policies(POLICIES, network), ...this.policies(REGIONAL, network, region)];
    const isFirst = this.isPolicyFirst(network);
    const layers = [
      ...this.policies(HIERARCHICAL, network),
      ...(isFirst ? [...policies, ...classic] : [...classic, ...policies]),
      ...this.elsewhere(network),
    ];
    this.layers.set(key, layers);
    return layers;
  }

  /** Whether classic rules can't come before the network's policies. */
  public isPolicyFirst(network: string): boolean {
    const resource = this.context.inventory.get(network);
    const value = resource?.values["network_firewall_policy_enforcement_order"];
    if (!hasUnknown(value)) return value === "BEFORE_CLASSIC_FIREWALL";
    const { inventory } = this.context;
    return inventory.countsUnknown("restricts", network, "network_firewall_policy_enforcement_order", value);
  }

  private evaluate(point: GcpAttachPoint, direction: Direction, from: GcpAttachPoint | undefined): Verdict {
    const isOpen = this.context.inventory.reading === "open";
    const layers = this.layersOf(point.network, point.region);
    const allowed: { rule: FirewallRule; flows: FlowSet }[] = [];
    const order: { rule: FirewallRule; flows: FlowSet; layer: number }[] = [];
    let rest = between(direction, point, from);
    for (const [index, layer] of layers.entries()) {
      let passedOn = FlowSet.NONE;
      for (const rule of layer.rules.filter((one) => one.direction === direction)) {
        const { wide, narrow } = rule.extent(point, from);
        const [opens, closes] = isOpen ? [wide, narrow] : [narrow, wide];
        if (wide.isEmpty) continue;
        order.push({ rule, flows: rule.action === "deny" ? closes : opens, layer: index });
        if (rule.action === "deny") rest = rest.subtract(closes);
        else {
          const part = rest.intersect(opens);
          if (rule.action === "next") passedOn = passedOn.union(part);
          else if (!part.isEmpty) allowed.push({ rule, flows: part });
          rest = rest.subtract(rule.action === "next" ? closes : narrow);
        }
      }
      rest = rest.union(passedOn);
    }
    const passed = allowed.map((one) => one.flows);
    const flows = FlowSet.unionAll(direction === "EGRESS" ? [...passed, rest] : passed);
    return { flows, allowed, undecided: rest, decide: (flow) => decided(flow, order, flows, point.network, direction) };
  }

  // A network that is not in the stack may have rules that are not either.
  private elsewhere(network: string): FirewallLayer[] {
    const { inventory } = this.context;
    if (inventory.get(network)?.mode === "managed") return [];
    const holds = inventory.counts("restricts", network, "the network's firewalls are not in this stack", [
      `${network}.firewalls`,
    ]);
    return holds ? [refusing(network)] : [];
  }

  private classic(network: string): FirewallLayer[] {
    const { inventory } = this.context;
    const own = inventory.every("google_compute_firewall").filter((one) => {
      const effect = blocksOf(one.values["deny"]).length > 0 ? "restricts" : "grants";
      return this.networks.isIn(one.values["network"], network, one.address, effect);
    });
    const rules = own
      .flatMap((one) => classicRule(this.context, one) ?? [])
      .filter((rule) => this.exists(rule, inventory.get(rule.address)));
    return rules.length === 0 ? [] : [{ address: network, policy: undefined, rules: sorted(rules) }];
  }

  private policies(types: readonly string[], network: string, region?: string): FirewallLayer[] {
    const { inventory, names } = this.context;
    const associations = inventory
      .of("restricts", ...types.filter((type) => !type.endsWith("_with_rules")).map((type) => `${type}_association`))
      .filter((one) => this.isAttached(one, network, types === HIERARCHICAL));
    return associations
      .filter((one) => region === undefined || !names.foreignRegion(one.values["region"], region))
      .flatMap((one) => {
        const policy = names.resource(one.values["firewall_policy"], ...types);
        if (policy !== undefined) return [this.layer(policy, network, types === HIERARCHICAL)];
        // What a policy outside of the stack lets through is not known: nothing, or everything.
        const key = names.keyOf(one.values["firewall_policy"], ...types) ?? one.address;
        const holds = inventory.counts("restricts", one.address, "its policy is not in this stack", [key]);
        return holds ? [refusing(one.address)] : [];
      });
  }

  // A policy of an organisation or a folder holds for every network below, as far as the plan says who belongs there.
  private isAttached({ address, values }: PlannedResource, network: string, isHierarchical: boolean): boolean {
    const target = values["attachment_target"];
    const meant = this.networks.networkOf(target);
    if (isHierarchical || meant === network) return true;
    const { inventory } = this.context;
    if (!(target instanceof Unknown) || inventory.get(meant) !== undefined) return false;
    return inventory.countsUnknown("restricts", address, "attachment_target", target);
  }

  private layer(policy: PlannedResource, network: string, isHierarchical: boolean): FirewallLayer {
    const { inventory, names } = this.context;
    const isOpen = inventory.reading === "open";
    if (isHierarchical)
      inventory.counts("restricts", policy.address, "whether the network's project is below it", [policy.address]);
    const inline = blocksOf(policy.values["rule"]).map((values) => ({ resource: policy, values }));
    const isUnknown = hasUnknown(policy.values["rule"]);
    if (isUnknown) inventory.countsUnknown("grants", policy.address, "rule", policy.values["rule"]);
    const ruleType = `${policy.type.replace(/_with_rules$/, "")}_rule`;
    const separate = inventory
      .every(ruleType)
      .filter((one) => names.addressOf(one.values["firewall_policy"], policy.type) === policy.address)
      .map((resource) => ({ resource, values: resource.values }));
    const rules = [...inline, ...separate]
      .flatMap(({ resource, values }) => policyRule(this.context, policy, resource, values, network) ?? [])
      .filter((rule) => this.exists(rule, inventory.get(rule.address)))
      .filter((rule) => !isHierarchical || isOpen === (rule.action !== "deny"));
    const opening = isUnknown && inventory.reading === "open" ? [anything(policy.address)] : [];
    return { address: policy.address, policy: policy.address, rules: sorted([...opening, ...rules]) };
  }

  // A rule of which it is not known whether it exists counts if it opens, in the open reading.
  private exists(rule: FirewallRule, resource: PlannedResource | undefined): boolean {
    if (resource?.isDoubtful !== true) return true;
    return (this.context.inventory.reading === "open") === (rule.action !== "deny");
  }
}

/** Whether everything that a point could send past its network is decided by a rule. */
export function hasDefaultDeny({ undecided }: Verdict, point: GcpAttachPoint, inside: AddressSet): boolean {
  return undecided.from(point.sources).intersect(FlowSet.of({ destinations: inside.complement() })).isEmpty;
}

// Both ends of a packet are of one family; the own end is the attach point's.
function between(direction: Direction, point: GcpAttachPoint, from: GcpAttachPoint | undefined): FlowSet {
  return FlowSet.unionAll(
    [AddressSet.V4, AddressSet.V6].map((family) => {
      const own = point.sources.intersect(family);
      const far = from === undefined ? family : from.sources.intersect(family);
      return FlowSet.of(
        direction === "EGRESS" ? { sources: own, destinations: far } : { sources: far, destinations: own },
      );
    }),
  );
}

const sorted = (rules: readonly FirewallRule[]): FirewallRule[] =>
  [...rules].sort(
    (a, b) =>
      a.priority - b.priority || rank(a) - rank(b) || (a.address < b.address ? -1 : a.address > b.address ? 1 : 0),
  );

// Of two classic rules with one priority the refusing one counts.
const rank = (rule: FirewallRule): number => (rule.action === "deny" ? 0 : 1);

const anything = (address: string): FirewallRule => ({
  address,
  label: "a rule that is not known",
  priority: -1,
  direction: "EGRESS",
  action: "allow",
  isLogged: true,
  extent: () => ({ wide: FlowSet.ALL, narrow: FlowSet.NONE }),
});

const refusing = (address: string): FirewallLayer => ({
  address,
  policy: undefined,
  rules: (["EGRESS", "INGRESS"] as const).map((direction) => ({
    address,
    label: "that is not in this stack",
    priority: Number.MAX_SAFE_INTEGER,
    direction,
    action: "deny",
    isLogged: true,
    extent: () => ({ wide: FlowSet.ALL, narrow: FlowSet.ALL }),
  })),
});

function decided(
  flow: Flow,
  order: readonly { readonly rule: FirewallRule; readonly flows: FlowSet; readonly layer: number }[],
  passed: FlowSet,
  network: string,
  direction: Direction,
): { address: string; says: string } {
  let skipped = -1;
  for (const { rule, flows, layer } of order) {
    if (layer === skipped || !flows.has(flow)) continue;
    if (rule.action === "next") skipped = layer;
    else
      return { address: rule.address, says: `rule ${rule.label} ${rule.action === "deny" ? "refuses" : "allows"} it` };
  }
  const isOut = direction === "EGRESS";
  const says = isOut ? "no rule decides, and the network's implied rule lets everything out" : "no rule lets it in";
  return { address: network, says: passed.has(flow) === isOut ? says : "no rule decides" };
}

/** Policies of the stack that nothing attaches. */
export function unattached(inventory: Inventory, context: RuleContext): PlannedResource[] {
  return POLICY_TYPES.flatMap((type) => inventory.of("grants", type)).filter((policy) => {
    const associations = `${policy.type.replace(/_with_rules$/, "")}_association`;
    return !inventory
      .of("restricts", associations)
      .some((one) => context.names.addressOf(one.values["firewall_policy"], policy.type) === policy.address);
  });
}
