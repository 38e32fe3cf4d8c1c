import {
  addressOf,
  type Change,
  freshPlan,
  judged,
  judgedAfter,
  type MutablePlan,
  put,
  putInstance,
  ref,
  TRIAGE_A,
  TRIAGE_B,
  valuesOf,
} from "./weakened";

const INGRESS = "aws_vpc_security_group_ingress_rule";
const group = (json: MutablePlan): string => ref(json, "aws_security_group", "agent-triage");

const ssh = (json: MutablePlan, values: { [argument: string]: unknown }): void =>
  put(json, INGRESS, { security_group_id: group(json), ip_protocol: "tcp", from_port: 22, to_port: 22, ...values });

const putFunction = (json: Parameters<Change>[0]): void =>
  put(json, "aws_lambda_function", {
    function_name: "triage",
    role: ref(json, "aws_iam_role", "agent-triage", "arn"),
    vpc_config: [{ subnet_ids: [ref(json, "aws_subnet", TRIAGE_A)], security_group_ids: [group(json)] }],
  });

const putApi = (json: Parameters<Change>[0], type: string): void => {
  put(json, "aws_api_gateway_rest_api", { name: "triage", endpoint_configuration: [{ types: [type] }] });
  put(json, "aws_api_gateway_integration", {
    rest_api_id: "${aws_api_gateway_rest_api.added.id}",
    resource_id: "${aws_api_gateway_rest_api.added.root_resource_id}",
    http_method: "ANY",
    type: "AWS_PROXY",
    uri: "${aws_lambda_function.added.invoke_arn}",
  });
};

