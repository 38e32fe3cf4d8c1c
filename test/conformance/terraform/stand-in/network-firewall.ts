import {
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import {
  ACCOUNT,
  type ApiCall,
  ApiError,
  type ApiRecord,
  Collection,
  type Operations,
  record,
  records,
  text,
} from "./api";

const target = (operation: string): string => `NetworkFirewall_20201112.${operation}`;

/** A rule is one line that is neither blank nor a comment. */
const isRule = (line: string): boolean => /^\s*[^\s#]/.test(line);

/**
 * Network Firewall: rule groups, policies, firewalls and their logging. A firewall gets a real Gateway Load Balancer
 * endpoint in moto for each of its subnets, as it does on AWS, so that routes to it are checked by the EC2 API.
 * Refuses what the service refuses and Terraform's order depends on: deleting what is in use or protected, a list that
 * is longer than its capacity, a policy that mixes rule orders or gives a priority twice.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_Operations.html
 */
export class NetworkFirewallStandIn {
  public readonly ruleGroups = new Collection("rule group", "rg");
  public readonly policies = new Collection("firewall policy", "fp");
  public readonly firewalls = new Collection("firewall", "fw");

  public constructor(private readonly ec2: EC2Client) {}

  public get left(): ApiRecord[] {
    return [...this.ruleGroups.all, ...this.policies.all, ...this.firewalls.all];
  }

  public get operations(): Operations {
    return { ...this.groupOperations(), ...this.policyOperations(), ...this.firewallOperations(), ...this.settings() };
  }

  private groupOperations(): Operations {
    return {
      [target("CreateRuleGroup")]: ({ input, region }) => {
        const arn = arnOf(region, "stateful-rulegroup", text(input, "RuleGroupName"));
        checkCapacity(record(input, "RuleGroup"), Number(input["Capacity"]));
        const { RuleGroup, ...response } = input;
        return describedGroup(
          this.ruleGroups.put(arn, {
            RuleGroup,
            ...response,
            RuleGroupArn: arn,
            RuleGroupId: arn,
            RuleGroupStatus: "ACTIVE",
          }),
        );
      },
      [target("DescribeRuleGroup")]: ({ input }) => describedGroup(this.ruleGroups.get(text(input, "RuleGroupArn"))),
      [target("UpdateRuleGroup")]: ({ input }) => {
        const arn = text(input, "RuleGroupArn");
        checkCapacity(record(input, "RuleGroup"), Number(this.ruleGroups.get(arn)["Capacity"]));
        return describedGroup(
          this.ruleGroups.update(arn, { RuleGroup: input["RuleGroup"], Description: input["Description"] }),
        );
      },
      [target("DeleteRuleGroup")]: ({ input }) => {
        const arn = text(input, "RuleGroupArn");
        if (this.policies.all.some((policy) => references(policy).some((one) => one["ResourceArn"] === arn))) {
          throw new ApiError("InvalidOperationException", `rule group ${arn} is in use`);
        }
        return describedGroup(this.ruleGroups.remove(arn));
      },
    };
  }

  private policyOperations(): Operations {
    return {
      [target("CreateFirewallPolicy")]: ({ input, region }) => {
        const arn = arnOf(region, "firewall-policy", text(input, "FirewallPolicyName"));
        const made = { ...input, FirewallPolicyArn: arn, FirewallPolicyId: arn, FirewallPolicyStatus: "ACTIVE" };
        this.checkPolicy(made);
        return describedPolicy(this.policies.put(arn, made));
      },
      [target("DescribeFirewallPolicy")]: ({ input }) =>
        describedPolicy(this.policies.get(text(input, "FirewallPolicyArn"))),
      [target("UpdateFirewallPolicy")]: ({ input }) => {
        this.checkPolicy(input);
        return describedPolicy(
          this.policies.update(text(input, "FirewallPolicyArn"), {
            FirewallPolicy: input["FirewallPolicy"],
            Description: input["Description"],
          }),
        );
      },
      [target("DeleteFirewallPolicy")]: ({ input }) => {
        const arn = text(input, "FirewallPolicyArn");
        if (this.firewalls.all.some((firewall) => firewall["FirewallPolicyArn"] === arn)) {
          throw new ApiError("InvalidOperationException", `firewall policy ${arn} is in use`);
        }
        return describedPolicy(this.policies.remove(arn));
      },
    };
  }

  private firewallOperations(): Operations {
    return {
      [target("CreateFirewall")]: async ({ input, region }) => {
        this.policies.get(text(input, "FirewallPolicyArn"));
        const arn = arnOf(region, "firewall", text(input, "FirewallName"));
        const states = await this.attach(input);
        return describedFirewall(this.firewalls.put(arn, { ...input, FirewallArn: arn, FirewallId: arn, states }));
      },
      [target("DescribeFirewall")]: ({ input }) => describedFirewall(this.firewallOf(input)),
      [target("DeleteFirewall")]: async ({ input }) => {
        const firewall = this.firewallOf(input);
        if (firewall["DeleteProtection"] === true) {
          throw new ApiError("InvalidOperationException", "the firewall is protected from deletion");
        }
        const ids = Object.values(record(firewall, "states")).map((state) =>
          text(record(Object(state), "Attachment"), "EndpointId"),
        );
        await this.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: ids }));
        return describedFirewall(this.firewalls.remove(text(firewall, "FirewallArn")));
      },
      [target("UpdateLoggingConfiguration")]: ({ input }) => {
        const firewall = this.firewallOf(input);
        this.firewalls.update(text(firewall, "FirewallArn"), { logging: input["LoggingConfiguration"] });
        return { FirewallArn: firewall["FirewallArn"], LoggingConfiguration: input["LoggingConfiguration"] };
      },
      [target("DescribeLoggingConfiguration")]: ({ input }) => {
        const firewall = this.firewallOf(input);
        return { FirewallArn: firewall["FirewallArn"], LoggingConfiguration: firewall["logging"] };
      },
    };
  }

  private settings(): Operations {
    const setting = (operation: string, member: string): Operations => ({
      [target(operation)]: ({ input }: ApiCall) => {
        const arn = text(this.firewallOf(input), "FirewallArn");
        this.firewalls.update(arn, { [member]: input[member] });
        return { FirewallArn: arn, [member]: input[member], UpdateToken: "token" };
      },
    });
    return {
      ...setting("UpdateFirewallDeleteProtection", "DeleteProtection"),
      ...setting("UpdateFirewallPolicyChangeProtection", "FirewallPolicyChangeProtection"),
      ...setting("UpdateSubnetChangeProtection", "SubnetChangeProtection"),
      [target("ListTagsForResource")]: () => ({ Tags: [] }),
      [target("TagResource")]: () => ({}),
    };
  }

  private firewallOf(input: ApiRecord): ApiRecord {
    return this.firewalls.get(text(input, "FirewallArn"));
  }

  private async attach(input: ApiRecord): Promise<ApiRecord> {
    const states: ApiRecord = {};
    for (const mapping of records(input, "SubnetMappings")) {
      const subnetId = text(mapping, "SubnetId");
      const { Subnets } = await this.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
      const { VpcEndpoint } = await this.ec2.send(
        new CreateVpcEndpointCommand({
          VpcId: text(input, "VpcId"),
          VpcEndpointType: "GatewayLoadBalancer",
          ServiceName: "com.amazonaws.vpce.network-firewall",
          SubnetIds: [subnetId],
        }),
      );
      states[String(Subnets?.[0]?.AvailabilityZone)] = {
        Attachment: { SubnetId: subnetId, EndpointId: VpcEndpoint?.VpcEndpointId, Status: "READY" },
      };
    }
    return states;
  }

  private checkPolicy(policy: ApiRecord): void {
    const order = text(record(record(policy, "FirewallPolicy"), "StatefulEngineOptions"), "RuleOrder");
    const priorities = references(policy).map((reference) => reference["Priority"]);
    if (new Set(priorities).size < priorities.length)
      throw new ApiError("InvalidRequestException", "a priority is given twice");
    for (const reference of references(policy)) {
      const group = record(this.ruleGroups.get(text(reference, "ResourceArn")), "RuleGroup");
      if (text(record(group, "StatefulRuleOptions"), "RuleOrder") !== order) {
        throw new ApiError("InvalidRequestException", "the rule orders of policy and rule group differ");
      }
    }
  }
}

function references(policy: ApiRecord): ApiRecord[] {
  return records(record(policy, "FirewallPolicy"), "StatefulRuleGroupReferences");
}

function arnOf(region: string, kind: string, name: string): string {
  return `arn:aws:network-firewall:${region}:${ACCOUNT}:${kind}/${name}`;
}

function checkCapacity(group: ApiRecord, capacity: number): void {
  const rules = text(record(group, "RulesSource"), "RulesString").split("\n").filter(isRule).length;
  if (rules > capacity)
    throw new ApiError("InvalidRequestException", `${rules} rules exceed the capacity of ${capacity}`);
}

function describedGroup({ RuleGroup, ...response }: ApiRecord): ApiRecord {
  return { UpdateToken: "token", RuleGroup, RuleGroupResponse: response };
}

function describedPolicy({ FirewallPolicy, ...response }: ApiRecord): ApiRecord {
  return { UpdateToken: "token", FirewallPolicy, FirewallPolicyResponse: response };
}

function describedFirewall({ states, logging, ...firewall }: ApiRecord): ApiRecord {
  return {
    UpdateToken: "token",
    Firewall: firewall,
    FirewallStatus: { Status: "READY", ConfigurationSyncStateSummary: "IN_SYNC", SyncStates: states },
  };
}
