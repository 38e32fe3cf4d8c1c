import { isEnd } from "../graph/arrivals";
import type { Graph, Leg } from "../graph/graph";
import type { LayerAnswer } from "../model/result";
import type { Flow } from "../sets/flow-set";

/** How far one flow gets, and who decided on the way. */
export interface Walk {
  readonly arrives: boolean;
  readonly layers: LayerAnswer[];
  /** The kind of the node where it ended. */
  readonly end: string;
}

/** Follows one flow through the graph: the way on which it arrives, else the one on which it gets furthest. */
export function walk(graph: Graph, start: string, network: string, flow: Flow, visited: readonly string[] = []): Walk {
  const node = graph.node(start);
  if (node === undefined) return { arrives: false, layers: [], end: "nowhere" };
  if (isEnd(node, network) || node.legs.length === 0)
    return { arrives: isEnd(node, network), layers: [], end: node.kind };
  const ways = node.legs
    .filter((leg) => leg.flows.has(flow) && !visited.includes(leg.to))
    .map((leg) => along(graph, start, network, leg, flow, visited));
  const [first] = ways.filter((one) => one.arrives);
  const [furthest] = [...ways].sort((a, b) => b.layers.length - a.layers.length);
  const refused = ways.find((one) => one.layers.some((layer) => layer.allows === "no"));
  if (first !== undefined) return first;
  if (refused !== undefined) return refused;
  if (furthest !== undefined) return furthest;
  const nowhere: LayerAnswer = { layer: "route", allows: "no", address: node.address, says: "has no route to it" };
  return { arrives: false, layers: node.kind === "subnet" ? [nowhere] : [], end: node.kind };
}

function along(graph: Graph, from: string, network: string, leg: Leg, flow: Flow, visited: readonly string[]): Walk {
  const layers: LayerAnswer[] = leg.filters.map((filter) => {
    const { address, says } = filter.decide(flow);
    return { layer: filter.layer, allows: filter.flows.has(flow) ? ("yes" as const) : ("no" as const), address, says };
  });
  const isRefused = layers.some((one) => one.allows === "no");
  const step: LayerAnswer[] =
    leg.layer === "route" ? [{ layer: "route", allows: "yes", address: leg.address, says: leg.says }] : [];
  if (isRefused) return { arrives: false, layers: [...step, ...layers], end: "refused" };
  const source = leg.translatesTo?.sample();
  const next = source === undefined ? flow : { ...flow, source };
  const rest = walk(graph, leg.to, network, next, [...visited, from]);
  return { ...rest, layers: [...step, ...layers, ...rest.layers] };
}
