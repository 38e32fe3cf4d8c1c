import type { Declaration } from "../model/declaration";
import type { AgentFault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, isFalse, isTrue, textOf } from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import type { GcpAttachPoint } from "./agents";
import type { Firewalls } from "./firewalls";
import { isExternal } from "./placements";
import type { Drawn } from "./router";

/** What lets others connect to agents, and agents to each other past what is declared. */
export function readInbound(
  points: readonly GcpAttachPoint[],
  firewalls: Firewalls,
  declaration: Declaration | undefined,
): { inbound: AgentFault[]; between: AgentFault[] } {
  const found = new Map<string, AgentFault>();
  const apart = new Map<string, AgentFault>();
  for (const point of points) {
    const near = points.filter((one) => one.network === point.network);
    const agents = AddressSet.unionAll(near.map((one) => one.sources));
    for (const { rule, flows } of firewalls.verdict(point, "INGRESS").allowed) {
      const strangers = flows.subtract(FlowSet.of({ sources: agents }));
      const flow = strangers.sample();
      const key = `${point.agent} ${rule.address} ${rule.label}`;
      if (flow === undefined || found.has(key)) continue;
      const sources = AddressSet.unionAll(strangers.regions.map((region) => region.sources));
      found.set(key, {
        agent: point.agent,
        address: rule.address,
        problem: `rule ${rule.label} lets ${sources.toCidrs().slice(0, 3).join(", ")} connect to agent ${point.agent}`,
        fix: "remove it; nothing has to connect to an agent",
        path: [{ layer: "filter", address: rule.address, says: `rule ${rule.label} allows it` }],
        flow,
      });
    }
    for (const other of near.filter((one) => one.agent !== point.agent)) {
      for (const { rule, flows } of firewalls.verdict(point, "INGRESS", other).allowed) {
        const key = `${other.agent} ${point.agent} ${rule.address} ${rule.label}`;
        const flow = flows.subtract(declaredBetween(declaration, other.agent, point.agent)).sample();
        if (flow === undefined || apart.has(key)) continue;
        apart.set(key, {
          agent: other.agent,
          address: rule.address,
          problem: `rule ${rule.label} lets agent ${other.agent} connect to agent ${point.agent}`,
          fix: "remove it; open one port with allowTo where agents have to talk",
          path: [{ layer: "filter", address: rule.address, says: `rule ${rule.label} allows it` }],
          flow,
        });
      }
    }
  }
  return { inbound: [...found.values()], between: [...apart.values()] };
}

function declaredBetween(declaration: Declaration | undefined, from: string, to: string): FlowSet {
  const agents = declaration?.cells.flatMap((cell) => cell.agents) ?? [];
  const ports = (agents.find((one) => one.agent === from)?.peers ?? []).filter((peer) => peer.agent === to);
  return ports.length === 0
    ? FlowSet.NONE
    : FlowSet.of({ protocols: RangeSet.of(TCP), ports: RangeSet.unionAll(ports.map((one) => RangeSet.of(one.port))) });
}

