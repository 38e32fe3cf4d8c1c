import type { Arrival } from "../graph/arrivals";
import type { AgentFault } from "../model/facts";
import type { Inventory } from "../read/inventory";
import { blocksOf, stringsOf } from "../read/values";
import { App } from "../sets/flow-set";
import type { AzureAttachPoint } from "./agents";
import type { AzureFirewall, Firewalls } from "./firewalls";
import type { Networks } from "./networks";
import type { Ties } from "./peerings";
import type { RouteTables } from "./route-tables";

/** What the ways back are read from. */
export interface ReturnContext {
  readonly inventory: Inventory;
  readonly networks: Networks;
  readonly tables: RouteTables;
  readonly ties: Ties;
  readonly firewalls: Firewalls;
  readonly arrivals: readonly { readonly point: AzureAttachPoint; readonly arrival: Arrival }[];
}

/**
 * Ways back that miss the firewall of the way out. What goes to the internet has the firewall's own address, and comes
 * back to it; between networks addresses stay as they are.
 *
 * @see https://learn.microsoft.com/azure/firewall/snat-private-range
 */
export function readReturns(context: ReturnContext): AgentFault[] {
  const faults = new Map<string, AgentFault>();
  for (const { point, arrival } of context.arrivals) {
    const firewall = context.firewalls.all.find((one) =>
      arrival.firewalls.some((id) => id.startsWith(`firewall:${one.address}@`)),
    );
    if (firewall === undefined) continue;
    for (const fault of [
      ...unchanged(context, firewall, point, arrival),
      ...between(context, firewall, point, arrival),
    ]) {
      faults.set(`${fault.agent} ${fault.address}`, fault);
    }
  }
  return [...faults.values()];
}

// A policy can say that every address is private, and is left as it is.
function unchanged(
  { inventory }: ReturnContext,
  { policy }: AzureFirewall,
  { agent }: AzureAttachPoint,
  { end, legs }: Arrival,
): AgentFault[] {
  const ranges = stringsOf(policy?.values["private_ip_ranges"]);
  if (policy === undefined || end.kind !== "internet" || !ranges.includes("0.0.0.0/0")) return [];
  const isOn = blocksOf(policy.values["explicit_proxy"]).length === 0;
  if (!isOn && !inventory.counts("restricts", policy.address, "whether its proxy translates", [policy.address]))
    return [];
  return [
    {
      agent,
      address: policy.address,
      problem: `it sends what agent ${agent} asks of the internet with the agent's own address, so answers do not come back to it`,
      fix: "leave 0.0.0.0/0 out of private_ip_ranges",
      path: legs.map(({ layer, address, says }) => ({ layer, address, says })),
    },
  ];
}

// A network that is peered with the agent's answers it directly, unless its own routes lead to the firewall.
function between(
  { networks, tables, ties, firewalls }: ReturnContext,
  firewall: AzureFirewall,
  point: AzureAttachPoint,
  { end, legs, flows }: Arrival,
): AgentFault[] {
  if (end.kind !== "local" || !flows.regions.some((region) => region.apps.includes(App.OTHER))) return [];
  const isPeered = ties.of(end.address).some((one) => one.remote === point.network);
  if (!isPeered) return [];
  return networks
    .of(end.address)
    .filter((subnet) => {
      const back = tables
        .routesOf(tables.tableOf(subnet.address))
        .filter((route) => route.kind === "VirtualAppliance" && firewalls.behind(route.hop) === firewall);
      // Only a route as long as the peering's own takes its place.
      const space = networks.blocksOf(point.network);
      return !back.some(
        (route) =>
          route.destinations !== undefined && space?.isSubsetOf(route.destinations) === true && route.length > 0,
      );
    })
    .map((subnet) => ({
      agent: point.agent,
      address: subnet.address,
      problem: `answers to agent ${point.agent} go from ${subnet.address} by peering past ${firewall.address}`,
      fix: "route the agent's network from there to the firewall",
      path: legs.map(({ layer, address, says }) => ({ layer, address, says })),
    }));
}
