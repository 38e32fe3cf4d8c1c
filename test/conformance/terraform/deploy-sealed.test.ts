import {
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { GetPolicyVersionCommand, GetRoleCommand, ListPoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { fromObject } from "../../../lib/topology/load/load";
import type { TerraformJson } from "../../../lib/topology/terraform-json";
import { Topology } from "../../../lib/topology/topology";
import { describeWith } from "../engine";
import { Deployment } from "./deployment";
import { motoServer, terraformEngine } from "./engines";
import { first } from "./examples";
import { text } from "./stand-in/api";

const engine = terraformEngine();
const moto = motoServer();
const withEngines = describeWith(engine !== undefined && moto !== undefined);

// Real: cdktf-cli, Terraform, the AWS provider, moto's EC2, IAM, KMS and CloudWatch Logs. Stand-in: DNS Firewall, query logs.
withEngines("agents-aws-sealed deployed to moto", () => {
  if (engine === undefined || moto === undefined) return;
  let cloud: Deployment;
  let vpcId: string;
  let filter: { Filters: { Name: string; Values: string[] }[] };

  beforeAll(async () => {
    cloud = await Deployment.start(engine, moto, "agents-aws-sealed");
    const deployed = await cloud.deploy();
    if (deployed.code !== 0) throw new Error(deployed.output.slice(-6000));
    const { Vpcs } = await cloud.ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: "tag:cordon:cell", Values: ["sealed"] }] }),
    );
    vpcId = Vpcs?.[0]?.VpcId ?? "";
    filter = { Filters: [{ Name: "vpc-id", Values: [vpcId] }] };
  });
  afterAll(async () => cloud.stop());

  test("there is no internet gateway and no NAT gateway", async () => {
    const gateways = await cloud.ec2.send(
      new DescribeInternetGatewaysCommand({ Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }] }),
    );
    expect(gateways.InternetGateways).toEqual([]);
    expect((await cloud.ec2.send(new DescribeNatGatewaysCommand({ Filter: filter.Filters }))).NatGateways).toEqual([]);
  });

  test("every route stays in the VPC or leads to the S3 gateway endpoint, and only agents have the latter", async () => {
    const { RouteTables } = await cloud.ec2.send(new DescribeRouteTablesCommand(filter));
    const { Subnets } = await cloud.ec2.send(new DescribeSubnetsCommand(filter));
    const agents = (Subnets ?? []).filter(({ Tags }) => Tags?.some(({ Key }) => Key === "cordon:agent"));
    expect(agents).toHaveLength(2);
    for (const table of RouteTables ?? []) {
      const serves = (table.Associations ?? []).map(({ SubnetId }) => SubnetId);
      const isAgents = agents.some(({ SubnetId }) => serves.includes(SubnetId));
      const targets = (table.Routes ?? []).map((route) => route.GatewayId ?? "another kind of target");
      expect(targets.filter((target) => target !== "local")).toEqual(isAgents ? [expect.stringMatching(/^vpce-/)] : []);
    }
  });

  test("no subnet gives public addresses, and each agent has its own subnet in both zones", async () => {
    const { Subnets = [] } = await cloud.ec2.send(new DescribeSubnetsCommand(filter));
    expect(Subnets.map(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch)).toEqual(Subnets.map(() => false));
    const zones = Subnets.filter(({ Tags }) =>
      Tags?.some(({ Key, Value }) => Key === "cordon:agent" && Value === "analyst"),
    );
    expect(zones.map(({ AvailabilityZone }) => AvailabilityZone).sort()).toEqual(["eu-west-1a", "eu-west-1b"]);
  });

  test("the default security group is empty, and the agent's group opens port 443 to endpoints alone", async () => {
    const { SecurityGroups = [] } = await cloud.ec2.send(new DescribeSecurityGroupsCommand(filter));
    const byName = (name: string) => SecurityGroups.find(({ GroupName }) => GroupName === name);
    expect(byName("default")).toMatchObject({ IpPermissions: [], IpPermissionsEgress: [] });
    const agent = byName("sealed-analyst");
    expect(agent?.IpPermissions).toEqual([]);
    expect(agent?.IpPermissionsEgress?.length).toBeGreaterThan(0);
    for (const permission of agent?.IpPermissionsEgress ?? []) {
      expect(permission).toMatchObject({ IpProtocol: "tcp", FromPort: 443, ToPort: 443 });
      expect([permission.IpRanges ?? [], permission.Ipv6Ranges ?? []]).toEqual([[], []]);
    }
  });

  test("the private endpoints are there with private names, the endpoints' group and a policy that names the role", async () => {
    const { VpcEndpoints = [] } = await cloud.ec2.send(new DescribeVpcEndpointsCommand(filter));
    expect(
      VpcEndpoints.map(
        ({ ServiceName, VpcEndpointType }) => `${ServiceName?.split(".").at(-1)} ${VpcEndpointType}`,
      ).sort(),
    ).toEqual(["bedrock-runtime Interface", "logs Interface", "s3 Gateway"]);
    for (const endpoint of VpcEndpoints) {
      expect(endpoint.PolicyDocument).toContain("role/sealed-eu-west-1-analyst");
      if (endpoint.VpcEndpointType === "Gateway") continue;
      expect(endpoint.PrivateDnsEnabled).toBe(true);
      expect(endpoint.SubnetIds).toHaveLength(2);
    }
  });

  test("the VPC resolves names by its own resolver, and its flows are recorded", async () => {
    for (const Attribute of ["enableDnsSupport", "enableDnsHostnames"] as const) {
      const attribute = await cloud.ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute }));
      expect((attribute.EnableDnsSupport ?? attribute.EnableDnsHostnames)?.Value).toBe(true);
    }
    const { FlowLogs } = await cloud.ec2.send(new DescribeFlowLogsCommand({}));
    expect(FlowLogs).toMatchObject([{ ResourceId: vpcId, TrafficType: "ALL" }]);
  });

  test("the agent's role has the boundary, whose denials reached IAM", async () => {
    const { Role } = await cloud.iam.send(new GetRoleCommand({ RoleName: "sealed-eu-west-1-analyst" }));
    const arn = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
    expect(arn).toBe("arn:aws:iam::123456789012:policy/sealed-eu-west-1-analyst-boundary");
    const { PolicyVersion } = await cloud.iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: "v1" }));
    const boundary = decodeURIComponent(PolicyVersion?.Document ?? "");
    expect(JSON.parse(boundary).Statement).toEqual(
      expect.arrayContaining([expect.objectContaining({ Effect: "Deny" })]),
    );
    expect(boundary).toContain(vpcId);
  });

  test("the resolver was told to fail closed, before its rules were put into force", () => {
    const { configs, rules, associations } = cloud.aws.dnsFirewall;
    expect(configs.all).toMatchObject([{ ResourceId: vpcId, FirewallFailOpen: "DISABLED" }]);
    expect(associations.all).toMatchObject([{ VpcId: vpcId, MutationProtection: "ENABLED" }]);
    const [last] = rules.all.sort((a, b) => Number(b["Priority"]) - Number(a["Priority"]));
    expect(last).toMatchObject({ Action: "BLOCK", BlockResponse: "NXDOMAIN" });
    expect(cloud.aws.dnsFirewall.domainsOf(text(last ?? {}, "FirewallDomainListId"))).toEqual([
      expect.stringMatching(/^\*\.?$/),
    ]);
    const order = cloud.aws.calls.map(({ operation }) => operation.split(".")[1]);
    expect(order.indexOf("UpdateFirewallConfig")).toBeLessThan(order.indexOf("AssociateFirewallRuleGroup"));
  });

  test("the state that it left proves the same as the plan that it came from", async () => {
    const { output, code } = await cloud.terraform("show", "-json");
    expect(code).toBe(0);
    const synthesized = cloud.synthesized as unknown as TerraformJson;
    const declaration = fromObject(synthesized).declaration;
    const state = Topology.fromJson(JSON.parse(output), declaration === undefined ? {} : { declaration });
    const synth = Topology.fromJson(synthesized);
    expect(declaration).toBeDefined();
    expect(state.agents).toEqual(synth.agents);
    expect(state.findings()).toEqual([]);
    expect(state.verify().rules).toEqual(synth.verify().rules);
    for (const agent of synth.agents) {
      expect([state.reach(agent), state.services(agent)]).toEqual([synth.reach(agent), synth.services(agent)]);
    }
  });

  test("a state in which the record of flows is gone does not", async () => {
    const { output } = await cloud.terraform("show", "-json");
    const state = JSON.parse(output) as { values: { root_module: { resources: { type: string }[] } } };
    const { resources } = state.values.root_module;
    state.values.root_module.resources = resources.filter((one) => one.type !== "aws_flow_log");
    const topology = Topology.fromJson(state as unknown as TerraformJson);
    expect(topology.findings().map((one) => one.rule)).toContain("CORDON-P08");
  });

  test("a second plan changes nothing but what moto forgets, the descriptions of security group rules", async () => {
    const { output } = await cloud.terraform("plan", "-input=false");
    const changed = [...output.matchAll(/^ {6}[+~-] (\w+)/gm)].map(([, argument]) => argument);
    expect([...new Set(changed)]).toEqual(["description"]);
    expect(output).toMatch(/Plan: 0 to add, \d+ to change, 0 to destroy/);
  });

  test("destroy is refused while the resolver's rules are protected, and leaves nothing once the protection is lifted", async () => {
    const type = "aws_route53_resolver_firewall_rule_group_association";
    const [association] = first(cloud.synthesized, type);
    const refused = await cloud.destroy();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("is protected from changes");

    const lifted = { resource: { [type]: { [association]: { mutation_protection: "DISABLED" } } } };
    const redeployed = await cloud.deploy(lifted);
    expect([redeployed.code, redeployed.output.slice(-2000)]).toEqual([0, expect.anything()]);
    const destroyed = await cloud.destroy(lifted);
    expect([destroyed.code, destroyed.output.slice(-2000)]).toEqual([0, expect.anything()]);

    expect(cloud.aws.left).toEqual([]);
    const { Vpcs } = await cloud.ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: "tag:cordon:cell", Values: ["sealed"] }] }),
    );
    expect(Vpcs).toEqual([]);
    const { VpcEndpoints = [] } = await cloud.ec2.send(new DescribeVpcEndpointsCommand({}));
    // moto keeps a deleted endpoint on its list, as AWS does for a while.
    expect(new Set(VpcEndpoints.map(({ State }) => String(State)))).toEqual(new Set(["deleted"]));
    expect((await cloud.iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    expect((await cloud.iam.send(new ListPoliciesCommand({ Scope: "Local" }))).Policies).toEqual([]);
  });
});