/** External addresses, translation that nobody needs, and instances without their guards. */
export function readExposed(
  drawn: readonly Drawn[],
  inventory: Inventory,
  declaration: Declaration | undefined,
): AgentFault[] {
  const faults = drawn.flatMap((one) => [
    ...addresses(one, inventory),
    ...unused(one, declaration),
    ...guards(one.point, inventory),
  ]);
  const seen = new Set<string>();
  return faults.filter(({ agent, address, problem }) => {
    const key = `${agent} ${address} ${problem}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

function addresses({ point }: Drawn, inventory: Inventory): AgentFault[] {
  const { agent, placement, subnet } = point;
  const faults: AgentFault[] = [];
  if (placement !== undefined && isExternal(inventory, placement)) {
    faults.push({
      agent,
      address: placement.resource.address,
      problem: "it has an external address",
      fix: "leave access_config out; for nodes, enable_private_nodes",
    });
  }
  if (inventory.get(subnet)?.values["ipv6_access_type"] === "EXTERNAL") {
    faults.push({
      agent,
      address: subnet,
      problem: "it gives what starts in it an external IPv6 address",
      fix: "use stack_type IPV4_ONLY, or ipv6_access_type INTERNAL",
    });
  }
  return faults;
}

// Beside a proxy, and where no way out is meant to be, a translation is a second half of one.
function unused({ point, nats, isListed, visits }: Drawn, declaration: Declaration | undefined): AgentFault[] {
  const cell = declaration?.cells.find((one) => one.agents.some(({ agent }) => agent === point.agent));
  if (!isListed || (visits.length === 0 && cell?.tier !== "sealed")) return [];
  const other = visits.length > 0 ? "has a proxy" : "is to have no way out";
  return nats.map(({ address }) => ({
    agent: point.agent,
    address,
    problem: `it translates the addresses of agent ${point.agent}, which ${other}: one rule is all that holds it`,
    fix: "take the agents' subnets out of it",
  }));
}

/** @see https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys */
function guards({ agent, placement }: GcpAttachPoint, inventory: Inventory): AgentFault[] {
  if (placement === undefined) return [];
  const { resource } = placement;
  const faults: AgentFault[] = [];
  const say = (problem: string, fix: string, severity?: AgentFault["severity"]): void => {
    faults.push({ agent, address: resource.address, problem, fix, ...(severity === undefined ? {} : { severity }) });
  };
  if (/^google_compute_(region_)?instance(_template|_from_template)?$/.test(resource.type)) {
    const data = metadataOf(resource);
    const serial = data["serial-port-enable"];
    if (isOn(serial)) say("its serial console takes connections from outside", "set serial-port-enable to FALSE");
    if (hasUnknown(serial) && inventory.countsUnknown("grants", resource.address, "serial-port-enable", serial))
      say("whether its serial console takes connections is not known", "set serial-port-enable to FALSE");
    const keys = data["block-project-ssh-keys"];
    const isUnsure =
      hasUnknown(keys) && !inventory.countsUnknown("grants", resource.address, "block-project-ssh-keys", keys);
    if (!isOn(keys) && !isUnsure && !isOn(data["enable-oslogin"]))
      say("SSH keys of the whole project open it", "set block-project-ssh-keys to TRUE", "medium");
    const forwards = resource.values["can_ip_forward"];
    if (
      isTrue(forwards) ||
      (hasUnknown(forwards) && inventory.countsUnknown("grants", resource.address, "can_ip_forward", forwards))
    )
      say(
        "it may send and receive packets under other addresses than its own",
        "set can_ip_forward to false",
        "medium",
      );
  }
  if (resource.type === "google_container_cluster" || resource.type === "google_container_node_pool") {
    const config = blocksOf(resource.values["node_config"])[0];
    const mode = blocksOf(config?.["workload_metadata_config"])[0]?.["mode"];
    const isAutopilot = isTrue(resource.values["enable_autopilot"]);
    const isOpen = hasUnknown(mode)
      ? inventory.countsUnknown("grants", resource.address, "workload_metadata_config", mode)
      : mode !== "GKE_METADATA";
    if (isOpen && !isAutopilot)
      say(
        "its pods get the node's own token from the metadata server",
        'set workload_metadata_config { mode = "GKE_METADATA" }',
      );
    const legacy = blocksOf(config?.["metadata"])[0]?.["disable-legacy-endpoints"];
    if (isFalse(legacy))
      say("its legacy metadata endpoints answer without a header", "set disable-legacy-endpoints to true");
  }
  return faults;
}

function metadataOf({ values }: PlannedResource): { readonly [key: string]: Resolved | undefined } {
  return blocksOf(values["metadata"])[0] ?? {};
}

const isOn = (value: Resolved | undefined): boolean =>
  isTrue(value) || value === 1 || (typeof value === "string" && /^(true|1|y|yes)$/i.test(value));

/** Load balancers and public services that lead from outside to what an agent runs. */
export function readPublished(points: readonly GcpAttachPoint[], inventory: Inventory): AgentFault[] {
  const running = points.filter((point) => point.placement !== undefined);
  const faults = running.flatMap(({ agent, address }) => [
    ...balanced(agent, address, inventory),
    ...invoked(agent, address, inventory),
  ]);
  const seen = new Set<string>();
  return faults.filter((one) => {
    const key = `${one.agent} ${one.address} ${one.problem}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

const BEHIND =
  /^google_compute_(region_)?(instance_group|instance_group_manager|network_endpoint|network_endpoints|network_endpoint_group|target_instance|target_pool|backend_service|instance_group_membership)$/;

// What refers to the workload, and what refers to that, up to a forwarding rule.
function balanced(agent: string, start: string, inventory: Inventory): AgentFault[] {
  const seen = new Set<string>([start]);
  const queue = [start];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const one of inventory.referring(next)) {
      if (seen.has(one.address)) continue;
      seen.add(one.address);
      const isEnd = /^google_compute_(global_)?forwarding_rule$/.test(one.type);
      if (isEnd) {
        return [
          {
            agent,
            address: one.address,
            problem: `it leads connections to ${start}, which agent ${agent} runs`,
            fix: "remove it; nothing has to connect to an agent",
          },
        ];
      }
      if (
        BEHIND.test(one.type) ||
        /^google_compute_(region_)?(url_map|target_https?_proxy|target_tcp_proxy|target_ssl_proxy)$/.test(one.type)
      )
        queue.push(one.address);
    }
  }
  return [];
}

const PUBLIC_MEMBERS = new Set(["allUsers", "allAuthenticatedUsers"]);

function invoked(agent: string, address: string, inventory: Inventory): AgentFault[] {
  const resource = inventory.get(address);
  const faults: AgentFault[] = [];
  if (resource?.type === "google_cloud_run_v2_service") {
    const ingress = resource.values["ingress"];
    const isOpen = isAbsent(ingress) || ingress === "INGRESS_TRAFFIC_ALL";
    if (isOpen || (hasUnknown(ingress) && inventory.countsUnknown("grants", address, "ingress", ingress)))
      faults.push({
        agent,
        address,
        problem: "it answers the internet",
        fix: 'set ingress to "INGRESS_TRAFFIC_INTERNAL_ONLY"',
      });
  }
  if (/^google_cloudfunctions/.test(resource?.type ?? "")) {
    const ingress =
      resource?.values["ingress_settings"] ?? blocksOf(resource?.values["service_config"])[0]?.["ingress_settings"];
    if (isAbsent(ingress) || ingress === "ALLOW_ALL")
      faults.push({
        agent,
        address,
        problem: "it answers the internet",
        fix: 'set ingress_settings to "ALLOW_INTERNAL_ONLY"',
      });
  }
  for (const one of callersOf(address, resource, inventory)) {
    const members = [textOf(one.values["member"]), ...blocksList(one.values["members"])];
    if (!members.some((member) => member !== undefined && PUBLIC_MEMBERS.has(member))) continue;
    faults.push({ agent, address: one.address, problem: `anybody may call ${address}`, fix: "name who may call it" });
  }
  return faults;
}

const CALLERS = [
  "google_cloud_run_v2_service_iam",
  "google_cloud_run_service_iam",
  "google_cloudfunctions2_function_iam",
  "google_cloudfunctions_function_iam",
].flatMap((type) => [`${type}_member`, `${type}_binding`]);

/** Grants on a service, by reference or by its name. */
function callersOf(address: string, resource: PlannedResource | undefined, inventory: Inventory): PlannedResource[] {
  const referring = inventory.referring(address).filter(({ type }) => /_iam_(member|binding)$/.test(type));
  const name = textOf(resource?.values["name"]);
  const named = CALLERS.flatMap((type) => inventory.of("grants", type)).filter(
    ({ values }) =>
      name !== undefined && ["name", "service", "cloud_function"].some((argument) => textOf(values[argument]) === name),
  );
  return [...new Set([...referring, ...named])];
}

const blocksList = (value: Resolved | undefined): string[] =>
  (Array.isArray(value) ? value : []).filter((one): one is string => typeof one === "string");
