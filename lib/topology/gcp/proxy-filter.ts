import type { Filter } from "../graph/graph";
import { App, type Flow, FlowSet } from "../sets/flow-set";
import { ASKED, type Asking, gotten, matched } from "./matchers";
import type { Gateway, GatewayRule } from "./proxies";

/** What a proxy passes for one client. */
export interface Proxied extends Filter {
  /** What the client can ask for. */
  readonly asked: FlowSet;
}

/**
 * Reads a proxy's rules for one client: by priority, the first that matches decides, and what none matches is refused.
 * Without a policy nothing is passed.
 */
export function proxied(gateway: Gateway, asking: Asking): Proxied {
  const isOpen = asking.inventory.reading === "open";
  const everything = ASKED.from(asking.point.sources);
  const order: { rule: GatewayRule; flows: FlowSet }[] = [];
  let rest = everything;
  let accepted = FlowSet.NONE;
  for (const rule of gateway.rules) {
    const isWide = rule.allows === isOpen;
    const session = matched(rule.session, asking, rule.address, isWide);
    const application = matched(rule.application, asking, rule.address, isWide);
    const some = session.some.intersect(application.some);
    const every = session.every.intersect(application.every);
    if (rule.allows) accepted = accepted.union(rest.intersect(some));
    rest = rest.subtract(every);
    order.push({ rule, flows: rule.allows ? some : every });
  }
  // A policy that is not in the stack may pass anything.
  const isForeign =
    gateway.policy === undefined &&
    gateway.resource.values["gateway_security_policy"] !== undefined &&
    gateway.resource.values["gateway_security_policy"] !== null &&
    asking.inventory.counts("grants", gateway.address, "its policy is not in this stack", [gateway.address]);
  const flows = gotten(isForeign ? everything : accepted);
  return {
    layer: "filter",
    asked: gotten(everything),
    flows,
    decide: (flow) => decided(flow, order, gateway, isForeign),
  };
}

function decided(
  flow: Flow,
  order: readonly { readonly rule: GatewayRule; readonly flows: FlowSet }[],
  gateway: Gateway,
  isForeign: boolean,
): { address: string; says: string } {
  if (isForeign) return { address: gateway.address, says: "the proxy's policy is not in this stack" };
  const { name, ...plain } = flow;
  // A connection that says no name is asked for by its address.
  const forms: Flow[] = [...(name === undefined ? [] : [flow]), { ...plain, app: App.OTHER }];
  const found = forms
    .map((form) => order.find((one) => one.flows.has(form)))
    .filter((one) => one !== undefined)
    .sort((a, b) => Number(b.rule.allows) - Number(a.rule.allows))[0];
  if (found === undefined) {
    const address = gateway.policy?.address ?? gateway.address;
    return { address, says: "no rule of the proxy matches, and it refuses what none does" };
  }
  const { address, name: rule, priority, allows } = found.rule;
  return { address, says: `rule ${rule} (priority ${priority}) ${allows ? "allows" : "refuses"} it` };
}