describe("P04: nothing connects to an agent from outside", () => {
  test("an inbound rule for everybody is found with the group that it opens, and by this rule alone", () => {
    const json = freshPlan();
    ssh(json, { cidr_ipv4: "0.0.0.0/0" });
    const { verdict, findings } = judged(json);
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P04",
        verdict: "VIOLATED",
        severity: "high",
        agent: "triage",
        address: `${INGRESS}.added`,
        problem: "it lets 0.0.0.0/0 connect to agent triage",
        fix: "remove it; nothing has to connect to an agent",
        path: [
          {
            layer: "security group",
            address: `${INGRESS}.added`,
            says: `admits connections to ${addressOf(json, "aws_security_group", "agent-triage")}`,
          },
        ],
        flow: expect.objectContaining({ protocol: 6, port: 22 }),
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change, string]>([
    ["an office", (json) => ssh(json, { cidr_ipv4: "198.51.100.0/24" }), `${INGRESS}.added`],
    ["IPv6", (json) => ssh(json, { cidr_ipv6: "::/0" }), `${INGRESS}.added`],
    ["a peer's network", (json) => ssh(json, { cidr_ipv4: "172.16.0.0/12" }), `${INGRESS}.added`],
    ["the whole network of the cell", (json) => ssh(json, { cidr_ipv4: "10.64.0.0/20" }), `${INGRESS}.added`],
    [
      "a prefix list",
      (json) => {
        put(json, "aws_ec2_managed_prefix_list", {
          name: "x",
          address_family: "IPv4",
          max_entries: 1,
          entry: [{ cidr: "198.51.100.0/24" }],
        });
        ssh(json, { prefix_list_id: "${aws_ec2_managed_prefix_list.added.id}" });
      },
      `${INGRESS}.added`,
    ],
    [
      "another group that is no agent's",
      (json) => {
        put(json, "aws_security_group", { name: "bastion", vpc_id: ref(json, "aws_vpc", "") });
        ssh(json, { referenced_security_group_id: "${aws_security_group.added.id}" });
      },
      `${INGRESS}.added`,
    ],
    [
      "the older resource",
      (json) =>
        put(json, "aws_security_group_rule", {
          security_group_id: group(json),
          type: "ingress",
          protocol: "tcp",
          from_port: 22,
          to_port: 22,
          cidr_blocks: ["0.0.0.0/0"],
        }),
      "aws_security_group_rule.added",
    ],
    [
      "a rule inside of the group",
      (json) => {
        valuesOf(json, "aws_security_group", "agent-triage")["ingress"] = [
          { protocol: "tcp", from_port: 22, to_port: 22, cidr_blocks: ["0.0.0.0/0"] },
        ];
      },
      "aws_security_group.Agents_agent-triage",
    ],
    [
      "a second group on what the agent runs on",
      (json) => {
        put(json, "aws_security_group", { name: "open", vpc_id: ref(json, "aws_vpc", "") });
        put(json, INGRESS, {
          security_group_id: "${aws_security_group.added.id}",
          ip_protocol: "-1",
          cidr_ipv4: "0.0.0.0/0",
        });
        putInstance(json, { vpc_security_group_ids: [group(json), "${aws_security_group.added.id}"] });
      },
      `${INGRESS}.added`,
    ],
    [
      "a URL of the agent's function",
      (json) => {
        put(json, "aws_lambda_function", {
          function_name: "triage",
          role: ref(json, "aws_iam_role", "agent-triage", "arn"),
          vpc_config: [{ subnet_ids: [ref(json, "aws_subnet", TRIAGE_A)], security_group_ids: [group(json)] }],
        });
        put(json, "aws_lambda_function_url", {
          function_name: "${aws_lambda_function.added.function_name}",
          authorization_type: "NONE",
        });
      },
      "aws_lambda_function_url.added",
    ],
    [
      "a public API in front of the agent's function",
      (json) => {
        putFunction(json);
        putApi(json, "REGIONAL");
      },
      "aws_api_gateway_rest_api.added",
    ],
  ])("%s is found", (_, change, address) => {
    const { verdict, rules, places } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P04"]]);
    expect(places).toEqual([expect.stringContaining(address)]);
  });

  test("an API that only a private endpoint leads to is left alone", () => {
    const change: Change = (json) => {
      putFunction(json);
      putApi(json, "PRIVATE");
    };
    expect(judgedAfter(change).rules).toEqual([]);
  });

  test.each<[string, Change]>([
    [
      "by its id",
      (json) => {
        putInstance(json);
        put(json, "aws_lb_target_group_attachment", {
          target_group_arn: "arn:x",
          target_id: "${aws_instance.added.id}",
        });
      },
    ],
    [
      "by its address",
      (json) => {
        putInstance(json, { private_ip: "10.64.1.70" });
        put(json, "aws_lb_target_group_attachment", { target_group_arn: "arn:x", target_id: "10.64.1.70" });
      },
    ],
    [
      "by the group of an autoscaling group",
      (json) => {
        put(json, "aws_autoscaling_group", {
          min_size: 1,
          max_size: 1,
          vpc_zone_identifier: [ref(json, "aws_subnet", TRIAGE_A)],
          target_group_arns: ["arn:x"],
        });
      },
    ],
  ])("a load balancer that leads to what the agent runs on %s is found", (_, change) => {
    const { verdict, rules } = judgedAfter(change);
    expect(verdict).toBe("VIOLATED");
    expect(rules).toContain("CORDON-P04");
  });

  test.each<[string, Change]>([
    ["the agent's own group", (json) => ssh(json, { referenced_security_group_id: group(json) })],
    [
      "the agent's own subnets, in every zone",
      (json) => {
        ssh(json, { cidr_ipv4: valuesOf(json, "aws_subnet", TRIAGE_A)["cidr_block"] });
        put(
          json,
          INGRESS,
          {
            security_group_id: group(json),
            ip_protocol: "tcp",
            from_port: 22,
            to_port: 22,
            cidr_ipv4: valuesOf(json, "aws_subnet", TRIAGE_B)["cidr_block"],
          },
          "other",
        );
      },
    ],
    [
      "an open group that nothing of an agent bears",
      (json) => {
        put(json, "aws_security_group", { name: "open", vpc_id: ref(json, "aws_vpc", "") });
        put(json, INGRESS, {
          security_group_id: "${aws_security_group.added.id}",
          ip_protocol: "-1",
          cidr_ipv4: "0.0.0.0/0",
        });
      },
    ],
    [
      "what the agent runs on, behind no load balancer",
      (json) => {
        putInstance(json);
      },
    ],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  describe("what is not known", () => {
    test("a source that the plan does not name may be anybody, and is settled by naming it", () => {
      const change: Change = (json) => ssh(json, { cidr_ipv4: "${var.office}" });
      const { verdict, rules, findings } = judgedAfter(change);
      expect([verdict, rules]).toEqual(["UNKNOWN", ["CORDON-P04"]]);
      expect(findings[0]?.unknowns).toEqual(["var.office"]);
      expect(judgedAfter(change, { assume: { "var.office": "198.51.100.0/24" } }).verdict).toBe("VIOLATED");
    });

    test("a group that the plan does not name may be the agent's", () => {
      const change: Change = (json) => ssh(json, { security_group_id: "${var.group}", cidr_ipv4: "0.0.0.0/0" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN" });
      expect(judgedAfter(change, { assume: { "var.group": "sg-0123" } }).verdict).toBe("PROVED");
    });

    test("a rule that may not exist is settled by its count", () => {
      const change: Change = (json) => ssh(json, { cidr_ipv4: "0.0.0.0/0", count: "${var.open}" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P04"] });
      expect(judgedAfter(change, { assume: { "var.open": 1 } }).verdict).toBe("VIOLATED");
      expect(judgedAfter(change, { assume: { "var.open": 0 } }).verdict).toBe("PROVED");
    });
  });
});
