import type { MutablePlan, Values } from "../support/changed-plan";
import { adding, agentOf, all, each, type Generator, type Mutation, put, ref, removals, role } from "./mutation";

const OUT = ["CORDON-P01"];
const IN = ["CORDON-P04"];

const agentSubnets = (plan: MutablePlan): [string, Values][] =>
  all(plan, "aws_subnet").filter(([, values]) => agentOf(values) !== undefined);

const tableOf = (plan: MutablePlan, subnet: string): string => {
  const found = all(plan, "aws_route_table_association").find(
    ([, one]) => one["subnet_id"] === ref("aws_subnet", subnet),
  );
  return String(found?.[1]["route_table_id"]);
};

const groupsOf = (plan: MutablePlan): [string, Values][] =>
  all(plan, "aws_security_group").filter(([, values]) => agentOf(values) !== undefined);

/** Targets of a route that lead around the firewall. */
const TARGETS: [string, (plan: MutablePlan) => Values][] = [
  [
    "igw",
    (plan) => {
      put(plan, "aws_internet_gateway", { vpc_id: vpcOf(plan) });
      return { gateway_id: ref("aws_internet_gateway", "Mutant") };
    },
  ],
  [
    "nat",
    (plan) => {
      putNat(plan);
      return { nat_gateway_id: ref("aws_nat_gateway", "Mutant") };
    },
  ],
  ["tgw", () => ({ transit_gateway_id: "tgw-0123456789abcdef0" })],
  ["peering", () => ({ vpc_peering_connection_id: "pcx-0123456789abcdef0" })],
  ["eni", () => ({ network_interface_id: "eni-0123456789abcdef0" })],
  ["vgw", () => ({ gateway_id: "vgw-0123456789abcdef0" })],
  ["carrier", () => ({ carrier_gateway_id: "cagw-0123456789abcdef0" })],
  ["local gateway", () => ({ local_gateway_id: "lgw-0123456789abcdef0" })],
  ["cloud wan", () => ({ core_network_arn: "arn:aws:networkmanager::123456789012:core-network/core-network-1" })],
  ["endpoint of others", () => ({ vpc_endpoint_id: "vpce-0123456789abcdef0" })],
];

const vpcOf = (plan: MutablePlan): string => {
  const [name] = all(plan, "aws_vpc")[0] ?? ["none"];
  return ref("aws_vpc", name);
};

/** A NAT gateway in a public subnet of its own, with a way to the internet. */
function putNat(plan: MutablePlan): void {
  const vpc_id = vpcOf(plan);
  put(plan, "aws_internet_gateway", { vpc_id });
  put(plan, "aws_subnet", { vpc_id, cidr_block: "10.255.0.0/28", availability_zone: "eu-west-1a" });
  put(plan, "aws_route_table", { vpc_id });
  put(plan, "aws_route_table_association", {
    subnet_id: ref("aws_subnet", "Mutant"),
    route_table_id: ref("aws_route_table", "Mutant"),
  });
  put(
    plan,
    "aws_route",
    {
      route_table_id: ref("aws_route_table", "Mutant"),
      destination_cidr_block: "0.0.0.0/0",
      gateway_id: ref("aws_internet_gateway", "Mutant"),
    },
    "MutantOut",
  );
  put(plan, "aws_nat_gateway", { subnet_id: ref("aws_subnet", "Mutant"), allocation_id: "eipalloc-1" });
}

