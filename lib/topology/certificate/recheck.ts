import type { AttachPoint, Graph } from "../graph/graph";
import type { World } from "../rules/rule";
import { App, type Flow, TCP, UDP } from "../sets/flow-set";
import type { Certificate, CertifiedRegion } from "./certificate";
import { inBlock, namesAround, neighboursOf } from "./corners";

/** More packets than this say nothing new, and take long. */
const MOST_PACKETS = 20_000;

/**
 * Checks a certificate again with another algorithm: single packets drawn from the corners of every set, each followed
 * through the graph by itself. Shares no set algebra with the proof. Gives every packet on which the two disagree.
 */
export function recheck(certificate: Certificate, world: World): string[] {
  return certificate.agents.flatMap(({ agent, reach }) => {
    const points = world.facts.points.filter((point) => point.agent === agent);
    return points.flatMap((point) => {
      const source = point.sources.sample() ?? "0.0.0.0";
      return packets(world.facts.graph, reach, source).flatMap((flow) => {
        const arrives = follows(world.facts.graph, point, flow);
        const isCertified = reach.some((region) => holds(region, flow));
        if (arrives === isCertified) return [];
        const what = `${flow.app} ${flow.name ?? "-"} ${flow.protocol} ${flow.destination}:${flow.port}`;
        return [
          `agent ${agent}: ${what} ${arrives ? "gets out and is not certified" : "is certified and does not get out"}`,
        ];
      });
    });
  });
}

// One packet from node to node, breadth first.
function follows(graph: Graph, { node: start, network }: AttachPoint, flow: Flow): boolean {
  const queue = [{ id: start, flow }];
  const seen = new Set<string>();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const key = `${next.id} ${next.flow.source}`;
    const node = graph.node(next.id);
    if (node === undefined || seen.has(key)) continue;
    seen.add(key);
    if (node.kind === "internet" || node.kind === "outside") return true;
    if (node.kind === "local" && node.address !== network) return true;
    for (const leg of node.legs) {
      const packet = next.flow;
      if (!leg.flows.has(packet) || leg.filters.some((filter) => !filter.flows.has(packet))) continue;
      const source = leg.translatesTo?.sample();
      queue.push({ id: leg.to, flow: source === undefined ? packet : { ...packet, source } });
    }
  }
  return false;
}

function holds(region: CertifiedRegion, flow: Flow): boolean {
  const isIn = (ranges: string, value: number): boolean =>
    ranges.split(",").some((range) => {
      const [first = "", last = first] = range.split("-");
      return Number(first) <= value && value <= Number(last);
    });
  return (
    region.apps.includes(flow.app) &&
    isIn(region.protocols, flow.protocol) &&
    isIn(region.ports, flow.port) &&
    region.sources.some((block) => inBlock(block, flow.source)) &&
    region.destinations.some((block) => inBlock(block, flow.destination)) &&
    (flow.app === App.OTHER || hasName(region.names, flow.name))
  );
}

// The longest pattern that speaks of a name decides, as a reader would take the list.
function hasName(patterns: readonly string[], name: string | undefined): boolean {
  if (name === undefined) return patterns.includes("-");
  let best = { length: -1, isIn: false };
  for (const pattern of patterns) {
    const isOut = pattern.startsWith("!");
    const text = isOut ? pattern.slice(1) : pattern;
    if (text === "-") continue;
    const speaks = text.startsWith("*")
      ? name.endsWith(text.slice(1)) && name !== text.slice(1).replace(/^\./, "")
      : name === text;
    const isSuffixItself = text.startsWith("*") && !text.startsWith("*.") && name === text.slice(1);
    const length = text.startsWith("*") ? text.length - 1 : text.length + 0.5;
    if ((speaks || isSuffixItself) && length > best.length) best = { length, isIn: !isOut };
  }
  return best.isIn;
}

function packets(graph: Graph, reach: readonly CertifiedRegion[], source: string): Flow[] {
  const legs = graph.all.flatMap((node) => node.legs);
  // What the graph itself decides by, so that what a certificate leaves out is asked for too.
  const decisive = legs
    .flatMap((leg) => [leg.flows, ...leg.filters.map((filter) => filter.flows)])
    .flatMap((set) => set.regions);
  const destinations = new Set([
    "203.0.113.80",
    "8.8.8.8",
    "10.0.0.1",
    ...reach.flatMap((region) => region.destinations.flatMap(neighboursOf)),
    ...legs.flatMap((leg) =>
      leg.flows.regions.flatMap((region) => region.destinations.toCidrs().slice(0, 20).flatMap(neighboursOf)),
    ),
  ]);
  const ports = new Set([
    22,
    53,
    80,
    443,
    853,
    8443,
    ...reach.flatMap((region) => region.ports.split(/[,-]/).map(Number)),
    ...decisive.flatMap((region) => region.ports.ranges.flat()),
  ]);
  const names = [
    "unlisted.invalid",
    ...new Set(
      [...reach.flatMap((region) => region.names), ...decisive.flatMap((region) => region.names.patterns())].flatMap(
        namesAround,
      ),
    ),
  ];
  const found: Flow[] = [];
  const add = (flow: Omit<Flow, "source">): void => {
    if (found.length < MOST_PACKETS) found.push({ source, ...flow });
  };
  for (const name of names) {
    for (const port of ports) {
      add({ destination: "203.0.113.80", port, protocol: TCP, app: App.TLS, name });
      add({ destination: "203.0.113.80", port, protocol: TCP, app: App.HTTP, name });
    }
  }
  for (const destination of destinations) {
    // A packet has addresses of one family.
    if (destination.includes(":") !== source.includes(":")) continue;
    for (const port of ports) {
      add({ destination, port, protocol: TCP, app: App.OTHER });
      add({ destination, port, protocol: UDP, app: App.OTHER });
      add({ destination, port, protocol: TCP, app: App.TLS });
    }
    add({ destination, port: 0, protocol: 1, app: App.OTHER });
  }
  return found;
}
