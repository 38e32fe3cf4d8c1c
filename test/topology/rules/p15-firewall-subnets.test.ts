import {
  addressOf,
  type Change,
  freshPlan,
  judged,
  judgedAfter,
  put,
  putInstance,
  putOtherNetwork,
  ref,
} from "./weakened";

const at =
  (subnet: string): Change =>
  (json) => {
    putInstance(json, { vpc_security_group_ids: [ref(json, "aws_default_security_group", "")] }, subnet);
  };

describe("P15: nothing else stands in the firewall's subnets, or behind it", () => {
  test("an instance beside the firewall's endpoint is found, and by this rule alone", () => {
    const json = freshPlan();
    at("firewall-eu-west-1a")(json);
    const { verdict, findings } = judged(json);
    const subnet = addressOf(json, "aws_subnet", "firewall-eu-west-1a");
    const firewall = addressOf(json, "aws_networkfirewall_firewall", "");
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P15",
        verdict: "VIOLATED",
        severity: "high",
        address: "aws_instance.added",
        problem: `it stands in ${subnet}, beside the endpoint of ${firewall}`,
        fix: "put it into a subnet of its own whose route leads to the firewall",
        path: [],
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change, string]>([
    ["an instance between the firewall and the internet", at("public-eu-west-1b"), "behind"],
    [
      "a function beside the endpoint",
      (json) =>
        put(json, "aws_lambda_function", {
          function_name: "x",
          vpc_config: [
            {
              subnet_ids: [ref(json, "aws_subnet", "firewall-eu-west-1b")],
              security_group_ids: [ref(json, "aws_default_security_group", "")],
            },
          ],
        }),
      "beside the endpoint of",
    ],
    [
      "an interface beside the endpoint",
      (json) => put(json, "aws_network_interface", { subnet_id: ref(json, "aws_subnet", "firewall-eu-west-1a") }),
      "beside the endpoint of",
    ],
    [
      "a NAT gateway beside the endpoint",
      (json) => {
        put(json, "aws_nat_gateway", {
          subnet_id: ref(json, "aws_subnet", "firewall-eu-west-1a"),
          allocation_id: "eipalloc-0123",
        });
      },
      "beside the endpoint of",
    ],
  ])("%s is found", (_, change, where) => {
    const { verdict, rules, findings } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P15"]]);
    expect(findings[0]?.problem).toContain(where);
  });

  test.each<[string, Change]>([
    ["an instance in a subnet without a way out", at("endpoint-eu-west-1a")],
    ["an instance of another network", putOtherNetwork],
    [
      "a second NAT gateway where the NAT gateways stand",
      (json) =>
        put(json, "aws_nat_gateway", {
          subnet_id: ref(json, "aws_subnet", "public-eu-west-1a"),
          allocation_id: "eipalloc-0123",
        }),
    ],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  test("what may stand beside the endpoint stays open, and is settled by its count", () => {
    const change: Change = (json) => {
      putInstance(json, { count: "${var.instances}" }, "firewall-eu-west-1a");
    };
    expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P15"] });
    expect(judgedAfter(change, { assume: { "var.instances": 1 } }).verdict).toBe("VIOLATED");
    expect(judgedAfter(change, { assume: { "var.instances": 0 } }).verdict).toBe("PROVED");
  });
});
