import { type UnpinnedStatement, unpinnedStatements } from "../iam/endpoint-pin";
import type { Owner } from "../iam/owner";
import { readPolicyDocument } from "../iam/policy-document";
import type { EndpointFacts, Fault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { hasUnknown, isAbsent, listOf, target, targetsOf, textOf, tokensOf } from "../read/values";
import { FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import type { AwsAttachPoint } from "./agents";
import type { Networks } from "./networks";
import type { RouteTables } from "./route-tables";
import type { SecurityGroups } from "./security-groups";

const HTTPS = FlowSet.of({ protocols: RangeSet.of(TCP), ports: RangeSet.of(443) });
const FOREIGN_SERVICE = /(^|\.)vpce-svc-[0-9a-f]+$/;

/** What reads the endpoints of a stack. */
export interface EndpointContext {
  readonly inventory: Inventory;
  readonly networks: Networks;
  readonly routeTables: RouteTables;
  readonly groups: SecurityGroups;
  readonly points: readonly AwsAttachPoint[];
  readonly owners: readonly Owner[];
}

/** Private endpoints, which agents reach them, and whether their policies keep to the owner's account. */
export function readEndpoints(context: EndpointContext): EndpointFacts[] {
  const { inventory, points, owners } = context;
  const policies = new Map(
    inventory.of("grants", "aws_vpc_endpoint_policy").map((one) => [target(one.values["vpc_endpoint_id"]), one]),
  );
  return inventory
    .of("grants", "aws_vpc_endpoint")
    .filter((endpoint) => textOf(endpoint.values["vpc_endpoint_type"]) !== "GatewayLoadBalancer")
    .map((endpoint) => {
      const agents = [
        ...new Set(points.filter((one) => reaches(context, endpoint, one)).map((one) => one.agent)),
      ].sort();
      const service =
        textOf(endpoint.values["service_name"]) ?? textOf(endpoint.values["resource_configuration_arn"]) ?? "a service";
      const separate = policies.get(endpoint.address);
      return {
        address: endpoint.address,
        service,
        agents,
        faults: faultsOf({ inventory, owners }, endpoint, separate, service),
      };
    });
}

function faultsOf(
  { inventory, owners }: Pick<EndpointContext, "inventory" | "owners">,
  endpoint: PlannedResource,
  separate: PlannedResource | undefined,
  service: string,
): Fault[] {
  const owner = separate ?? endpoint;
  const fault = (problem: string, fix: string): Fault => ({ address: owner.address, problem, fix });
  if (FOREIGN_SERVICE.test(service)) {
    const problem = `it leads to ${service}, a service of another account that no policy of yours confines`;
    return [fault(problem, "remove it, or acknowledge it with the owner of the service as the reason")];
  }
  const value = owner.values["policy"];
  if (isAbsent(value)) {
    return [
      fault(
        "it has no policy, and AWS then lets every principal reach the resources of every account",
        "set a policy that pins aws:PrincipalAccount and aws:ResourceAccount, or the organisation",
      ),
    ];
  }
  const document = readPolicyDocument(value);
  if (document === undefined) {
    const counts = inventory.counts("grants", owner.address, "its policy can't be read", tokensOf(value));
    return counts
      ? [fault("its policy can't be read, so it may let any account through", "write the policy as JSON of this stack")]
      : [];
  }
  const scopes =
    owners.length === 0
      ? [{ reading: inventory.reading }]
      : owners.map((owner) => ({ reading: inventory.reading, owner }));
  const faults = scopes.map((scope) =>
    unpinnedStatements(document, scope).map((one) =>
      fault(inWords(one), "add conditions that pin the principals' and the resources' account or organisation"),
    ),
  );
  // What is pinned to the owner of one of the stack's cells is pinned.
  return faults.find((one) => one.length === 0) ?? faults[0] ?? [];
}

function inWords({ index, sid, principals, resources }: UnpinnedStatement): string {
  const which = sid === undefined ? `statement ${(index ?? 0) + 1}` : `statement ${sid}`;
  const what = [...(principals ? ["principals"] : []), ...(resources ? ["resources"] : [])].join(" and ");
  return `${which} of its policy lets ${what} of every account through`;
}

function reaches(context: EndpointContext, endpoint: PlannedResource, point: AwsAttachPoint): boolean {
  const { inventory, routeTables, groups, networks } = context;
  const egress = point.groups.flatMap(
    (group) => (group === undefined ? undefined : groups.rulesOf(group, "egress")) ?? [],
  );
  const isUnbound = point.groups.some((group) => group === undefined || groups.rulesOf(group, "egress") === undefined);
  const isOpen = isUnbound || point.groups.length === 0;
  if (textOf(endpoint.values["vpc_endpoint_type"]) !== "Interface") {
    const associated = inventory
      .of("grants", "aws_vpc_endpoint_route_table_association")
      .filter((one) => target(one.values["vpc_endpoint_id"]) === endpoint.address)
      .flatMap((one) => targetsOf(one.values["route_table_id"]));
    const named = listOf(endpoint.values["route_table_ids"]).map((one) => routeTables.tableOf(one));
    const tables = [...named, ...associated];
    const isRouted = routeTables.tablesOf(point.subnet).some((table) => tables.includes(table));
    const isUnknown = hasUnknown(endpoint.values["route_table_ids"]);
    return (
      (isRouted || isUnknown) &&
      (isOpen || egress.some((rule) => meetsHttps(rule.flows) || rule.endpoints.includes(endpoint.address)))
    );
  }
  if ((target(endpoint.values["vpc_id"]) ?? textOf(endpoint.values["vpc_id"])) !== point.network) return false;
  const associated = inventory
    .of("grants", "aws_vpc_endpoint_security_group_association")
    .filter((one) => target(one.values["vpc_endpoint_id"]) === endpoint.address)
    .flatMap((one) => targetsOf(one.values["security_group_id"]));
  const own = [
    ...listOf(endpoint.values["security_group_ids"]).map((one) => target(one) ?? textOf(one)),
    ...associated,
  ];
  const ingress = own.flatMap((group) => (group === undefined ? undefined : groups.rulesOf(group, "ingress")) ?? []);
  const admitsAll =
    own.length === 0 || own.some((group) => group === undefined || groups.rulesOf(group, "ingress") === undefined);
  const from = FlowSet.of({ sources: point.sources });
  const isAdmitted = admitsAll || ingress.some((rule) => meetsHttps(rule.flows.intersect(from)));
  const subnets = targetsOf(endpoint.values["subnet_ids"]);
  const addresses = networks.addressesOf(subnets);
  const to = addresses === undefined || subnets.length === 0 ? FlowSet.ALL : FlowSet.of({ destinations: addresses });
  return isAdmitted && (isOpen || egress.some((rule) => meetsHttps(rule.flows.intersect(to))));
}

const meetsHttps = (flows: FlowSet): boolean => !flows.intersect(HTTPS).isEmpty;
