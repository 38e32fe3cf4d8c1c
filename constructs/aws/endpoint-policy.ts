import type { PolicyStatement } from "./policy-document";
import { AwsPerimeter, type AwsService } from "./service";

/** An agent as an endpoint sees it. */
export interface EndpointAgent {
  readonly roleArn: string;
  /** Resources granted to the agent, of the service's own IAM prefix; sorted. */
  readonly grantedResources: string[];
}

/** Who and what an endpoint lets through. */
export interface EndpointPolicyContext {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** Set when the perimeter is the organisation instead of the account. */
  readonly organizationId?: string;
  /** The cell's agents, each with what it was granted of the service. */
  readonly agents: EndpointAgent[];
  /** Roles that are no agents and may use this endpoint, such as the execution role that pulls an agent's image. */
  readonly helperArns: string[];
  /** Whether the cell pulls container images, whose layers lie in a bucket of AWS. */
  readonly pullsImages: boolean;
}

/**
 * The data perimeter on one endpoint: only the cell's agents, only resources of the owner, so that the private way to AWS
 * is not a way into somebody else's account. A service principal of AWS may act for the owner.
 *
 * @see https://docs.aws.amazon.com/whitepapers/latest/building-a-data-perimeter-on-aws/building-a-data-perimeter-on-aws.html
 */
export function endpointPolicy(service: AwsService, context: EndpointPolicyContext): PolicyStatement[] {
  const agents =
    service.perimeter === AwsPerimeter.GRANTED ? grantedOnly(service, context) : ownersOnly(service, context);
  return [...agents, ...(service.name === "s3" ? s3Statements(context) : [])];
}

function ownersOnly(service: AwsService, context: EndpointPolicyContext): PolicyStatement[] {
  const principals = [...context.agents.map((agent) => agent.roleArn), ...context.helperArns];
  if (principals.length === 0) return [denyAll()];
  const owner: { [key: string]: string } =
    context.organizationId === undefined
      ? { "aws:PrincipalAccount": context.accountId, "aws:ResourceAccount": context.accountId }
      : { "aws:PrincipalOrgID": context.organizationId, "aws:ResourceOrgID": context.organizationId };
  return [
    {
      Sid: "AgentsToOwnResources",
      Effect: "Allow",
      Principal: "*",
      Action: `${service.iamPrefix}:*`,
      Resource: "*",
      Condition: {
        StringEquals: owner,
        ArnEquals: { "aws:PrincipalArn": principals },
      },
    },
    {
      Sid: "ServicesForTheOwner",
      Effect: "Allow",
      Principal: "*",
      Action: `${service.iamPrefix}:*`,
      Resource: "*",
      Condition: { StringEquals: resourceOwner(context), Bool: { "aws:PrincipalIsAWSService": "true" } },
    },
  ];
}

const resourceOwner = (context: EndpointPolicyContext): { [key: string]: string } =>
  context.organizationId === undefined
    ? { "aws:ResourceAccount": context.accountId }
    : { "aws:ResourceOrgID": context.organizationId };

// A model belongs to AWS, not to the account, so the account condition can't name it; the granted list can.
function grantedOnly(service: AwsService, context: EndpointPolicyContext): PolicyStatement[] {
  const owner: { [key: string]: string } =
    context.organizationId === undefined
      ? { "aws:PrincipalAccount": context.accountId }
      : { "aws:PrincipalOrgID": context.organizationId };
  const statements = context.agents
    .filter((agent) => agent.grantedResources.length > 0)
    .map(
      ({ roleArn, grantedResources }): PolicyStatement => ({
        Effect: "Allow",
        Principal: "*",
        Action: `${service.iamPrefix}:*`,
        Resource: grantedResources,
        Condition: { StringEquals: owner, ArnEquals: { "aws:PrincipalArn": roleArn } },
      }),
    );
  return statements.length === 0 ? [denyAll()] : statements;
}

/** Where Amazon ECR keeps image layers; a bucket of AWS that a client reads by presigned URL. */
const layerBucket = ({ partition, region }: EndpointPolicyContext): string =>
  `arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`;

function s3Statements(context: EndpointPolicyContext): PolicyStatement[] {
  const presigned: PolicyStatement = {
    Sid: "NoPresignedUse",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    ...(context.pullsImages ? { NotResource: [layerBucket(context)] } : { Resource: "*" }),
    Condition: { StringNotEquals: { "s3:authType": "REST-HEADER" }, Bool: { "aws:PrincipalIsAWSService": "false" } },
  };
  const layers: PolicyStatement = {
    Sid: "ImageLayers",
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: layerBucket(context),
  };
  return context.pullsImages ? [layers, presigned] : [presigned];
}

// An endpoint without a policy is open to everything, and a policy can't be empty.
const denyAll = (): PolicyStatement => ({ Sid: "Nobody", Effect: "Deny", Principal: "*", Action: "*", Resource: "*" });
