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
  set,
  TRIAGE_A,
} from "./weakened";

const guarded =
  (values: { [argument: string]: unknown }): Change =>
  (json) => {
    putInstance(json, { metadata_options: [values] });
  };

describe("P10: no public address, and metadata behind its guard", () => {
  test("a subnet that gives public addresses is found, and by this rule alone", () => {
    const json = freshPlan();
    set("aws_subnet", TRIAGE_A, { map_public_ip_on_launch: true })(json);
    const { verdict, findings } = judged(json);
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P10",
        verdict: "VIOLATED",
        severity: "high",
        agent: "triage",
        address: addressOf(json, "aws_subnet", TRIAGE_A),
        construct: "stack/Agents/agent-triage/agent-eu-west-1a",
        problem: "it gives what starts in it a public address",
        fix: "set map_public_ip_on_launch to false",
        path: [],
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change, string]>([
    [
      "an IPv6 address for what starts in the subnet",
      set("aws_subnet", TRIAGE_A, { assign_ipv6_address_on_creation: true }),
      "it gives what starts in it an IPv6 address, which is public",
    ],
    [
      "an instance that asks for a public address",
      (json) => {
        putInstance(json, { associate_public_ip_address: true });
      },
      "it asks for a public address",
    ],
    [
      "a public address of the instance",
      (json) => {
        putInstance(json);
        put(json, "aws_eip", { domain: "vpc", instance: "${aws_instance.added.id}" });
      },
      "it gives aws_instance.added a public address",
    ],
    [
      "a public address that is associated with it",
      (json) => {
        putInstance(json);
        put(json, "aws_eip", { domain: "vpc" });
        put(json, "aws_eip_association", {
          allocation_id: "${aws_eip.added.id}",
          instance_id: "${aws_instance.added.id}",
        });
      },
      "it gives aws_instance.added a public address",
    ],
    [
      "a public address of an interface",
      (json) => {
        put(json, "aws_network_interface", {
          subnet_id: ref(json, "aws_subnet", TRIAGE_A),
          security_groups: [ref(json, "aws_security_group", "agent-triage")],
        });
        put(json, "aws_eip", { domain: "vpc", network_interface: "${aws_network_interface.added.id}" });
      },
      "it gives aws_network_interface.added a public address",
    ],
    [
      "tasks that ask for a public address",
      (json) =>
        put(json, "aws_ecs_service", {
          name: "triage",
          task_definition: "triage:1",
          network_configuration: [
            {
              subnets: [ref(json, "aws_subnet", TRIAGE_A)],
              security_groups: [ref(json, "aws_security_group", "agent-triage")],
              assign_public_ip: true,
            },
          ],
        }),
      "it asks for a public address",
    ],
    [
      "a metadata service that asks for no token",
      guarded({ http_tokens: "optional", http_put_response_hop_limit: 1 }),
      "its metadata service answers without a session token, to any request that the agent can be led to make",
    ],
    [
      "a metadata service that nothing is said about",
      (json) => {
        putInstance(json, { metadata_options: [] });
      },
      "its metadata service answers without a session token, to any request that the agent can be led to make",
    ],
    [
      "a metadata service that answers across a hop",
      guarded({ http_tokens: "required", http_put_response_hop_limit: 2 }),
      "its metadata service answers across a hop, to containers too",
    ],
    [
      "a launch template without the guard",
      (json) => {
        put(json, "aws_launch_template", { metadata_options: [{ http_tokens: "optional" }] });
        put(json, "aws_autoscaling_group", {
          min_size: 1,
          max_size: 1,
          vpc_zone_identifier: [ref(json, "aws_subnet", TRIAGE_A)],
          launch_template: [{ id: "${aws_launch_template.added.id}" }],
        });
      },
      "its metadata service answers without a session token, to any request that the agent can be led to make",
    ],
  ])("%s is found", (_, change, problem) => {
    const { verdict, rules, findings } = judgedAfter(change);
    expect(verdict).toBe("VIOLATED");
    expect(rules).toContain("CORDON-P10");
    expect(findings.filter((one) => one.rule === "CORDON-P10").map((one) => one.problem)).toEqual([problem]);
  });

  test.each<[string, Change]>([
    [
      "a guarded instance",
      (json) => {
        putInstance(json);
      },
    ],
    ["an instance without a metadata service", guarded({ http_endpoint: "disabled" })],
    [
      "a public address of the NAT gateways alone",
      (json) => {
        putInstance(json);
        put(json, "aws_eip", { domain: "vpc" });
      },
    ],
    [
      "a public subnet of another network, with an open instance",
      (json) => {
        putOtherNetwork(json);
        Object.assign(json.resource["aws_subnet"]?.["other"] ?? {}, { map_public_ip_on_launch: true });
      },
    ],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  describe("what is not known", () => {
    test.each<[string, Change, string, unknown, unknown]>([
      [
        "whether the subnet gives public addresses",
        set("aws_subnet", TRIAGE_A, { map_public_ip_on_launch: "${var.public}" }),
        "var.public",
        false,
        true,
      ],
      [
        "whether the subnet gives IPv6 addresses",
        set("aws_subnet", TRIAGE_A, { assign_ipv6_address_on_creation: "${var.six}" }),
        "var.six",
        false,
        true,
      ],
      [
        "whether the instance asks for a public address",
        (json) => {
          putInstance(json, { associate_public_ip_address: "${var.public}" });
        },
        "var.public",
        false,
        true,
      ],
      [
        "whether the metadata service asks for a token",
        guarded({ http_tokens: "${var.tokens}", http_put_response_hop_limit: 1 }),
        "var.tokens",
        "required",
        "optional",
      ],
      [
        "how far the metadata service answers",
        guarded({ http_tokens: "required", http_put_response_hop_limit: "${var.hops}" }),
        "var.hops",
        1,
        3,
      ],
    ])("%s stays open, and is settled by saying it", (_, change, token, good, bad) => {
      const { verdict, rules, findings } = judgedAfter(change);
      expect([verdict, rules]).toEqual(["UNKNOWN", ["CORDON-P10"]]);
      expect(findings[0]?.unknowns).toEqual([token]);
      expect(judgedAfter(change, { assume: { [token]: good as string } }).verdict).toBe("PROVED");
      expect(judgedAfter(change, { assume: { [token]: bad as string } }).verdict).toBe("VIOLATED");
    });
  });
});
