import { AutoscalingGroup } from "@cdktf/provider-aws/lib/autoscaling-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { VpnGatewayRoutePropagation } from "@cdktf/provider-aws/lib/vpn-gateway-route-propagation";
import { Aspects, Fn, TerraformStack } from "cdktf";
import { type AwsAgent, AwsAgentCell, AwsEgressTier, AwsPermission, AwsService } from "../../../constructs/aws";
import { ContainmentPolicy, Egress } from "../../../lib";
import { cellOf, Plan, stackOf } from "../../support/aws-plan";
import { refusal } from "../../support/refusal";

const policy = ContainmentPolicy.denyAll("p").allow(Egress.https("api.example.com", { reason: "test" }));

/** What comes of a synthesis after somebody changed a cell with one agent. */
function afterwards(change: (cell: AwsAgentCell, agent: AwsAgent) => void, tier = AwsEgressTier.INSPECTED): string {
  const cell = cellOf({ tier, services: [AwsService.SECRETS_MANAGER] });
  const agent = cell.addAgent("triage", tier === AwsEgressTier.SEALED ? {} : { policy });
  change(cell, agent);
  return refusal(() => Plan.of(cell));
}

const tableOf = (agent: AwsAgent): string => agent.network[0]?.routeTable.id ?? "";
const natOf = (cell: AwsAgentCell): string => cell.network.natGateways[0]?.natGateway.id ?? "";

describe("a way past the firewall fails the synthesis", () => {
  const leads = (name: string): RegExp =>
    new RegExp(
      `^CORDON-124: ${name}: it leads out of aws_route_table\\.Agents_\\S+ past the firewall endpoint of eu-west-1a; remove it; an agent's traffic has to pass the firewall of its cell$`,
    );

  test("as a route of an agent's table to a NAT gateway", () => {
    const message = afterwards((cell, agent) => {
      new Route(cell.stack, "R", {
        routeTableId: tableOf(agent),
        destinationCidrBlock: "192.0.2.0/24",
        natGatewayId: natOf(cell),
      });
    });
    expect(message).toMatch(leads("aws_route\\.R"));
  });

  test("as a route to an internet gateway in a sealed cell", () => {
    const message = afterwards((cell, agent) => {
      const gateway = new InternetGateway(cell.stack, "G", { vpcId: cell.network.vpcId });
      new Route(cell.stack, "R", {
        routeTableId: tableOf(agent),
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: gateway.id,
      });
    }, AwsEgressTier.SEALED);
    expect(message).toMatch(leads("aws_route\\.R"));
  });

  test("as a route of an endpoint's table, also to the firewall", () => {
    const message = afterwards((cell) => {
      new Route(cell.stack, "R", {
        routeTableId: cell.network.endpointSubnets[0]?.routeTable.id ?? "",
        destinationCidrBlock: "0.0.0.0/0",
        vpcEndpointId: cell.endpointOf("eu-west-1a"),
      });
    });
    expect(message).toMatch(leads("aws_route\\.R"));
  });

  test("as a route whose table stands in a longer expression", () => {
    const message = afterwards((cell, agent) => {
      new Route(cell.stack, "R", {
        routeTableId: Fn.element([tableOf(agent)], 0),
        destinationCidrBlock: "192.0.2.0/24",
        natGatewayId: natOf(cell),
      });
    });
    expect(message).toMatch(leads("aws_route\\.R"));
  });

  test.each<[string, (cell: AwsAgentCell, agent: AwsAgent) => void]>([
    [
      "an override of the resource",
      (cell, agent) => {
        agent.routes[0]?.addOverride("vpc_endpoint_id", undefined);
        agent.routes[0]?.addOverride("nat_gateway_id", natOf(cell));
      },
    ],
    [
      "an override of the stack",
      (cell, agent) => {
        cell.stack.addOverride(`resource.aws_route.${agent.routes[0]?.friendlyUniqueId}.vpc_endpoint_id`, "vpce-1");
      },
    ],
    [
      "an aspect",
      (cell) => {
        Aspects.of(cell.stack).add({
          visit: (node) => {
            if (node instanceof Route && node.node.id === "agent-eu-west-1a-out") node.vpcEndpointId = "vpce-1";
          },
        });
      },
    ],
    [
      "the endpoint of another zone, through which no flow comes back",
      (cell, agent) => {
        agent.routes[0]?.addOverride("vpc_endpoint_id", cell.endpointOf("eu-west-1b"));
      },
    ],
  ])("as the cell's own route, led elsewhere by %s", (_, change) => {
    expect(afterwards(change)).toMatch(leads("aws_route\\.Agents_agent-triage_\\S+"));
  });

  test("as routes that the stack does not show", () => {
    const inline = afterwards((_, agent) => {
      agent.network[0]?.routeTable.addOverride("propagating_vgws", ["vgw-1"]);
    });
    expect(inline).toMatch(/^CORDON-124: aws_route_table\.\S+: it has routes of its own; remove it;/);
    const propagated = afterwards((cell, agent) => {
      new VpnGatewayRoutePropagation(cell.stack, "P", { routeTableId: tableOf(agent), vpnGatewayId: "vgw-1" });
    });
    expect(propagated).toMatch(
      /^CORDON-124: aws_vpn_gateway_route_propagation\.P: it adds routes to aws_route_table\.\S+ that are not in the stack;/,
    );
  });

  test("as another route table for a subnet of the cell", () => {
    const message = afterwards((cell, agent) => {
      new RouteTableAssociation(cell.stack, "A", {
        subnetId: agent.subnetIds[0],
        routeTableId: cell.network.publicSubnets[0]?.routeTable.id ?? "",
      });
    });
    expect(message).toMatch(
      /^CORDON-124: aws_route_table_association\.A: it gives aws_subnet\.Agents_agent-triage_\S+ another route table; remove it; the cell's own table is the subnet's$/,
    );
  });

  test.each(["firewallSubnets", "publicSubnets"] as const)("as a workload in one of the %s", (subnets) => {
    const message = afterwards((cell, agent) => {
      new Instance(cell.stack, "Beside", {
        subnetId: cell.network[subnets][0]?.subnet.id,
        vpcSecurityGroupIds: [agent.securityGroup.id],
      });
    });
    expect(message).toMatch(
      /^CORDON-124: aws_instance\.Beside: it stands in aws_subnet\.Agents_Network_\S+, beside the firewall; put it into an agent's subnet, or into a VPC of its own$/,
    );
  });

  test("as a workload whose group of instances stands there", () => {
    const message = afterwards((cell) => {
      new AutoscalingGroup(cell.stack, "Group", {
        minSize: 1,
        maxSize: 1,
        vpcZoneIdentifier: cell.network.publicSubnets.map(({ subnet }) => subnet.id),
      });
    });
    expect(message).toMatch(
      /^CORDON-124: aws_autoscaling_group\.Group: it stands in aws_subnet\.Agents_Network_public-/,
    );
  });

  test("while a workload in the agent's own subnet is welcome, and so is what stands nowhere", () => {
    const message = afterwards((cell, agent) => {
      new Instance(cell.stack, "Agent", {
        subnetId: agent.subnetIds[0],
        vpcSecurityGroupIds: [agent.securityGroup.id],
        iamInstanceProfile: agent.identity.instanceProfile?.name,
        metadataOptions: { httpTokens: "required" },
        dependsOn: agent.readiness,
      });
      new SsmParameter(cell.stack, "Note", {
        name: "/subnet",
        type: "String",
        value: cell.network.firewallSubnets[0]?.subnet.id,
        dependsOn: cell.network.publicSubnets.map(({ subnet }) => subnet),
      });
      new Route(cell.stack, "Elsewhere", {
        routeTableId: "rtb-other",
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: "igw-other",
      });
    });
    expect(message).toBe("not refused");
  });
});

