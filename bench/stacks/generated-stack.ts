import type { AgentEgress } from "../../lib/compile/agent-egress";
import { compileDnsAllowList } from "../../lib/compile/dns-allow-list";
import { compileSuricata } from "../../lib/compile/suricata-rules";
import { CidrBlock } from "../../lib/names/cidr-block";
import { Egress } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import type { Declaration } from "../../lib/topology/model/declaration";
import type { JsonValue, TerraformJson } from "../../lib/topology/terraform-json";
import { foundation, ref, ZONES } from "./foundation";

const AT = "bench";
const ACCOUNT = "123456789012";

/** How large a stack is to be. */
export interface StackSize {
  /** Subnets of agents, two for each agent; at most 1,000. */
  readonly subnets: number;
  /** Entries of all allow lists together. */
  readonly entries: number;
}

/** Resources by type and name. */
export interface Resources {
  [type: string]: { [name: string]: { [argument: string]: JsonValue } };
}

interface Agent extends AgentEgress {
  readonly index: number;
}

/**
 * The plan of one inspected cell in two zones, in the shape that the constructs synthesize: one VPC, one firewall, and
 * for every agent two subnets with tables of their own, a group, a role and an allow list. Nothing is wrong with it.
 */
export function generatedStack(size: StackSize): TerraformJson {
  const agents = agentsOf(size);
  const firewall = compileSuricata(agents, AT);
  const dns = compileDnsAllowList(agents, [], AT);
  const resources: Resources = {};
  foundation(resources, firewall, dns);
  for (const agent of agents) addAgent(resources, agent);
  const json = {
    "//": { cordon: declarationOf(agents) },
    resource: resources,
    locals: {
      endpoints:
        "${{for state in aws_networkfirewall_firewall.this.firewall_status[0].sync_states : state.availability_zone => state.attachment[0].endpoint_id}}",
    },
  };
  return json as unknown as TerraformJson;
}

function agentsOf({ subnets, entries }: StackSize): Agent[] {
  const count = Math.max(1, Math.floor(subnets / ZONES.length));
  const each = Math.ceil(entries / count);
  return Array.from({ length: count }, (_, index) => ({
    index,
    name: `agent-${index}`,
    mode: Mode.ENFORCE,
    sources: ZONES.map((_zone, zone) => CidrBlock.parse(blockOf(index, zone), AT)),
    rules: Array.from({ length: Math.min(each, Math.max(0, entries - index * each)) }, (_entry, entry) =>
      Egress.https(`host-${entry}.agent-${index}.example.com`, { reason: "bench" }),
    ),
  }));
}

// The first /22 of the VPC holds what is not an agent's.
function blockOf(index: number, zone: number): string {
  const at = 16 + index * ZONES.length + zone;
  return `10.64.${Math.floor(at / 4)}.${(at % 4) * 64}/26`;
}

function addAgent(resources: Resources, { index, name, sources, rules }: Agent): void {
  const put = (type: string, key: string, values: { [argument: string]: JsonValue }): void => {
    resources[type] = Object.assign(resources[type] ?? {}, { [key]: values });
  };
  const tags = { "cordon:agent": name };
  for (const [at, zone] of ZONES.entries()) {
    const key = `${name}-${zone}`;
    put("aws_subnet", key, {
      availability_zone: zone,
      cidr_block: String(sources[at]),
      map_public_ip_on_launch: false,
      vpc_id: ref("aws_vpc.this.id"),
      tags,
    });
    put("aws_route_table", key, { vpc_id: ref("aws_vpc.this.id") });
    put("aws_route_table_association", key, {
      route_table_id: ref(`aws_route_table.${key}.id`),
      subnet_id: ref(`aws_subnet.${key}.id`),
    });
    put("aws_route", `${key}-out`, {
      destination_cidr_block: "0.0.0.0/0",
      route_table_id: ref(`aws_route_table.${key}.id`),
      vpc_endpoint_id: ref(`local.endpoints["${zone}"]`),
    });
    put("aws_route", `${key}-return`, {
      destination_cidr_block: String(sources[at]),
      route_table_id: ref(`aws_route_table.public-${zone}.id`),
      vpc_endpoint_id: ref(`local.endpoints["${zone}"]`),
    });
  }
  put("aws_security_group", name, { name, vpc_id: ref("aws_vpc.this.id"), tags });
  if (rules.length > 0) {
    put("aws_vpc_security_group_egress_rule", name, {
      cidr_ipv4: "0.0.0.0/0",
      from_port: 443,
      to_port: 443,
      ip_protocol: "tcp",
      security_group_id: ref(`aws_security_group.${name}.id`),
    });
  }
  put("aws_iam_policy", name, { name: `${name}-boundary`, policy: boundary(index) });
  put("aws_iam_role", name, {
    name,
    assume_role_policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
    }),
    permissions_boundary: ref(`aws_iam_policy.${name}.arn`),
  });
}

function boundary(index: number): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Sid: "NoTampering", Effect: "Deny", Action: ["iam:*", "ec2:*Route*", "network-firewall:*"], Resource: "*" },
      {
        Sid: "OneSecret",
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:agent-${index}-key`,
        Condition: {
          StringEquals: { "aws:SourceVpc": ref("aws_vpc.this.id") },
          NumericGreaterThanEquals: { "ec2:RoleDelivery": "2.0" },
        },
      },
    ],
  });
}

function declarationOf(agents: readonly Agent[]): Declaration {
  return {
    version: 1,
    cells: [
      {
        cell: "bench",
        path: "bench/cell",
        account: ACCOUNT,
        tier: "inspected",
        maintenance: false,
        names: [],
        agents: agents.map(({ name, rules }) => ({
          agent: name,
          mode: "enforce",
          identity: `aws_iam_role.${name}`,
          egress: rules.map(({ host, protocol, port }) => ({ host: String(host), protocol, port })),
          peers: [],
        })),
        risks: [],
      },
    ],
    acknowledged: [],
  };
}
