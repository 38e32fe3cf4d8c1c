import {
  addressOf,
  block,
  type Change,
  freshPlan,
  judged,
  judgedAfter,
  type MutablePlan,
  set,
  TRIAGE_A,
  type Values,
  valuesOf,
} from "./weakened";

const POLICY = "aws_networkfirewall_firewall_policy";
const FIREWALL = "aws_networkfirewall_firewall";

/** The addresses that count as inside, changed. */
const home =
  (change: (blocks: string[]) => unknown[]): Change =>
  (json) => {
    const set = block(valuesOf(json, POLICY, ""), "firewall_policy", "policy_variables", "rule_variables", "ip_set");
    set["definition"] = change(set["definition"] as string[]);
  };

const blockOf = (json: MutablePlan, subnet: string): string =>
  String(valuesOf(json, "aws_subnet", subnet)["cidr_block"]);

/** HOME_NET without the agents' own addresses: the private range is cut in two around one subnet. */
const withoutTriage: Change = (json) => {
  const [base = ""] = blockOf(json, TRIAGE_A).split("/");
  const octets = base.split(".").map(Number);
  home((blocks) => [
    ...blocks.filter((one) => one !== "10.0.0.0/8"),
    `10.64.${octets[2]}.128/25`,
    ...[4, 5].map((third) => `10.64.${third}.0/24`),
  ])(json);
};

describe("P11: enforcement is live", () => {
  test("variables that do not hold an agent's addresses are found", () => {
    const json = freshPlan();
    withoutTriage(json);
    const { verdict, findings } = judged(json);
    const policy = addressOf(json, POLICY, "");
    expect(verdict).toBe("VIOLATED");
    expect(findings.filter((one) => one.rule === "CORDON-P11" && one.agent === "triage")).toEqual([
      {
        rule: "CORDON-P11",
        verdict: "VIOLATED",
        severity: "high",
        agent: "triage",
        address: policy,
        construct: "stack/Agents/EgressFirewall/Policy",
        problem: "HOME_NET does not hold the addresses of agent triage, so its rules do not mean them",
        fix: "let HOME_NET hold every agent's subnets",
        path: [],
        unknowns: [],
      },
    ]);
  });

  test("and by this rule alone", () => {
    expect(judgedAfter(withoutTriage).rules).toEqual(["CORDON-P11"]);
  });

  test.each(["delete_protection", "firewall_policy_change_protection", "subnet_change_protection"])(
    "a firewall without %s is found, and by this rule alone",
    (name) => {
      const { verdict, rules, findings } = judgedAfter(set(FIREWALL, "", { [name]: false }));
      expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P11"]]);
      expect(findings.map((one) => [one.severity, one.problem])).toEqual([
        ["medium", `${name} is off, so it can be taken away without a word`],
      ]);
      expect(judgedAfter((json) => delete valuesOf(json, FIREWALL, "")[name]).rules).toEqual(["CORDON-P11"]);
    },
  );

  test.each<[string, Change]>([
    ["a wider inside", home((blocks) => [...blocks, "192.0.2.0/24"])],
    [
      "the addresses in smaller blocks",
      home((blocks) => [...blocks.filter((one) => one !== "10.0.0.0/8"), "10.0.0.0/9", "10.128.0.0/9"]),
    ],
    [
      "protections that are off in maintenance, as the cell says",
      (json) => {
        set(FIREWALL, "", { delete_protection: false })(json);
        const comment = (json as unknown as { "//": { cordon: { cells: Values[] } } })["//"];
        for (const cell of comment.cordon.cells) cell["maintenance"] = true;
      },
    ],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  describe("what is not known", () => {
    test("an inside that the plan does not say stays open, and is settled by saying it", () => {
      const change = home((blocks) => [...blocks.filter((one) => one !== "10.0.0.0/8"), "${var.inside}"]);
      expect(judgedAfter(change).verdict).toBe("UNKNOWN");
      expect(judgedAfter(change).rules).toContain("CORDON-P11");
      expect(judgedAfter(change, { assume: { "var.inside": "10.0.0.0/8" } }).verdict).toBe("PROVED");
      expect(judgedAfter(change, { assume: { "var.inside": "172.31.0.0/16" } }).verdict).toBe("VIOLATED");
    });

    test("a protection that the plan does not say stays open, and is settled by saying it", () => {
      const change = set(FIREWALL, "", { delete_protection: "${var.protected}" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P11"] });
      expect(judgedAfter(change, { assume: { "var.protected": true } }).verdict).toBe("PROVED");
      expect(judgedAfter(change, { assume: { "var.protected": false } }).verdict).toBe("VIOLATED");
    });
  });
});
