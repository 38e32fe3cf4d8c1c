import { addressOf, block, type Change, freshPlan, judged, judgedAfter, type Values, valuesOf } from "./weakened";

const POLICY = "aws_networkfirewall_firewall_policy";

const engine =
  (change: (options: Values) => void): Change =>
  (json) =>
    change(block(valuesOf(json, POLICY, ""), "firewall_policy", "stateful_engine_options"));

const onLostStreams = (value: unknown): Change =>
  engine((options) => {
    options["stream_exception_policy"] = value;
  });

describe("P09: inspection fails closed", () => {
  test("a firewall that lets go on what it lost sight of is found, and by this rule alone", () => {
    const json = freshPlan();
    onLostStreams("CONTINUE")(json);
    const { verdict, findings } = judged(json);
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P09",
        verdict: "VIOLATED",
        severity: "high",
        address: addressOf(json, POLICY, ""),
        construct: "stack/Agents/EgressFirewall/Policy",
        problem: `stream_exception_policy CONTINUE lets connections go on that ${addressOf(json, "aws_networkfirewall_firewall", "")} lost sight of`,
        fix: 'set it to "REJECT" or "DROP"',
        path: [],
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change]>([
    ["drops what it lost sight of", onLostStreams("DROP")],
    [
      "says nothing of it, for which the firewall drops",
      engine((options) => {
        delete options["stream_exception_policy"];
      }),
    ],
  ])("a firewall that %s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  test("what the plan does not say stays open, and is settled by saying it", () => {
    const change = onLostStreams("${var.on_lost_streams}");
    const { verdict, rules, findings } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["UNKNOWN", ["CORDON-P09"]]);
    expect(findings[0]?.unknowns).toEqual(["var.on_lost_streams"]);
    expect(judgedAfter(change, { assume: { "var.on_lost_streams": "REJECT" } }).verdict).toBe("PROVED");
    expect(judgedAfter(change, { assume: { "var.on_lost_streams": "CONTINUE" } }).verdict).toBe("VIOLATED");
  });
});
