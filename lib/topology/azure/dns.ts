import type { Fault, ResolverFacts } from "../model/facts";
import type { Inventory } from "../read/inventory";
import {
  addressesOf,
  blocksOf,
  hasUnknown,
  isAbsent,
  isTrue,
  listOf,
  numberOf,
  stringsOf,
  textOf,
  tokensOf,
} from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import { apiResources } from "./api-resources";
import type { AzureFirewall, Firewalls } from "./firewalls";
import { aboutOf, idOf, keyOf } from "./own";
import { METADATA, PLATFORM, PRIVATE } from "./tags";

/** The residual risk with which a cell leaves its resolver open. */
export const NAMES_ANSWERED = "R70";

interface NameRule {
  readonly address: string;
  readonly action: string;
  readonly names: NameSet;
  readonly order: number;
}

const POLICIES = "microsoft.network/dnsresolverpolicies";
const LISTS = "microsoft.network/dnsresolverdomainlists";

/** What reads the resolvers of a stack. */
export interface ResolverContext {
  readonly inventory: Inventory;
  readonly firewalls: Firewalls;
}

/**
 * Reads what a network's resolver answers: Azure's own with the DNS security policy of the network, or a firewall's proxy,
 * which asks Azure's own from the firewall's network.
 *
 * @see https://learn.microsoft.com/azure/dns/dns-security-policy
 */
export function readResolver(context: ResolverContext, network: string): ResolverFacts {
  const { inventory } = context;
  const { servers, address: serversAt } = serversOf(inventory, network);
  const rules = rulesOf(inventory, network);
  const faults: Fault[] = [];
  let answers = NameSet.NONE;
  let isOwn = servers.length === 0;
  for (const server of servers) {
    const firewall = context.firewalls.behind(server);
    if (typeof server === "string" && PLATFORM.has(server)) isOwn = true;
    else if (firewall !== undefined) {
      const proxied = ofProxy(context, firewall);
      faults.push(...proxied.faults);
      answers = answers.union(proxied.answers);
    } else if (isHub(context, server)) {
      // What a hub's proxy answers is its owner's to say.
      const counts = inventory.counts("grants", serversAt, "what the hub's resolver answers", [
        ...(tokensOf(server).length > 0 ? tokensOf(server) : [serversAt]),
      ]);
      answers = answers.union(counts ? NameSet.NAMED : answeredBy(rules));
    } else {
      const counts = !hasUnknown(server) || inventory.countsUnknown("grants", serversAt, "dns_servers", server);
      if (!counts) continue;
      answers = NameSet.NAMED;
      faults.push({
        address: serversAt,
        problem: "it hands out resolvers that no DNS security policy filters",
        fix: "leave dns_servers out, or name the firewall whose proxy resolves",
      });
    }
  }
  if (isOwn) answers = answers.union(answeredBy(rules));
  const first = rules[0]?.address ?? (servers.length === 0 ? network : serversAt);
  const decide = (name: string): { address: string; says: string } => {
    const rule = rules.find((one) => one.names.has(name));
    if (rule === undefined) {
      return {
        address: first,
        says: answers.has(name)
          ? "no rule of a DNS security policy matches, so it is answered"
          : "does not answer the name",
      };
    }
    const verb = rule.action === "block" ? "refuses" : rule.action === "alert" ? "only reports" : "allows";
    return { address: rule.address, says: `${verb} the name` };
  };
  return {
    network,
    address: first,
    answers,
    coversBelow: true,
    openRisk: NAMES_ANSWERED,
    closing: 'let a rule of the DNS security policy block "." after the allow list',
    faults: [...faults, ...zoneFaults(inventory, network)],
    decide,
  };
}

/** Flows that stay with the platform, and those by which a network asks the resolvers that it is told of. */
export function asking(inventory: Inventory, network: string): FlowSet {
  const { servers } = serversOf(inventory, network);
  const named = FlowSet.of({
    ports: RangeSet.of(53),
    destinations: AddressSet.unionAll(servers.flatMap((one) => addressesOf(one)?.intersect(PRIVATE) ?? [])),
  });
  return named.union(FlowSet.of({ destinations: PLATFORM.union(METADATA) }));
}

// A private address in a network that is not in the stack.
function isHub({ firewalls }: ResolverContext, server: Resolved): boolean {
  return typeof server === "string" && PRIVATE.has(server) && firewalls.others.length > 0;
}

/** Whether a network is told of resolvers beside Azure's own. */
export const asksOthers = (inventory: Inventory, network: string): boolean =>
  serversOf(inventory, network).servers.some((one) => !(typeof one === "string" && PLATFORM.has(one)));

/** Resolvers of a network, and where they are written. */
function serversOf(inventory: Inventory, network: string): { servers: Resolved[]; address: string } {
  const separate = inventory
    .of("grants", "azurerm_virtual_network_dns_servers")
    .find(
      (one) => aboutOf(inventory, one.values["virtual_network_id"], "azurerm_virtual_network")?.address === network,
    );
  if (separate !== undefined) return { servers: listOf(separate.values["dns_servers"]), address: separate.address };
  return { servers: listOf(inventory.get(network)?.values["dns_servers"]), address: network };
}

