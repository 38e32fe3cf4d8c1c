import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { type ITerraformDependable, Lazy } from "cdktf";
import { Construct } from "constructs";
import { resourceReference } from "../../lib/cell/agent-cell-base";
import { CordonError } from "../../lib/errors/cordon-error";
import { plainText } from "../../lib/names/plain-text";
import type { AwsAgent } from "./agent";
import { type EndpointPolicyContext, endpointPolicy } from "./endpoint-policy";
import type { AwsCellNetwork } from "./network";
import type { AwsPermissionScope } from "./permission";
import { policyJson } from "./policy-document";
import { AwsEndpointKind, AwsPerimeter, type AwsService } from "./service";

export interface AwsPrivateEndpointsProps {
  readonly cellName: string;
  readonly network: AwsCellNetwork;
  readonly services: AwsService[];
  readonly scope: AwsPermissionScope;
  readonly organizationId?: string;
  readonly at: string;
  /** The cell's agents, read when the stack is synthesized. */
  readonly agents: () => AwsAgent[];
}

/** Which endpoints a role that is no agent's may use, and why. */
export interface AwsRoleAdmission {
  readonly services: AwsService[];
  readonly reason: string;
}

const HTTPS = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };

/**
 * The private ways to AWS services. Each endpoint's policy lets the cell's agents reach the owner's resources and nothing
 * else; its addresses take port 443 from the agents' security groups and nothing else.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
export class AwsPrivateEndpoints extends Construct {
  /** Endpoints by service name, as in `bedrock-runtime`. */
  public readonly endpoints = new Map<string, VpcEndpoint>();
  /** Around the interface endpoints. Undefined if the cell has none. */
  public readonly securityGroup: SecurityGroup | undefined;
  /** What lets each agent in, by the agent's name. */
  public readonly ingressRules = new Map<string, VpcSecurityGroupIngressRule>();

  private readonly helpers = new Map<string, string[]>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AwsPrivateEndpointsProps,
  ) {
    super(scope, id);
    const { services, network, at } = props;
    const twice = services.find(
      (service, index) => services.findIndex((other) => other.name === service.name) !== index,
    );
    if (twice !== undefined) {
      throw new CordonError("CORDON-111", at, `service '${twice.name}' is listed twice`, "list each service once");
    }
    if (services.some(isInterface)) {
      this.securityGroup = new SecurityGroup(this, "SecurityGroup", {
        name: `${props.cellName}.endpoints`, // the dot keeps it apart from every agent's group
        description: "Private endpoints: port 443 from agents, nothing out",
        vpcId: network.vpcId,
        tags: network.tags("endpoints"),
      });
    }
    for (const service of services) this.endpoints.set(service.name, this.createEndpoint(service));
  }

  /** Organisation that the policies pin; undefined where it is the account. */
  public get organizationId(): string | undefined {
    return this.props.organizationId;
  }

  /** Names that the endpoints answer, which the resolver has to let through. */
  public get hostNames(): string[] {
    return this.props.services.flatMap((service) => service.hostNames(this.props.scope.region));
  }

  /**
   * Lets a role that is no agent's use endpoints of the cell, such as the execution role that pulls an agent's image and
   * writes its logs. What it may do there is up to its own policies; the endpoint still pins the owner's resources.
   * @throws CORDON-126 for a service that the cell has no endpoint of, or one that only takes what is granted to agents
   */
  public admitRole(roleArn: string, admission: AwsRoleAdmission): void {
    const at = `${this.props.at}, admitRole`;
    const arn = resourceReference(roleArn, at, "the role's ARN");
    plainText(admission.reason, at, "the reason");
    for (const service of admission.services) {
      if (!this.endpoints.has(service.name)) {
        throw new CordonError(
          "CORDON-126",
          at,
          `the cell has no endpoint of ${service.name}`,
          "add the service to the cell's services",
        );
      }
      if (service.perimeter === AwsPerimeter.GRANTED) {
        throw new CordonError(
          "CORDON-126",
          at,
          `the endpoint of ${service.name} takes what is granted to agents alone`,
          "grant it to an agent's identity",
        );
      }
      this.helpers.set(service.name, [...new Set([...(this.helpers.get(service.name) ?? []), arn])].sort());
    }
  }

  /** What has to be in place before an agent starts. */
  public get readiness(): ITerraformDependable[] {
    return [...this.endpoints.values()];
  }

  /** Opens port 443 between an agent and the endpoints, on both sides, and puts the gateway routes into its tables. */
  public admit(agent: AwsAgent): void {
    if (this.securityGroup !== undefined) {
      const ingress = new VpcSecurityGroupIngressRule(this, `from-${agent.agentName}`, {
        securityGroupId: this.securityGroup.id,
        referencedSecurityGroupId: agent.securityGroup.id,
        description: `agent ${agent.agentName}`,
        ...HTTPS,
      });
      this.ingressRules.set(agent.agentName, ingress);
      agent.addEgressRule("to-endpoints", {
        referencedSecurityGroupId: this.securityGroup.id,
        description: "private endpoints",
        ...HTTPS,
      });
    }
    for (const service of this.props.services.filter((one) => !isInterface(one))) {
      const endpoint = this.endpoints.get(service.name);
      if (endpoint === undefined) continue;
      agent.addEgressRule(`to-${service.name}`, {
        prefixListId: endpoint.prefixListId,
        description: `gateway endpoint of ${service.name}`,
        ...HTTPS,
      });
    }
  }

  private createEndpoint(service: AwsService): VpcEndpoint {
    const { network, scope } = this.props;
    return new VpcEndpoint(this, service.name, {
      vpcId: network.vpcId,
      serviceName: service.serviceName(scope.region),
      vpcEndpointType: service.kind,
      policy: Lazy.stringValue({ produce: () => policyJson(endpointPolicy(service, this.policyContext(service))) }),
      ...(isInterface(service) && this.securityGroup !== undefined
        ? {
            privateDnsEnabled: true,
            subnetIds: network.endpointSubnets.map(({ subnet }) => subnet.id),
            securityGroupIds: [this.securityGroup.id],
          }
        : { routeTableIds: Lazy.listValue({ produce: () => this.agentTables() }) }),
      tags: network.tags(service.name),
    });
  }

  private agentTables(): string[] {
    return this.props.agents().flatMap((agent) => agent.network.map(({ routeTable }) => routeTable.id));
  }

  private policyContext(service: AwsService): EndpointPolicyContext {
    const { scope, organizationId, services } = this.props;
    const agents = this.props.agents().map(({ identity }) => {
      const granted = identity.granted
        .filter((permission) => permission.iamPrefixes.includes(service.iamPrefix))
        .flatMap((permission) => permission.statement(scope).resources);
      return { roleArn: identity.roleArn, grantedResources: [...new Set(granted)].sort() };
    });
    return {
      ...scope,
      organizationId,
      agents,
      helperArns: this.helpers.get(service.name) ?? [],
      pullsImages: services.some((one) => one.name === "ecr.dkr"),
    };
  }
}

const isInterface = (service: AwsService): boolean => service.kind === AwsEndpointKind.INTERFACE;
