import type { TerraformResource, TerraformStack } from "cdktf";
import { asRendered } from "../../lib/cell/as-rendered";
import type { RenderedStack } from "../../lib/cell/rendered-stack";
import type { LintFinding } from "../../lib/compile/aws-lint/terraform-resource";
import type { AwsAgentIdentity } from "./agent-identity";
import type { AwsCellNetwork, AwsZoneSubnet } from "./network";
import type { PolicyStatement } from "./policy-document";

/** What the checks need of a cell. */
export interface ContainedCell {
  readonly network: AwsCellNetwork;
  readonly agents: {
    readonly agentName: string;
    readonly network: AwsZoneSubnet[];
    readonly identity: AwsAgentIdentity;
  }[];
  /** The firewall endpoint of an egress zone. */
  readonly endpointOf: (zone: string) => string;
}

interface Rendered {
  readonly type: string;
  readonly id: string;
  readonly address: string;
  readonly values: { readonly [key: string]: unknown };
}

/** Resources by the address that they refer to. */
type Referrers = Map<string, Rendered[]>;

const REFERENCE = /\baws_(?:route_table|subnet)\.[A-Za-z0-9_-]+/g;

/** Attachments of a subnet that put no interface into it. */
const NO_INTERFACE = ["aws_route_table_association", "aws_network_acl", "aws_network_acl_association"];

/**
 * Finds what would lead an agent past its cell's firewall, or out of its permission boundary: in the stack as it will be
 * written, whoever wrote it.
 *
 * @param own unique ids of the cells' own elements
 */
export function containmentFindings(
  stack: TerraformStack,
  rendered: RenderedStack,
  cell: ContainedCell,
  own: ReadonlySet<string>,
): LintFinding[] {
  const { network, agents } = cell;
  const referrers = referrersIn(rendered);
  const inside = [
    ...agents.flatMap((agent) =>
      agent.network.map((subnet) => ({ subnet, egress: network.egressZoneOf(subnet.zone) })),
    ),
    ...network.endpointSubnets.map((subnet) => ({ subnet, egress: undefined })),
  ];
  const outside = [...network.firewallSubnets, ...network.publicSubnets];
  return [
    ...inside.flatMap(({ subnet, egress }) => {
      const endpoint = egress === undefined ? undefined : asRendered(stack, cell.endpointOf(egress));
      return foreignRoutes(rendered, referrers, subnet, endpoint);
    }),
    ...[...inside.map((one) => one.subnet), ...outside].flatMap((one) => foreignTables(stack, referrers, one)),
    ...outside.flatMap((one) => neighbours(referrers, one, own)),
    ...agents.flatMap(({ identity }) => unbounded(stack, rendered, identity)),
  ];
}

// A table inside of the cell leads to the one firewall endpoint of its zone, or nowhere.
function foreignRoutes(
  rendered: RenderedStack,
  referrers: Referrers,
  { routeTable, zone }: AwsZoneSubnet,
  endpoint: unknown,
): LintFinding[] {
  const table = addressOf(routeTable);
  const fix = "remove it; an agent's traffic has to pass the firewall of its cell";
  const leading = (type: string): Rendered[] =>
    (referrers.get(table) ?? []).filter((one) => one.type === type && refersTo(one.values["route_table_id"], table));
  const separate = leading("aws_route")
    .filter(({ values }) => endpoint === undefined || values["vpc_endpoint_id"] !== endpoint)
    .map(({ address }) => finding(address, `it leads out of ${table} past the firewall endpoint of ${zone}`, fix));
  const propagated = leading("aws_vpn_gateway_route_propagation").map(({ address }) =>
    finding(address, `it adds routes to ${table} that are not in the stack`, fix),
  );
  const own = rendered.resource?.["aws_route_table"]?.[routeTable.friendlyUniqueId] ?? {};
  const inline = ["route", "propagating_vgws"].some((key) => key in own)
    ? [finding(table, "it has routes of its own", fix)]
    : [];
  return [...separate, ...propagated, ...inline];
}