/** Routes of agents' tables that lead elsewhere. */
export const routes: Generator = (plan) =>
  agentSubnets(plan).flatMap(([subnet]) => {
    const route_table_id = tableOf(plan, subnet);
    const beside = ["0.0.0.0/1", "203.0.113.0/24"].flatMap((destination_cidr_block) =>
      TARGETS.map(([what, target]) =>
        adding(`route ${destination_cidr_block} to ${what} beside ${subnet}`, OUT, (json) => {
          put(json, "aws_route", { route_table_id, destination_cidr_block, ...target(json) });
        }),
      ),
    );
    const name = /^\$\{aws_route_table\.(.+)\.id\}$/.exec(route_table_id)?.[1] ?? "";
    const inline = TARGETS.slice(0, 3).map(([what, target]) =>
      adding(`inline route to ${what} in ${subnet}`, OUT, (json) => {
        (json.resource["aws_route_table"]?.[name] ?? {})["route"] = [{ cidr_block: "203.0.113.0/24", ...target(json) }];
      }),
    );
    return [
      ...beside,
      ...inline,
      adding(`v6 route beside ${subnet}`, OUT, (json) => {
        (json.resource["aws_subnet"]?.[subnet] ?? {})["ipv6_cidr_block"] = "2001:db8:0:1::/64";
        put(json, "aws_egress_only_internet_gateway", { vpc_id: vpcOf(json) });
        put(json, "aws_route", {
          route_table_id,
          destination_ipv6_cidr_block: "::/0",
          egress_only_gateway_id: ref("aws_egress_only_internet_gateway", "Mutant"),
        });
      }),
      adding(`prefix list route beside ${subnet}`, OUT, (json) => {
        put(json, "aws_ec2_managed_prefix_list", {
          address_family: "IPv4",
          max_entries: 1,
          entry: [{ cidr: "203.0.113.0/24" }],
        });
        put(json, "aws_route", {
          route_table_id,
          destination_prefix_list_id: ref("aws_ec2_managed_prefix_list", "Mutant"),
          transit_gateway_id: "tgw-1",
        });
      }),
      adding(`propagated routes in ${subnet}`, OUT, (json) => {
        put(json, "aws_vpn_gateway_route_propagation", { route_table_id, vpn_gateway_id: "vgw-1" });
      }),
      adding(`another table for ${subnet}`, OUT, (json) => {
        putNat(json);
        put(
          json,
          "aws_route_table_association",
          { subnet_id: ref("aws_subnet", subnet), route_table_id: ref("aws_route_table", "Mutant") },
          "Mutant2",
        );
      }),
      adding(`no table for ${subnet}, and a main table that leads out`, OUT, (json) => {
        putNat(json);
        for (const [one, association] of all(json, "aws_route_table_association")) {
          if (association["subnet_id"] === ref("aws_subnet", subnet))
            delete json.resource["aws_route_table_association"]?.[one];
        }
        put(json, "aws_main_route_table_association", {
          vpc_id: vpcOf(json),
          route_table_id: ref("aws_route_table", "Mutant"),
        });
      }),
    ];
  });

/** Routes to the firewall that lead elsewhere, and returns that are gone. */
export const reroutes: Generator = (plan) => [
  ...TARGETS.flatMap(([what, target]) =>
    each(
      plan,
      "aws_route",
      `re-route to ${what}`,
      OUT,
      (values, json) => {
        delete values["vpc_endpoint_id"];
        Object.assign(values, target(json));
      },
      (values, name) =>
        values["vpc_endpoint_id"] !== undefined &&
        name.includes("agent-") &&
        values["destination_cidr_block"] === "0.0.0.0/0",
    ),
  ),
  ...removals(
    plan,
    "aws_route",
    ["CORDON-P14"],
    (values, name) => values["vpc_endpoint_id"] !== undefined && /return/.test(name) && !name.includes("idle"),
  ),
];

