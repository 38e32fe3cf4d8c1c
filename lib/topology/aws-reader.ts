import { CordonError } from "../errors/cordon-error";
import { deniedBy } from "./aws-denied";
import { readFirewall } from "./aws-firewall";
import { allowedNames, nameIsAllowed } from "./aws-names";
import { admits, type SecurityRule, securityRules } from "./aws-security-rules";
import { holdsSource } from "./aws-sources";
import type { AgentReach, ReachPath } from "./model";
import { readPassRules } from "./suricata-rule";
import {
  blocks,
  type Resource,
  referenceOf,
  refersTo,
  resourcesOf,
  strings,
  type TerraformJson,
  text,
} from "./terraform-json";

const AGENT_TAG = "cordon:agent";

/** Reads the agents of a stack for AWS: subnets and security groups that are tagged with an agent's name. */
export function readAwsAgents(json: TerraformJson): AgentReach[] {
  const subnets = resourcesOf(json, "aws_subnet");
  const names = new Set(subnets.map(agentOf).filter((name) => name !== ""));
  return [...names].sort().map((agent) => {
    const own = subnets.filter((subnet) => agentOf(subnet) === agent);
    const groups = resourcesOf(json, "aws_security_group").filter((group) => agentOf(group) === agent);
    const rules = securityRules(json, groups);
    const paths = own.flatMap((subnet) => waysOut(json, rules, subnet));
    const watched = paths.some((path) => path.destination === "*");
    return {
      agent,
      denied: [...new Set(own.flatMap((subnet) => deniedBy(json, { vpc: vpcOf(subnet), rules, watched })))],
      sources: own.map((subnet) => text(subnet.values["cidr_block"])).sort(),
      paths: unique(paths),
      services: servicesOf(json, groups, rules, own),
    };
  });
}

const agentOf = (resource: Resource): string => text(blocks(resource.values["tags"])[0]?.[AGENT_TAG]);

const vpcOf = (subnet: Resource): string => text(subnet.values["vpc_id"]);

function waysOut(json: TerraformJson, rules: SecurityRule[], subnet: Resource): ReachPath[] {
  return routesOf(json, subnet).flatMap((route) => {
    if (isLocalReturn(route)) return [];
    const firewall = firewallBehind(json, route);
    if (firewall === undefined) return [anything([{ layer: "route", opens: `${route.address}, past every firewall` }])];
    return passed(json, rules, subnet, route, firewall);
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
    ...resourcesOf(json, "aws_route").filter((one) => refersTo(one.values["route_table_id"], tableAddress)),
    ...inline,
  ];
}

// `${local.X["zone"]}`, where the local maps the zones of one firewall to its endpoints.
function firewallBehind(json: TerraformJson, route: Resource): string | undefined {
  const local = /^\$\{local\.([A-Za-z0-9_-]+)\["[a-z0-9-]+"\]\}$/.exec(text(route.values["vpc_endpoint_id"]))?.[1];
  const expression = local === undefined ? "" : text(json.locals?.[local] ?? null);
  return /in (aws_networkfirewall_firewall\.[A-Za-z0-9_-]+)\.firewall_status\[0\]\.sync_states/.exec(expression)?.[1];
}

function passed(
  json: TerraformJson,
  securityGroup: SecurityRule[],
  subnet: Resource,
  route: Resource,
  firewall: string,
): ReachPath[] {
  const names = allowedNames(json, vpcOf(subnet));
  const egress = securityGroup.filter((rule) => rule.side === "egress" && rule.opensAddresses);
  const source = text(subnet.values["cidr_block"]);
  const { groups, unbounded } = readFirewall(json, firewall);
  const open = unbounded.map((part) =>
    anything([
      { layer: "route", opens: route.address },
      { layer: "filter", opens: part },
    ]),
  );
  const bounded = groups.flatMap((group) =>
    readPassRules(group.rules ?? "")
      .filter((rule) => holdsSource(rule.source, group.ipSets, source))
      .flatMap((rule): ReachPath[] => {
        const opens = egress.find((one) => admits(one, rule.transport, rule.port));
        if (opens === undefined) return [];
        const layers = [
          { layer: "route", opens: route.address },
          { layer: "filter", opens: `${group.address} sid ${rule.sid}` },
          { layer: "security group", opens: opens.address },
        ];
        if (rule.hosts === undefined) {
          const isAddress = /^[0-9]/.test(rule.target) && /^\d+$/.test(rule.port);
          return [isAddress ? { destination: `${rule.target}:${rule.port}`, layers } : anything(layers)];
        }
        return rule.hosts.flatMap((host): ReachPath[] => {
          const list = nameIsAllowed(names, host);
          return list === undefined
            ? []
            : [{ destination: `${host}:${rule.port}`, layers: [{ layer: "name", opens: list }, ...layers] }];
        });
      }),
  );
  return [...open, ...bounded];
}

const anything = (layers: ReachPath["layers"]): ReachPath => ({ destination: "*", layers });

function servicesOf(json: TerraformJson, groups: Resource[], rules: SecurityRule[], subnets: Resource[]): string[] {
  const egress = rules.filter((rule) => rule.side === "egress" && admits(rule, "tcp", "443"));
  const tables = resourcesOf(json, "aws_route_table_association")
    .filter((one) => subnets.some((subnet) => refersTo(one.values["subnet_id"], subnet.address)))
    .flatMap((one) => referenceOf(one.values["route_table_id"]) ?? []);
  const isNear = (endpoint: Resource): boolean =>
    subnets.some((subnet) => vpcOf(subnet) === text(endpoint.values["vpc_id"]));
  return resourcesOf(json, "aws_vpc_endpoint")
    .filter((endpoint) => {
      if (text(endpoint.values["vpc_endpoint_type"]) === "Gateway") {
        return tables.some((table) => refersTo(endpoint.values["route_table_ids"], table));
      }
      const ofEndpoint = resourcesOf(json, "aws_security_group").filter((group) =>
        refersTo(endpoint.values["security_group_ids"], group.address),
      );
      const admitted = securityRules(json, ofEndpoint).some(
        (rule) =>
          rule.side === "ingress" &&
          admits(rule, "tcp", "443") &&
          (rule.opensAddresses || groups.some((group) => refersTo(rule.peers, group.address))),
      );
      // A group that is not in the stack may admit anybody.
      const unknown = strings(endpoint.values["security_group_ids"]).length !== ofEndpoint.length;
      return (
        isNear(endpoint) &&
        (admitted || unknown) &&
        egress.some((rule) => rule.opensAddresses || ofEndpoint.some((group) => refersTo(rule.peers, group.address)))
      );
    })
    .map((endpoint) => text(endpoint.values["service_name"]))
    .sort();
}

function unique(paths: ReachPath[]): ReachPath[] {
  const byDestination = new Map(paths.map((path) => [path.destination, path]));
  return [...byDestination.values()].sort((a, b) => (a.destination < b.destination ? -1 : 1));
}
