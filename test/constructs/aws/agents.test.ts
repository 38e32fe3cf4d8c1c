import { AwsEgressTier, AwsService } from "../../../constructs/aws";
import { ContainmentPolicy, Egress, EgressProtocol, Mode } from "../../../lib";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { cellOf, Plan } from "../../support/aws-plan";
import { refusal } from "../../support/refusal";

const support = ContainmentPolicy.denyAll("support").allow(Egress.https("api.example.com", { reason: "test" }));
const coding = ContainmentPolicy.denyAll("coding").allow(
  Egress.https("git.example.com", { reason: "test" }),
  Egress.tls("mq.example.com", { port: 8883, reason: "test" }),
  Egress.cidr("198.51.100.4/32", { port: 123, protocol: EgressProtocol.UDP, reason: "test" }),
);

/** Egress rules of an agent's security group, in short. */
const openings = (plan: Plan, agent: string): string[] =>
  plan
    .all("aws_vpc_security_group_egress_rule")
    .filter(
      (rule) =>
        referenceOf(rule.values["security_group_id"]) === plan.one("aws_security_group", `agent-${agent}`).address,
    )
    .map(({ values }) => `${values["ip_protocol"]} ${values["from_port"] ?? "any"} ${values["cidr_ipv4"] ?? "group"}`)
    .sort();

describe("two agents with different lists", () => {
  const cell = cellOf();
  const triage = cell.addAgent("triage", { policy: support });
  const coder = cell.addAgent("coder", { policy: coding });
  const plan = Plan.of(cell);
  const rules = (): string =>
    JSON.stringify(plan.one("aws_networkfirewall_rule_group", "allow-1").values["rule_group"]);

  test("share no subnet, route table, security group or role", () => {
    expect(triage.subnetIds.filter((id) => coder.subnetIds.includes(id))).toEqual([]);
    expect(triage.securityGroup).not.toBe(coder.securityGroup);
    expect(triage.identity.roleArn).not.toBe(coder.identity.roleArn);
    expect(new Set(plan.all("aws_route_table_association").map((one) => one.values["route_table_id"])).size).toBe(
      plan.all("aws_subnet").length,
    );
  });

  test("open the ports of their own lists alone", () => {
    expect(openings(plan, "triage")).toEqual(["tcp 443 0.0.0.0/0"]);
    expect(openings(plan, "coder")).toEqual(["tcp 443 0.0.0.0/0", "tcp 8883 0.0.0.0/0", "udp 123 198.51.100.4/32"]);
  });

  test("are passed by rules that name their own addresses", () => {
    expect(rules()).toContain('pass tls $AGENT_TRIAGE any -> $EXTERNAL_NET 443 (msg:\\"cordon allow triage\\"');
    expect(rules()).not.toMatch(/\$AGENT_TRIAGE[^\n]*git\.example\.com/);
    const { rule_variables: variables } = plan.one("aws_networkfirewall_rule_group", "allow-1").values[
      "rule_group"
    ] as {
      rule_variables: { ip_sets: object[] };
    };
    expect(variables.ip_sets).toEqual([
      { key: "AGENT_CODER", ip_set: { definition: coder.sources.map(String) } },
      { key: "AGENT_TRIAGE", ip_set: { definition: triage.sources.map(String) } },
    ]);
  });

  test("are closed to each other and to anybody else: no security group of an agent has an inbound rule", () => {
    expect(plan.all("aws_vpc_security_group_ingress_rule")).toEqual([]);
  });

  test("have saved queries that select their own addresses in every log", () => {
    expect(triage.queries).toHaveLength(3);
    for (const query of plan.all("aws_cloudwatch_query_definition").filter((one) => one.address.includes("triage"))) {
      for (const cidr of triage.sources) expect(query.values["query_string"]).toContain(`"${cidr}"`);
    }
  });
});

describe("east-west", () => {
  const cell = cellOf();
  const triage = cell.addAgent("triage");
  const coder = cell.addAgent("coder");
  triage.allowTo(coder, { port: 8443, reason: "hands over" });
  const plan = Plan.of(cell);

  test("opens one port, in one direction, on both sides", () => {
    expect(openings(plan, "triage")).toEqual(["tcp 8443 group"]);
    expect(openings(plan, "coder")).toEqual([]);
    const [rule, ...others] = plan.all("aws_vpc_security_group_ingress_rule");
    expect(others).toEqual([]);
    expect(rule?.values).toMatchObject({
      from_port: 8443,
      to_port: 8443,
      ip_protocol: "tcp",
      description: "hands over",
    });
    expect(referenceOf(rule?.values["security_group_id"])).toContain("agent-coder");
    expect(referenceOf(rule?.values["referenced_security_group_id"])).toContain("agent-triage");
  });

  test("is refused to the agent itself, to another cell and without a sound port or reason", () => {
    expect(refusal(() => triage.allowTo(triage, { port: 1, reason: "x" }))).toBe(
      "CORDON-118: cell 'Agents', agent 'triage', allowTo 'triage': an agent can't be opened to itself; name another agent of the same cell",
    );
    expect(refusal(() => triage.allowTo(cellOf().addAgent("writer"), { port: 1, reason: "x" }))).toBe(
      "CORDON-118: cell 'Agents', agent 'triage', allowTo 'writer': the other agent is in another cell; name another agent of the same cell",
    );
    expect(refusal(() => triage.allowTo(coder, { port: 0, reason: "x" }))).toBe(
      "CORDON-020: cell 'Agents', agent 'triage', allowTo 'coder': port 0 is not a port; use a whole number from 1 to 65535",
    );
    expect(refusal(() => triage.allowTo(coder, { port: 8443, reason: "x" }))).toBe(
      "CORDON-118: cell 'Agents', agent 'triage', allowTo 'coder': port 8443 is open already; open each port once",
    );
    expect(refusal(() => triage.allowTo(coder, { port: 80, reason: "" }))).toBe(
      "CORDON-021: cell 'Agents', agent 'triage', allowTo 'coder': the reason is empty; write a sentence",
    );
  });
});

