import {
  addressOf,
  block,
  type Change,
  freshPlan,
  judged,
  judgedAfter,
  put,
  putOtherNetwork,
  ref,
  remove,
  set,
  type Values,
  valuesOf,
} from "./weakened";

const LOGGING = "aws_networkfirewall_logging_configuration";
const QUERY_ASSOCIATION = "aws_route53_resolver_query_log_config_association";
const GROUP = "aws_cloudwatch_log_group";

const firewallLogs =
  (change: (destinations: Values[]) => Values[]): Change =>
  (json) => {
    const configuration = block(valuesOf(json, LOGGING, ""), "logging_configuration");
    configuration["log_destination_config"] = change(configuration["log_destination_config"] as Values[]);
  };

describe("P08: flows, verdicts and names are recorded", () => {
  test("a network without a flow log is found, and by this rule alone", () => {
    const json = freshPlan();
    remove("aws_flow_log", "")(json);
    const { verdict, findings } = judged(json);
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P08",
        verdict: "VIOLATED",
        severity: "medium",
        address: addressOf(json, "aws_vpc", ""),
        construct: "stack/Agents/Network/Resource",
        problem: "its flows are not recorded",
        fix: 'add aws_flow_log with traffic_type = "ALL"',
        path: [],
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change, string]>([
    ["accepted flows alone", set("aws_flow_log", "", { traffic_type: "ACCEPT" }), "it records ACCEPT traffic alone"],
    ["refused flows alone", set("aws_flow_log", "", { traffic_type: "REJECT" }), "it records REJECT traffic alone"],
    [
      "the flows of another network",
      (json) => {
        putOtherNetwork(json);
        valuesOf(json, "aws_flow_log", "")["vpc_id"] = "${aws_vpc.other.id}";
      },
      "its flows are not recorded",
    ],
    [
      "the flows of one subnet",
      (json) => {
        const values = valuesOf(json, "aws_flow_log", "");
        delete values["vpc_id"];
        values["subnet_id"] = ref(json, "aws_subnet", "agent-triage_agent-eu-west-1a");
      },
      "its flows are not recorded",
    ],
    ["no names", remove(QUERY_ASSOCIATION, ""), "the names that it asks for are not recorded"],
    [
      "the names of another network",
      (json) => {
        putOtherNetwork(json);
        valuesOf(json, QUERY_ASSOCIATION, "")["resource_id"] = "${aws_vpc.other.id}";
      },
      "the names that it asks for are not recorded",
    ],
    ["nothing of the firewall", remove(LOGGING, ""), "what it drops and why is not recorded"],
    [
      "no drops",
      firewallLogs((all) => all.filter((one) => one["log_type"] !== "ALERT")),
      "what it drops and why is not recorded",
    ],
    [
      "no passed flows",
      firewallLogs((all) => all.filter((one) => one["log_type"] !== "FLOW")),
      "the flows that it passes are not recorded",
    ],
    ["flows for a day", set(GROUP, "vpc-flow", { retention_in_days: 1 }), "it keeps the agents' records for 1 days"],
    [
      "drops for a week",
      set(GROUP, "firewall-alert", { retention_in_days: 7 }),
      "it keeps the agents' records for 7 days",
    ],
    [
      "names for three days",
      set(GROUP, "Logs_dns", { retention_in_days: 3 }),
      "it keeps the agents' records for 3 days",
    ],
  ])("%s is found", (_, change, problem) => {
    const { verdict, rules, findings } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P08"]]);
    expect(findings.map((one) => one.problem)).toContain(problem);
  });

  test.each<[string, Change]>([
    ["records for ten years", set(GROUP, "vpc-flow", { retention_in_days: 3653 })],
    ["records for ever", set(GROUP, "vpc-flow", { retention_in_days: 0 })],
    [
      "a second flow log of refused flows",
      (json) => put(json, "aws_flow_log", { ...valuesOf(json, "aws_flow_log", ""), traffic_type: "REJECT" }),
    ],
    [
      "flow logs of every subnet of the agents instead of one of the network",
      (json) => {
        const { vpc_id: _, ...values } = valuesOf(json, "aws_flow_log", "");
        remove("aws_flow_log", "")(json);
        for (const agent of ["triage", "coder"]) {
          for (const zone of ["a", "b"]) {
            const subnet = `agent-${agent}_agent-eu-west-1${zone}`;
            put(json, "aws_flow_log", { ...values, subnet_id: ref(json, "aws_subnet", subnet) }, `${agent}-${zone}`);
          }
        }
      },
    ],
    [
      "a log group of something else that keeps less",
      (json) => put(json, GROUP, { name: "/app", retention_in_days: 1 }),
    ],
    ["another network without records", putOtherNetwork],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  describe("what is not known", () => {
    test("for how long records are kept stays open, and is settled by saying it", () => {
      const change = set(GROUP, "vpc-flow", { retention_in_days: "${var.days}" });
      const { verdict, rules, findings } = judgedAfter(change);
      expect([verdict, rules]).toEqual(["UNKNOWN", ["CORDON-P08"]]);
      expect(findings[0]?.unknowns).toEqual(["var.days"]);
      expect(judgedAfter(change, { assume: { "var.days": 365 } }).verdict).toBe("PROVED");
      expect(judgedAfter(change, { assume: { "var.days": 1 } }).verdict).toBe("VIOLATED");
    });

    test("a flow log that may not exist does not count, unless it is assumed", () => {
      const change = set("aws_flow_log", "", { count: "${var.logs}" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P08"] });
      expect(judgedAfter(change, { assume: { "var.logs": 1 } }).verdict).toBe("PROVED");
      expect(judgedAfter(change, { assume: { "var.logs": 0 } }).verdict).toBe("VIOLATED");
    });

    test("which flows are recorded stays open, and is settled by saying it", () => {
      const change = set("aws_flow_log", "", { traffic_type: "${var.type}" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P08"] });
      expect(judgedAfter(change, { assume: { "var.type": "ALL" } }).verdict).toBe("PROVED");
      expect(judgedAfter(change, { assume: { "var.type": "ACCEPT" } }).verdict).toBe("VIOLATED");
    });
  });
});
