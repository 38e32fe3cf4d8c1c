import { CordonError } from "../errors/cordon-error";
import { deniedBy } from "./aws-denied";
import { firewallGroups } from "./aws-firewall";
import { allowedNames, nameIsAllowed } from "./aws-names";
import type { AgentReach, ReachPath } from "./model";
import { readPassRules } from "./suricata-rule";
import {
  blocks,
  type JsonValue,
  type Resource,
  referenceOf,
  resourcesOf,
  strings,
  type TerraformJson,
  text,
} from "./terraform-json";

const ANYWHERE = "0.0.0.0/0";
const AGENT_TAG = "cordon:agent";

/** Reads the agents of a stack for AWS: subnets and security groups that are tagged with an agent's name. */
export function readAwsAgents(json: TerraformJson): AgentReach[] {
  const subnets = resourcesOf(json, "aws_subnet");
  const names = new Set(subnets.map(agentOf).filter((name) => name !== ""));
  return [...names].sort().map((agent) => {
    const own = subnets.filter((subnet) => agentOf(subnet) === agent);
    const paths = own.flatMap((subnet) => waysOut(json, agent, subnet));
    const groups = resourcesOf(json, "aws_security_group").filter((group) => agentOf(group) === agent);
    const watched = paths.some((path) => path.destination === "*");
    return {
      agent,
      denied: deniedBy(json, groups, watched),
      sources: own.map((subnet) => text(subnet.values["cidr_block"])).sort(),
      paths: unique(paths),
      services: servicesOf(json, agent, own),
    };
  });
}

const agentOf = (resource: Resource): string => text(blocks(resource.values["tags"])[0]?.[AGENT_TAG]);

function waysOut(json: TerraformJson, agent: string, subnet: Resource): ReachPath[] {
  return routesOf(json, subnet).flatMap((route) => {
    if (isLocalReturn(route)) return [];
    const firewall = firewallBehind(json, route);
    if (firewall === undefined) return [anything([{ layer: "route", opens: `${route.address}, past every firewall` }])];
    return passed(json, agent, subnet, route, firewall);
  });
}

// A gateway endpoint adds its own routes; a route written here that is not the default one leads elsewhere and counts.
const isLocalReturn = (route: Resource): boolean => text(route.values["gateway_id"]) === "local";

function routesOf(json: TerraformJson, subnet: Resource): Resource[] {
  const table = resourcesOf(json, "aws_route_table_association").find(
    (one) => referenceOf(one.values["subnet_id"]) === subnet.address,
  );
  const tableAddress = referenceOf(table?.values["route_table_id"]);
  if (tableAddress === undefined) {
    throw new CordonError(
      "CORDON-141",
      subnet.address,
      "its route table is not in this stack",
      "associate one of this stack",
    );
  }
  const inline = resourcesOf(json, "aws_route_table")
    .filter((one) => one.address === tableAddress)
    .flatMap((one) =>
      blocks(one.values["route"]).map((values) => ({ type: "aws_route", address: `${one.address}.route`, values })),
    );
  return [
    ...resourcesOf(json, "aws_route").filter((one) => referenceOf(one.values["route_table_id"]) === tableAddress),
    ...inline,
  ];
}

// `${local.X["zone"]}`, where the local maps the zones of one firewall to its endpoints.
function firewallBehind(json: TerraformJson, route: Resource): string | undefined {
  const local = /^\$\{local\.([A-Za-z0-9_-]+)\["[a-z0-9-]+"\]\}$/.exec(text(route.values["vpc_endpoint_id"]))?.[1];
  const expression = local === undefined ? "" : text(json.locals?.[local] ?? null);
  return /in (aws_networkfirewall_firewall\.[A-Za-z0-9_-]+)\.firewall_status\[0\]\.sync_states/.exec(expression)?.[1];
}