describe("an agent's boundary", () => {
  const bounded = (address: string, problem: string): RegExp =>
    new RegExp(`^CORDON-125: ${address}: ${problem}; leave the role's boundary to the cell; grant\\(\\) widens it$`);
  const unbounded = "it is not bounded by the boundary of its agent in this stack";
  const wider = "it allows more than was granted, or denies less";

  test("can't be taken from its role, nor from a role that the user brought", () => {
    const removed = afterwards((_, agent) => {
      agent.identity.role.addOverride("permissions_boundary", undefined);
    });
    expect(removed).toMatch(bounded("aws_iam_role\\.Agents_agent-triage_\\S+", unbounded));
    const stack = stackOf();
    const role = new IamRole(stack, "Own", { assumeRolePolicy: "{}" });
    const cell = cellOf({}, stack);
    cell.addAgent("triage", { role });
    role.permissionsBoundary = "arn:aws:iam::aws:policy/AdministratorAccess";
    expect(refusal(() => Plan.of(cell))).toMatch(bounded("aws_iam_role\\.Own", unbounded));
  });

  test("can't be widened by hand", () => {
    const allow = { Effect: "Allow", Action: "*", Resource: "*" };
    const open = JSON.stringify({ Version: "2012-10-17", Statement: [allow] });
    for (const text of [open, "not a policy"]) {
      const message = afterwards((_, agent) => {
        agent.identity.boundary.policy = text;
      });
      expect(message).toMatch(bounded("aws_iam_policy\\.\\S+", wider));
    }
  });

  test("can't lose a denial or gain a permission, and may be denied more", () => {
    type Statement = { Sid?: string; Effect: string };
    const rewritten = (rewrite: (statements: Statement[]) => Statement[]): string =>
      afterwards((cell, agent) => {
        const before = Plan.of(cell).policy("aws_iam_policy", "triage");
        agent.identity.boundary.policy = JSON.stringify({ ...before, Statement: rewrite(before.Statement) });
      });
    expect(rewritten((all) => all)).toBe("not refused");
    expect(rewritten((all) => [...all, { Effect: "Deny", Action: "s3:*", Resource: "*" } as Statement])).toBe(
      "not refused",
    );
    expect(rewritten((all) => all.filter((one) => one.Sid !== "NoTampering"))).toMatch(
      bounded("aws_iam_policy\\.\\S+", wider),
    );
    expect(rewritten((all) => [...all, { Effect: "Allow", Action: "s3:*", Resource: "*" } as Statement])).toMatch(
      bounded("aws_iam_policy\\.\\S+", wider),
    );
  });

  test("leaves grants and policies that others attach to the role as they are", () => {
    const message = afterwards((cell, agent) => {
      const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:feed-abcdef";
      agent.identity.grant(AwsPermission.readSecret(SECRET, "test"));
      new IamRolePolicyAttachment(cell.stack, "Attached", {
        role: agent.identity.role.name,
        policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      });
    });
    expect(message).toBe("not refused");
  });
});

describe("two cells of one stack", () => {
  test("can't have one name", () => {
    const stack = stackOf();
    cellOf({ name: "agents" }, stack);
    const props = { cidr: "10.96.0.0/20", availabilityZones: ["eu-west-1a"], name: "agents" };
    expect(refusal(() => new AwsAgentCell(stack, "Others", props))).toBe(
      `CORDON-123: stack/Others: cell stack/Agents of the same stack is named "agents" too; give one of them another name; roles, log groups and keys are named after it`,
    );
    expect(refusal(() => new AwsAgentCell(new TerraformStack(stack.node.root, "second"), "Others", props))).toBe(
      "not refused",
    );
  });
});
