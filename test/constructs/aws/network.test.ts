import { AwsEgressTier } from "../../../constructs/aws";
import { ContainmentPolicy, Egress } from "../../../lib";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { cellOf, Plan, stackOf, tagsOf } from "../../support/aws-plan";
import { refusal } from "../../support/refusal";

const ZONES = ["eu-west-1a", "eu-west-1b", "eu-west-1c"];
const policy = ContainmentPolicy.denyAll("support").allow(Egress.https("api.example.com", { reason: "test" }));

const zoneOfTarget = (target: string): string | undefined => /^\$\{local\.[^[]+\["([a-z0-9-]+)"\]\}$/.exec(target)?.[1];

describe.each([
  { tier: AwsEgressTier.INSPECTED, egressZone: (zone: string) => zone, egressZones: ZONES },
  { tier: AwsEgressTier.INSPECTED_ONE_ZONE, egressZone: () => "eu-west-1a", egressZones: ["eu-west-1a"] },
])("routes of the $tier tier", ({ tier, egressZone, egressZones }) => {
  const cell = cellOf({ tier, availabilityZones: ZONES });
  cell.addAgent("triage", { policy });
  cell.addAgent("coder", { policy, slot: 3 });
  const plan = Plan.of(cell);

  test("an agent's subnet has one route: the default route to the firewall endpoint of its egress zone", () => {
    expect(plan.subnets("agent")).toHaveLength(6);
    for (const subnet of plan.subnets("agent")) {
      const [route, ...others] = plan.routesOf(subnet);
      expect(others).toEqual([]);
      expect(route?.destination).toBe("0.0.0.0/0");
      expect(zoneOfTarget(String(route?.target))).toBe(egressZone(String(subnet.values["availability_zone"])));
    }
  });

  test("each agent subnet has exactly one way back, whole and through the same endpoint as its way out", () => {
    const back = plan
      .subnets("public")
      .flatMap((subnet) => plan.routesOf(subnet).filter((one) => one.destination !== "0.0.0.0/0"));
    expect(back.map((route) => route.destination).sort()).toEqual(
      plan
        .subnets("agent")
        .map((subnet) => String(subnet.values["cidr_block"]))
        .sort(),
    );
    for (const subnet of plan.subnets("agent")) {
      const out = plan.routesOf(subnet)[0]?.target;
      expect(
        back.filter((route) => route.destination === subnet.values["cidr_block"]).map((route) => route.target),
      ).toEqual([out]);
    }
  });

  test("only the firewall's subnet goes on to the NAT gateway of its zone", () => {
    expect(plan.subnets("firewall").map((subnet) => subnet.values["availability_zone"])).toEqual(egressZones);
    for (const subnet of plan.subnets("firewall")) {
      const zone = String(subnet.values["availability_zone"]);
      const nat = plan.one("aws_nat_gateway", `nat-${zone}`);
      expect(plan.routesOf(subnet)).toEqual([{ destination: "0.0.0.0/0", target: `\${${nat.address}.id}` }]);
      expect(referenceOf(nat.values["subnet_id"])).toBe(plan.one("aws_subnet", `public-${zone}`).address);
    }
  });

  test("no route of an endpoint subnet leads anywhere", () => {
    expect(plan.subnets("endpoint")).toHaveLength(3);
    for (const subnet of plan.subnets("endpoint")) expect(plan.routesOf(subnet)).toEqual([]);
  });

  test("the firewall stands alone in its subnets", () => {
    const firewalls = plan.subnets("firewall").map((subnet) => `\${${subnet.address}.id}`);
    const { subnet_mapping: mapping } = plan.one("aws_networkfirewall_firewall").values;
    expect((mapping as { subnet_id: string }[]).map((one) => one.subnet_id).sort()).toEqual(firewalls.sort());
    const others = JSON.stringify([plan.all("aws_nat_gateway"), plan.all("aws_vpc_endpoint"), plan.subnets("agent")]);
    for (const subnet of firewalls) expect(others).not.toContain(subnet);
  });

  test("the endpoint look-up is by zone, never by position or by the accessor that fails at apply", () => {
    const text = JSON.stringify(plan.json);
    expect(text).not.toMatch(/\.0\["attachment|sync_states\[|element\(/);
    expect(Object.values(plan.json.locals ?? {})).toEqual([
      expect.stringMatching(
        /^\$\{\{for state in aws_networkfirewall_firewall\.\S+\.firewall_status\[0\]\.sync_states : state\.availability_zone => state\.attachment\[0\]\.endpoint_id\}\}$/,
      ),
    ]);
  });
});

describe("a sealed cell", () => {
  const cell = cellOf({ tier: AwsEgressTier.SEALED });
  cell.addAgent("analyst");
  const plan = Plan.of(cell);

  test("has no gateway, no firewall and no route at all", () => {
    for (const type of [
      "aws_internet_gateway",
      "aws_nat_gateway",
      "aws_eip",
      "aws_networkfirewall_firewall",
      "aws_route",
    ]) {
      expect(plan.all(type)).toEqual([]);
    }
  });

  test("is what a cell without a tier is", () => {
    const byDefault = cellOf({ tier: undefined });
    byDefault.addAgent("analyst");
    expect(Plan.of(byDefault).json).toEqual(plan.json);
  });
});

describe("every cell", () => {
  const cell = cellOf();
  const agent = cell.addAgent("triage", { policy });
  const plan = Plan.of(cell);

  test("empties the default security group of its VPC", () => {
    const group = plan.one("aws_default_security_group");
    expect(referenceOf(group.values["vpc_id"])).toBe(plan.one("aws_vpc").address);
    expect(group.values).toMatchObject({ ingress: [], egress: [] });
  });

  test("gives no subnet public addresses and no block of IPv6", () => {
    for (const subnet of plan.all("aws_subnet")) {
      expect(subnet.values["map_public_ip_on_launch"]).toBe(false);
      expect(Object.keys(subnet.values).filter((key) => key.includes("ipv6"))).toEqual([]);
    }
    expect(plan.one("aws_vpc").values).toMatchObject({ enable_dns_support: true, enable_dns_hostnames: true });
  });

  test("keeps rules of security groups in resources of their own", () => {
    for (const group of plan.all("aws_security_group")) {
      expect(Object.keys(group.values)).not.toEqual(expect.arrayContaining(["ingress"]));
      expect(Object.keys(group.values)).not.toEqual(expect.arrayContaining(["egress"]));
    }
  });

  test("records all flows of the VPC in an encrypted log group with a retention", () => {
    expect(plan.one("aws_flow_log").values).toMatchObject({
      traffic_type: "ALL",
      max_aggregation_interval: 60,
      depends_on: [plan.one("aws_iam_role_policy", "FlowLogs").address],
    });
    for (const group of plan.all("aws_cloudwatch_log_group")) {
      expect(group.values).toMatchObject({ retention_in_days: 365 });
      expect(referenceOf(group.values["kms_key_id"])).toBe(plan.one("aws_kms_key").address);
    }
  });

  test("tags an agent's subnets with its name, for reading the plan back", () => {
    expect(plan.subnets("agent").map((subnet) => tagsOf(subnet)["cordon:agent"])).toEqual(["triage", "triage"]);
    expect(agent.sources.map(String).sort()).toEqual(
      plan
        .subnets("agent")
        .map((subnet) => subnet.values["cidr_block"])
        .sort(),
    );
  });
});

describe("places in the address plan", () => {
  const subnetsWith = (agents: string[], zones: string[]): Map<string, unknown> => {
    const cell = cellOf({ availabilityZones: zones });
    for (const name of agents) cell.addAgent(name, { policy });
    return new Map(
      Plan.of(cell)
        .all("aws_subnet")
        .map((subnet) => [subnet.address, subnet.values["cidr_block"]]),
    );
  };

  test("do not move when agents and zones are added, removed or listed in another order", () => {
    const before = subnetsWith(["triage", "coder"], ["eu-west-1a", "eu-west-1b"]);
    const after = subnetsWith(["writer", "coder", "triage"], ["eu-west-1c", "eu-west-1b", "eu-west-1a"]);
    for (const [address, cidr] of before) expect([address, after.get(address)]).toEqual([address, cidr]);
    const fewer = subnetsWith(["coder"], ["eu-west-1b"]);
    for (const [address, cidr] of fewer) expect([address, before.get(address)]).toEqual([address, cidr]);
  });
});

describe("bad input of a cell", () => {
  test.each([
    [
      { availabilityZones: [] },
      `CORDON-104: cell 'Agents': availabilityZones is empty; name at least one, e.g. ["eu-west-1a", "eu-west-1b"]`,
    ],
    [
      { availabilityZones: ["eu-west-1"] },
      `CORDON-104: cell 'Agents': "eu-west-1" is not the name of an availability zone; write names like eu-west-1a; local and wavelength zones have no firewall endpoints`,
    ],
    [
      { availabilityZones: ["eu-west-1a", "eu-west-2a"] },
      "CORDON-104: cell 'Agents': availability zones of two regions: eu-west-1a, eu-west-2a; a VPC lives in one region; make one cell per region",
    ],
    [
      { availabilityZones: ["eu-west-1a", "eu-west-1a"] },
      "CORDON-104: cell 'Agents': an availability zone is listed twice: eu-west-1a, eu-west-1a; list each once",
    ],
    [
      { availabilityZones: ["cn-north-1a"] },
      "CORDON-104: cell 'Agents': region cn-north-1 names its endpoints differently and was never tried; use a region of the aws or aws-us-gov partition",
    ],
    [
      { availabilityZones: ["us-east-1a", "us-east-1e"] },
      "CORDON-013: cell 'Agents': zones us-east-1a and us-east-1e share one quarter of the cell's addresses; use one of them and another zone",
    ],
    [
      { availabilityZones: ["${data.x.y.names[0]}"] },
      `CORDON-104: cell 'Agents': "\${data.x.y.names[0]}" is not the name of an availability zone; write names like eu-west-1a; local and wavelength zones have no firewall endpoints`,
    ],
    [
      { cidr: "10.64.0.0/22" },
      "CORDON-011: cell 'Agents': 10.64.0.0/22 holds 1024 addresses and leaves no room for an agent's /26 in each of four zone blocks; use a /21 or larger (room for 4)",
    ],
    [{ cidr: "10.64.1.0/20" }, `CORDON-010: cell 'Agents', cidr: "10.64.1.0/20" has host bits set; use 10.64.0.0/20`],
    [{ agentSubnetPrefix: 29 }, "CORDON-011: cell 'Agents': an agent's subnet can't be /29; use a prefix of 20 to 28"],
    [
      { logRetentionDays: 42 },
      "CORDON-119: cell 'Agents': logRetentionDays 42 is not a period of CloudWatch Logs; use one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
    ],
    [
      { organizationId: "acme" },
      `CORDON-122: cell 'Agents': organizationId "acme" is not an organisation's id; write it as AWS Organizations shows it, e.g. o-a1b2c3d4e5`,
    ],
    [
      { name: "My Cell" },
      `CORDON-022: cell 'Agents': the cell's name "My Cell" is not an identifier; use up to 24 lower case letters, digits and single dashes, a letter first`,
    ],
  ])("%j is refused with the place, the value and the fix", (props, message) => {
    expect(refusal(() => cellOf(props))).toBe(message);
  });

  test("a provider of another region is refused when the stack is synthesized", () => {
    expect(refusal(() => Plan.of(cellOf({}, stackOf("us-east-1"))))).toBe(
      `CORDON-105: cell 'Agents': its zones are in eu-west-1, and the provider works in "us-east-1"; set the provider's region to eu-west-1`,
    );
  });

  test("a reference in place of the cell's addresses is refused", () => {
    const stack = stackOf();
    const token = cellOf({ name: "first" }, stack).network.vpcId;
    expect(refusal(() => cellOf({ cidr: token }))).toBe(
      "CORDON-100: cell 'Agents': cidr is a Terraform reference; pass a literal that is known at synth",
    );
  });
});