function foreignTables(
  stack: TerraformStack,
  referrers: Referrers,
  { subnet, routeTable }: AwsZoneSubnet,
): LintFinding[] {
  const own = asRendered(stack, routeTable.id);
  return (referrers.get(addressOf(subnet)) ?? [])
    .filter(({ type, values }) => type === "aws_route_table_association" && values["route_table_id"] !== own)
    .map(({ address }) =>
      finding(
        address,
        `it gives ${addressOf(subnet)} another route table`,
        "remove it; the cell's own table is the subnet's",
      ),
    );
}

// From these subnets a way leads on to the internet, behind the firewall or around it.
function neighbours(referrers: Referrers, { subnet }: AwsZoneSubnet, own: ReadonlySet<string>): LintFinding[] {
  return (referrers.get(addressOf(subnet)) ?? [])
    .filter(
      ({ type, id, values }) => !NO_INTERFACE.includes(type) && !own.has(id) && standsIn(values, addressOf(subnet)),
    )
    .map(({ address }) =>
      finding(
        address,
        `it stands in ${addressOf(subnet)}, beside the firewall`,
        "put it into an agent's subnet, or into a VPC of its own",
      ),
    );
}

// An argument that places a resource is named after subnets; an auto scaling group's is the one exception.
function standsIn(value: unknown, subnet: string): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, inner]) =>
    /subnet|^vpc_zone_identifier$/.test(key) ? refersTo(inner, subnet) : standsIn(inner, subnet),
  );
}

function unbounded(stack: TerraformStack, rendered: RenderedStack, identity: AwsAgentIdentity): LintFinding[] {
  const role = rendered.resource?.["aws_iam_role"]?.[identity.role.friendlyUniqueId];
  const boundary = rendered.resource?.["aws_iam_policy"]?.[identity.boundary.friendlyUniqueId];
  const report = (address: string, problem: string): LintFinding[] => [
    { code: "CORDON-125", address, problem, fix: "leave the role's boundary to the cell; grant() widens it" },
  ];
  if (role?.["permissions_boundary"] !== asRendered(stack, identity.boundary.arn)) {
    return report(addressOf(identity.role), "it is not bounded by the boundary of its agent in this stack");
  }
  const expected: PolicyStatement[] = asRendered(stack, identity.boundaryDocument());
  const actual = statementsOf(boundary?.["policy"]);
  const has = (statements: PolicyStatement[], one: PolicyStatement): boolean =>
    statements.some((other) => JSON.stringify(other) === JSON.stringify(one));
  const wider = actual === undefined || actual.some((one) => one.Effect !== "Deny" && !has(expected, one));
  const weaker = expected.some((one) => one.Effect === "Deny" && !has(actual ?? [], one));
  return wider || weaker ? report(addressOf(identity.boundary), "it allows more than was granted, or denies less") : [];
}

function statementsOf(policy: unknown): PolicyStatement[] | undefined {
  try {
    const { Statement } = JSON.parse(String(policy));
    return Array.isArray(Statement) ? Statement : undefined;
  } catch {
    return undefined;
  }
}

// What the framework writes in place of the references inside of a value.
const addressOf = (resource: TerraformResource): string =>
  `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;

function referrersIn(rendered: RenderedStack): Referrers {
  const referrers = new Map<string, Rendered[]>();
  for (const [type, named] of Object.entries(rendered.resource ?? {})) {
    for (const [id, values] of Object.entries(named)) {
      for (const target of new Set(JSON.stringify(values).match(REFERENCE))) {
        referrers.set(target, [...(referrers.get(target) ?? []), { type, id, address: `${type}.${id}`, values }]);
      }
    }
  }
  return referrers;
}

// In any form of expression: what refers to a table or subnet in a way that can't be read counts too.
function refersTo(value: unknown, address: string): boolean {
  return JSON.stringify(value ?? null)
    .split(/[^A-Za-z0-9_.-]+/)
    .some((word) => word === address || word.startsWith(`${address}.`));
}

const finding = (address: string, problem: string, fix: string): LintFinding => ({
  code: "CORDON-124",
  address,
  problem,
  fix,
});
