import type { Filter } from "../graph/graph";
import type { AgentFault } from "../model/facts";
import type { Inventory } from "../read/inventory";
import { blocksOf, isFalse, isTrue, listOf, referencesIn, textOf } from "../read/values";
import { AddressSet } from "../sets/address-set";
import { type Flow, FlowSet } from "../sets/flow-set";
import type { AzureAttachPoint } from "./agents";
import type { Firewalls } from "./firewalls";
import { idOf } from "./own";
import { PLATFORM, PUBLIC } from "./tags";
import { Walls } from "./walls";

/** What reads who connects to whom. */
export interface ExposureContext {
  readonly inventory: Inventory;
  readonly points: readonly AzureAttachPoint[];
  readonly walls: Walls;
  readonly firewalls: Firewalls;
  readonly isDeclaredPeer: (from: string, to: string, ports: FlowSet) => boolean;
}

/** What lets others connect to agents, and agents to each other past what is declared. */
export function readInbound(context: ExposureContext): { inbound: AgentFault[]; between: AgentFault[] } {
  const inbound = new Map<string, AgentFault>();
  const between = new Map<string, AgentFault>();
  const { points, walls } = context;
  for (const point of points) {
    const ingress = Walls.joined(walls.in(point), point.subnet);
    const group = walls.groupsOf(point)[0];
    const own = AddressSet.unionAll(points.filter((one) => one.agent === point.agent).map((one) => one.sources));
    const to = FlowSet.of({ destinations: point.sources });
    for (const other of points) {
      if (other.agent === point.agent || other.network !== point.network) continue;
      const egress = Walls.joined(walls.out(other), other.subnet);
      const flows = ingress.flows.intersect(to).from(other.sources).intersect(egress.flows);
      const flow = flows.sample();
      if (flow === undefined || context.isDeclaredPeer(other.agent, point.agent, flows)) continue;
      const fault = admits(ingress, flow, group, `agent ${other.agent}`, point);
      between.set(`${other.agent} ${fault.address}`, {
        ...fault,
        agent: other.agent,
        fix: "deny it in the security groups of both; open one port with allowTo where agents have to talk",
      });
    }
    const agents = AddressSet.unionAll(points.filter((one) => one.network === point.network).map((one) => one.sources));
    const strangers = agents.union(own).union(PLATFORM).complement();
    const flow = ingress.flows.intersect(to).from(strangers).sample();
    if (flow === undefined) continue;
    const sources = ingress.flows
      .intersect(to)
      .from(strangers)
      .regions.map((region) => region.sources);
    const who = inWords(AddressSet.unionAll(sources));
    const fault = admits(ingress, flow, group, who, point);
    inbound.set(`${point.agent} ${fault.address}`, {
      ...fault,
      agent: point.agent,
      fix: "deny it in the security group; nothing has to connect to an agent",
    });
  }
  return { inbound: [...inbound.values(), ...published(context)], between: [...between.values()] };
}

const inWords = (sources: AddressSet): string =>
  PUBLIC.isSubsetOf(sources) ? "anybody" : sources.toCidrs().slice(0, 3).join(", ");

function admits(
  ingress: Filter,
  flow: Flow,
  group: string | undefined,
  who: string,
  point: AzureAttachPoint,
): Omit<AgentFault, "fix"> {
  const { address, says } = ingress.decide(flow);
  const by = group === undefined ? `${point.subnet} has no security group, which lets` : "it lets";
  return {
    address,
    problem: `${by} ${who} connect to agent ${point.agent}`,
    path: [{ layer: "security group", address, says }],
    flow,
  };
}

