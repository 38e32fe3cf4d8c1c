import { AwsEgressTier, AwsExistingVpc, type AwsVpcAttributes } from "../../../constructs/aws";
import { ContainmentPolicy, Egress } from "../../../lib";
import { cellOf, Plan } from "../../support/aws-plan";
import { refusal } from "../../support/refusal";

const attributes: AwsVpcAttributes = {
  vpcId: "vpc-0123456789abcdef0",
  accountId: "123456789012",
  cidr: "10.0.0.0/16",
  dedicated: true,
  ipv6: false,
  publicSubnets: [
    { availabilityZone: "eu-west-1a", cidr: "10.0.0.0/24", natGatewayId: "nat-a", routeTableId: "rtb-a" },
    { availabilityZone: "eu-west-1b", cidr: "10.0.1.0/24", natGatewayId: "nat-b", routeTableId: "rtb-b" },
  ],
};
const vpc = (changes: Partial<AwsVpcAttributes> = {}): AwsExistingVpc =>
  AwsExistingVpc.fromVpcAttributes({ ...attributes, ...changes });
const policy = ContainmentPolicy.denyAll("p").allow(Egress.https("api.example.com", { reason: "test" }));

describe("a cell in an existing VPC", () => {
  const cell = cellOf({ cidr: "10.0.16.0/20", vpc: vpc() });
  cell.addAgent("triage", { policy });
  const plan = Plan.of(cell);

  test("creates no VPC, gateway or public subnet, and keeps subnets and route tables its own", () => {
    for (const type of ["aws_vpc", "aws_internet_gateway", "aws_nat_gateway", "aws_default_security_group"])
      expect(plan.all(type)).toEqual([]);
    expect(plan.subnets("public")).toEqual([]);
    expect(plan.subnets("agent").map((subnet) => subnet.values["vpc_id"])).toEqual([
      attributes.vpcId,
      attributes.vpcId,
    ]);
    for (const subnet of plan.subnets("agent"))
      expect(plan.routesOf(subnet).map((route) => route.destination)).toEqual(["0.0.0.0/0"]);
  });

  test("leads from its firewall to the given NAT gateways, and adds the ways back to their tables", () => {
    expect(plan.subnets("firewall").map((subnet) => plan.routesOf(subnet)[0]?.target)).toEqual(["nat-a", "nat-b"]);
    const back = plan.all("aws_route").filter((route) => String(route.values["route_table_id"]).startsWith("rtb-"));
    expect(
      back.map((route) => [route.values["route_table_id"], route.values["destination_cidr_block"]]).sort(),
    ).toEqual(
      plan
        .subnets("agent")
        .map((subnet) => [`rtb-${String(subnet.values["availability_zone"]).at(-1)}`, subnet.values["cidr_block"]])
        .sort(),
    );
  });

  test("uses the stated account, records its own subnets, and reports what it could not check", () => {
    expect(JSON.stringify(plan.policy("aws_iam_policy", "triage"))).toContain(attributes.vpcId);
    expect(plan.all("aws_flow_log").map((one) => one.values["vpc_id"])).toEqual([undefined, undefined]);
    expect(cell.residualRisks().map((risk) => risk.id)).toContain("R44");
  });

  test("may be sealed, without anything given but the VPC", () => {
    const sealed = cellOf({ cidr: "10.0.16.0/20", tier: AwsEgressTier.SEALED, vpc: vpc({ publicSubnets: [] }) });
    sealed.addAgent("analyst");
    expect(Plan.of(sealed).all("aws_route")).toEqual([]);
  });
});

describe("an existing VPC that can't be made safe is refused", () => {
  const at = "AwsExistingVpc.fromVpcAttributes";
  test.each([
    [
      { dedicated: false },
      `CORDON-109: ${at}: other workloads resolve names in this VPC, and the resolver's firewall is one per VPC; give the agents a VPC of their own, or move the others out and set dedicated: true`,
    ],
    [
      { ipv6: true },
      `CORDON-109: ${at}: the VPC has an IPv6 block, and a route ::/0 would pass by the firewall; use a VPC without IPv6`,
    ],
    [
      { accountId: "acme" },
      `CORDON-122: ${at}: accountId "acme" is not 12 digits; write the account that owns the VPC`,
    ],
    [
      { vpcId: "${var.vpc}" },
      `CORDON-101: ${at}: vpcId "\${var.vpc}" is not an identifier; pass the id, or a reference to the resource`,
    ],
    [
      {
        publicSubnets: [
          { availabilityZone: "eu-west-1a", cidr: "10.0.0.0/24", natGatewayId: "", routeTableId: "rtb-a" },
        ],
      },
      `CORDON-101: ${at}: natGatewayId "" is not an identifier; pass the id, or a reference to the resource`,
    ],
    [
      {
        publicSubnets: [
          { availabilityZone: "eu-west-1a", cidr: "10.0.0.0/24", natGatewayId: "nat-a", routeTableId: "%{x}" },
        ],
      },
      `CORDON-101: ${at}: routeTableId "%{x}" is not an identifier; pass the id, or a reference to the resource`,
    ],
    [
      { otherSubnetCidrs: ["10.0.0.1/24"] },
      `CORDON-010: ${at}, a subnet's cidr: "10.0.0.1/24" has host bits set; use 10.0.0.0/24`,
    ],
    [
      { cidr: "10.0.0.0" },
      `CORDON-010: ${at}, cidr: "10.0.0.0" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48`,
    ],
  ])("%j", (changes, message) => {
    expect(refusal(() => vpc(changes))).toBe(message);
  });

  test("for a cell whose addresses are not free, or a zone without a public side", () => {
    expect(refusal(() => cellOf({ cidr: "10.9.0.0/20", vpc: vpc() }))).toBe(
      "CORDON-109: cell 'Agents': 10.9.0.0/20 is not inside of the VPC's 10.0.0.0/16; choose a free block of the VPC as the cell's cidr",
    );
    expect(refusal(() => cellOf({ cidr: "10.0.16.0/20", vpc: vpc({ otherSubnetCidrs: ["10.0.17.0/24"] }) }))).toBe(
      "CORDON-109: cell 'Agents': subnet 10.0.17.0/24 of the VPC lies in the cell's 10.0.16.0/20; choose a block of the VPC that no subnet uses",
    );
    expect(refusal(() => cellOf({ cidr: "10.0.16.0/20", vpc: vpc(), availabilityZones: ["eu-west-1c"] }))).toBe(
      "CORDON-109: cell 'Agents': the existing VPC has no public subnet in eu-west-1c; add it to publicSubnets with its NAT gateway and route table, or use AwsEgressTier.SEALED",
    );
  });
});
