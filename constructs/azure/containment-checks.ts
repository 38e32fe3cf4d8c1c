import type { TerraformResource } from "cdktf";
import type { RenderedStack } from "../../lib/cell/rendered-stack";
import type { Refusal } from "../../lib/cell/synth-gate";
import type { AzureAgentSubnet, AzureCellNetwork } from "./network";

/** What the checks need of a cell. */
export interface ContainedCell {
  readonly network: AzureCellNetwork;
  readonly agents: { readonly agentName: string; readonly network: AzureAgentSubnet }[];
}

interface Rendered {
  readonly type: string;
  readonly id: string;
  readonly address: string;
  readonly values: { readonly [key: string]: unknown };
}

/** Resources by the address that they refer to. */
type Referrers = Map<string, Rendered[]>;

const REFERENCE = /\bazurerm_[a-z0-9_]+\.[A-Za-z0-9_-]+/g;
const PAST = "an agent's traffic has to pass the firewall of its cell";

/**
 * Finds what would lead an agent past its cell's firewall, in the stack as it will be written, whoever wrote it.
 *
 * @param own unique ids of the cells' own elements
 */
export function containmentFindings(
  rendered: RenderedStack,
  { network, agents }: ContainedCell,
  own: ReadonlySet<string>,
): Refusal[] {
  const referrers = referrersIn(rendered);
  const foreign = (target: TerraformResource, type: string): Rendered[] =>
    (referrers.get(addressOf(target)) ?? []).filter((one) => one.type === type && !own.has(one.id));
  return [
    ...virtualNetwork(rendered, network, foreign),
    ...agents.flatMap(({ network: subnet }) => [
      ...subnetFindings(rendered, subnet, foreign),
      ...routeFindings(rendered, subnet, foreign),
      ...ruleFindings(rendered, subnet, foreign),
      ...publicAddresses(referrers, subnet.subnet),
    ]),
    ...[network.firewallSubnet, network.firewallManagementSubnet, network.endpointSubnet.subnet].flatMap((subnet) =>
      subnet === undefined ? [] : neighbours(referrers, subnet, own),
    ),
  ];
}

type Foreign = (target: TerraformResource, type: string) => Rendered[];

function virtualNetwork(rendered: RenderedStack, network: AzureCellNetwork, foreign: Foreign): Refusal[] {
  const values = valuesOf(rendered, network.virtualNetwork);
  const address = addressOf(network.virtualNetwork);
  return [
    ...(isSet(values["subnet"])
      ? [
          finding(
            address,
            "it has subnets of its own beside those of the cell",
            "remove them; two owners undo each other",
          ),
        ]
      : []),
    ...(isSet(values["dns_servers"])
      ? [finding(address, "it names resolvers of its own", "remove dns_servers; the cell says who resolves names")]
      : []),
    ...foreign(network.virtualNetwork, "azurerm_virtual_network_dns_servers").map((one) =>
      finding(one.address, `it gives ${address} other resolvers`, "remove it; the cell says who resolves names"),
    ),
    ...foreign(network.virtualNetwork, "azurerm_virtual_network_peering").map((one) =>
      finding(one.address, `it connects ${address} with another network`, "remove it; a cell has no neighbours"),
    ),
  ];
}

function subnetFindings(rendered: RenderedStack, { subnet }: AzureAgentSubnet, foreign: Foreign): Refusal[] {
  const values = valuesOf(rendered, subnet);
  const address = addressOf(subnet);
  return [
    ...(values["default_outbound_access_enabled"] !== false
      ? [finding(address, "it has Azure's default outbound access", `leave it off; ${PAST}`)]
      : []),
    ...(isSet(values["service_endpoints"])
      ? [
          finding(
            address,
            `its service endpoints ${JSON.stringify(values["service_endpoints"])} lead to every tenant's resources past the default route`,
            "use addPrivateEndpoint",
          ),
        ]
      : []),
    ...["azurerm_subnet_nat_gateway_association", "azurerm_subnet_route_table_association"].flatMap((type) =>
      foreign(subnet, type).map((one) =>
        finding(one.address, `it gives ${address} another way out`, `remove it; ${PAST}`),
      ),
    ),
    ...foreign(subnet, "azurerm_subnet_network_security_group_association").map((one) =>
      finding(one.address, `it gives ${address} other rules`, "remove it; the cell's own rules are the subnet's"),
    ),
  ];
}

