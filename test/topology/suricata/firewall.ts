import type { Reading } from "../../../lib/topology/model/doubt";
import { AddressSet } from "../../../lib/topology/sets/address-set";
import { App, type Flow, FlowSet, TCP, UDP } from "../../../lib/topology/sets/flow-set";
import { RangeSet } from "../../../lib/topology/sets/range-set";
import {
  type AcceptedFlows,
  acceptedFlows,
  type FirewallInput,
  type RuleGroupText,
} from "../../../lib/topology/suricata";

export const HOME = "10.0.0.0/8";
export const AGENT = "10.64.1.10";
export const SERVER = "93.184.216.34";

export function block(text: string): AddressSet {
  const set = AddressSet.parse(text);
  if (set === undefined) throw new Error(`no address: ${text}`);
  return set;
}

/** A group of one rule a line, with numbers where they are left out. */
export function group(rules: string[] | undefined, change: Partial<RuleGroupText> = {}): RuleGroupText {
  const numbered = rules?.map((rule, index) => (/sid:/.test(rule) ? rule : rule.replace(/\)$/, ` sid:${index + 1};)`)));
  return { address: "group", rules: numbered?.join("\n"), variables: new Map(), ports: new Map(), ...change };
}

/** What a list of rules accepts, in strict order without a default action. */
export function accepted(
  rules: string[],
  change: Partial<FirewallInput> = {},
  reading: Reading = "open",
): AcceptedFlows {
  return acceptedFlows(
    { order: "strict", defaults: [], groups: [group(rules)], home: block(HOME), ...change },
    reading,
  );
}

export const CLOSED = ["aws:drop_established"];

/** A flow from the agent to a public server. */
export function flow(app: App, change: Partial<Flow> = {}): Flow {
  return { source: AGENT, destination: SERVER, protocol: TCP, port: 443, app, ...change };
}

export const tls = (name?: string, change: Partial<Flow> = {}): Flow =>
  flow(App.TLS, name === undefined ? change : { name, ...change });
export const http = (name?: string, change: Partial<Flow> = {}): Flow =>
  flow(App.HTTP, { port: 80, ...(name === undefined ? {} : { name }), ...change });
export const other = (change: Partial<Flow> = {}): Flow => flow(App.OTHER, change);
export const udp = (change: Partial<Flow> = {}): Flow => flow(App.OTHER, { protocol: UDP, ...change });
export const icmp = (change: Partial<Flow> = {}): Flow => flow(App.OTHER, { protocol: 1, port: 0, ...change });

/** The names that TLS on 443 from the agent to the server may carry. */
export function namesOf({ accepted: flows }: AcceptedFlows): string[] {
  const region = { sources: block(AGENT), destinations: block(SERVER), ports: RangeSet.of(443), apps: [App.TLS] };
  return flows.intersect(FlowSet.of(region)).regions.flatMap(({ names }) => names.patterns());
}