describe("adjusting one agent's list in code", () => {
  const cell = cellOf();
  const triage = cell.addAgent("triage", { policy: support });
  const coder = cell.addAgent("coder", { policy: support });
  triage.allowEgress(Egress.https("feed.example.com", { reason: "one-off" }));
  const { rules_source: source } = Plan.of(cell).one("aws_networkfirewall_rule_group", "allow-1").values[
    "rule_group"
  ] as {
    rules_source: { rules_string: string };
  };

  test("widens that agent and nobody who shares its policy", () => {
    const passing = source.rules_string.split("\n").filter((line) => line.includes('"feed.example.com"'));
    expect(passing).toEqual([expect.stringContaining("$AGENT_TRIAGE any")]);
    expect(coder.policy).toEqual(support);
    expect(support.rules).toHaveLength(1);
  });

  test("opens the new port in that agent's security group alone", () => {
    const other = cellOf();
    for (const name of ["triage", "coder"]) other.addAgent(name, { policy: support });
    other.agents[0]?.allowEgress(Egress.tls("mq.example.com", { port: 8883, reason: "one-off" }));
    const plan = Plan.of(other);
    expect(openings(plan, "coder")).toEqual(["tcp 443 0.0.0.0/0", "tcp 8883 0.0.0.0/0"]);
    expect(openings(plan, "triage")).toEqual(["tcp 443 0.0.0.0/0"]);
  });

  test("is refused for a rule that is there with another reason, and leaves the list as it was", () => {
    const before = triage.policy;
    expect(refusal(() => triage.allowEgress(Egress.https("api.example.com", { reason: "other" })))).toMatch(
      /^CORDON-031: /,
    );
    expect(refusal(() => triage.allowEgress(Egress.tcp("db.example.com", { port: 5432, reason: "x" })))).toBe(
      "CORDON-051: cell 'Agents', agent 'triage', rule tcp:db.example.com:5432: raw TCP carries no name, and AWS Network Firewall matches names in the traffic; use Egress.tls if the service speaks TLS, or Egress.cidr with its address",
    );
    expect(triage.policy).toBe(before);
  });
});

describe("monitor mode of one agent", () => {
  const planWith = (mode: Mode): Plan => {
    const cell = cellOf();
    cell.addAgent("triage", { policy: support });
    cell.addAgent("coder", { policy: coding, mode });
    return Plan.of(cell);
  };
  const enforced = planWith(Mode.ENFORCE);
  const mixed = planWith(Mode.MONITOR);

  test("opens its own security group and adds passes from its own addresses; nothing else in the plan changes", () => {
    expect(openings(mixed, "coder")).toEqual(["-1 any 0.0.0.0/0"]);
    const text = (plan: Plan, group: string): string[] =>
      (
        plan.one("aws_networkfirewall_rule_group", group).values["rule_group"] as {
          rules_source: { rules_string: string };
        }
      ).rules_source.rules_string.split("\n");
    const added = text(mixed, "allow-1").filter((line) => !text(enforced, "allow-1").includes(line));
    expect(added.length).toBeGreaterThan(5);
    for (const line of added)
      expect(line).toMatch(
        /^pass \w+ (\$AGENT_CODER any -> \$EXTERNAL_NET|\$EXTERNAL_NET any -> \$AGENT_CODER) .*msg:"cordon (monitor|allow) coder.*; alert;/,
      );
    expect(text(mixed, "terminal")).toEqual(text(enforced, "terminal"));
    const unlike = (plan: Plan, other: Plan): string[] =>
      Object.values(plan.json.resource ?? {})
        .flatMap((named) => Object.keys(named))
        .filter((name) => {
          const find = (one: Plan): string | undefined =>
            JSON.stringify(Object.values(one.json.resource ?? {}).find((named) => name in named)?.[name]);
          return find(plan) !== find(other);
        });
    for (const name of [...unlike(mixed, enforced), ...unlike(enforced, mixed)]) {
      expect(name).toMatch(/agent-coder_egress|EgressFirewall_rules-allow-1/);
    }
  });

  test("leaves the resolver closed while another agent is enforced, and says so", () => {
    expect(mixed.one("aws_route53_resolver_firewall_rule", "deny").values).toMatchObject({
      action: "BLOCK",
      block_response: "NXDOMAIN",
    });
    const cell = cellOf();
    cell.addAgent("triage");
    cell.addAgent("coder", { mode: Mode.MONITOR });
    expect(cell.residualRisks().map((risk) => risk.id)).toEqual(expect.arrayContaining(["R07", "R22"]));
  });

  test("makes the resolver alert instead of block when every agent is watched", () => {
    const cell = cellOf();
    cell.addAgent("coder", { policy: coding, mode: Mode.MONITOR });
    const plan = Plan.of(cell);
    for (const rule of plan.all("aws_route53_resolver_firewall_rule").filter((one) => !one.address.includes("allow"))) {
      expect(rule.values["action"]).toBe("ALERT");
      expect(rule.values["block_response"]).toBeUndefined();
    }
  });
});

