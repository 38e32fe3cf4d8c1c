import {
  blocks,
  type JsonValue,
  type Resource,
  refersTo,
  resourcesOf,
  strings,
  type TerraformJson,
  text,
} from "./terraform-json";

/** One rule of a security group, however it is written. */
export interface SecurityRule {
  readonly address: string;
  readonly side: "egress" | "ingress";
  /** `tcp`, `udp`, `icmp`, or `any`. */
  readonly transport: string;
  /** Undefined where the rule bounds no port. */
  readonly ports: { readonly from: number; readonly to: number } | undefined;
  /** Whether it opens to addresses, and not to other security groups or gateway endpoints alone. */
  readonly opensAddresses: boolean;
  /** What it names besides addresses: security groups, gateway endpoints. */
  readonly peers: string;
}

type Values = { [key: string]: JsonValue };

const TRANSPORTS: { [protocol: string]: string } = { "6": "tcp", "17": "udp", "1": "icmp", "-1": "any", all: "any" };

/** The rules of security groups: as resources of either kind, and inline. */
export function securityRules(json: TerraformJson, groups: Resource[]): SecurityRule[] {
  const ofGroup = (values: Values): boolean =>
    groups.some((group) => refersTo(values["security_group_id"], group.address));
  const separate = (["egress", "ingress"] as const).flatMap((side) =>
    resourcesOf(json, `aws_vpc_security_group_${side}_rule`)
      .filter((rule) => ofGroup(rule.values))
      .map((rule) => ruleOf(rule.address, side, rule.values)),
  );
  const older = resourcesOf(json, "aws_security_group_rule")
    .filter((rule) => ofGroup(rule.values))
    .map((rule) => ruleOf(rule.address, rule.values["type"] === "ingress" ? "ingress" : "egress", rule.values));
  const inline = groups.flatMap((group) =>
    (["egress", "ingress"] as const).flatMap((side) =>
      blocks(group.values[side]).map((values) => ruleOf(`${group.address}.${side}`, side, values)),
    ),
  );
  return [...separate, ...older, ...inline];
}

/** Whether a rule lets a transport and port through; a port that is no number counts as every port. */
export function admits(rule: SecurityRule, transport: string, port: string): boolean {
  if (rule.transport === "any" || transport === "ip") return true;
  if (rule.transport !== transport) return false;
  return (
    rule.ports === undefined ||
    !/^\d+$/.test(port) ||
    (rule.ports.from <= Number(port) && Number(port) <= rule.ports.to)
  );
}

function ruleOf(address: string, side: "egress" | "ingress", values: Values): SecurityRule {
  const protocol = text(values["ip_protocol"] ?? values["protocol"]).toLowerCase() || "-1";
  const { from_port: from, to_port: to } = values;
  const lists = [text(values["prefix_list_id"]), ...strings(values["prefix_list_ids"])].filter((one) => one !== "");
  const gateways = lists.filter((list) => list.includes("aws_vpc_endpoint."));
  const peers = [
    values["referenced_security_group_id"],
    values["source_security_group_id"],
    ...strings(values["security_groups"]),
    ...gateways,
  ].map((peer) => text(peer));
  const addressed =
    "cidr_ipv4" in values || strings(values["cidr_blocks"]).length > 0 || lists.length > gateways.length;
  const named = peers.some((peer) => peer !== "") || values["self"] === true;
  return {
    address,
    side,
    transport: TRANSPORTS[protocol] ?? protocol,
    ports: typeof from === "number" && typeof to === "number" ? { from, to } : undefined,
    opensAddresses: addressed || !named,
    peers: peers.join(" "),
  };
}
