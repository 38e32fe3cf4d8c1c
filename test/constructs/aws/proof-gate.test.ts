import { Instance } from "@cdktf/provider-aws/lib/instance";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import type { AwsAgent } from "../../../constructs/aws";
import { acknowledge } from "../../../lib";
import { synthStack } from "../../../lib/topology/synth-stack";
import { Topology } from "../../../lib/topology/topology";
import { cellOf } from "../../support/aws-plan";
import { policy } from "../../support/changed-plan";
import { refusal } from "../../support/refusal";

const TOMORROW = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

function agentOf(): AwsAgent {
  return cellOf().addAgent("triage", { policy });
}

const stackOf = (agent: AwsAgent): TerraformStack => TerraformStack.of(agent);

function openPort(scope: Construct, agent: AwsAgent): VpcSecurityGroupIngressRule {
  return new VpcSecurityGroupIngressRule(scope, "Open", {
    securityGroupId: agent.securityGroup.id,
    cidrIpv4: "0.0.0.0/0",
    ipProtocol: "tcp",
    fromPort: 22,
    toPort: 22,
  });
}

describe("a finding of the proof fails the synthesis", () => {
  test("with the construct, the rule, the way and the fix", () => {
    const agent = agentOf();
    openPort(stackOf(agent), agent);
    expect(refusal(() => synthStack(stackOf(agent)))).toBe(
      "CORDON-160: stack/Open: CORDON-P04 aws_vpc_security_group_ingress_rule.Open: it lets 0.0.0.0/0 connect to agent triage; remove it; nothing has to connect to an agent",
    );
  });

  test("and says so of every one, also of what stands in the agent's own subnet", () => {
    const agent = agentOf();
    const stack = stackOf(agent);
    openPort(stack, agent);
    new Instance(stack, "Agent", { subnetId: agent.subnetIds[0], vpcSecurityGroupIds: [agent.securityGroup.id] });
    const message = refusal(() => synthStack(stack));
    expect(message).toMatch(/^CORDON-160: stack\/Open: CORDON-P04 /);
    expect(message).toMatch(
      /\n {2}CORDON-P10 aws_instance\.Agent: its metadata service answers without a session token/,
    );
  });

  test("and a stack without one synthesizes, with what it was asked to hold in its plan", () => {
    const agent = agentOf();
    const json = synthStack(stackOf(agent));
    const { cordon } = json["//"] as unknown as { cordon: { cells: { cell: string; agents: { agent: string }[] }[] } };
    expect(cordon.cells.map(({ cell, agents }) => [cell, agents.map((one) => one.agent)])).toEqual([
      ["agents", ["triage"]],
    ]);
    expect(Topology.fromJson(json).verify().verdict).toBe("PROVED");
  });
});

describe("an acknowledgement", () => {
  const ACKNOWLEDGED = { rule: "CORDON-P04", reason: "debugging session of the platform team", expires: TOMORROW };

  test("on the construct that owns the finding lets the stack synthesize, and is printed with the verdict", () => {
    const agent = agentOf();
    acknowledge(openPort(stackOf(agent), agent), ACKNOWLEDGED);
    const topology = Topology.of(stackOf(agent));
    expect(topology.findings()).toEqual([]);
    expect(topology.verify().acknowledged).toMatchObject([
      {
        rule: "CORDON-P04",
        address: "aws_vpc_security_group_ingress_rule.Open",
        acknowledged: { at: "stack/Open", ...ACKNOWLEDGED },
      },
    ]);
  });

  test("covers what is below its construct, and nothing beside it", () => {
    const below = agentOf();
    const parent = new Construct(stackOf(below), "Debug");
    openPort(parent, below);
    acknowledge(parent, ACKNOWLEDGED);
    expect(refusal(() => synthStack(stackOf(below)))).toBe("not refused");
    const beside = agentOf();
    openPort(stackOf(beside), beside);
    acknowledge(new Construct(stackOf(beside), "Debug"), ACKNOWLEDGED);
    expect(refusal(() => synthStack(stackOf(beside)))).toMatch(/^CORDON-160: stack\/Open: /);
  });

  test("of another rule, or after its last day, does not count", () => {
    for (const other of [
      { ...ACKNOWLEDGED, rule: "CORDON-P05" },
      { ...ACKNOWLEDGED, expires: YESTERDAY },
    ]) {
      const agent = agentOf();
      acknowledge(openPort(stackOf(agent), agent), other);
      expect(refusal(() => synthStack(stackOf(agent)))).toMatch(/^CORDON-160: stack\/Open: CORDON-P04 /);
    }
  });

  test("counts through its last day", () => {
    const agent = agentOf();
    acknowledge(openPort(stackOf(agent), agent), { ...ACKNOWLEDGED, expires: TOMORROW });
    const json = synthStack(stackOf(agent));
    const on = (today: string): number => Topology.fromJson(json, { today }).findings().length;
    expect([on(TOMORROW), on("2999-01-01")]).toEqual([0, 1]);
  });

  test("that can't count is refused", () => {
    const at = "stack/Agents/agent-triage/SecurityGroup, acknowledgement";
    const refused = (props: Partial<typeof ACKNOWLEDGED>): string =>
      refusal(() => acknowledge(agentOf().securityGroup, { ...ACKNOWLEDGED, ...props }));
    expect(refused({ rule: "CORDON-P99" })).toMatch(
      /^CORDON-161: stack\/Agents\/agent-triage\/SecurityGroup, acknowledgement: "CORDON-P99" is no rule; use one of CORDON-P01, .*CORDON-P15$/,
    );
    expect(refused({ expires: "next week" })).toBe(
      `CORDON-161: ${at}: expires "next week" is no day; write the last day on which it counts, e.g. 2027-01-31`,
    );
    expect(refused({ expires: "2027-02-30" })).toMatch(/^CORDON-161: .*expires "2027-02-30" is no day/);
    expect(refused({ reason: " " })).toMatch(/the reason/);
  });
});
