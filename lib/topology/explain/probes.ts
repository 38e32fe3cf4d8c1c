import type { AttachPoint } from "../graph/graph";
import type { CloudFacts } from "../model/facts";
import { App, type Flow, TCP, UDP } from "../sets/flow-set";
import { SOMEWHERE } from "./destinations";
import { explain } from "./explain";

const to = (port: number, app: App, protocol: number, name?: string): Omit<Flow, "source"> => ({
  destination: SOMEWHERE,
  protocol,
  port,
  app,
  ...(name === undefined ? {} : { name }),
});

const PROBES: readonly { readonly what: string; readonly flow: Omit<Flow, "source"> }[] = [
  { what: "a TLS name that no list has", flow: to(443, App.TLS, TCP, "unlisted.invalid") },
  { what: "TLS without a name", flow: to(443, App.TLS, TCP) },
  { what: "an HTTP host that no list has", flow: to(80, App.HTTP, TCP, "unlisted.invalid") },
  { what: "anything but TLS on port 443", flow: to(443, App.OTHER, TCP) },
  { what: "SSH", flow: to(22, App.OTHER, TCP) },
  { what: "another resolver", flow: to(53, App.OTHER, UDP) },
  { what: "QUIC", flow: to(443, App.OTHER, UDP) },
  { what: "ICMP", flow: to(0, App.OTHER, 1) },
];

/** What an agent tries and is refused, each with the layer and the resource or rule that refuses. */
export function refusedProbes(facts: CloudFacts, points: readonly AttachPoint[]): string[] {
  const source = points[0]?.sources.sample() ?? "0.0.0.0";
  const refused = PROBES.flatMap(({ what, flow }) => {
    const { layers } = explain(facts, points, { text: what, flow: { source, ...flow } });
    const deciding = layers.filter((one) => one.allows === "no");
    const [last] = deciding.slice(-1);
    return last === undefined ? [] : [`${what} (${last.layer}: ${last.address}: ${last.says})`];
  });
  const agents = new Set(points.map((point) => point.agent));
  const isOpen = [...facts.inbound, ...facts.between].some(
    (fault) => fault.agent === undefined || agents.has(fault.agent),
  );
  return [
    ...refused,
    ...(isOpen ? [] : ["connections from anybody, other agents included (inbound: no rule lets them in)"]),
  ];
}
