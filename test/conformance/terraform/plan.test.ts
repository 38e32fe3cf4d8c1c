import { describeWith } from "../engine";
import { terraformEngine } from "./engines";
import { synthesizedExamples } from "./examples";
import { countByType, type PlanJson } from "./plan-json";
import { TerraformStage } from "./stage";

const engine = terraformEngine();
const withEngine = describeWith(engine !== undefined);

withEngine.each(synthesizedExamples())("$name with the real provider", ({ stack }) => {
  if (engine === undefined) return;
  const stage = new TerraformStage(engine);
  let plan: PlanJson;
  let diagnostics: object[];

  beforeAll(async () => {
    const staged = await stage.stage(stack);
    diagnostics = await staged.validate();
    plan = await staged.plan();
  });
  afterAll(() => stage.remove());

  test("terraform validate has nothing to say", () => expect(diagnostics).toEqual([]));

  test("the plan creates every resource of the synthesized stack and nothing else", () => {
    const planned: { [type: string]: number } = {};
    for (const { type } of plan.resource_changes) planned[type] = (planned[type] ?? 0) + 1;
    expect(planned).toEqual(countByType(stack));
    expect(new Set(plan.resource_changes.flatMap(({ change }) => change.actions))).toEqual(new Set(["create"]));
  });

  test("no subnet gives public addresses", () => {
    const subnets = plan.resource_changes.filter(({ type }) => type === "aws_subnet");
    expect(subnets.length).toBeGreaterThan(0);
    for (const { change } of subnets) expect(change.after).toMatchObject({ map_public_ip_on_launch: false });
  });

  test("the default security group is planned with no rule, where leaving the rules out would keep AWS's own", () => {
    const [group] = plan.resource_changes.filter(({ type }) => type === "aws_default_security_group");
    expect(group?.change.after).toMatchObject({ ingress: [], egress: [] });
    expect(group?.change.after_unknown["ingress"]).not.toBe(true);
  });

  test("rule texts reach the plan byte for byte", () => {
    const written = Object.entries(stack.resource?.["aws_networkfirewall_rule_group"] ?? {});
    for (const [name, group] of written) {
      const planned = plan.resource_changes.find((change) => change.name === name);
      expect(rulesOf(planned?.change.after?.["rule_group"])).toBe(rulesOf(group["rule_group"]));
    }
  });
});

// Synthesized JSON writes a lone block as an object, a plan always as a list.
function rulesOf(group: unknown): string {
  const block = [group].flat()[0] as { rules_source: unknown };
  const source = [block.rules_source].flat()[0] as { rules_string: string };
  expect(source.rules_string).toMatch(/sid:\d+/);
  return source.rules_string;
}
