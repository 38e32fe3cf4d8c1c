import type { AgentFault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import {
  blocksOf,
  hasUnknown,
  isAbsent,
  isFalse,
  isTrue,
  numberOf,
  referencesIn,
  target,
  targetsOf,
  textOf,
  type Values,
} from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import type { AwsAttachPoint } from "./agents";
import type { Networks } from "./networks";
import { agentTag } from "./placements";
import type { GroupRule, SecurityGroups } from "./security-groups";

/** What lets others connect to agents, and agents to each other past `peers`. */
export function readInbound(
  points: readonly AwsAttachPoint[],
  groups: SecurityGroups,
  inventory: Inventory,
  isDeclaredPeer: (from: string, to: string, ports: FlowSet) => boolean,
): { inbound: AgentFault[]; between: AgentFault[] } {
  const inbound: AgentFault[] = [];
  const between: AgentFault[] = [];
  const seen = new Set<string>();
  for (const point of points) {
    for (const group of point.groups) {
      const rules = group === undefined ? undefined : groups.rulesOf(group, "ingress");
      for (const rule of rules ?? []) {
        const key = `${point.agent} ${rule.address}`;
        if (rule.flows.isEmpty && rule.groups.length === 0) continue;
        if (seen.has(key)) continue;
        seen.add(key);
        judge(point, rule, group ?? "", points, inventory, isDeclaredPeer, { inbound, between });
      }
    }
  }
  return { inbound, between };
}

function judge(
  point: AwsAttachPoint,
  rule: GroupRule,
  group: string,
  points: readonly AwsAttachPoint[],
  inventory: Inventory,
  isDeclaredPeer: (from: string, to: string, ports: FlowSet) => boolean,
  out: { inbound: AgentFault[]; between: AgentFault[] },
): void {
  const agentsBehind = (name: string): string[] => {
    const tagged = inventory.get(name);
    const own = tagged === undefined ? undefined : agentTag(tagged);
    const bearing = points.filter((one) => one.groups.includes(name)).map((one) => one.agent);
    return [...new Set([...(own === undefined ? [] : [own]), ...bearing])];
  };
  const flow = rule.flows.intersect(FlowSet.of({ destinations: point.sources })).sample();
  const says = { layer: "security group" as const, address: rule.address, says: `admits connections to ${group}` };
  for (const peer of rule.groups) {
    const others = agentsBehind(peer);
    // Interfaces of one agent may talk to each other: they are one agent.
    const foreign = others.filter((one) => one !== point.agent);
    for (const from of foreign.filter((one) => !isDeclaredPeer(one, point.agent, rule.flows))) {
      out.between.push({
        agent: from,
        address: rule.address,
        problem: `it lets agent ${from} connect to agent ${point.agent}`,
        fix: "remove it; open one port with allowTo where agents have to talk",
        path: [says],
        ...(flow === undefined ? {} : { flow }),
      });
    }
    if (others.length === 0) {
      out.inbound.push({
        agent: point.agent,
        address: rule.address,
        problem: `it lets what bears ${peer} connect to agent ${point.agent}`,
        fix: "remove it; nothing has to connect to an agent",
        path: [says],
        ...(flow === undefined ? {} : { flow }),
      });
    }
  }
  if (!rule.namesAddresses) return;
  const sources = AddressSet.unionAll(rule.flows.regions.map((region) => region.sources));
  const others = points.filter((one) => one.agent !== point.agent && one.sources.overlaps(sources));
  const [first] = others;
  const isInside = others.length > 0 && sources.isSubsetOf(AddressSet.unionAll(others.map((one) => one.sources)));
  if (first !== undefined && isInside) {
    out.between.push({
      agent: first.agent,
      address: rule.address,
      problem: `it lets agent ${first.agent} connect to agent ${point.agent}`,
      fix: "remove it; open one port with allowTo where agents have to talk",
      path: [says],
      ...(flow === undefined ? {} : { flow }),
    });
    return;
  }
  const own = AddressSet.unionAll(points.filter((one) => one.agent === point.agent).map((one) => one.sources));
  if (sources.isSubsetOf(own)) return;
  out.inbound.push({
    agent: point.agent,
    address: rule.address,
    problem: `it lets ${sources.toCidrs().slice(0, 3).join(", ")} connect to agent ${point.agent}`,
    fix: "remove it; nothing has to connect to an agent",
    path: [says],
    ...(flow === undefined ? {} : { flow }),
  });
}

/** Public addresses and metadata services without their guard. */
export function readExposed(points: readonly AwsAttachPoint[], networks: Networks, inventory: Inventory): AgentFault[] {
  const subnets = new Map(points.map((point) => [point.subnet, point.agent]));
  return [
    ...[...subnets].flatMap(([address, agent]) => publicSubnet(networks, inventory, address, agent)),
    ...points.flatMap((point) => standing(point, inventory)),
  ];
}

function publicSubnet(networks: Networks, inventory: Inventory, address: string, agent: string): AgentFault[] {
  const subnet = networks.subnets.get(address)?.resource;
  if (subnet === undefined || subnet.mode === "data") return [];
  const faults: AgentFault[] = [];
  const on = subnet.values["map_public_ip_on_launch"];
  const isKnown = isAbsent(on) || isFalse(on) || isTrue(on);
  if (isTrue(on) || (!isKnown && inventory.countsUnknown("grants", address, "map_public_ip_on_launch", on))) {
    faults.push({
      agent,
      address,
      problem: "it gives what starts in it a public address",
      fix: "set map_public_ip_on_launch to false",
    });
  }
  const six = subnet.values["assign_ipv6_address_on_creation"];
  const isSixKnown = isAbsent(six) || isFalse(six) || isTrue(six);
  if (
    isTrue(six) ||
    (!isSixKnown && inventory.countsUnknown("grants", address, "assign_ipv6_address_on_creation", six))
  ) {
    faults.push({
      agent,
      address,
      problem: "it gives what starts in it an IPv6 address, which is public",
      fix: "set assign_ipv6_address_on_creation to false",
    });
  }
  return faults;
}

function standing({ agent, placement, address }: AwsAttachPoint, inventory: Inventory): AgentFault[] {
  if (placement === undefined) return [];
  const faults: AgentFault[] = [];
  const { asksPublic } = placement;
  const isAsked = isTrue(asksPublic);
  if (isAsked || (hasUnknown(asksPublic) && inventory.countsUnknown("grants", address, "public address", asksPublic))) {
    faults.push({ agent, address, problem: "it asks for a public address", fix: "leave the public address out" });
  }
  const held = inventory
    .of("grants", "aws_eip", "aws_eip_association")
    .filter((one) =>
      ["instance", "network_interface", "instance_id", "network_interface_id"].some((name) =>
        targetsOf(one.values[name]).includes(address),
      ),
    );
  for (const one of held) {
    faults.push({ agent, address: one.address, problem: `it gives ${address} a public address`, fix: "remove it" });
  }
  return [...faults, ...metadata(placement.resource, agent, inventory)];
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html */
function metadata(resource: PlannedResource, agent: string, inventory: Inventory): AgentFault[] {
  const templates = referencesIn(resource.values["launch_template"] ?? null).flatMap((one) => inventory.get(one) ?? []);
  const isInstance = resource.type === "aws_instance" || resource.type === "aws_spot_instance_request";
  if (!isInstance && templates.length === 0) return [];
  const sources = [resource, ...templates];
  const own = sources.map((one) => blocksOf(one.values["metadata_options"])[0]).find((one) => one !== undefined);
  const at = templates.find((one) => blocksOf(one.values["metadata_options"]).length > 0)?.address ?? resource.address;
  if (textOf(own?.["http_endpoint"]) === "disabled") return [];
  const faults: AgentFault[] = [];
  const isOpen = (name: string, isClosed: (value: Resolved | undefined) => boolean): boolean => {
    const value = own?.[name];
    if (isClosed(value)) return false;
    return !hasUnknown(value) || inventory.countsUnknown("grants", at, name, value);
  };
  if (isOpen("http_tokens", (value) => value === "required")) {
    faults.push({
      agent,
      address: at,
      problem: "its metadata service answers without a session token, to any request that the agent can be led to make",
      fix: 'set metadata_options { http_tokens = "required" }',
    });
  }
  if (isOpen("http_put_response_hop_limit", (value) => isAbsent(value) || (numberOf(value) ?? 2) <= 1)) {
    faults.push({
      agent,
      address: at,
      severity: "medium",
      problem: "its metadata service answers across a hop, to containers too",
      fix: "set http_put_response_hop_limit to 1",
    });
  }
  return faults;
}

/** Load balancers that lead from outside to what stands in an agent's subnets. */
export function readPublished(points: readonly AwsAttachPoint[], inventory: Inventory): AgentFault[] {
  const byAddress = new Map(points.map((point) => [point.address, point.agent]));
  const attachments = inventory.of("grants", "aws_lb_target_group_attachment", "aws_alb_target_group_attachment");
  const attached = attachments.flatMap((one) => {
    const id = one.values["target_id"];
    const byPlace = points.find((point) => typeof id === "string" && point.sources.has(id));
    const agent = byAddress.get(target(id) ?? "") ?? byPlace?.agent;
    if (agent === undefined) return [];
    return [
      {
        agent,
        address: one.address,
        problem: `it publishes ${target(id) ?? textOf(id)} behind a load balancer`,
        fix: "remove it; nothing has to connect to an agent",
      },
    ];
  });
  const urls = inventory.of("grants", "aws_lambda_function_url").flatMap((one) => {
    const name = one.values["function_name"];
    const called = points.find(
      (point) => typeof name === "string" && point.placement?.resource.values["function_name"] === name,
    );
    const agent = called?.agent ?? byAddress.get(target(name) ?? "");
    if (agent === undefined) return [];
    return [
      { agent, address: one.address, problem: "it publishes the agent's function on the internet", fix: "remove it" },
    ];
  });
  const apis = publicApis(inventory).flatMap(({ address, names }) => {
    const called = points.filter((point) => names.includes(point.address));
    const problem = "it publishes the agent's function on the internet";
    const fix = 'set endpoint_configuration { types = ["PRIVATE"] }, or remove it';
    return called.map(({ agent }) => ({ agent, address, problem, fix }));
  });
  const groups = points.flatMap(({ agent, address, placement }) => {
    const values: Values = placement?.resource.values ?? {};
    const published = ["target_group_arns", "load_balancers", "load_balancer", "traffic_source"].some(
      (name) => !isAbsent(values[name]),
    );
    const problem = `it puts what agent ${agent} runs behind a load balancer`;
    return published
      ? [{ agent, address, problem, fix: "leave the target group out; nothing has to connect to an agent" }]
      : [];
  });
  const seen = new Set<string>();
  return [...attached, ...urls, ...apis, ...groups].filter(({ agent, address }) => {
    const key = `${agent} ${address}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** REST APIs that are not private for sure, with everything that they lead to. */
function publicApis(inventory: Inventory): { address: string; names: string[] }[] {
  const integrations = inventory.of("grants", "aws_api_gateway_integration");
  return inventory.of("grants", "aws_api_gateway_rest_api").flatMap(({ address, values }) => {
    const kinds = blocksOf(values["endpoint_configuration"]).map(({ types }) => types);
    const isPrivate = kinds.length > 0 && kinds.every((types) => Array.isArray(types) && types.join() === "PRIVATE");
    if (isPrivate) return [];
    const own = integrations.filter((one) => referencesIn(one.values["rest_api_id"]).includes(address));
    return [{ address, names: [values["body"], ...own.map((one) => one.values["uri"])].flatMap(referencesIn) }];
  });
}
