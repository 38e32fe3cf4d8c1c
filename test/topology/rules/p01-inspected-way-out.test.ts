import {
  addressOf,
  type Change,
  freshPlan,
  judged,
  judgedAfter,
  type MutablePlan,
  put,
  putOtherNetwork,
  ref,
  TRIAGE_A,
  valuesOf,
} from "./weakened";

const OUT = `${TRIAGE_A}-out`;
const nat = (json: MutablePlan): string => ref(json, "aws_nat_gateway", "nat-eu-west-1a");
const gateway = (json: MutablePlan): string => ref(json, "aws_internet_gateway", "");
const vpc = (json: MutablePlan): string => ref(json, "aws_vpc", "");
const table = (json: MutablePlan): string => ref(json, "aws_route_table", TRIAGE_A);

/** Another route of the agent's table, beside the one to the firewall. */
const beside = (json: MutablePlan, values: { [argument: string]: unknown }): void =>
  put(json, "aws_route", { route_table_id: table(json), destination_cidr_block: "192.0.2.0/24", ...values });

describe("P01: no way out around inspection", () => {
  test("a route to the NAT gateway instead of the firewall is found with its way, and by this rule alone", () => {
    const json = freshPlan();
    const route = valuesOf(json, "aws_route", OUT);
    delete route["vpc_endpoint_id"];
    route["nat_gateway_id"] = nat(json);
    const address = addressOf(json, "aws_route", OUT);
    const subnet = addressOf(json, "aws_subnet", TRIAGE_A);
    const nat1 = addressOf(json, "aws_nat_gateway", "nat-eu-west-1a");
    const { verdict, findings } = judged(json);
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P01",
        verdict: "VIOLATED",
        severity: "critical",
        agent: "triage",
        address,
        construct: "stack/Agents/agent-triage/agent-eu-west-1a-out",
        problem: `agent triage reaches the internet from ${subnet} past every firewall`,
        fix: "remove the route, or let it lead to the firewall's endpoint",
        path: [
          { layer: "subnet", address: subnet, says: `stands in ${subnet}` },
          {
            layer: "security group",
            address: expect.stringMatching(/^aws_vpc_security_group_egress_rule\./),
            says: expect.any(String),
          },
          { layer: "route", address, says: `leads to ${nat1}` },
          { layer: "route", address: nat1, says: "translates the source address" },
          {
            layer: "route",
            address: addressOf(json, "aws_route", "public-eu-west-1a-out"),
            says: `leads to the internet by ${addressOf(json, "aws_internet_gateway", "")}`,
          },
        ],
        flow: expect.objectContaining({ source: "10.64.1.64", protocol: 6, port: 443 }),
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change, string]>([
    [
      "a narrower route to the internet gateway",
      (json) => beside(json, { gateway_id: gateway(json) }),
      "aws_route.added",
    ],
    [
      "a peering connection",
      (json) => {
        put(json, "aws_vpc_peering_connection", { vpc_id: vpc(json), peer_vpc_id: "vpc-0123", auto_accept: false });
        beside(json, { vpc_peering_connection_id: "${aws_vpc_peering_connection.added.id}" });
      },
      "aws_route.added",
    ],
    [
      "a transit gateway",
      (json) => {
        put(json, "aws_ec2_transit_gateway", { description: "hub" });
        beside(json, { transit_gateway_id: "${aws_ec2_transit_gateway.added.id}" });
      },
      "aws_route.added",
    ],
    ["an interface of somebody", (json) => beside(json, { network_interface_id: "eni-0123" }), "aws_route.added"],
    [
      "a private endpoint that inspects nothing",
      (json) => beside(json, { vpc_endpoint_id: "vpce-0123" }),
      "aws_route.added",
    ],
    [
      "a route written inside of the table",
      (json) => {
        valuesOf(json, "aws_route_table", TRIAGE_A)["route"] = [
          { cidr_block: "192.0.2.0/24", nat_gateway_id: nat(json) },
        ];
      },
      "aws_route_table.Agents_agent-triage_agent",
    ],
    [
      "the table of the public subnets",
      (json) => {
        valuesOf(json, "aws_route_table_association", TRIAGE_A)["route_table_id"] = ref(
          json,
          "aws_route_table",
          "public-eu-west-1a",
        );
      },
      "aws_route.Agents_Network_public-eu-west-1a-out",
    ],
    [
      "a second table, of which nobody knows which one counts",
      (json) =>
        put(json, "aws_route_table_association", {
          subnet_id: ref(json, "aws_subnet", TRIAGE_A),
          route_table_id: ref(json, "aws_route_table", "firewall-eu-west-1a"),
        }),
      "aws_route.Agents_Network_firewall-eu-west-1a-out",
    ],
    [
      "no table of its own, in a network whose main table leads out",
      (json) => {
        delete json.resource["aws_route_table_association"]?.[
          addressOf(json, "aws_route_table_association", TRIAGE_A).split(".")[1] ?? ""
        ];
        put(json, "aws_default_route_table", {
          default_route_table_id: ref(json, "aws_vpc", "", "default_route_table_id"),
          route: [{ cidr_block: "0.0.0.0/0", gateway_id: gateway(json) }],
        });
      },
      "aws_default_route_table.added",
    ],
  ])("%s is found", (_, change, address) => {
    const { verdict, rules, places } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P01"]]);
    expect(places).toEqual([expect.stringContaining(address)]);
  });

  test.each<[string, Change]>([
    [
      "a route to the internet in a table that no subnet has",
      (json) => {
        put(json, "aws_route_table", { vpc_id: vpc(json) });
        put(json, "aws_route", {
          route_table_id: "${aws_route_table.added.id}",
          destination_cidr_block: "0.0.0.0/0",
          gateway_id: gateway(json),
        });
      },
    ],
    [
      "a narrower route to the same endpoint of the firewall",
      (json) => beside(json, { vpc_endpoint_id: valuesOf(json, "aws_route", OUT)["vpc_endpoint_id"] }),
    ],
    [
      "a peering connection that no route leads to",
      (json) => put(json, "aws_vpc_peering_connection", { vpc_id: vpc(json), peer_vpc_id: "vpc-0123" }),
    ],
    [
      "an IPv6 way out of a subnet without IPv6",
      (json) => {
        put(json, "aws_egress_only_internet_gateway", { vpc_id: vpc(json) });
        put(json, "aws_route", {
          route_table_id: table(json),
          destination_ipv6_cidr_block: "::/0",
          egress_only_gateway_id: "${aws_egress_only_internet_gateway.added.id}",
        });
      },
    ],
    ["another network with a way of its own to the internet", putOtherNetwork],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  describe("what is not known", () => {
    const toUnknownTable: Change = (json) =>
      beside(json, { route_table_id: "${var.table}", nat_gateway_id: nat(json) });

    test("a route of a table that the plan does not name stays open, and says which value would settle it", () => {
      const { verdict, findings, rules } = judgedAfter(toUnknownTable);
      // It may be the firewall's own table as well, and then answers miss the endpoint.
      expect([verdict, rules]).toEqual(["UNKNOWN", ["CORDON-P01", "CORDON-P14"]]);
      const ways = findings.filter((one) => one.rule === "CORDON-P01");
      expect(ways.map((one) => [one.address, one.verdict, one.unknowns])).toEqual([
        ["aws_route.added", "UNKNOWN", ["var.table"]],
        ["aws_route.added", "UNKNOWN", ["var.table"]],
      ]);
    });

    test("and is settled by an assumption, which the verification then states", () => {
      const json = freshPlan();
      toUnknownTable(json);
      expect(judged(json, { assume: { "var.table": "rtb-0123" } }).verdict).toBe("PROVED");
    });

    test("routes that a gateway propagates stay open, whatever they are", () => {
      const { verdict, places } = judgedAfter((json) => {
        put(json, "aws_vpn_gateway", { vpc_id: vpc(json) });
        put(json, "aws_vpn_gateway_route_propagation", {
          vpn_gateway_id: "${aws_vpn_gateway.added.id}",
          route_table_id: table(json),
        });
      });
      expect([verdict, places]).toEqual(["UNKNOWN", ["CORDON-P01 aws_vpn_gateway_route_propagation.added"]]);
    });

    test("a target that the plan does not name stays open", () => {
      const change: Change = (json) => beside(json, { nat_gateway_id: "${var.nat}" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P01"] });
      expect(judgedAfter(change, { assume: { "var.nat": "nat-0123" } })).toMatchObject({
        verdict: "VIOLATED",
        rules: ["CORDON-P01"],
      });
    });

    test("destinations that the plan does not name stay open, and are settled by where they are", () => {
      const change: Change = (json) =>
        beside(json, { destination_cidr_block: "${var.peer}", vpc_peering_connection_id: "pcx-0123" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P01"] });
      expect(judgedAfter(change, { assume: { "var.peer": "192.0.2.0/24" } })).toMatchObject({ verdict: "VIOLATED" });
    });

    test("narrower routes to the firewall that may not exist take nothing from a wider one past it", () => {
      const change: Change = (json) => {
        const route = valuesOf(json, "aws_route", OUT);
        const { vpc_endpoint_id: firewall } = route;
        delete route["vpc_endpoint_id"];
        route["nat_gateway_id"] = nat(json);
        for (const half of ["0.0.0.0/1", "128.0.0.0/1"]) {
          put(
            json,
            "aws_route",
            {
              route_table_id: table(json),
              destination_cidr_block: half,
              vpc_endpoint_id: firewall,
              count: "${var.routes}",
            },
            `half-${half.length}`,
          );
        }
      };
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P01"] });
      expect(judgedAfter(change, { assume: { "var.routes": 0 } })).toMatchObject({ verdict: "VIOLATED" });
      expect(judgedAfter(change, { assume: { "var.routes": 1 } })).toMatchObject({ verdict: "PROVED" });
    });

    test("a route that may not exist stays open, and is gone where it is assumed away", () => {
      const change: Change = (json) => beside(json, { nat_gateway_id: nat(json), count: "${var.routes}" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P01"] });
      expect(judgedAfter(change, { assume: { "var.routes": 1 } })).toMatchObject({ verdict: "VIOLATED" });
      expect(judgedAfter(change, { assume: { "var.routes": 0 } })).toMatchObject({ verdict: "PROVED" });
    });
  });
});
