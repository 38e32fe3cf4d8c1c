import type { Filter } from "../graph/graph";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, numberOf, tokensOf, type Values } from "../read/values";
import type { Resolved } from "../resolve/value";
import { App, type Flow, FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import { type Clause, ClauseReader } from "./firewall-clauses";
import { INFRASTRUCTURE_NAMES } from "./firewall-names";
import type { Networks } from "./networks";
import { aboutOf, idOf, keyOf, namedOwner } from "./own";
import { certain, type Span } from "./tags";

/** An Azure Firewall with what its rules let through. */
export interface AzureFirewall {
  /** Of its resource; of one that is not in the stack the id of its policy. */
  readonly address: string;
  /** Undefined where somebody else made it. */
  readonly resource: PlannedResource | undefined;
  readonly policy: PlannedResource | undefined;
  /** Undefined in a hub of Virtual WAN, and where it is not in the stack. */
  readonly network: string | undefined;
  readonly subnets: readonly string[];
  readonly clauses: readonly Clause[];
  readonly filter: Filter;
  /** Connections from outside that it leads to an address inside. */
  readonly translations: readonly { readonly address: string; readonly to: Resolved | undefined }[];
  /** Policies, groups of rules and IP groups in the stack. */
  readonly parts: readonly string[];
}

const GROUP = "azurerm_firewall_policy_rule_collection_group";
const POLICY = "azurerm_firewall_policy";

/** Threat intelligence and intrusion detection restrict: they are left out of what is let through. */
const INFRASTRUCTURE: Clause = {
  address: "",
  says: "Azure's own list of infrastructure names allows it",
  isAllow: true,
  flows: certain(
    FlowSet.unionAll([
      FlowSet.of({
        protocols: RangeSet.of(TCP),
        ports: RangeSet.of(443),
        apps: [App.TLS],
        names: INFRASTRUCTURE_NAMES,
      }),
      FlowSet.of({
        protocols: RangeSet.of(TCP),
        ports: RangeSet.of(80),
        apps: [App.HTTP],
        names: INFRASTRUCTURE_NAMES,
      }),
    ]),
  ),
  terminates: false,
  needs: [],
};

interface Collected {
  readonly network: Clause[];
  readonly application: Clause[];
  readonly translations: { address: string; to: Resolved | undefined }[];
  readonly parts: string[];
}

/** Reads the firewalls of a stack, and the policies of others that the stack adds rules to. */
export class Firewalls {
  public readonly all: AzureFirewall[];
  private readonly clauses: ClauseReader;

  /** @param isVouched whether somebody stands for what else is in a policy that is not in the stack */
  public constructor(
    private readonly inventory: Inventory,
    private readonly networks: Networks,
    private readonly isVouched: boolean,
  ) {
    this.clauses = new ClauseReader(inventory);
    this.all = [...inventory.of("grants", "azurerm_firewall").map((one) => this.firewall(one)), ...this.foreign()];
  }

  /** The firewall of a stack that stands behind an address: by reference, or inside of its subnet. */
  public behind(value: Resolved | undefined): AzureFirewall | undefined {
    const about = aboutOf(this.inventory, value, "azurerm_firewall");
    if (about !== undefined && about.mode === "managed") return this.all.find((one) => one.address === about.address);
    if (typeof value !== "string") return undefined;
    return this.all.find((one) => one.subnets.some((name) => this.networks.subnets.get(name)?.sources?.has(value)));
  }

  /** Firewalls that others made and the stack adds rules to. */
  public get others(): AzureFirewall[] {
    return this.all.filter((one) => one.resource === undefined);
  }

  private firewall(resource: PlannedResource): AzureFirewall {
    const { address, values } = resource;
    const policy = this.inventory.get(idOf(values["firewall_policy_id"]));
    const subnets = blocksOf(values["ip_configuration"]).flatMap((one) => this.networks.named(one["subnet_id"]));
    const isForeign = !isAbsent(values["firewall_policy_id"]) && (policy === undefined || policy.mode === "data");
    const collected = isAbsent(values["firewall_policy_id"])
      ? this.classic(resource)
      : this.ofPolicy(idOf(values["firewall_policy_id"]) ?? "", address, []);
    const unknown = isForeign ? this.unknownRules(address, "the firewall's policy is not in this stack") : [];
    const clauses = ordered(collected, unknown);
    return {
      address,
      resource,
      policy: policy?.mode === "managed" ? policy : undefined,
      network: subnets[0] === undefined ? undefined : this.networks.subnets.get(subnets[0])?.network,
      subnets,
      clauses,
      filter: filterOf(clauses, policy?.address ?? address, this.inventory.reading === "open"),
      translations: collected.translations,
      parts: collected.parts,
    };
  }

  // A hub's firewall: what the stack adds to its policy is known, the rest is its owner's.
  private foreign(): AzureFirewall[] {
    const groups = this.inventory.of("grants", GROUP);
    const policies = new Set(
      groups.flatMap((one) => {
        const id = one.values["firewall_policy_id"];
        const known = this.inventory.get(idOf(id));
        const name = idOf(id) ?? keyOf(id);
        return (known === undefined || known.mode === "data") && name !== undefined ? [name] : [];
      }),
    );
    const used = new Set(
      this.inventory.of("grants", "azurerm_firewall").flatMap((one) => idOf(one.values["firewall_policy_id"]) ?? []),
    );
    return [...policies]
      .filter((policy) => !used.has(policy))
      .sort()
      .map((policy) => {
        const collected = this.ofPolicy(policy, policy, []);
        const rest = this.isVouched ? [] : this.unknownRules(policy, "what else is in the hub's policy is not known");
        const clauses = ordered(collected, rest);
        return {
          address: policy,
          resource: undefined,
          policy: undefined,
          network: undefined,
          subnets: [],
          clauses,
          filter: filterOf(clauses, policy, this.inventory.reading === "open"),
          translations: collected.translations,
          parts: collected.parts,
        };
      });
  }

  // The rules of a policy, those of its base before its own.
  private ofPolicy(policy: string, firewall: string, above: readonly string[]): Collected {
    const resource = this.inventory.get(policy);
    const base = resource?.values["base_policy_id"];
    const parent = this.baseOf(base, policy, firewall, above);
    const groups = this.inventory
      .of("grants", GROUP)
      .filter((one) => (idOf(one.values["firewall_policy_id"]) ?? keyOf(one.values["firewall_policy_id"])) === policy)
      .map((one) => ({ one, order: this.orderOf(one.address, one.values) }))
      .sort((a, b) => a.order - b.order);
    const own = groups.map(({ one }) => this.ofGroup(one));
    const all = [parent, ...own];
    return {
      network: all.flatMap((one) => one.network),
      application: all.flatMap((one) => one.application),
      translations: all.flatMap((one) => one.translations),
      parts: [...(resource === undefined ? [] : [policy]), ...all.flatMap((one) => one.parts)],
    };
  }

  private baseOf(base: Resolved | undefined, policy: string, firewall: string, above: readonly string[]): Collected {
    const none = { network: [], application: [], translations: [], parts: [] };
    if (isAbsent(base)) return none;
    const parent = this.inventory.get(idOf(base));
    if (parent?.type === POLICY && parent.mode === "managed" && !above.includes(parent.address)) {
      return this.ofPolicy(parent.address, firewall, [...above, policy]);
    }
    return { ...none, network: this.unknownRules(policy, "the base policy is not in this stack") };
  }

  private ofGroup(group: PlannedResource): Collected {
    const { address, values } = group;
    const collections = (name: string): Values[] => this.sorted(address, blocksOf(values[name]));
    const unknown = ["network_rule_collection", "application_rule_collection"].filter((name) =>
      hasUnknown(values[name]),
    );
    for (const name of unknown) this.inventory.countsUnknown("grants", address, name, values[name]);
    const open = unknown.length === 0 ? [] : anything(address, "has rules that are not known");
    return {
      network: [
        ...open,
        ...collections("network_rule_collection").flatMap((collection) =>
          blocksOf(collection["rule"]).flatMap((rule) => this.clauses.network(address, collection, rule)),
        ),
      ],
      application: collections("application_rule_collection").flatMap((collection) =>
        blocksOf(collection["rule"]).flatMap((rule) => this.clauses.application(address, collection, rule)),
      ),
      translations: collections("nat_rule_collection").flatMap((collection) =>
        blocksOf(collection["rule"]).map((rule) => ({ address, to: rule["translated_address"] })),
      ),
      parts: [address, ...this.ipGroups(group)],
    };
  }

  // Rules from before there were policies.
  private classic(firewall: PlannedResource): Collected {
    const of = (kind: string): PlannedResource[] => {
      const type = `azurerm_firewall_${kind}_rule_collection`;
      const own = this.inventory
        .of("grants", type)
        .filter(
          (one) =>
            namedOwner(this.inventory, one, "azure_firewall_name", "azurerm_firewall")?.address === firewall.address,
        );
      return own
        .map((one) => ({ one, order: this.orderOf(one.address, one.values) }))
        .sort((a, b) => a.order - b.order)
        .map(({ one }) => one);
    };
    return {
      network: of("network").flatMap(({ address, values }) =>
        blocksOf(values["rule"]).flatMap((rule) => this.clauses.network(address, values, rule)),
      ),
      application: of("application").flatMap(({ address, values }) =>
        blocksOf(values["rule"]).flatMap((rule) => this.clauses.application(address, values, rule)),
      ),
      translations: of("nat").flatMap(({ address, values }) =>
        blocksOf(values["rule"]).map((rule) => ({ address, to: rule["translated_address"] })),
      ),
      parts: ["network", "application", "nat"].flatMap(of).map((one) => one.address),
    };
  }

  private sorted(address: string, collections: Values[]): Values[] {
    return collections
      .map((one) => ({ one, order: this.orderOf(address, one) }))
      .sort((a, b) => a.order - b.order)
      .map(({ one }) => one);
  }

  // An order that is not known puts what allows before everything, and what denies after it.
  private orderOf(address: string, values: Values): number {
    const known = numberOf(values["priority"]);
    if (known !== undefined) return known;
    const isFirst = this.inventory.countsUnknown("grants", address, "priority", values["priority"]);
    const denies = String(values["action"] ?? "").toLowerCase() === "deny";
    return isFirst === denies ? 65_536 : 0;
  }

  private ipGroups({ values }: PlannedResource): string[] {
    const found = new Set<string>();
    for (const kind of ["network_rule_collection", "application_rule_collection"]) {
      for (const rule of blocksOf(values[kind]).flatMap((one) => blocksOf(one["rule"]))) {
        for (const name of ["source_ip_groups", "destination_ip_groups"]) {
          for (const one of Array.isArray(rule[name]) ? rule[name] : []) {
            const group = this.inventory.get(idOf(one));
            if (group !== undefined) found.add(group.address);
          }
        }
      }
    }
    return [...found];
  }

  private unknownRules(address: string, what: string): Clause[] {
    this.inventory.counts("grants", address, what, tokensOf(address).length > 0 ? tokensOf(address) : [address]);
    return anything(address, what);
  }
}

// Rules that are not known may allow anything, and may deny anything.
const anything = (address: string, says: string): Clause[] =>
  [true, false].map((isAllow) => ({
    address,
    says,
    isAllow,
    flows: { sure: FlowSet.NONE, maybe: FlowSet.ALL },
    terminates: false,
    needs: [],
  }));

// Network rules come before application rules, whatever their priorities; Azure's own names come last.
function ordered({ network, application }: Collected, unknown: readonly Clause[]): Clause[] {
  return [...unknown, ...network, ...application, INFRASTRUCTURE];
}

/** What a list of rules lets through, first match first. */
export function filterOf(clauses: readonly Clause[], owner: string, isOpen: boolean): Filter {
  const counted = ({ isAllow, flows }: { isAllow: boolean; flows: Span<FlowSet> }): FlowSet =>
    isAllow === isOpen ? flows.maybe : flows.sure;
  let denied = FlowSet.NONE;
  const passing: FlowSet[] = [];
  for (const clause of clauses) {
    const flows = counted(clause);
    if (clause.isAllow) passing.push(denied.isEmpty ? flows : flows.subtract(denied));
    else denied = denied.union(flows);
  }
  return {
    layer: "filter",
    flows: FlowSet.unionAll(passing),
    decide: (flow: Flow) => {
      const clause = clauses.find((one) => counted(one).has(flow));
      return clause === undefined
        ? { address: owner, says: "no rule of the firewall matches, so it is denied" }
        : { address: clause.address === "" ? owner : clause.address, says: clause.says };
    },
  };
}
