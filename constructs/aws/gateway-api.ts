import { ApiGatewayDeployment } from "@cdktf/provider-aws/lib/api-gateway-deployment";
import { ApiGatewayIntegration } from "@cdktf/provider-aws/lib/api-gateway-integration";
import { ApiGatewayMethod } from "@cdktf/provider-aws/lib/api-gateway-method";
import { ApiGatewayMethodSettings } from "@cdktf/provider-aws/lib/api-gateway-method-settings";
import { ApiGatewayResource } from "@cdktf/provider-aws/lib/api-gateway-resource";
import { ApiGatewayRestApi } from "@cdktf/provider-aws/lib/api-gateway-rest-api";
import { ApiGatewayRestApiPolicy } from "@cdktf/provider-aws/lib/api-gateway-rest-api-policy";
import { ApiGatewayStage } from "@cdktf/provider-aws/lib/api-gateway-stage";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { type PolicyStatement, policyJson } from "./policy-document";

/** What an agent may call of the API. */
export interface AwsGatewayCaller {
  readonly roleArn: string;
  /** Methods of each of its connectors. */
  readonly connectors: { readonly name: string; readonly methods: readonly string[] }[];
}

export interface AwsGatewayApiProps {
  readonly cellName: string;
  readonly handler: LambdaFunction;
  /** The endpoint by which alone the API is reached. */
  readonly vpcEndpointId: string;
  readonly callers: () => AwsGatewayCaller[];
  /** ARNs of roles that may list and decide approvals. */
  readonly approvers: readonly string[];
  /** Endpoints by which approvers come, and nobody else. */
  readonly approverEndpointIds: readonly string[];
  readonly tags: { readonly [key: string]: string };
}

/** The stage's name in URLs and ARNs. */
export const STAGE = "live";

/**
 * A private REST API in front of the gateway's function. It has no public address: it answers on the cell's own endpoint, to
 * signed requests (IAM) of the agents' roles, each for its own connectors.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
 */
export class AwsGatewayApi extends Construct {
  public readonly api: ApiGatewayRestApi;
  public readonly stage: ApiGatewayStage;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AwsGatewayApiProps,
  ) {
    super(scope, id);
    const { cellName, handler, tags } = props;
    this.api = new ApiGatewayRestApi(this, "Api", {
      name: `cordon-${cellName}-connector-gateway`,
      description: `Connectors of agent cell ${cellName}`,
      binaryMediaTypes: ["*/*"], // bodies reach the function as they were sent
      // The endpoint's private names lead to it. The endpoint is not named here, since its own policy names the API.
      endpointConfiguration: { types: ["PRIVATE"] },
      tags,
    });
    const policy = new ApiGatewayRestApiPolicy(this, "Policy", {
      restApiId: this.api.id,
      policy: Lazy.stringValue({ produce: () => policyJson(this.statements()) }),
    });
    const connector = this.resource("Connector", this.api.rootResourceId, "{connector}");
    const below = this.resource("Below", connector.id, "{target+}");
    const parts = [...this.method("Connector", connector), ...this.method("Below", below)];
    const deployment = new ApiGatewayDeployment(this, "Deployment", {
      restApiId: this.api.id,
      // A change of the policy counts once the API is deployed again.
      triggers: { policy: Lazy.stringValue({ produce: () => policyJson(this.statements()) }) },
      lifecycle: { createBeforeDestroy: true },
      dependsOn: [policy, ...parts],
    });
    this.stage = new ApiGatewayStage(this, "Stage", {
      restApiId: this.api.id,
      deploymentId: deployment.id,
      stageName: STAGE,
      tags,
    });
    new ApiGatewayMethodSettings(this, "Settings", {
      restApiId: this.api.id,
      stageName: this.stage.stageName,
      methodPath: "*/*",
      settings: { metricsEnabled: true, throttlingBurstLimit: 200, throttlingRateLimit: 100 },
    });
    new LambdaPermission(this, "Invoke", {
      statementId: "ConnectorGateway",
      action: "lambda:InvokeFunction",
      functionName: handler.functionName,
      principal: "apigateway.amazonaws.com",
      sourceArn: `${this.api.executionArn}/${STAGE}/*`,
    });
  }

  /** ARNs of what a caller may invoke. */
  public static resources(executionArn: string, { connectors }: AwsGatewayCaller): string[] {
    return connectors.flatMap(({ name, methods }) =>
      methods.flatMap((method) => [
        `${executionArn}/${STAGE}/${method}/${name}`,
        `${executionArn}/${STAGE}/${method}/${name}/*`,
      ]),
    );
  }

  private statements(): PolicyStatement[] {
    const { callers, approvers, approverEndpointIds, vpcEndpointId } = this.props;
    const connectors = callers().flatMap((caller) => AwsGatewayApi.resources("execute-api:", caller));
    return [
      deniedElsewhere("ByEndpointsAlone", ["execute-api:/*"], [vpcEndpointId, ...approverEndpointIds]),
      deniedElsewhere("ConnectorsByTheCellsEndpoint", connectors, [vpcEndpointId]),
      deniedElsewhere("ApprovalsByTheirEndpoints", APPROVALS, approverEndpointIds),
      ...callers().map(
        (caller): PolicyStatement => ({
          Effect: "Allow",
          Principal: { AWS: caller.roleArn },
          Action: "execute-api:Invoke",
          Resource: AwsGatewayApi.resources("execute-api:", caller).sort(),
        }),
      ),
      ...(approvers.length === 0 ? [] : [approversStatement(approvers)]),
    ];
  }

  private resource(id: string, parentId: string, pathPart: string): ApiGatewayResource {
    return new ApiGatewayResource(this, `${id}Resource`, { restApiId: this.api.id, parentId, pathPart });
  }

  private method(id: string, { id: resourceId }: ApiGatewayResource): (ApiGatewayMethod | ApiGatewayIntegration)[] {
    const method = new ApiGatewayMethod(this, `${id}Method`, {
      restApiId: this.api.id,
      resourceId,
      httpMethod: "ANY",
      authorization: "AWS_IAM",
    });
    const integration = new ApiGatewayIntegration(this, `${id}Integration`, {
      restApiId: this.api.id,
      resourceId,
      httpMethod: method.httpMethod,
      integrationHttpMethod: "POST",
      type: "AWS_PROXY",
      uri: this.props.handler.invokeArn,
      timeoutMilliseconds: 29_000,
    });
    return [method, integration];
  }
}

/** What approvers ask for. */
const APPROVALS = [`execute-api:/${STAGE}/GET/approvals`, `execute-api:/${STAGE}/POST/approvals/*`];

function deniedElsewhere(sid: string, resources: readonly string[], endpoints: readonly string[]): PolicyStatement {
  const elsewhere = { Condition: { StringNotEquals: { "aws:SourceVpce": [...endpoints].sort() } } };
  return {
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: "execute-api:Invoke",
    Resource: [...new Set(resources)].sort(),
    ...(endpoints.length === 0 ? {} : elsewhere),
  };
}

function approversStatement(approvers: readonly string[]): PolicyStatement {
  return {
    Sid: "Approvers",
    Effect: "Allow",
    Principal: { AWS: [...approvers].sort() },
    Action: "execute-api:Invoke",
    Resource: APPROVALS,
  };
}
