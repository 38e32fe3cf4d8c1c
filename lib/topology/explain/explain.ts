import type { AttachPoint, Filter } from "../graph/graph";
import type { CloudFacts } from "../model/facts";
import type { Explanation, LayerAnswer } from "../model/result";
import { App, type Flow } from "../sets/flow-set";
import { SOMEWHERE } from "./destinations";
import type { Target } from "./target";
import { walk } from "./walk";

/** What is asked for: a parsed target, or one flow. */
export type Question = Target | { readonly text: string; readonly flow: Flow };

/** Whether one of an agent's attach points reaches a destination, and who decides at each layer. */
export function explain(
  facts: CloudFacts,
  points: readonly AttachPoint[],
  question: Question,
): Pick<Explanation, "reaches" | "layers"> {
  const answers = points.map((point) => fromPoint(facts, point, question));
  const [first] = answers;
  return (
    answers.find((one) => one.reaches === true) ??
    answers.find((one) => one.reaches === "unknown") ??
    first ?? { reaches: false, layers: [] }
  );
}

function fromPoint(facts: CloudFacts, point: AttachPoint, question: Question): Pick<Explanation, "reaches" | "layers"> {
  const flow = "flow" in question ? question.flow : flowOf(point, question);
  const host = "flow" in question ? question.flow.name : question.host;
  const endpoint =
    host === undefined
      ? undefined
      : facts.endpoints.find((one) =>
          one.hosts === undefined
            ? hostsOf(one.service).some((known) => host === known || host.endsWith(`.${known}`))
            : one.hosts.has(host),
        );
  const name = host === undefined ? [] : nameLayer(facts, point, host);
  const isNamed = name.every((one) => one.allows === "yes" || one.allows === "not asked");
  if (endpoint !== undefined && !("flow" in question)) {
    const reaches = isNamed && endpoint.agents.includes(point.agent);
    const says = reaches ? `leads to ${endpoint.service} inside of the network` : "does not admit the agent";
    return {
      reaches,
      layers: [...name, { layer: "endpoint", allows: reaches ? "yes" : "no", address: endpoint.address, says }],
    };
  }
  if (facts.insideOf(point.network).has(flow.destination)) {
    const { reaches, layers } = insideOf(facts, point, { ...flow, source: point.sources.sample() ?? flow.source });
    return { reaches: reaches && isNamed, layers: [...name, ...layers] };
  }
  const { arrives, layers } = walk(facts.graph, point.node, point.network, {
    ...flow,
    source: point.sources.sample() ?? flow.source,
  });
  const asked = layers.map((one) => ({ ...one }));
  return { reaches: arrives && isNamed, layers: [...name, ...asked] };
}

// Inside of the network no firewall stands between: what leaves the agent, and whom the other side admits.
function insideOf(facts: CloudFacts, point: AttachPoint, flow: Flow): { reaches: boolean; layers: LayerAnswer[] } {
  const answer = (filter: Filter): LayerAnswer => {
    const { address, says } = filter.decide(flow);
    return { layer: filter.layer, allows: filter.flows.has(flow) ? "yes" : "no", address, says };
  };
  const filters = (facts.graph.node(point.node)?.legs ?? []).flatMap((leg) => leg.filters);
  const out = (point.inside === undefined ? filters : [point.inside]).map(answer);
  const there = facts.interiors.filter((one) => one.addresses.has(flow.destination)).map((one) => answer(one.ingress));
  const admitting = there.find((one) => one.allows === "yes") ?? there[0];
  const nobody: LayerAnswer = {
    layer: "security group",
    allows: "no",
    address: point.network,
    says: "nothing that the plan knows of stands there",
  };
  const layers = [...out, admitting ?? nobody];
  return { reaches: layers.every((one) => one.allows === "yes"), layers };
}

function nameLayer(facts: CloudFacts, point: AttachPoint, host: string): LayerAnswer[] {
  const resolver = facts.resolvers.find((one) => one.network === point.network);
  if (resolver === undefined) return [];
  const { address, says } = resolver.decide(host);
  if (!resolver.answers.has(host) && resolver.unasked?.has(host) === true)
    return [{ layer: "name", allows: "not asked", address, says: "the proxy resolves the name" }];
  return [{ layer: "name", allows: resolver.answers.has(host) ? "yes" : "no", address, says }];
}

function flowOf(point: AttachPoint, target: Target): Flow {
  const { host, address, protocol, port, app } = target;
  return {
    source: point.sources.sample() ?? "0.0.0.0",
    destination: address ?? SOMEWHERE,
    protocol,
    port,
    app,
    ...(host === undefined || app === App.OTHER ? {} : { name: host }),
  };
}

/** The host names of a cloud's service behind an endpoint: `com.amazonaws.eu-west-1.ecr.api` is `api.ecr.eu-west-1.amazonaws.com`. */
function hostsOf(service: string): string[] {
  const [, region, rest] = /^com\.amazonaws\.([a-z0-9-]+)\.(.+)$/.exec(service) ?? [];
  if (region === undefined || rest === undefined) return [];
  return [`${rest.split(".").reverse().join(".")}.${region}.amazonaws.com`];
}