function passed(json: TerraformJson, agent: string, subnet: Resource, route: Resource, firewall: string): ReachPath[] {
  const names = allowedNames(json);
  const groupRules = securityRules(json, agent);
  const source = text(subnet.values["cidr_block"]);
  return firewallGroups(json, firewall).flatMap((group) =>
    readPassRules(group.rules)
      .filter(
        (rule) =>
          rule.source === "any" || rule.source === source || (group.ipSets.get(rule.source) ?? []).includes(source),
      )
      .flatMap((rule): ReachPath[] => {
        const opens = groupRules.find((one) => admits(one, rule.transport, rule.port));
        if (opens === undefined) return [];
        const layers = [
          { layer: "route", opens: route.address },
          { layer: "filter", opens: `${group.address} sid ${rule.sid}` },
          { layer: "security group", opens: opens.address },
        ];
        if (rule.hosts === undefined) {
          const bounded = /^[0-9]/.test(rule.target) && /^\d+$/.test(rule.port);
          return [bounded ? { destination: `${rule.target}:${rule.port}`, layers } : anything(layers)];
        }
        return rule.hosts.flatMap((host): ReachPath[] => {
          const list = nameIsAllowed(names, host);
          return list === undefined
            ? []
            : [{ destination: `${host}:${rule.port}`, layers: [{ layer: "name", opens: list }, ...layers] }];
        });
      }),
  );
}

const anything = (layers: ReachPath["layers"]): ReachPath => ({ destination: "*", layers });

function securityRules(json: TerraformJson, agent: string): Resource[] {
  const groups = resourcesOf(json, "aws_security_group").filter((group) => agentOf(group) === agent);
  const inline = groups.flatMap((group) =>
    blocks(group.values["egress"]).map((values) => ({
      type: "egress",
      address: `${group.address}.egress`,
      values: normal(values),
    })),
  );
  const own = resourcesOf(json, "aws_vpc_security_group_egress_rule").filter((rule) =>
    groups.some((group) => group.address === referenceOf(rule.values["security_group_id"])),
  );
  return [...own, ...inline].filter((rule) => "cidr_ipv4" in rule.values);
}

const normal = (values: { [key: string]: JsonValue }): { [key: string]: JsonValue } => ({
  ...values,
  ip_protocol: values["protocol"] ?? "-1",
  cidr_ipv4: strings(values["cidr_blocks"])[0] ?? ANYWHERE,
});

function admits(rule: Resource, transport: string, port: string): boolean {
  const protocol = text(rule.values["ip_protocol"]);
  if (protocol === "-1") return true;
  const { from_port: from, to_port: to } = rule.values;
  if (transport !== "ip" && protocol !== transport) return false;
  return (
    !/^\d+$/.test(port) ||
    typeof from !== "number" ||
    typeof to !== "number" ||
    (from <= Number(port) && Number(port) <= to)
  );
}

function servicesOf(json: TerraformJson, agent: string, subnets: Resource[]): string[] {
  const groups = resourcesOf(json, "aws_security_group").filter((group) => agentOf(group) === agent);
  const isOwn = (address: string | undefined): boolean => groups.some((group) => group.address === address);
  const egress = resourcesOf(json, "aws_vpc_security_group_egress_rule").filter((rule) =>
    isOwn(referenceOf(rule.values["security_group_id"])),
  );
  const tables = resourcesOf(json, "aws_route_table_association")
    .filter((one) => subnets.some((subnet) => subnet.address === referenceOf(one.values["subnet_id"])))
    .map((one) => referenceOf(one.values["route_table_id"]));
  return resourcesOf(json, "aws_vpc_endpoint")
    .filter((endpoint) =>
      text(endpoint.values["vpc_endpoint_type"]) === "Gateway"
        ? strings(endpoint.values["route_table_ids"]).some((table) => tables.includes(referenceOf(table)))
        : strings(endpoint.values["security_group_ids"]).some((group) =>
            egress.some((rule) => referenceOf(rule.values["referenced_security_group_id"]) === referenceOf(group)),
          ),
    )
    .map((endpoint) => text(endpoint.values["service_name"]))
    .sort();
}

function unique(paths: ReachPath[]): ReachPath[] {
  const byDestination = new Map(paths.map((path) => [path.destination, path]));
  return [...byDestination.values()].sort((a, b) => (a.destination < b.destination ? -1 : 1));
}
