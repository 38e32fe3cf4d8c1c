import type { Declaration, DeclaredEgress } from "../model/declaration";
import { declaredName } from "../model/declared-flows";
import type { AgentFault, FirewallFacts } from "../model/facts";
import type { Inventory } from "../read/inventory";
import { blocksOf, isAbsent, isTrue, textOf } from "../read/values";
import { AddressSet } from "../sets/address-set";
import { App, FlowSet, TCP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import type { AzureAttachPoint } from "./agents";
import type { Clause } from "./firewall-clauses";
import { ruleUrl } from "./firewall-names";
import type { AzureFirewall } from "./firewalls";
import type { Networks } from "./networks";
import type { Placements } from "./placements";

/** What a firewall stands among. */
export interface FirewallContext {
  readonly inventory: Inventory;
  readonly networks: Networks;
  readonly placements: Placements;
  readonly points: readonly AzureAttachPoint[];
  readonly networksOfAgents: readonly string[];
  readonly declaration: Declaration | undefined;
}

/** One firewall as the rules look at it. It fails closed: without an instance nothing is passed. */
export function firewallFacts(firewall: AzureFirewall, context: FirewallContext): FirewallFacts {
  const { address, filter, network } = firewall;
  const networks = firewall.resource === undefined ? context.networksOfAgents : network === undefined ? [] : [network];
  return {
    address,
    networks: [...networks],
    accepted: filter.flows,
    reachable: FlowSet.ALL,
    decide: filter.decide,
    beside: requestFaults(firewall, context),
    liveness: [...skuFaults(firewall), ...placeFaults(firewall, context)],
    failure: [],
    neighbours: neighbours(firewall, context),
    unprotected: threatFaults(firewall, context.inventory),
  };
}

/** What needs which SKU. */
const NEEDS: { readonly [need: string]: { readonly skus: readonly string[]; readonly what: string } } = {
  url: { skus: ["Premium"], what: "rules of URLs" },
  tls: { skus: ["Premium"], what: "looking into TLS" },
  category: { skus: ["Standard", "Premium"], what: "web categories" },
  "network name": { skus: ["Standard", "Premium"], what: "names in network rules" },
};

/** @see https://learn.microsoft.com/azure/firewall/features-by-sku */
function skuFaults({ address, resource, policy, clauses }: AzureFirewall): AgentFault[] {
  if (resource === undefined) return [];
  const tier = textOf(resource.values["sku_tier"]);
  const sku = policy === undefined ? undefined : (textOf(policy.values["sku"]) ?? "Standard");
  const faults: AgentFault[] = [];
  if (policy !== undefined && tier !== undefined && sku !== tier) {
    faults.push({
      address: policy.address,
      problem: `its SKU is ${sku}, and that of ${address} is ${tier}: Azure does not put the two together`,
      fix: "give both the same SKU",
    });
  }
  const has = tier ?? sku;
  const needed = [...new Set(clauses.flatMap((clause) => clause.needs.map((need) => ({ need, at: clause.address }))))];
  for (const { need, at } of needed) {
    const { skus, what } = NEEDS[need] ?? { skus: [], what: need };
    if (has === undefined || skus.includes(has)) continue;
    faults.push({ address: at, problem: `SKU ${has} has no ${what}`, fix: `use SKU ${skus.join(" or ")}` });
  }
  const [dns] = blocksOf(policy?.values["dns"]);
  if (has === "Basic" && isTrue(dns?.["proxy_enabled"])) {
    faults.push({
      address: policy?.address ?? address,
      problem: "SKU Basic has no DNS proxy",
      fix: "use SKU Standard, or let the network ask Azure's resolver",
    });
  }
  const hasProxy = isTrue(dns?.["proxy_enabled"]) || isTrue(resource.values["dns_proxy_enabled"]);
  const named = clauses.find((clause) => clause.needs.includes("network name"));
  if (named !== undefined && !hasProxy && policy !== undefined) {
    faults.push({
      address: named.address,
      problem: "names in network rules count only for those who ask the firewall's DNS proxy, and it is off",
      fix: "set proxy_enabled to true, and let the network ask it",
    });
  }
  const certificate = blocksOf(policy?.values["tls_certificate"]);
  for (const clause of clauses) {
    if (clause.terminates && certificate.length === 0 && policy !== undefined) {
      faults.push({
        address: clause.address,
        problem: "a rule looks into TLS, and the policy has no certificate to do it with",
        fix: "give the policy a tls_certificate",
      });
    }
    const isSecret = clause.flows.maybe.regions.some((region) => region.apps.includes(App.TLS));
    if (clause.paths !== undefined && isSecret && !clause.terminates) {
      faults.push({
        address: clause.address,
        problem: "a rule of URLs does not look into TLS, where it sees no path",
        fix: "set terminate_tls to true",
      });
    }
  }
  return unique(faults);
}

function unique(faults: AgentFault[]): AgentFault[] {
  const seen = new Set<string>();
  return faults.filter(({ address, problem }) => {
    const key = `${address} ${problem}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

// Azure puts a firewall into a subnet of this name alone, and a rule without destinations takes its whole group down.
function placeFaults({ address, resource, subnets, parts }: AzureFirewall, { inventory, networks }: FirewallContext) {
  const faults: AgentFault[] = [];
  if (resource !== undefined) {
    for (const name of subnets) {
      const subnet = networks.subnets.get(name);
      if (subnet?.name === undefined || subnet.name === "AzureFirewallSubnet") continue;
      faults.push({
        address: name,
        problem: `${address} does not start in a subnet that is called ${subnet.name}`,
        fix: "call it AzureFirewallSubnet",
      });
    }
  }
  for (const part of parts) {
    const group = inventory.get(part);
    const collections = blocksOf(group?.values["application_rule_collection"]);
    for (const rule of collections.flatMap((one) => blocksOf(one["rule"]))) {
      const kinds = ["destination_fqdns", "destination_urls", "destination_fqdn_tags", "web_categories"];
      if (!kinds.every((kind) => isAbsent(rule[kind]))) continue;
      faults.push({
        address: part,
        problem: `rule '${textOf(rule["name"]) ?? ""}' names no destination, and Azure then refuses the whole group`,
        fix: "name its destinations, or leave the rule out",
      });
    }
  }
  return faults;
}

function threatFaults(
  { address, resource, policy }: AzureFirewall,
  inventory: Inventory,
): FirewallFacts["unprotected"] {
  if (resource === undefined) return [];
  const owner = policy ?? resource;
  const name = policy === undefined ? "threat_intel_mode" : "threat_intelligence_mode";
  const value = owner.values[name];
  const tier = textOf(resource.values["sku_tier"]);
  const mode = isAbsent(value) ? "Alert" : textOf(value);
  if (mode === "Deny" || (mode === "Alert" && tier === "Basic")) return [];
  if (mode === undefined && !inventory.countsUnknown("grants", owner.address, name, value)) return [];
  const problem = `${name} is ${mode ?? "not known"}, so addresses and names that are known as bad are not refused`;
  return [
    {
      address: owner.address === "" ? address : owner.address,
      severity: "medium",
      problem,
      fix: `set ${name} to "Deny"`,
    },
  ];
}

function neighbours(
  { address, subnets }: AzureFirewall,
  { placements, inventory }: FirewallContext,
): FirewallFacts["neighbours"] {
  return [...subnets].sort().flatMap((subnet) =>
    placements
      .in(subnet)
      .filter(({ resource }) => resource.type !== "azurerm_firewall")
      .filter(
        ({ resource }) =>
          !resource.isDoubtful ||
          inventory.counts("grants", resource.address, "whether it exists", resource.doubtTokens),
      )
      .map(({ resource }) => ({
        address: resource.address,
        problem: `it stands in ${subnet}, beside ${address}`,
        fix: "put it into a subnet of its own whose route leads to the firewall",
      })),
  );
}

/** Requests that the lists bind, and those that the rules bind without the lists. */
function requestFaults({ clauses }: AzureFirewall, { points, declaration }: FirewallContext): AgentFault[] {
  const agents = declaration?.cells.flatMap((cell) => cell.agents).filter((one) => one.mode !== "monitor") ?? [];
  return agents.flatMap(({ agent, egress }) => {
    const own = points.filter((one) => one.agent === agent && !one.isStandIn).map((one) => one.sources);
    const sources = AddressSet.unionAll(own);
    if (sources.isEmpty) return [];
    return egress.flatMap((rule) => requestsOf(agent, sources, rule, clauses));
  });
}

function requestsOf(
  agent: string,
  sources: AddressSet,
  rule: DeclaredEgress,
  clauses: readonly Clause[],
): AgentFault[] {
  if (rule.host === undefined) return [];
  const asked = FlowSet.of({
    sources,
    protocols: RangeSet.of(TCP),
    ports: RangeSet.of(rule.port),
    apps: [rule.protocol === "http" ? App.HTTP : App.TLS],
    names: declaredName(rule.host),
  });
  const passing = clauses.filter((one) => one.isAllow && !one.flows.maybe.intersect(asked).isEmpty);
  const declared = (rule.requests ?? []).map((one) => one.split(" ")[1] ?? one);
  const bound = passing.flatMap((one) => one.paths ?? []).filter((path) => isOfHost(path, rule.host ?? ""));
  const whole = passing.find((one) => one.paths === undefined);
  const where = `${rule.host}:${rule.port}`;
  if (declared.length === 0) {
    const [first] = passing;
    if (whole !== undefined || first === undefined || bound.some((path) => pathOf(path) === "/*")) return [];
    const problem = `it passes ${bound.map(pathOf).join(", ")} of ${where} alone, and the policy of agent ${agent} names every request`;
    return [
      {
        agent,
        address: first.address,
        severity: "medium",
        problem,
        fix: "let the rule name the host, or bind the policy",
      },
    ];
  }
  if (whole !== undefined) {
    const problem = `it passes every request of agent ${agent} to ${where}, and its policy names ${declared.join(", ")}`;
    return [{ agent, address: whole.address, problem, fix: "let the rule name URLs, and look into TLS" }];
  }
  const wider = passing.find((one) =>
    (one.paths ?? []).some(
      (path) => isOfHost(path, rule.host ?? "") && !declared.some((all) => covers(all, pathOf(path))),
    ),
  );
  if (wider !== undefined) {
    const problem = `it passes ${(wider.paths ?? []).map(pathOf).join(", ")} of ${where} for agent ${agent}, and its policy names ${declared.join(", ")}`;
    return [{ agent, address: wider.address, problem, fix: "let the rule name the policy's paths alone" }];
  }
  return [];
}

const pathOf = (url: string): string => ruleUrl(url)?.path ?? "/*";

function isOfHost(url: string, host: string): boolean {
  return !(ruleUrl(url)?.names ?? NameSet.NONE).intersect(declaredName(host)).isEmpty;
}

const covers = (wider: string, path: string): boolean =>
  wider.endsWith("*") ? path.startsWith(wider.slice(0, -1)) : wider === path;