/** What lets others connect to agents, or widens what the group lets out. */
export const groups: Generator = (plan) =>
  groupsOf(plan).flatMap(([name, values]): Mutation[] => {
    const security_group_id = ref("aws_security_group", name);
    const others = groupsOf(plan).filter(([, one]) => agentOf(one) !== agentOf(values));
    const isWatched = JSON.stringify(plan).includes(`${String(agentOf(values))}_egress-monitor`);
    const egress = isWatched
      ? []
      : [
          adding(`egress of ${name} by rule`, ["CORDON-P02"], (json) =>
            put(json, "aws_vpc_security_group_egress_rule", {
              security_group_id,
              cidr_ipv4: "0.0.0.0/0",
              ip_protocol: "-1",
            }),
          ),
          adding(`egress of ${name} by older rule`, ["CORDON-P02"], (json) =>
            put(json, "aws_security_group_rule", {
              security_group_id,
              type: "egress",
              protocol: "tcp",
              from_port: 0,
              to_port: 65535,
              cidr_blocks: ["0.0.0.0/0"],
            }),
          ),
          adding(`egress of ${name} inline`, ["CORDON-P02"], (json) => {
            (json.resource["aws_security_group"]?.[name] ?? {})["egress"] = [
              { protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] },
            ];
          }),
          adding(`egress of ${name} over v6`, ["CORDON-P02"], (json) =>
            put(json, "aws_vpc_security_group_egress_rule", {
              security_group_id,
              cidr_ipv6: "::/0",
              ip_protocol: "-1",
            }),
          ),
        ];
    return [
      ...egress,
      ...["0.0.0.0/0", "192.0.2.0/24", "10.0.0.0/8"].map((cidr_ipv4) =>
        adding(`inbound ${cidr_ipv4} to ${name}`, IN, (json) =>
          put(json, "aws_vpc_security_group_ingress_rule", {
            security_group_id,
            cidr_ipv4,
            ip_protocol: "tcp",
            from_port: 22,
            to_port: 22,
          }),
        ),
      ),
      adding(`inbound v6 to ${name}`, IN, (json) =>
        put(json, "aws_vpc_security_group_ingress_rule", { security_group_id, cidr_ipv6: "::/0", ip_protocol: "-1" }),
      ),
      adding(`inbound to ${name} by older rule`, IN, (json) =>
        put(json, "aws_security_group_rule", {
          security_group_id,
          type: "ingress",
          protocol: "tcp",
          from_port: 1,
          to_port: 65535,
          cidr_blocks: ["0.0.0.0/0"],
        }),
      ),
      adding(`inbound to ${name} inline`, IN, (json) => {
        (json.resource["aws_security_group"]?.[name] ?? {})["ingress"] = [
          { protocol: "tcp", from_port: 80, to_port: 80, cidr_blocks: ["0.0.0.0/0"] },
        ];
      }),
      adding(`inbound to ${name} by prefix list`, IN, (json) =>
        put(json, "aws_vpc_security_group_ingress_rule", {
          security_group_id,
          prefix_list_id: "pl-1",
          ip_protocol: "-1",
        }),
      ),
      adding(`inbound to ${name} from a group of nobody`, IN, (json) => {
        put(json, "aws_security_group", { vpc_id: vpcOf(json), name: "others" });
        put(json, "aws_vpc_security_group_ingress_rule", {
          security_group_id,
          referenced_security_group_id: ref("aws_security_group", "Mutant"),
          ip_protocol: "-1",
        });
      }),
      ...others.slice(0, 1).map(([other, otherValues]) =>
        adding(`inbound to ${name} from agent ${agentOf(otherValues)}`, ["CORDON-P05"], (json) =>
          put(json, "aws_vpc_security_group_ingress_rule", {
            security_group_id,
            referenced_security_group_id: ref("aws_security_group", other),
            ip_protocol: "-1",
          }),
        ),
      ),
    ];
  });