describe("the order in which agents are added", () => {
  test("changes no byte of the plan", () => {
    const planWith = (...names: string[]): string => {
      const cell = cellOf({ services: [AwsService.S3, AwsService.SQS] });
      for (const name of names) cell.addAgent(name, { policy: name === "triage" ? support : coding });
      return JSON.stringify(Plan.of(cell).json);
    };
    expect(planWith("writer", "coder", "triage")).toBe(planWith("triage", "coder", "writer"));
  });

  test("adding one changes nothing of another but what they share", () => {
    const planWith = (...names: string[]): Plan => {
      const cell = cellOf({ services: [AwsService.S3] });
      for (const name of names) cell.addAgent(name, { policy: support });
      return Plan.of(cell);
    };
    const [before, after] = [planWith("triage"), planWith("triage", "coder")];
    const ofTriage = (plan: Plan): [string, unknown][] =>
      Object.values(plan.json.resource ?? {})
        .flatMap((named) => Object.entries(named))
        .filter(([name]) => name.includes("agent-triage"));
    expect(ofTriage(before).length).toBeGreaterThan(10);
    expect(ofTriage(after)).toEqual(ofTriage(before));
  });
});

describe("names of an agent", () => {
  test("never meet the names of what the cell makes for itself", () => {
    const cell = cellOf({ services: [AwsService.SQS] });
    cell.addAgent("endpoints", { slot: 0 });
    cell.addAgent("flow-logs", { slot: 1 });
    const plan = Plan.of(cell);
    for (const type of ["aws_security_group", "aws_iam_role", "aws_iam_policy"]) {
      const names = plan.all(type).map((one) => one.values["name"]);
      expect([type, new Set(names).size]).toEqual([type, names.length]);
    }
  });
});

describe("bad input of an agent", () => {
  test("names, tiers and lists that can't be held are refused with the whole message", () => {
    const cell = cellOf();
    cell.addAgent("triage");
    expect(refusal(() => cell.addAgent("triage"))).toBe(
      "CORDON-106: cell 'Agents': there is an agent 'triage' already; choose another name",
    );
    expect(refusal(() => cell.addAgent("Triage!"))).toBe(
      `CORDON-022: cell 'Agents': the agent's name "Triage!" is not an identifier; use up to 24 lower case letters, digits and single dashes, a letter first`,
    );
    expect(refusal(() => cell.addAgent("other", { slot: 99 }))).toBe(
      "CORDON-012: cell 'Agents', agent 'other': slot 99 is not in the plan; use a whole number from 0 to 11",
    );
    cell.addAgent("third", { slot: 5 });
    expect(refusal(() => cell.addAgent("other", { slot: 5 }))).toBe(
      "CORDON-012: cell 'Agents': agents 'third' and 'other' both have slot 5 of 12; pass slot: 0 to the one that is not deployed yet (free: 0, 2, 3, 4, 6, 7, 8, 9 and 2 more)",
    );
    const sealed = cellOf({ tier: AwsEgressTier.SEALED });
    expect(refusal(() => sealed.addAgent("triage", { policy: support }))).toBe(
      "CORDON-107: cell 'Agents', agent 'triage': the sealed tier has no way out, and the policy names 1 destination(s), first https:api.example.com:443; use AwsEgressTier.INSPECTED, or remove them from the policy",
    );
    expect(refusal(() => sealed.addAgent("watched", { mode: Mode.MONITOR }))).toBe(
      "CORDON-108: cell 'Agents', agent 'watched': the sealed tier has no way out to watch; leave the mode out, or use AwsEgressTier.INSPECTED",
    );
    expect(sealed.addAgent("triage").sources).toHaveLength(2); // a refused agent leaves nothing behind
    expect(
      refusal(() =>
        cell.addAgent("s3", {
          policy: ContainmentPolicy.denyAll("p").allow(Egress.https("b.s3.eu-west-1.amazonaws.com", { reason: "x" })),
        }),
      ),
    ).toBe(
      "CORDON-121: cell 'Agents', agent 's3', rule https:b.s3.eu-west-1.amazonaws.com:443: b.s3.eu-west-1.amazonaws.com answers for every AWS account, and the firewall sees only the name; add the service to the cell's services, which pins your account, or give sharedTenancy a reason",
    );
  });
});
