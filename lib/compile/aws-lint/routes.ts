import type { LintContext } from "./lint-context";
import type { LintFinding } from "./terraform-resource";
import { finding, grouped, isAbsent } from "./values";

const TARGETS = [
  "carrier_gateway_id",
  "core_network_arn",
  "egress_only_gateway_id",
  "gateway_id",
  "local_gateway_id",
  "nat_gateway_id",
  "network_interface_id",
  "transit_gateway_id",
  "vpc_endpoint_id",
  "vpc_peering_connection_id",
];
const DESTINATIONS = ["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"];

/** CORDON-095. A route has one target, and a table has one route to a destination. */
export function routeTargets(context: LintContext): LintFinding[] {
  const routes = context.ofType("aws_route").map((route) => ({
    route,
    targets: TARGETS.filter((name) => !isAbsent(route.values[name])),
    place: [route.values["route_table_id"], ...DESTINATIONS.map((name) => route.values[name] ?? "")]
      .map((part) => context.identity(part))
      .join(" "),
  }));
  return [
    ...routes
      .filter(({ targets }) => targets.length !== 1)
      .map(({ route, targets }) =>
        finding(
          "CORDON-095",
          route,
          targets.length === 0
            ? "AWS refuses a route without a target (MissingParameter)"
            : `AWS refuses a route with two targets (InvalidParameterCombination): ${targets.join(", ")}`,
          "give the route one target",
        ),
      ),
    ...[...grouped(routes, ({ place }) => place).values()].flatMap(([first, ...others]) =>
      others.map(({ route }) =>
        finding(
          "CORDON-095",
          route,
          `AWS refuses two routes to one destination in a table (RouteAlreadyExists), ${first?.route.address} has it`,
          "keep one of the two",
        ),
      ),
    ),
  ];
}

/** CORDON-095. Routes of a table stand inline or as resources of their own, not both, also when the inline list is empty. */
export function routeOwners(context: LintContext): LintFinding[] {
  const routed = new Map(
    context.ofType("aws_route").map((route) => [context.identity(route.values["route_table_id"]), route]),
  );
  return context.ofType("aws_route_table", "aws_default_route_table").flatMap((table) => {
    const route = routed.get(table.address);
    if (route === undefined || isAbsent(table.values["route"])) return [];
    const problem = `Terraform removes ${route.address} at every other apply, because the table also has inline routes`;
    return [finding("CORDON-095", table, problem, "remove the inline route blocks")];
  });
}
