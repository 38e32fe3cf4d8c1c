import type { Declaration } from "../model/declaration";
import type { AgentFault } from "../model/facts";
import type { Inventory } from "../read/inventory";
import type { AzureAttachPoint } from "./agents";
import type { Networks } from "./networks";
import type { RouteTables } from "./route-tables";

/** What an agent's subnet stands on. */
export interface StandingContext {
  readonly inventory: Inventory;
  readonly networks: Networks;
  readonly tables: RouteTables;
  readonly points: readonly AzureAttachPoint[];
  readonly declaration: Declaration | undefined;
}

/** Blocks of a cell's subnets that are gone while others still hold: addresses that Azure lends, and routes. */
export interface Standing {
  readonly addresses: AgentFault[];
  readonly routes: AgentFault[];
}

/**
 * An agent's subnet is closed twice: nothing lends it an address to the internet, and its only route leads to the firewall or
 * nowhere. A plan that has lost one of the two still holds, and one more change opens it.
 */
export function readStanding(context: StandingContext): Standing {
  const { points, declaration } = context;
  const declared = new Set(declaration?.cells.flatMap((cell) => cell.agents.map(({ agent }) => agent)) ?? []);
  const places = new Map(points.filter(({ agent }) => declared.has(agent)).map(({ agent, subnet }) => [subnet, agent]));
  const all = [...places].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    addresses: all.flatMap(([subnet, agent]) => addressFaults(context, subnet, agent)),
    routes: all.flatMap(([subnet, agent]) => routeFaults(context, subnet, agent)),
  };
}

function addressFaults({ inventory, networks }: StandingContext, subnet: string, agent: string): AgentFault[] {
  const found = networks.subnets.get(subnet);
  const faults: AgentFault[] = [];
  // Where a subnet is delegated the platform decides; whether it lends an address is a matter of routes alone.
  if (found !== undefined && found.delegations.length === 0 && networks.hasDefaultWayOut(found)) {
    faults.push({
      agent,
      address: subnet,
      problem: "Azure lends what stands in it a public address, since default_outbound_access_enabled is not false",
      fix: "set default_outbound_access_enabled to false",
    });
  }
  for (const one of inventory.of("grants", "azurerm_subnet_nat_gateway_association")) {
    if (!networks.named(one.values["subnet_id"]).includes(subnet)) continue;
    faults.push({
      agent,
      address: one.address,
      problem: `it lends ${subnet} the address of a NAT gateway`,
      fix: "remove it; what may go out goes through the firewall",
    });
  }
  return faults;
}

function routeFaults({ tables }: StandingContext, subnet: string, agent: string): AgentFault[] {
  const table = tables.tableOf(subnet);
  if (table === undefined) {
    const fix = "associate a route table whose default route leads to the firewall, or to None";
    return [{ agent, address: subnet, problem: "it has no route table, so Azure's own routes count", fix }];
  }
  if (!tables.isHere(table)) return [];
  const routes = tables.routesOf(table);
  const faults: AgentFault[] = routes
    .filter(({ kind }) => kind === "Internet" || kind === "VirtualNetworkGateway")
    .map(({ address, kind }) => ({
      agent,
      address,
      problem: `it leads to ${kind} past the firewall, as soon as something lends an address`,
      fix: "remove it, or let it lead to the firewall",
    }));
  // Where one leads that the plan does not say is a matter of reach.
  const isMeant = (kind: string | undefined): boolean =>
    kind === undefined || ["VirtualAppliance", "None"].includes(kind);
  if (!routes.some(({ length, kind }) => length === 0 && isMeant(kind))) {
    const problem = "no default route of it leads to the firewall, or to None";
    faults.push({ agent, address: table, problem, fix: "add a route of 0.0.0.0/0 to VirtualAppliance or None" });
  }
  if (tables.learns(table)) {
    const problem = "routes of gateways get into it, and longer ones come before its own";
    faults.push({ agent, address: table, problem, fix: "set bgp_route_propagation_enabled to false" });
  }
  return faults;
}
