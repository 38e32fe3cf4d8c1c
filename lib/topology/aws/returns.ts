import type { Arrival } from "../graph/arrivals";
import type { Graph, Leg } from "../graph/graph";
import type { AgentFault } from "../model/facts";
import type { Inventory } from "../read/inventory";
import { target, targetsOf, textOf } from "../read/values";
import type { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import type { AwsAttachPoint } from "./agents";
import type { Networks } from "./networks";
import { INTERNET, localNode } from "./nodes";
import type { RouteTables } from "./route-tables";
import type { TransitGateways } from "./transit-gateways";

type Way = { readonly point: AwsAttachPoint; readonly arrival: Arrival };

/** What the ways back are read from. */
export interface ReturnContext {
  readonly graph: Graph;
  readonly inventory: Inventory;
  readonly networks: Networks;
  readonly routeTables: RouteTables;
  readonly transit: TransitGateways;
  readonly arrivals: readonly Way[];
}

/**
 * Ways back that miss the firewall endpoint of the way out: it would see half of a connection, and judge none of it. The
 * way back begins where the address was last translated, or at the internet gateway.
 */
export function readReturns(context: ReturnContext): AgentFault[] {
  const faults = new Map<string, AgentFault>();
  for (const way of context.arrivals) {
    const fault = ofWay(context, way);
    if (fault !== undefined) faults.set(`${way.point.agent} ${fault.address}`, fault);
  }
  return [...faults.values(), ...splitFlows(context)];
}

function ofWay(context: ReturnContext, { point, arrival }: Way): AgentFault | undefined {
  const [firewall] = arrival.firewalls;
  if (firewall === undefined) return undefined;
  const { legs } = arrival;
  const at = legs.findIndex((leg) => leg.to === firewall);
  const translation = legs.findIndex((leg) => leg.translatesTo !== undefined);
  const place = legs[translation]?.to;
  if (translation > at && place !== undefined) {
    const missing = missed(context, place, firewall, point);
    return missing && faultOf(context, missing, { point, arrival }, place, firewall);
  }
  const { address } = arrival.end;
  // The way goes on where the plan does not say: nor does it say the way back.
  if (context.inventory.get(address)?.type === "aws_route") {
    if (!context.inventory.counts("grants", address, "where it leads", [address])) return undefined;
    const says = { layer: "route" as const, address, says: "leads where the plan does not say" };
    const problem = `how answers to agent ${point.agent} come back from behind ${firewall.replace(/^firewall:/, "")} is not known`;
    return { agent: point.agent, address, problem, fix: "name the target of the route", path: [says] };
  }
  if (arrival.end.id !== INTERNET) return undefined;
  const behind = translation < 0 ? point.sources : legs[translation]?.translatesTo;
  return behind === undefined ? undefined : atGateway(context, { point, arrival }, behind, firewall);
}

// Follows the agent's addresses from a place; the leg by which they get home without the firewall.
function missed({ graph }: ReturnContext, start: string, firewall: string, point: AwsAttachPoint): Leg | undefined {
  const back = FlowSet.of({ destinations: point.sources });
  const queue = [start];
  const seen = new Set<string>();
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const leg of graph.node(id)?.legs ?? []) {
      if (leg.to === firewall || leg.flows.intersect(back).isEmpty) continue;
      const kind = graph.node(leg.to)?.kind;
      if (leg.to === localNode(point.network) || kind === "firewall" || kind === "outside") return leg;
      queue.push(leg.to);
    }
  }
  return undefined;
}

function faultOf(
  { inventory, routeTables }: ReturnContext,
  leg: Leg,
  { point, arrival }: Way,
  start: string,
  firewall: string,
): AgentFault | undefined {
  // A way back that may exist, or that may lead to this endpoint, would win.
  const doubtful =
    [...arrival.legs, leg].find((one) => one.isChoice === true)?.address ??
    routeTables.unsure ??
    inventory.all.find((one) => one.type === "aws_route" && one.isDoubtful)?.address;
  if (doubtful !== undefined && !inventory.counts("grants", doubtful, "where it leads", [doubtful])) return undefined;
  const place = start.replace(/^subnet:/, "");
  return {
    agent: point.agent,
    address: leg.to.startsWith("local:") ? place : leg.address,
    problem: `answers to agent ${point.agent} go from ${place} past ${firewall.replace(/^firewall:/, "the endpoint ")}`,
    fix: "route the agent's addresses from there to the firewall endpoint that the way out takes",
    path: [...arrival.legs, leg].map(({ layer, address, says }) => ({ layer, address, says })),
  };
}

// Without a translation behind the firewall the gateway itself needs a route to the endpoint: its edge route table.
function atGateway(
  { inventory, networks, routeTables }: ReturnContext,
  { point, arrival }: Way,
  behind: AddressSet,
  firewall: string,
): AgentFault | undefined {
  const [address = ""] = firewall.replace(/^firewall:/, "").split("@");
  const edges = inventory
    .of("grants", "aws_route_table_association")
    .flatMap((one) => (target(one.values["gateway_id"]) === undefined ? [] : targetsOf(one.values["route_table_id"])));
  const isRouted = edges
    .flatMap((table) => routeTables.routesOf(table))
    .some((route) => target(route.target) === address && behind.isSubsetOf(route.destinations ?? behind));
  const subnet = [...networks.subnets.values()].find((one) => one.sources?.equals(behind))?.address ?? point.subnet;
  if (isRouted) return undefined;
  return {
    agent: point.agent,
    address: subnet,
    problem: `answers to ${subnet} come from the internet gateway past ${firewall.replace(/^firewall:/, "the endpoint ")}`,
    fix: "associate a route table with the internet gateway that leads the subnet's addresses to the firewall endpoint",
    path: arrival.legs.map(({ layer, address: of, says }) => ({ layer, address: of, says })),
  };
}

// Without appliance mode a transit gateway takes the zone of whoever speaks, which is another one on the way back. Where
// the address is translated behind the firewall, the answer comes back to the zone that translated it.
function splitFlows({ transit, arrivals }: ReturnContext): AgentFault[] {
  const inspecting = transit.attachments.filter(
    (one) =>
      targetsOf(one.values["subnet_ids"]).length > 1 && textOf(one.values["appliance_mode_support"]) !== "enable",
  );
  return inspecting.flatMap((attachment) => {
    const subnets = targetsOf(attachment.values["subnet_ids"]).map((one) => `subnet:${one}`);
    const crossing = arrivals.filter(
      ({ arrival }) =>
        arrival.firewalls.length > 0 &&
        arrival.end.id !== INTERNET &&
        arrival.legs.some((leg) => subnets.includes(leg.to) && leg.says.includes(attachment.address)),
    );
    return [...new Set(crossing.map(({ point }) => point.agent))].map((agent) => ({
      agent,
      address: attachment.address,
      problem: "without appliance mode the two directions of a connection pass firewall endpoints of different zones",
      fix: 'set appliance_mode_support to "enable"',
    }));
  });
}
