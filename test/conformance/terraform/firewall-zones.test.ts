import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../engine";
import { terraformEngine } from "./engines";
import { example, first } from "./examples";
import type { StackJson } from "./plan-json";
import { type FirewallRoute, firewallRoutes } from "./routes";
import { TerraformStage } from "./stage";

const engine = terraformEngine();

/** Types whose ARN another resource takes and checks; an invented text would not pass. */
const MOCKED_ARNS = [
  "aws_cloudwatch_log_group",
  "aws_iam_policy",
  "aws_iam_role",
  "aws_kms_key",
  "aws_networkfirewall_firewall_policy",
  "aws_networkfirewall_rule_group",
];
const withEngine = describeWith(engine !== undefined);

// The provider is mocked: it invents ids, and answers the firewall's state with the zones in an order that is not theirs.
withEngine("terraform test of agents-aws with a mocked firewall", () => {
  if (engine === undefined) return;
  const stage = new TerraformStage(engine);
  const stack = example("agents-aws");
  const routes = firewallRoutes(stack);
  afterAll(() => stage.remove());

  const outcome = async (changed: StackJson, zones: string[]): Promise<string> => {
    const staged = await stage.stage(changed);
    writeFileSync(join(staged.folder, "zones.tftest.hcl"), mockedRun(changed, routes, zones));
    const { output } = await staged.terraform("test", "-no-color");
    return output.replace(/\s+/g, " ").replace(/Terraform left the following.*?(zones\.tftest\.hcl\.\.\. fail)/, "$1");
  };

  test("an agent's way out and the way back pass the endpoint of the agent's own zone, in any order of states", async () => {
    expect(
      routes
        .filter(({ direction }) => direction === "out")
        .map(({ zone }) => zone)
        .sort(),
    ).toEqual(["eu-west-1a", "eu-west-1a", "eu-west-1b", "eu-west-1b"]);
    expect(routes.filter(({ direction }) => direction === "return")).toHaveLength(4);
    expect(await outcome(stack, ["eu-west-1b", "eu-west-1a"])).toContain("Success! 1 passed, 0 failed.");
    expect(await outcome(stack, ["eu-west-1a", "eu-west-1b"])).toContain("Success! 1 passed, 0 failed.");
  });

  test("a route to the other zone's endpoint is noticed", async () => {
    const [wrong] = routes.filter(({ direction }) => direction === "out");
    const own = wrong?.zone ?? "";
    const crossed = structuredClone(stack);
    const route = crossed.resource?.["aws_route"]?.[wrong?.address.replace("aws_route.", "") ?? ""] ?? {};
    route["vpc_endpoint_id"] = String(route["vpc_endpoint_id"]).replace(
      own,
      own === "eu-west-1a" ? "eu-west-1b" : "eu-west-1a",
    );
    const output = await outcome(crossed, ["eu-west-1a", "eu-west-1b"]);
    expect(output).toContain(`${wrong?.address} leaves ${own}`);
    expect(output).toContain("0 passed, 1 failed");
  });

  test("a zone without an endpoint is an error that names the zone, not a route to another zone", async () => {
    const output = await outcome(stack, ["eu-west-1a"]);
    expect(output).toContain("The given key does not identify an element in this collection value");
    expect(output).toContain('is object with 1 attribute "eu-west-1a"');
    expect(output).toContain("0 passed, 1 failed");
  });

  test("the generated accessor of the endpoint passes validate and fails at apply, which is why the stack has a local", async () => {
    const [firewall] = first(stack, "aws_networkfirewall_firewall");
    const naive = structuredClone(stack);
    const route = naive.resource?.["aws_route"]?.[routes[0]?.address.replace("aws_route.", "") ?? ""] ?? {};
    route["vpc_endpoint_id"] =
      `\${tolist(tolist(aws_networkfirewall_firewall.${firewall}.firewall_status)[0].sync_states).0["attachment[0].endpoint_id"]}`;
    expect(JSON.stringify(stack)).not.toContain('0["attachment');
    expect(await (await stage.stage(naive)).validate()).toEqual([]);
    expect(await outcome(naive, ["eu-west-1a", "eu-west-1b"])).toContain("0 passed, 1 failed");
  });
});

function mockedRun(stack: StackJson, routes: FirewallRoute[], zones: string[]): string {
  const [firewall] = first(stack, "aws_networkfirewall_firewall");
  const states = zones
    .map(
      (zone) =>
        `{ availability_zone = "${zone}", attachment = [{ endpoint_id = "vpce-${zone}", subnet_id = "subnet-${zone}" }] }`,
    )
    .join(", ");
  const asserts = routes.map(
    ({ address, zone }) => `
  assert {
    condition     = ${address}.vpc_endpoint_id == "vpce-${zone}"
    error_message = "${address} leaves ${zone}"
  }`,
  );
  return `mock_provider "aws" {
${MOCKED_ARNS.map((type) => `  mock_resource "${type}" { defaults = { arn = "arn:aws:mock:eu-west-1:123456789012:${type}/mocked" } }`).join("\n")}
  override_resource {
    target = aws_networkfirewall_firewall.${firewall}
    values = { arn = "arn:aws:network-firewall:eu-west-1:123456789012:firewall/mocked", firewall_status = [{ sync_states = [${states}] }] }
  }
}

run "apply" {
  command = apply
${asserts.join("\n")}
}
`;
}
