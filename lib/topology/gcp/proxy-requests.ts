import { SOMEWHERE } from "../explain/destinations";
import type { DeclaredAgent, DeclaredEgress } from "../model/declaration";
import type { AgentFault } from "../model/facts";
import { isAbsent } from "../read/values";
import { App, type Flow, FlowSet, TCP } from "../sets/flow-set";
import { type Asking, matched } from "./matchers";
import type { Gateway, GatewayRule } from "./proxies";
import { ANY_REQUEST, listedRequests, matchedRequests, shownRequest } from "./requests";

/** Where the proxy passes other requests than an agent's list names. */
export function requestFaults(gateway: Gateway, asking: Asking, declared: DeclaredAgent): AgentFault[] {
  return declared.egress
    .filter(({ host, requests }) => host !== undefined && requests !== undefined && requests.length > 0)
    .flatMap((egress) => faultsOf(gateway, asking, egress));
}

function faultsOf(gateway: Gateway, asking: Asking, egress: DeclaredEgress): AgentFault[] {
  const { point, inventory } = asking;
  const host = (egress.host ?? "").replace(/^\*/, "unlisted");
  const isOpen = inventory.reading === "open";
  const asked = {
    source: point.sources.sample() ?? "0.0.0.0",
    destination: SOMEWHERE,
    protocol: TCP,
    port: egress.port,
    app: egress.protocol === "http" ? App.HTTP : App.TLS,
    name: host,
  } satisfies Flow;
  const passed: { rule: GatewayRule; requests: FlowSet }[] = [];
  let rest = ANY_REQUEST;
  for (const rule of gateway.rules) {
    const isWide = rule.allows === isOpen;
    const session = matched(rule.session, asking, rule.address, isWide);
    if (!(rule.allows ? session.some : session.every).has(asked)) continue;
    const isReadable = asked.app === App.HTTP || (rule.isInspected && inspects(gateway));
    const application = isReadable
      ? matchedRequests(rule.application, { ...asking, host }, rule.address, isWide)
      : { some: ANY_REQUEST, every: isAbsent(rule.application) ? ANY_REQUEST : FlowSet.NONE };
    if (rule.allows) passed.push({ rule, requests: rest.intersect(application.some) });
    if (session.every.has(asked)) rest = rest.subtract(application.every);
  }
  return [...wider(passed, gateway, asking, egress, asked), ...lost(passed, gateway, asking, egress)];
}

const inspects = ({ policy }: Gateway): boolean =>
  policy !== undefined && !isAbsent(policy.values["tls_inspection_policy"]);

function wider(
  passed: readonly { readonly rule: GatewayRule; readonly requests: FlowSet }[],
  gateway: Gateway,
  { point }: Asking,
  egress: DeclaredEgress,
  flow: Flow,
): AgentFault[] {
  const listed = listedRequests(egress);
  const found = passed
    .map(({ rule, requests }) => ({ rule, request: shownRequest(requests.subtract(listed)) }))
    .find((one) => one.request !== undefined);
  if (found === undefined) return [];
  const { rule, request } = found;
  const isBlind = egress.protocol !== "http" && (!rule.isInspected || !inspects(gateway));
  const where =
    isBlind && !inspects(gateway) && rule.isInspected ? (gateway.policy?.address ?? rule.address) : rule.address;
  const problem = isBlind
    ? `TLS is not inspected, so every request of agent ${point.agent} to ${egress.host} is passed, and its policy names single ones`
    : `${gateway.address} passes ${request} of agent ${point.agent} to ${egress.host}, which its policy does not name`;
  return [
    {
      agent: point.agent,
      address: where,
      problem,
      fix: isBlind
        ? "give the proxy's policy a tls_inspection_policy, and set tls_inspection_enabled on the rule"
        : "name methods and paths in the rule's application_matcher as the policy does",
      path: [{ layer: "filter", address: rule.address, says: `rule ${rule.name} allows it` }],
      flow,
    },
  ];
}

function lost(
  passed: readonly { readonly rule: GatewayRule; readonly requests: FlowSet }[],
  gateway: Gateway,
  { point }: Asking,
  egress: DeclaredEgress,
): AgentFault[] {
  const missing = shownRequest(listedRequests(egress).subtract(FlowSet.unionAll(passed.map((one) => one.requests))));
  // A host that no rule knows is told of by its flows.
  if (missing === undefined || passed.length === 0) return [];
  const [first] = passed;
  const address = first?.rule.address ?? gateway.address;
  return [
    {
      agent: point.agent,
      severity: "medium",
      address,
      problem: `${gateway.address} refuses ${missing} of agent ${point.agent} to ${egress.host}, which its policy names`,
      fix: "restore the rule, or remove the request from the policy",
      path: [{ layer: "filter", address, says: "does not match it" }],
    },
  ];
}
