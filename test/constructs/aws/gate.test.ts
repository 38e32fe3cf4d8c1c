import { Route } from "@cdktf/provider-aws/lib/route";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { App, Aspects, TerraformStack, Testing } from "cdktf";
import { AwsAgentCell, AwsEgressTier } from "../../../constructs/aws";
import { ContainmentPolicy, Egress } from "../../../lib";
import { AgentCellBase } from "../../../lib/cell/agent-cell-base";
import { cellOf, Plan, stackOf } from "../../support/aws-plan";
import { refusal } from "../../support/refusal";

const policy = ContainmentPolicy.denyAll("p").allow(Egress.https("api.example.com", { reason: "test" }));

function cellWithAgent(): AwsAgentCell {
  const cell = cellOf();
  cell.addAgent("triage", { policy });
  return cell;
}

describe("an opening that somebody adds to a stack fails its synthesis", () => {
  test("by an override of a resource", () => {
    const cell = cellWithAgent();
    cell.dnsFirewall.config.addOverride("firewall_fail_open", "ENABLED");
    expect(refusal(() => Plan.of(cell))).toMatch(
      /^CORDON-087: aws_route53_resolver_firewall_config\.\S+: firewall_fail_open is "ENABLED"/,
    );
  });

  test("by an override of the stack", () => {
    const cell = cellWithAgent();
    const address = `aws_networkfirewall_firewall_policy.${cell.egressFirewall?.policy.friendlyUniqueId}`;
    cell.stack.addOverride(`resource.${address}.firewall_policy.stateful_default_actions`, ["aws:pass"]);
    expect(refusal(() => Plan.of(cell))).toMatch(/^CORDON-070: aws_networkfirewall_firewall_policy\./);
  });

  test("by an aspect that runs after the library's own", () => {
    const cell = cellWithAgent();
    Aspects.of(cell.stack).add({
      visit: (node) => {
        if (node instanceof Subnet) node.mapPublicIpOnLaunch = true;
      },
    });
    expect(refusal(() => Plan.of(cell))).toMatch(/map_public_ip_on_launch/);
  });

  test("by a resource of the user's in the cell's network", () => {
    const cell = cellWithAgent();
    new Subnet(cell.stack, "Extra", {
      vpcId: cell.network.vpcId,
      cidrBlock: "10.64.15.0/28",
      mapPublicIpOnLaunch: true,
    });
    expect(refusal(() => Plan.of(cell))).toMatch(/^CORDON-\d+: aws_subnet\.Extra: /);
  });

  test("also when validations are skipped, and in the framework's own test call", () => {
    const app = new App({ outdir: Testing.app().outdir, skipValidation: true });
    const cell = cellOf({}, new TerraformStack(app, "skipped"));
    cell.dnsFirewall.config.addOverride("firewall_fail_open", "ENABLED");
    expect(refusal(() => app.synth())).toMatch(/^CORDON-087: /);
    expect(refusal(() => Testing.synth(cell.stack))).toMatch(/^CORDON-087: /);
  });
});

describe("what has nothing to do with a cell", () => {
  test("is left alone", () => {
    const cell = cellWithAgent();
    const other = new Vpc(cell.stack, "Public", { cidrBlock: "10.1.0.0/16" });
    new Subnet(cell.stack, "PublicSubnet", { vpcId: other.id, cidrBlock: "10.1.0.0/24", mapPublicIpOnLaunch: true });
    new SecurityGroup(cell.stack, "Web", {
      vpcId: other.id,
      ingress: [{ fromPort: 443, toPort: 443, protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] }],
    });
    expect(refusal(() => Plan.of(cell))).toBe("not refused");
  });

  test("a harmless override is left alone", () => {
    const cell = cellWithAgent();
    cell.vpc?.addOverride("tags.CostCenter", "ml");
    expect(Plan.of(cell).one("aws_vpc").values["tags"]).toMatchObject({ CostCenter: "ml" });
  });
});

describe("a synthesis", () => {
  test("gives the same bytes every time, for the same stack and for another of the same program", () => {
    const cell = cellWithAgent();
    const first = JSON.stringify(Plan.of(cell).json);
    expect(JSON.stringify(Plan.of(cell).json)).toBe(first);
    expect(JSON.stringify(Plan.of(cellWithAgent()).json)).toBe(first);
  });

  test("of two cells in one stack checks both", () => {
    const stack = stackOf();
    const one = cellOf({}, stack);
    const two = new AwsAgentCell(stack, "Others", {
      cidr: "10.96.0.0/20",
      availabilityZones: ["eu-west-1a"],
      tier: AwsEgressTier.SEALED,
    });
    one.addAgent("triage", { policy });
    two.addAgent("analyst");
    expect(refusal(() => Plan.of(one))).toBe("not refused");
    two.dnsFirewall.config.addOverride("firewall_fail_open", "ENABLED");
    expect(refusal(() => Plan.of(one))).toMatch(/^CORDON-087: \S+Others/);
  });

  test("a route of the user's that has no target of its own zone still shows in the plan", () => {
    const cell = cellWithAgent();
    const [agent] = cell.agents;
    const table = agent?.network[0]?.routeTable.id ?? "";
    new Route(cell.stack, "Two", {
      routeTableId: table,
      destinationCidrBlock: "1.0.0.0/8",
      gatewayId: "igw-1",
      natGatewayId: "nat-1",
    });
    expect(refusal(() => Plan.of(cell))).toMatch(/^CORDON-\d+: aws_route\.Two: /);
  });
});

describe("a cell", () => {
  test("is recognised across copies of the package, and outside of a stack it is refused", () => {
    expect(AgentCellBase.isAgentCell(cellOf())).toBe(true);
    expect(AgentCellBase.isAgentCell(stackOf())).toBe(false);
    const props = { cidr: "10.64.0.0/20", availabilityZones: ["eu-west-1a"] };
    expect(refusal(() => new AwsAgentCell(new App(), "Agents", props))).toBe(
      "CORDON-102: cell 'Agents': it is not inside a TerraformStack; create it in a class that extends TerraformStack",
    );
  });

  test("in a stack of another copy of the framework is refused, since its checks would not run", () => {
    const foreign = stackOf();
    Object.setPrototypeOf(foreign, Object.getPrototypeOf(TerraformStack.prototype));
    expect(refusal(() => cellOf({}, foreign))).toBe(
      "CORDON-103: cell 'Agents': its stack comes from another copy of the CDKTF framework than this library uses, so the checks at synth would not run; install one 'cdktf' only (npm ls cdktf) and import the stack class from it",
    );
  });
});
