import type { StackJson } from "./plan-json";

/** A route that leads to a firewall endpoint, and the zone of the subnet that it serves. */
export interface FirewallRoute {
  /** `aws_route.NAME` */
  readonly address: string;
  readonly direction: "out" | "return";
  /** Zone of the agent's subnet: the route's own on the way out, that of its destination on the way back. */
  readonly zone: string;
}

/** The routes to firewall endpoints in a synthesized stack, read from its references alone. */
export function firewallRoutes(stack: StackJson): FirewallRoute[] {
  const resources = (type: string) => Object.entries(stack.resource?.[type] ?? {});
  const subnets = resources("aws_subnet").map(([name, subnet]) => ({
    name,
    zone: String(subnet["availability_zone"]),
    cidr: subnet["cidr_block"],
  }));
  const zoneOfTable = (table: string): string => {
    const association = resources("aws_route_table_association").find(([, one]) => one["route_table_id"] === table);
    const subnet = subnets.find(({ name }) => association?.[1]["subnet_id"] === `\${aws_subnet.${name}.id}`);
    return subnet?.zone ?? `no subnet uses ${table}`;
  };
  return resources("aws_route")
    .filter(([, route]) => route["vpc_endpoint_id"] !== undefined)
    .map(([name, route]) => {
      const destination = subnets.find(({ cidr }) => cidr === route["destination_cidr_block"]);
      return destination === undefined
        ? { address: `aws_route.${name}`, direction: "out", zone: zoneOfTable(String(route["route_table_id"])) }
        : { address: `aws_route.${name}`, direction: "return", zone: destination.zone };
    });
}