function ofProxy({ inventory }: ResolverContext, firewall: AzureFirewall): { answers: NameSet; faults: Fault[] } {
  const { policy, resource } = firewall;
  const address = policy?.address ?? firewall.address;
  const dns = blocksOf(policy?.values["dns"])[0];
  const isOn = policy === undefined ? resource?.values["dns_proxy_enabled"] : dns?.["proxy_enabled"];
  const servers = listOf(policy === undefined ? resource?.values["dns_servers"] : dns?.["servers"]);
  const isForeign = policy === undefined && !isAbsent(resource?.values["firewall_policy_id"]);
  if (isForeign && !inventory.counts("grants", address, "whether its DNS proxy is on", [address])) {
    return { answers: NameSet.NONE, faults: [] };
  }
  const isKnownOff = !isForeign && !isTrue(isOn) && !hasUnknown(isOn);
  if (isKnownOff) {
    const problem = "the network asks its DNS proxy for names, and it is off";
    return { answers: NameSet.NONE, faults: [{ address, problem, fix: "set proxy_enabled to true" }] };
  }
  if (hasUnknown(isOn)) inventory.countsUnknown("restricts", address, "proxy_enabled", isOn);
  const others = servers.filter((one) => !(typeof one === "string" && PLATFORM.has(one)));
  const faults = others.map(() => ({
    address,
    problem: "its DNS proxy asks resolvers that no DNS security policy filters",
    fix: "leave servers out, so that it asks Azure's own",
  }));
  const rules = firewall.network === undefined ? [] : rulesOf(inventory, firewall.network);
  return { answers: others.length > 0 ? NameSet.NAMED : answeredBy(rules), faults: faults.slice(0, 1) };
}

// The first rule decides; what none names is answered.
function answeredBy(rules: readonly NameRule[]): NameSet {
  let undecided = NameSet.NAMED;
  let answers = NameSet.NONE;
  for (const { action, names } of rules) {
    if (action !== "block") answers = answers.union(names.intersect(undecided));
    undecided = undecided.subtract(names);
  }
  return answers.union(undecided);
}

function rulesOf(inventory: Inventory, network: string): NameRule[] {
  const policies = apiResources(inventory, `${POLICIES}/virtualnetworklinks`)
    .filter(({ properties }) => {
      const linked = blocksOf(properties["virtualNetwork"])[0]?.["id"];
      return aboutOf(inventory, linked, "azurerm_virtual_network")?.address === network;
    })
    .flatMap(({ resource }) => idOf(resource.values["parent_id"]) ?? []);
  return apiResources(inventory, `${POLICIES}/dnssecurityrules`)
    .filter(({ resource }) => policies.includes(idOf(resource.values["parent_id"]) ?? ""))
    .flatMap(({ resource: { address }, properties }) => {
      const state = properties["dnsSecurityRuleState"];
      if (textOf(state)?.toLowerCase() === "disabled") return [];
      const isOpen = inventory.reading === "open";
      const kind = blocksOf(properties["action"])[0]?.["actionType"];
      const action = textOf(kind)?.toLowerCase() ?? (isOpen ? "allow" : "block");
      if (textOf(kind) === undefined) inventory.counts("grants", address, "its action is not known", tokensOf(kind));
      const order = numberOf(properties["priority"]) ?? ((action === "block") === isOpen ? 65_536 : 0);
      const names = listed(inventory, address, properties["dnsResolverDomainLists"], action);
      return names === undefined ? [] : [{ address, action, names, order }];
    })
    .sort((a, b) => a.order - b.order);
}

// A list that can't be read allows every name, or blocks none.
function listed(
  inventory: Inventory,
  address: string,
  lists: Resolved | undefined,
  action: string,
): NameSet | undefined {
  const sets = blocksOf(lists).map((one) => {
    const id = idOf(one["id"]) ?? keyOf(one["id"]);
    const list = apiResources(inventory, LISTS).find(({ resource }) => resource.address === id);
    const domains = list?.properties["domains"];
    return list === undefined || hasUnknown(domains) ? undefined : NameSet.unionAll(stringsOf(domains).map(domain));
  });
  const known = sets.filter((one): one is NameSet => one !== undefined);
  if (known.length === sets.length && !hasUnknown(lists)) return NameSet.unionAll(known);
  const counts = inventory.counts(
    action === "block" ? "restricts" : "grants",
    address,
    "its domain lists are not known",
    [...(tokensOf(lists).length > 0 ? tokensOf(lists) : [address])],
  );
  return counts ? NameSet.NAMED : NameSet.unionAll(known);
}

/** `example.com.` stands for the name and everything below it, `.` for every name. */
function domain(text: string): NameSet {
  const name = text
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/^\*\.?/, "");
  return name === "" ? NameSet.NAMED : NameSet.unionAll([NameSet.exact(name), NameSet.below(name)]);
}

// Who asks the internet for what the zone does not have can be answered by anybody.
function zoneFaults(inventory: Inventory, network: string): Fault[] {
  return inventory
    .of("grants", "azurerm_private_dns_zone_virtual_network_link")
    .filter((one) => idOf(one.values["virtual_network_id"]) === network)
    .filter((one) => textOf(one.values["resolution_policy"]) === "NxDomainRedirect")
    .map(({ address }) => ({
      address,
      severity: "medium" as const,
      problem: "names that the private zone does not have are asked of the internet",
      fix: 'set resolution_policy to "Default"',
    }));
}