function routeFindings(rendered: RenderedStack, subnet: AzureAgentSubnet, foreign: Foreign): Refusal[] {
  const { routeTable, defaultRoute } = subnet;
  const table = addressOf(routeTable);
  const values = valuesOf(rendered, routeTable);
  const route = valuesOf(rendered, defaultRoute);
  const leadsOn = route["next_hop_type"] === "VirtualAppliance" || route["next_hop_type"] === "None";
  return [
    ...(isSet(values["route"]) ? [finding(table, "it has routes of its own", `remove them; ${PAST}`)] : []),
    ...(values["bgp_route_propagation_enabled"] !== false
      ? [finding(table, "it takes routes from gateways", `leave bgp_route_propagation_enabled off; ${PAST}`)]
      : []),
    ...(leadsOn && route["address_prefix"] === "0.0.0.0/0"
      ? []
      : [
          finding(addressOf(defaultRoute), "it is not the default route to the firewall", `leave it as it is; ${PAST}`),
        ]),
    ...foreign(routeTable, "azurerm_route").map((one) =>
      finding(one.address, `it leads out of ${table} past the firewall`, `remove it; ${PAST}`),
    ),
  ];
}

function ruleFindings(rendered: RenderedStack, { securityGroup }: AzureAgentSubnet, foreign: Foreign): Refusal[] {
  const address = addressOf(securityGroup);
  return [
    ...(isSet(valuesOf(rendered, securityGroup)["security_rule"])
      ? [
          finding(
            address,
            "it has inline rules beside its rules of their own",
            "remove them; two owners undo each other",
          ),
        ]
      : []),
    ...foreign(securityGroup, "azurerm_network_security_rule")
      .filter(({ values }) => values["access"] !== "Deny")
      .map((one) =>
        finding(
          one.address,
          `it opens ${address}`,
          "remove it; allowEgress, allowTo and addPrivateEndpoint open an agent",
        ),
      ),
  ];
}

// A computer with a public address of its own answers and sends without any route of the subnet's table.
function publicAddresses(referrers: Referrers, subnet: TerraformResource): Refusal[] {
  return (referrers.get(addressOf(subnet)) ?? [])
    .filter(({ values }) => mentions(values, /^public_ip_address(_id)?$/))
    .map((one) => finding(one.address, "it has a public address in an agent's subnet", `remove it; ${PAST}`));
}

function neighbours(referrers: Referrers, subnet: TerraformResource, own: ReadonlySet<string>): Refusal[] {
  return (referrers.get(addressOf(subnet)) ?? [])
    .filter(({ id, type }) => !own.has(id) && !type.endsWith("_association"))
    .map((one) =>
      finding(
        one.address,
        `it stands in ${addressOf(subnet)}, beside what the cell has there`,
        "put it into an agent's subnet, or into a network of its own",
      ),
    );
}

function mentions(value: unknown, key: RegExp): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, inner]) => (key.test(name) && isSet(inner)) || mentions(inner, key));
}

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

function valuesOf(rendered: RenderedStack, resource: TerraformResource): { readonly [key: string]: unknown } {
  return rendered.resource?.[resource.terraformResourceType]?.[resource.friendlyUniqueId] ?? {};
}

const addressOf = (resource: TerraformResource): string =>
  `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;

function referrersIn(rendered: RenderedStack): Referrers {
  const referrers: Referrers = new Map();
  for (const [type, named] of Object.entries(rendered.resource ?? {})) {
    for (const [id, values] of Object.entries(named)) {
      for (const target of new Set(JSON.stringify(values).match(REFERENCE))) {
        referrers.set(target, [...(referrers.get(target) ?? []), { type, id, address: `${type}.${id}`, values }]);
      }
    }
  }
  return referrers;
}

const finding = (address: string, problem: string, fix: string): Refusal => ({
  code: "CORDON-124",
  address,
  problem,
  fix,
});