/** Firewalls, load balancers and the platform's own front doors that lead to what stands in an agent's subnets. */
function published({ inventory, points, firewalls }: ExposureContext): AgentFault[] {
  const fix = "remove it; nothing has to connect to an agent";
  const agentAt = (value: string): string | undefined => points.find((one) => one.sources.has(value))?.agent;
  const translated = firewalls.all.flatMap(({ translations }) =>
    translations.flatMap(({ address, to }) => {
      const agent = typeof to === "string" ? agentAt(to) : undefined;
      const isUnknown = typeof to !== "string" && points.length > 0;
      if (agent === undefined && !(isUnknown && inventory.countsUnknown("grants", address, "translated_address", to))) {
        return [];
      }
      const problem = `it leads connections from outside to ${typeof to === "string" ? to : "an address that is not known"}`;
      return [{ ...(agent === undefined ? {} : { agent }), address, problem, fix }];
    }),
  );
  const byInterface = new Map(
    points.flatMap((point) => (point.placement?.interfaces ?? []).map((one) => [one.address, point.agent] as const)),
  );
  const balanced = inventory
    .of(
      "grants",
      "azurerm_network_interface_backend_address_pool_association",
      "azurerm_network_interface_nat_rule_association",
    )
    .flatMap((one) => {
      const agent = byInterface.get(idOf(one.values["network_interface_id"]) ?? "");
      return agent === undefined || isOutboundOnly(inventory, one.values["backend_address_pool_id"])
        ? []
        : [{ agent, address: one.address, problem: `it puts what agent ${agent} runs behind a load balancer`, fix }];
    });
  const addressed = inventory
    .of("grants", "azurerm_lb_backend_address_pool_address", "azurerm_application_gateway")
    .flatMap((one) => {
      const pools = blocksOf(one.values["backend_address_pool"]).flatMap((pool) => listOf(pool["ip_addresses"]));
      const texts = [one.values["ip_address"], ...pools].flatMap((value) => textOf(value) ?? []);
      const agent = texts.map(agentAt).find((found) => found !== undefined);
      return agent === undefined
        ? []
        : [{ agent, address: one.address, problem: `it publishes what agent ${agent} runs`, fix }];
    });
  return [...translated, ...balanced, ...addressed, ...frontDoors({ inventory, points }, fix)];
}

// A pool that no rule but an outbound one uses publishes nothing.
function isOutboundOnly(inventory: Inventory, pool: Parameters<typeof idOf>[0]): boolean {
  const id = idOf(pool);
  const uses = (type: string, argument: string): boolean =>
    inventory.of("grants", type).some((one) => listOf(one.values[argument]).some((value) => idOf(value) === id));
  return (
    id !== undefined &&
    uses("azurerm_lb_outbound_rule", "backend_address_pool_id") &&
    !uses("azurerm_lb_rule", "backend_address_pool_ids")
  );
}

// Apps have names on the internet, unless somebody takes them away.
function frontDoors({ inventory, points }: Pick<ExposureContext, "inventory" | "points">, fix: string): AgentFault[] {
  const seen = new Set<string>();
  return points.flatMap(({ agent, placement }) => {
    const { resource } = placement ?? {};
    if (resource === undefined || seen.has(resource.address)) return [];
    seen.add(resource.address);
    const { address, type, values } = resource;
    const isApp = /^azurerm_(linux|windows)_(function|web)_app$|^azurerm_(logic_app_standard|function_app_flex)/.test(
      type,
    );
    const isOpen = isApp && !isFalse(values["public_network_access_enabled"]);
    const isEnvironment = type === "azurerm_container_app_environment";
    const apps = !isEnvironment
      ? []
      : inventory
          .of("grants", "azurerm_container_app")
          .filter((one) => referencesIn(one.values["container_app_environment_id"]).includes(address))
          .filter((one) => blocksOf(one.values["ingress"]).some((block) => isTrue(block["external_enabled"])))
          .filter(() => !isTrue(values["internal_load_balancer_enabled"]));
    return [
      ...(isOpen ? [{ agent, address, problem: "it has a name on the internet that answers everybody", fix }] : []),
      ...apps.map((one) => ({ agent, address: one.address, problem: "it answers everybody on the internet", fix })),
    ];
  });
}

/** Public addresses of what agents run. */
export function readExposed({ points }: Pick<ExposureContext, "points">): AgentFault[] {
  const found = points.flatMap(({ agent, placement }) =>
    (placement?.publicAt ?? []).map((address) => ({
      agent,
      address,
      problem: "it has a public address",
      fix: "leave the public address out",
    })),
  );
  return found.filter(
    (one, index) => found.findIndex((other) => other.address === one.address && other.agent === one.agent) === index,
  );
}
