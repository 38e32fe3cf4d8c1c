import type { Arrival } from "../graph/arrivals";
import type { Graph } from "../graph/graph";
import type { AgentFault } from "../model/facts";
import { FlowSet } from "../sets/flow-set";
import type { AwsAttachPoint } from "./agents";
import type { TransitGateways } from "./transit-gateways";
import { targetsOf, textOf } from "./values";

/**
 * Ways back that miss the firewall endpoint of the way out: it would see half of a connection, and judge none of it.
 * Behind an address translation the way back begins in the translator's subnet.
 */
export function readReturns(
  graph: Graph,
  transit: TransitGateways,
  arrivals: readonly { point: AwsAttachPoint; arrival: Arrival }[],
): AgentFault[] {
  const faults = new Map<string, AgentFault>();
  for (const { point, arrival } of arrivals) {
    const [firewall] = arrival.firewalls;
    const after =
      firewall === undefined ? [] : arrival.legs.slice(arrival.legs.findIndex((leg) => leg.to === firewall) + 1);
    const translation = after.findIndex((leg) => leg.translatesTo !== undefined);
    const subnet = translation < 0 ? undefined : after[translation]?.to;
    if (firewall === undefined || subnet === undefined) continue;
    const back = FlowSet.of({ destinations: point.sources });
    for (const leg of graph.node(subnet)?.legs ?? []) {
      if (leg.to === firewall || leg.flows.intersect(back).isEmpty) continue;
      const key = `${point.agent} ${subnet} ${leg.address}`;
      const place = subnet.replace(/^subnet:/, "");
      faults.set(key, {
        agent: point.agent,
        address: leg.to.startsWith("local:") ? place : leg.address,
        problem: `answers to agent ${point.agent} go from ${place} past ${firewall.replace(/^firewall:/, "the endpoint ")}`,
        fix: "route the agent's addresses from there to the firewall endpoint that the way out takes",
        path: [...arrival.legs, leg].map(({ layer, address, says }) => ({ layer, address, says })),
      });
    }
  }
  return [...faults.values(), ...splitFlows(transit, arrivals)];
}

// Without appliance mode a transit gateway takes the zone of whoever speaks, which is another one on the way back.
function splitFlows(
  transit: TransitGateways,
  arrivals: readonly { point: AwsAttachPoint; arrival: Arrival }[],
): AgentFault[] {
  const inspecting = transit.attachments.filter(
    (one) =>
      targetsOf(one.values["subnet_ids"]).length > 1 && textOf(one.values["appliance_mode_support"]) !== "enable",
  );
  return inspecting.flatMap((attachment) => {
    const subnets = targetsOf(attachment.values["subnet_ids"]).map((one) => `subnet:${one}`);
    const crossing = arrivals.filter(
      ({ arrival }) =>
        arrival.firewalls.length > 0 && arrival.legs.some((leg, index) => index > 1 && subnets.includes(leg.to)),
    );
    const agents = [...new Set(crossing.map(({ point }) => point.agent))];
    if (agents.length === 0) return [];
    return agents.map((agent) => ({
      agent,
      address: attachment.address,
      problem: "without appliance mode the two directions of a connection pass firewall endpoints of different zones",
      fix: 'set appliance_mode_support to "enable"',
    }));
  });
}
