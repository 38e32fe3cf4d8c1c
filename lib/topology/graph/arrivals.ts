import { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import type { AttachPoint, Graph, GraphNode, Leg } from "./graph";

/** Flows that get from a start to an end of the graph, and how. */
export interface Arrival {
  readonly end: GraphNode;
  /** As they leave the start. */
  readonly flows: FlowSet;
  readonly legs: readonly Leg[];
  /** Ids of the firewalls on the way. */
  readonly firewalls: readonly string[];
}

/**
 * Every way from a node to an end (a node without legs), with the exact flows that take it. A way never visits a node
 * twice: a loop brings no flow anywhere new.
 */
export function arrivalsFrom(graph: Graph, { node: start, network, sources }: AttachPoint): Arrival[] {
  const arrivals: Arrival[] = [];
  const visit = (id: string, flows: FlowSet, legs: readonly Leg[], visited: readonly string[]): void => {
    const node = graph.node(id);
    if (node === undefined) return;
    if (isEnd(node, network)) {
      const firewalls = visited.filter((one) => graph.node(one)?.kind === "firewall");
      const isTranslated = legs.some((leg) => leg.translatesTo !== undefined);
      arrivals.push({ end: node, flows: isTranslated ? flows.withSources(sources) : flows, legs, firewalls });
      return;
    }
    for (const leg of node.legs) {
      if (visited.includes(leg.to) || leg.to === id) continue;
      let rest = flows.intersect(leg.flows);
      for (const filter of leg.filters) {
        if (rest.isEmpty) break;
        rest = rest.intersect(filter.flows);
      }
      if (leg.translatesTo !== undefined) rest = rest.withSources(leg.translatesTo);
      if (!rest.isEmpty) visit(leg.to, rest, [...legs, leg], [...visited, id]);
    }
  };
  // Both ends of a packet are of one family.
  const families = [AddressSet.V4, AddressSet.V6].map((family) =>
    FlowSet.of({ sources: sources.intersect(family), destinations: family }),
  );
  visit(start, FlowSet.unionAll(families), [], []);
  return arrivals;
}

/** Whether traffic from a network has left for good at a node. */
export const isEnd = ({ kind, address }: GraphNode, network: string): boolean =>
  kind === "internet" || kind === "outside" || (kind === "local" && address !== network);
