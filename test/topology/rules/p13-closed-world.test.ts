import { type Change, freshPlan, judged, judgedAfter, put, putOtherNetwork, ref, set, TRIAGE_A } from "./weakened";

const vpn: Change = (json) =>
  put(json, "aws_ec2_client_vpn_network_association", {
    client_vpn_endpoint_id: "cvpn-endpoint-0123",
    subnet_id: ref(json, "aws_subnet", TRIAGE_A),
  });

describe("P13: everything that touches the agents' network is part of the model", () => {
  test("a type that the model does not know is found as unknown, and by this rule alone", () => {
    const json = freshPlan();
    put(json, "aws_vpn_connection", { vpc_id: ref(json, "aws_vpc", ""), type: "ipsec.1" });
    const { verdict, findings } = judged(json);
    expect(verdict).toBe("UNKNOWN");
    expect(findings).toEqual([
      {
        rule: "CORDON-P13",
        verdict: "UNKNOWN",
        severity: "high",
        address: "aws_vpn_connection.added",
        problem: "aws_vpn_connection touches the agents' network, and the model does not know what it does",
        fix: "remove it, or acknowledge it with what it does as the reason",
        path: [],
        unknowns: expect.any(Array),
      },
    ]);
  });

  test.each<[string, Change, string]>([
    [
      "one that stands on the firewall",
      (json) =>
        put(json, "aws_networkfirewall_tls_inspection_configuration", {
          name: "x",
          firewall: ref(json, "aws_networkfirewall_firewall", "", "arn"),
        }),
      "aws_networkfirewall_tls_inspection_configuration.added",
    ],
    [
      "one that stands on a table of the agent",
      (json) => put(json, "aws_something_new", { route_table: ref(json, "aws_route_table", TRIAGE_A) }),
      "aws_something_new.added",
    ],
    [
      "one that stands on the agent's role",
      (json) => put(json, "aws_something_new", { role: ref(json, "aws_iam_role", "agent-triage", "arn") }),
      "aws_something_new.added",
    ],
    [
      "a command that runs at apply, wherever it stands",
      (json) => put(json, "aws_sqs_queue", { name: "q", provisioner: [{ "local-exec": { command: "true" } }] }),
      "aws_sqs_queue.added",
    ],
    [
      "changes of routes that Terraform is told not to see",
      set("aws_route_table", TRIAGE_A, { lifecycle: { ignore_changes: ["route"] } }),
      "aws_route_table",
    ],
    [
      "any change that Terraform is told not to see",
      set("aws_security_group", "agent-triage", { lifecycle: { ignore_changes: "all" } }),
      "aws_security_group",
    ],
    [
      "a part of the network in another account or region",
      set("aws_security_group", "agent-triage", { provider: "aws.other" }),
      "aws_security_group",
    ],
  ])("%s is found", (_, change, address) => {
    const { verdict, findings } = judgedAfter(change);
    const found = findings.filter((one) => one.rule === "CORDON-P13");
    expect(verdict).toBe("UNKNOWN");
    expect(found.map((one) => one.verdict)).toEqual(["UNKNOWN"]);
    expect(found[0]?.address).toContain(address);
  });

  test("a type that places itself in the agent's subnet is found", () => {
    const { verdict, rules } = judgedAfter(vpn);
    expect(rules).toContain("CORDON-P13");
    expect(verdict).not.toBe("PROVED");
  });

  test.each<[string, Change]>([
    [
      "a type that the model does not know and that touches nothing of the agents",
      (json) => put(json, "aws_something_new", { name: "x" }),
    ],
    [
      "one that stands on another network",
      (json) => {
        putOtherNetwork(json);
        put(json, "aws_vpn_connection", { vpc_id: "${aws_vpc.other.id}", type: "ipsec.1" });
      },
    ],
    [
      "a type that carries no traffic",
      (json) =>
        put(json, "aws_cloudwatch_metric_alarm", { alarm_name: "x", dimensions: { vpc: ref(json, "aws_vpc", "") } }),
    ],
    [
      "changes of tags that Terraform is told not to see",
      set("aws_vpc", "", { lifecycle: { ignore_changes: ["tags"] } }),
    ],
    ["an order of creation", set("aws_vpc", "", { lifecycle: { create_before_destroy: true } })],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });
});
