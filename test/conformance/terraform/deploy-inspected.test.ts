import {
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  type Subnet,
} from "@aws-sdk/client-ec2";
import { describeWith } from "../engine";
import { Deployment } from "./deployment";
import { motoServer, terraformEngine } from "./engines";
import { first } from "./examples";
import { record, records, text } from "./stand-in/api";

const engine = terraformEngine();
const moto = motoServer();
const withEngines = describeWith(engine !== undefined && moto !== undefined);
const cellFilter = { Filters: [{ Name: "tag:cordon:cell", Values: ["agents"] }] };

// Real: cdktf-cli, Terraform, the AWS provider, moto's EC2 with Gateway Load Balancer endpoints. Stand-in: Network
// Firewall, DNS Firewall, query logs, saved queries.
withEngines("agents-aws deployed to moto", () => {
  if (engine === undefined || moto === undefined) return;
  let cloud: Deployment;
  let subnets: Subnet[];
  let endpointZones: Map<string, string>;

  beforeAll(async () => {
    cloud = await Deployment.start(engine, moto, "agents-aws");
    const deployed = await cloud.deploy();
    if (deployed.code !== 0) throw new Error(deployed.output.slice(-6000));
    subnets = (await cloud.ec2.send(new DescribeSubnetsCommand(cellFilter))).Subnets ?? [];
    const { VpcEndpoints = [] } = await cloud.ec2.send(new DescribeVpcEndpointsCommand({}));
    endpointZones = new Map(
      VpcEndpoints.filter(({ VpcEndpointType }) => VpcEndpointType === "GatewayLoadBalancer").map(
        ({ VpcEndpointId, SubnetIds }) => [
          String(VpcEndpointId),
          String(subnets.find(({ SubnetId }) => SubnetId === SubnetIds?.[0])?.AvailabilityZone),
        ],
      ),
    );
  });
  afterAll(async () => cloud.stop());

  const role = ({ Tags = [] }: Subnet): string => String(Tags.find(({ Key }) => Key === "cordon:role")?.Value);
  const routesOf = async (subnet: Subnet): Promise<{ destination: string; target: string }[]> => {
    const Filters = [{ Name: "association.subnet-id", Values: [String(subnet.SubnetId)] }];
    const { RouteTables = [] } = await cloud.ec2.send(new DescribeRouteTablesCommand({ Filters }));
    expect(RouteTables).toHaveLength(1);
    return (RouteTables[0]?.Routes ?? [])
      .map((route) => ({
        destination: String(route.DestinationCidrBlock),
        target: route.NatGatewayId ?? route.GatewayId ?? "another kind of target",
      }))
      .filter(({ target }) => target !== "local");
  };

  test("there is a firewall endpoint in each zone", () => {
    expect([...endpointZones.values()].sort()).toEqual(["eu-west-1a", "eu-west-1b"]);
  });

  test("an agent's subnet has one way out, the firewall endpoint of its own zone", async () => {
    const agents = subnets.filter((subnet) => role(subnet) === "agent");
    expect(agents).toHaveLength(4);
    for (const agent of agents) {
      const routes = await routesOf(agent);
      expect(routes.map(({ destination }) => destination)).toEqual(["0.0.0.0/0"]);
      expect(endpointZones.get(routes[0]?.target ?? "")).toBe(agent.AvailabilityZone);
    }
  });

  test("the way back to each agent leads through the endpoint of that agent's zone", async () => {
    for (const subnet of subnets.filter((one) => role(one) === "public")) {
      const back = (await routesOf(subnet)).filter(({ destination }) => destination !== "0.0.0.0/0");
      expect(back).toHaveLength(2);
      for (const { destination, target } of back) {
        const agent = subnets.find(({ CidrBlock }) => CidrBlock === destination);
        expect([agent === undefined ? "no subnet" : role(agent), endpointZones.get(target)]).toEqual([
          "agent",
          agent?.AvailabilityZone,
        ]);
      }
    }
  });

  test("the firewall's subnet goes on to the NAT gateway of its zone, and only that one's subnet to the internet", async () => {
    const { NatGateways = [] } = await cloud.ec2.send(new DescribeNatGatewaysCommand({}));
    for (const subnet of subnets.filter((one) => role(one) === "firewall")) {
      const [out, ...others] = await routesOf(subnet);
      const nat = NatGateways.find(({ NatGatewayId }) => NatGatewayId === out?.target);
      const side = subnets.find(({ SubnetId }) => SubnetId === nat?.SubnetId);
      expect([others, side === undefined ? "" : role(side), side?.AvailabilityZone]).toEqual([
        [],
        "public",
        subnet.AvailabilityZone,
      ]);
    }
    const open: string[] = [];
    for (const subnet of subnets) {
      if ((await routesOf(subnet)).some(({ target }) => target.startsWith("igw-"))) open.push(role(subnet));
    }
    expect(open).toEqual(["public", "public"]);
  });

  test("private endpoints' subnets have no way out", async () => {
    const endpoints = subnets.filter((one) => role(one) === "endpoint");
    expect(endpoints.length).toBeGreaterThan(0);
    for (const subnet of endpoints) expect(await routesOf(subnet)).toEqual([]);
  });

  test("the firewall was sent the rules of the synthesized stack, in its order and fully protected", () => {
    const { firewalls, policies, ruleGroups } = cloud.aws.networkFirewall;
    expect(firewalls.all).toMatchObject([
      { DeleteProtection: true, SubnetChangeProtection: true, FirewallPolicyChangeProtection: true },
    ]);
    const policy = record(policies.all[0] ?? {}, "FirewallPolicy");
    expect(record(policy, "StatefulEngineOptions")).toMatchObject({
      RuleOrder: "STRICT_ORDER",
      StreamExceptionPolicy: "REJECT",
    });
    const sent = records(policy, "StatefulRuleGroupReferences")
      .sort((a, b) => Number(a["Priority"]) - Number(b["Priority"]))
      .map(
        (reference) =>
          record(record(ruleGroups.get(text(reference, "ResourceArn")), "RuleGroup"), "RulesSource")["RulesString"],
      );
    const written = JSON.stringify(cloud.synthesized.resource?.["aws_networkfirewall_rule_group"]);
    expect(sent.length).toBeGreaterThan(1);
    for (const rules of sent) expect(written).toContain(JSON.stringify(rules));
    expect(sent.at(-1)).toContain("drop udp");
  });

  test("a second plan changes nothing but what moto forgets, the descriptions of security group rules", async () => {
    const { output } = await cloud.terraform("plan", "-input=false");
    const changed = [...output.matchAll(/^ {6}[+~-] (\w+)/gm)].map(([, argument]) => argument);
    expect([...new Set(changed)]).toEqual(["description"]);
    expect(output).toMatch(/Plan: 0 to add, \d+ to change, 0 to destroy/);
  });

  test("a change of the rules updates the group in place and leaves every route alone", async () => {
    const [name, group] = first(cloud.synthesized, "aws_networkfirewall_rule_group");
    const changed = JSON.parse(JSON.stringify(group.rule_group).replaceAll("api.anthropic.com", "api.changed.example"));
    const planned = await cloud.planWith({
      resource: { aws_networkfirewall_rule_group: { [name]: { rule_group: changed } } },
    });
    const actions = planned.filter(({ type }) => !type.startsWith("aws_vpc_security_group_"));
    expect(actions).toEqual([{ type: "aws_networkfirewall_rule_group", actions: ["update"] }]);
  });

  test("destroy leaves nothing once the protections are lifted", async () => {
    const [association] = first(cloud.synthesized, "aws_route53_resolver_firewall_rule_group_association");
    const [firewall] = first(cloud.synthesized, "aws_networkfirewall_firewall");
    const lifted = {
      resource: {
        aws_route53_resolver_firewall_rule_group_association: { [association]: { mutation_protection: "DISABLED" } },
        aws_networkfirewall_firewall: {
          [firewall]: {
            delete_protection: false,
            subnet_change_protection: false,
            firewall_policy_change_protection: false,
          },
        },
      },
    };
    const redeployed = await cloud.deploy(lifted);
    expect([redeployed.code, redeployed.output.slice(-2000)]).toEqual([0, expect.anything()]);
    const destroyed = await cloud.destroy(lifted);
    expect([destroyed.code, destroyed.output.slice(-2000)]).toEqual([0, expect.anything()]);
    expect(cloud.aws.left).toEqual([]);
    expect((await cloud.ec2.send(new DescribeSubnetsCommand(cellFilter))).Subnets).toEqual([]);
  });
});