/** Subnets, public addresses, and what stands where it must not. */
export const places: Generator = (plan) => [
  ...each(
    plan,
    "aws_subnet",
    "public addresses in",
    ["CORDON-P10"],
    (values) => (values["map_public_ip_on_launch"] = true),
    (values) => agentOf(values) !== undefined,
  ),
  ...each(
    plan,
    "aws_subnet",
    "v6 addresses in",
    ["CORDON-P10"],
    (values) => (values["assign_ipv6_address_on_creation"] = true),
    (values) => agentOf(values) !== undefined,
  ),
  ...all(plan, "aws_subnet").flatMap(([name, values]): Mutation[] => {
    const subnet_id = ref("aws_subnet", name);
    if (role(values) === "firewall" || role(values) === "public") {
      return [
        adding(`instance in ${name}`, ["CORDON-P15"], (json) =>
          put(json, "aws_instance", { subnet_id, metadata_options: { http_tokens: "required" } }),
        ),
        adding(`group of instances in ${name}`, ["CORDON-P15"], (json) =>
          put(json, "aws_autoscaling_group", { vpc_zone_identifier: [subnet_id], min_size: 1, max_size: 1 }),
        ),
        adding(`function in ${name}`, ["CORDON-P15"], (json) =>
          put(json, "aws_lambda_function", {
            function_name: "f",
            vpc_config: { subnet_ids: [subnet_id], security_group_ids: [] },
          }),
        ),
        adding(`service in ${name}`, ["CORDON-P15"], (json) =>
          put(json, "aws_ecs_service", { name: "s", network_configuration: { subnets: [subnet_id] } }),
        ),
        adding(`database in ${name}`, ["CORDON-P15", "CORDON-P13"], (json) =>
          put(json, "aws_redshift_cluster", { subnet_ids: [subnet_id] }),
        ),
      ];
    }
    if (agentOf(values) === undefined) return [];
    const [group] = groupsOf(plan).find(([, one]) => agentOf(one) === agentOf(values)) ?? ["none"];
    const vpc_security_group_ids = [ref("aws_security_group", group)];
    return [
      adding(`instance without IMDSv2 in ${name}`, ["CORDON-P10"], (json) =>
        put(json, "aws_instance", { subnet_id, vpc_security_group_ids }),
      ),
      adding(`instance with optional tokens in ${name}`, ["CORDON-P10"], (json) =>
        put(json, "aws_instance", { subnet_id, vpc_security_group_ids, metadata_options: { http_tokens: "optional" } }),
      ),
      adding(`instance with a public address in ${name}`, ["CORDON-P10"], (json) =>
        put(json, "aws_instance", {
          subnet_id,
          vpc_security_group_ids,
          associate_public_ip_address: true,
          metadata_options: { http_tokens: "required" },
        }),
      ),
      adding(`elastic address of an instance in ${name}`, ["CORDON-P10"], (json) => {
        put(json, "aws_instance", { subnet_id, vpc_security_group_ids, metadata_options: { http_tokens: "required" } });
        put(json, "aws_eip", { instance: ref("aws_instance", "Mutant") });
      }),
      adding(`launch template without IMDSv2 in ${name}`, ["CORDON-P10"], (json) => {
        put(json, "aws_launch_template", { vpc_security_group_ids });
        put(json, "aws_autoscaling_group", {
          vpc_zone_identifier: [subnet_id],
          launch_template: { id: ref("aws_launch_template", "Mutant") },
        });
      }),
      adding(`public service in ${name}`, ["CORDON-P10"], (json) =>
        put(json, "aws_ecs_service", {
          network_configuration: {
            subnets: [subnet_id],
            security_groups: vpc_security_group_ids,
            assign_public_ip: true,
          },
        }),
      ),
      adding(`load balancer for an instance in ${name}`, IN, (json) => {
        put(json, "aws_instance", { subnet_id, vpc_security_group_ids, metadata_options: { http_tokens: "required" } });
        put(json, "aws_lb_target_group_attachment", {
          target_group_arn: "arn:aws:elasticloadbalancing:x",
          target_id: ref("aws_instance", "Mutant"),
        });
      }),
      adding(`URL for a function in ${name}`, IN, (json) => {
        put(json, "aws_lambda_function", {
          function_name: "f",
          vpc_config: { subnet_ids: [subnet_id], security_group_ids: vpc_security_group_ids },
        });
        put(json, "aws_lambda_function_url", {
          function_name: ref("aws_lambda_function", "Mutant", "function_name"),
          authorization_type: "NONE",
        });
      }),
      adding(`unknown type in ${name}`, ["CORDON-P13"], (json) => put(json, "aws_new_thing", { subnet_id })),
      adding(`instance with a group of its own that is open to all in ${name}`, IN, (json) => {
        put(json, "aws_security_group", {
          vpc_id: vpcOf(json),
          ingress: [{ protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] }],
        });
        put(json, "aws_instance", {
          subnet_id,
          vpc_security_group_ids: [ref("aws_security_group", "Mutant")],
          metadata_options: { http_tokens: "required" },
        });
      }),
    ];
  }),
];
