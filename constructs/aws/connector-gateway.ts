import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { DynamodbTableItem } from "@cdktf/provider-aws/lib/dynamodb-table-item";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, Fn, type ITerraformDependable, Lazy, TerraformAsset, TerraformLocal, Token } from "cdktf";
import { Construct } from "constructs";
import { resourceReference } from "../../lib/cell/agent-cell-base";
import { extendedFunction, ownExtension } from "../../lib/cell/gateway-extension";
import { checkControls } from "../../lib/cell/packaged-check";
import {
  type CompiledBundle,
  checkApprovers,
  compileGatewayBundle,
  gatewayPolicy,
} from "../../lib/compile/gateway-bundle";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import type { Connector } from "../../lib/policy/connector";
import type { PrincipalJson } from "../../lib/policy/gateway-bundle";
import type { AwsAgent } from "./agent";
import { AwsEgressTier } from "./egress-tier";
import { AwsGatewayApi, type AwsGatewayCaller } from "./gateway-api";
import type { AwsLogStore } from "./log-store";
import { AwsPermission, type AwsPermissionScope } from "./permission";
import { AwsService } from "./service";

/** Choices of a cell's connector gateway. */
export interface AwsConnectorGatewayProps {
  /** Who approves, by group. @default - nobody; operations with an approval are refused at synth */
  readonly approvers?: { readonly [group: string]: readonly PrincipalJson[] };
  /**
   * Ids of `execute-api` endpoints by which approvers come, in networks of theirs: the cell's own endpoint is for its agents
   * alone. By these the API answers approvals and nothing else. @default - none; approvers that are roles of AWS are refused
   */
  readonly approverEndpointIds?: readonly string[];
  /**
   * ARNs of secrets by the names that credentials give them. @default - the secret of that name in the cell's account and
   * region
   */
  readonly secrets?: { readonly [name: string]: string };
  /**
   * Path of a TypeScript or JavaScript file with detectors and a handler of yours, see `GatewayExtension`: it is bundled with
   * esbuild and put into the archive. It runs with the gateway's rights. @default - none
   */
  readonly extension?: string;
  /** Instances that may run at once; more requests are refused. @default 20 */
  readonly reservedConcurrency?: number;
  /** Seconds that one request may take, up to 29. @default 29 */
  readonly timeout?: number;
  /** Megabytes of memory. @default 1024 */
  readonly memory?: number;
}

/** What a gateway is made of. */
export interface AwsConnectorGatewayConfig extends AwsConnectorGatewayProps {
  readonly cellName: string;
  readonly scope: AwsPermissionScope;
  readonly logs: AwsLogStore;
  /** Where the gateway stands, who it is and what it may reach. */
  readonly host: AwsAgent;
  /** Agents that have connectors. */
  readonly agents: () => AwsAgent[];
  readonly vpcEndpointId: string;
  readonly tags: { readonly [key: string]: string };
  readonly at: string;
}

/** Azure and others take less; DynamoDB holds 400 KB in an item. */
const MOST_BYTES = 350_000;
const MINIMUM_MEMORY = 256;

/**
 * Mediates a cell's connectors: a function in subnets of its own, which alone reach the connectors' hosts, behind a private API
 * that each agent may call for its own connectors. Adds a table for limits, approvals and the compiled policy.
 */
export class AwsConnectorGateway extends Construct {
  public readonly function: LambdaFunction;
  public readonly table: DynamodbTable;
  /** The compiled policy, as the function reads it; its digest is in the function's configuration. */
  public readonly policyItem: DynamodbTableItem;
  public readonly api: AwsGatewayApi;
  private readonly granted = new Set<string>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly config: AwsConnectorGatewayConfig,
  ) {
    super(scope, id);
    const { cellName, host, tags, vpcEndpointId, at } = config;
    const name = `cordon-${cellName}-connector-gateway`;
    const packaged = extendedFunction("connector-gateway/aws.zip", ownExtension(config, at));
    this.table = new DynamodbTable(this, "Table", {
      name,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "key",
      attribute: [{ name: "key", type: "S" }],
      ttl: { attributeName: "expires", enabled: true },
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: false,
      tags,
    });
    // The roles' ARNs in it are known to Terraform alone, and so is its digest.
    const policy = new TerraformLocal(this, "PolicyText", Lazy.stringValue({ produce: () => this.bundle().text }));
    this.policyItem = new DynamodbTableItem(this, "Policy", {
      tableName: this.table.name,
      hashKey: this.table.hashKey,
      item: Fn.jsonencode({ key: { S: "policy" }, value: { S: policy.asString }, version: { S: "1" } }),
    });
    const archive = new TerraformAsset(this, "Archive", { path: packaged.path, type: AssetType.FILE });
    const group = config.logs.group("connector-gateway");
    this.function = new LambdaFunction(this, "Function", {
      functionName: name,
      description: `Mediates the connectors of agent cell ${cellName}`,
      role: host.identity.roleArn,
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      filename: archive.path,
      sourceCodeHash: packaged.sha256,
      memorySize: checkedNumber(config.memory ?? 1024, MINIMUM_MEMORY, 10_240, "memory", at),
      timeout: checkedNumber(config.timeout ?? 29, 1, 29, "timeout", at),
      reservedConcurrentExecutions: checkedNumber(config.reservedConcurrency ?? 20, 1, 1000, "reservedConcurrency", at),
      vpcConfig: { subnetIds: host.subnetIds, securityGroupIds: [host.securityGroup.id] },
      environment: {
        variables: {
          CORDON_CELL: cellName,
          CORDON_TABLE: this.table.name,
          CORDON_POLICY_DIGEST: Fn.sha256(policy.asString),
          CORDON_SECRETS: Lazy.stringValue({ produce: () => JSON.stringify(this.secretArns()) }),
        },
      },
      loggingConfig: { logFormat: "Text", logGroup: group.name },
      tracingConfig: { mode: "PassThrough" },
      tags,
      dependsOn: [...host.readiness],
    });
    this.api = new AwsGatewayApi(this, "Api", {
      cellName,
      handler: this.function,
      vpcEndpointId,
      callers: () => this.callers(),
      approvers: approverRoles(config.approvers ?? {}),
      approverEndpointIds: config.approverEndpointIds ?? [],
      tags,
    });
    host.identity.grant(
      AwsPermission.of({
        actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"],
        resources: [this.table.arn],
        reason: "limits, approvals and the compiled policy",
      }),
    );
    host.identity.grant(
      AwsPermission.forRuntime({
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [`${group.arn}:*`],
        reason: "records of decisions",
      }),
    );
  }

  /** Where an agent finds a connector; requests are signed for `execute-api`. */
  public urlOf(connector: string): string {
    return `${this.api.stage.invokeUrl}/${connector}`;
  }

  /** What has to be in place before agents call it. */
  public get readiness(): ITerraformDependable[] {
    return [this.api.stage, this.policyItem];
  }

  /** Lets an agent call the gateway for its connectors, and the gateway use their hosts. @internal */
  public admit(agent: AwsAgent): void {
    const { host } = this.config;
    const caller = callerOf(agent);
    for (const connector of agent.policy.connectors) this.grantSecret(connector);
    agent.identity.grant(
      AwsPermission.of({
        actions: ["execute-api:Invoke"],
        resources: AwsGatewayApi.resources(this.apiArn, caller),
        reason: `connectors ${caller.connectors.map(({ name }) => name).join(", ")}`,
      }),
    );
    host.allowEgress(...gatewayPolicy(this.config.agents().flatMap(({ policy }) => policy.connectors)).rules);
    this.bundle(); // refuses what the table has no room for
  }

  private get apiArn(): string {
    const { partition, region, accountId } = this.config.scope;
    return `arn:${partition}:execute-api:${region}:${accountId}:${this.api.api.id}`;
  }

  private grantSecret(connector: Connector): void {
    const { credential } = connector.toJSON();
    if (credential === undefined || this.granted.has(credential.secret)) return;
    this.granted.add(credential.secret);
    const reason = `credential of connector ${connector.name}`;
    this.config.host.identity.grant(AwsPermission.readSecret(this.secretArn(credential.secret), reason));
  }

  private secretArn(name: string): string {
    const { secrets = {}, scope, at } = this.config;
    const given = secrets[name];
    if (given !== undefined) return resourceReference(given, at, `the ARN of secret ${quoted(name)}`);
    return `arn:${scope.partition}:secretsmanager:${scope.region}:${scope.accountId}:secret:${name}-??????`;
  }

  // The store is asked by name where no ARN is given; what may be read is up to the role.
  private secretArns(): { [name: string]: string } {
    const names = this.config
      .agents()
      .flatMap(({ policy }) => policy.connectors.flatMap((connector) => connector.toJSON().credential?.secret ?? []));
    const { secrets = {} } = this.config;
    return Object.fromEntries([...new Set(names)].sort().map((name) => [name, secrets[name] ?? name]));
  }

  private callers(): AwsGatewayCaller[] {
    return this.config.agents().map(callerOf);
  }

  private bundle(): CompiledBundle {
    const { cellName, agents, approvers = {}, at } = this.config;
    const bundle = compileGatewayBundle({
      cell: cellName,
      audience: `cordon:${cellName}`,
      agents: agents().map(({ agentName, mode, policy, identity }) => ({
        name: agentName,
        mode,
        policy,
        principals: [{ kind: "aws", arn: identity.roleArn }],
      })),
      approvers,
      at,
    });
    if (bundle.text.length > MOST_BYTES) {
      throw new CordonError(
        "CORDON-164",
        at,
        `the compiled policy has ${bundle.text.length} characters, and the table holds ${MOST_BYTES} safely`,
        "divide the agents between cells",
      );
    }
    return bundle;
  }
}

/** What a cell has to have for a gateway. */
export interface AwsGatewayCell {
  readonly tier: AwsEgressTier;
  readonly services: readonly AwsService[];
  readonly gatewayProps: AwsConnectorGatewayProps;
}

/** Refuses connectors that a cell has no way to mediate, before anything is created. @throws CORDON-163, CORDON-164 */
export function checkGatewayFits(
  { tier, services, gatewayProps }: AwsGatewayCell,
  connectors: readonly Connector[],
  at: string,
): void {
  checkControls(connectors, at, ownExtension(gatewayProps, at)?.detectors);
  checkApprovers(connectors, gatewayProps.approvers ?? {}, at);
  checkApproverEndpoints(gatewayProps, at);
  if (tier === AwsEgressTier.SEALED) {
    throw new CordonError(
      "CORDON-164",
      at,
      `the policy has connectors, first '${connectors[0]?.name}', and the sealed tier has no way to their hosts`,
      "use AwsEgressTier.INSPECTED, or leave the connectors out",
    );
  }
  const hasSecrets = connectors.some((connector) => connector.toJSON().credential !== undefined);
  const needed = [AwsService.DYNAMODB, AwsService.EXECUTE_API, ...(hasSecrets ? [AwsService.SECRETS_MANAGER] : [])];
  const missing = needed.filter(({ name }) => !services.some((service) => service.name === name));
  if (missing.length === 0) return;
  throw new CordonError(
    "CORDON-164",
    at,
    `its connectors need private endpoints of ${missing.map(({ name }) => name).join(", ")}, and the cell has none`,
    "add AwsService.DYNAMODB, EXECUTE_API and SECRETS_MANAGER to the cell's services",
  );
}

function checkApproverEndpoints(
  { approvers = {}, approverEndpointIds = [] }: AwsConnectorGatewayProps,
  at: string,
): void {
  const wrong = approverEndpointIds.find((id) => !Token.isUnresolved(id) && !/^vpce-[0-9a-f]{8,17}$/.test(id));
  if (wrong !== undefined) {
    const fix = "write ids such as vpce-0123456789abcdef0";
    throw new CordonError("CORDON-164", `${at}, approverEndpointIds`, `${quoted(wrong)} is no id of an endpoint`, fix);
  }
  const [first] = approverRoles(approvers);
  if (first === undefined || approverEndpointIds.length > 0) return;
  throw new CordonError(
    "CORDON-163",
    at,
    `approver ${quoted(first)} has no way to the API, which the cell's own endpoint answers to agents alone`,
    "pass connectorGateway: { approverEndpointIds } with the execute-api endpoint of the approvers' network",
  );
}

/** Roles of AWS among the approvers; others show a token to the function itself. */
function approverRoles(approvers: AwsConnectorGatewayProps["approvers"] & {}): string[] {
  const members = Object.values(approvers).flat();
  return [...new Set(members.flatMap((member) => (member.kind === "aws" ? [member.arn] : [])))].sort();
}

function callerOf({ identity, policy }: AwsAgent): AwsGatewayCaller {
  return {
    roleArn: identity.roleArn,
    connectors: policy.connectors.map((connector) => ({ name: connector.name, methods: methodsOf(connector) })),
  };
}

/** The methods by which a connector is asked. */
function methodsOf({ kind, operations }: Connector): string[] {
  if (kind === "mcp") return ["DELETE", "GET", "POST"];
  if (kind === "model") return ["POST"];
  return [...new Set(operations.map((operation) => operation.split(" ")[0] ?? ""))].sort();
}

function checkedNumber(value: number, least: number, most: number, what: string, at: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new CordonError(
    "CORDON-164",
    `${at}, connectorGateway`,
    `${what} ${quoted(value)} is not a whole number from ${least} to ${most}`,
    "leave it out, or write one",
  );
}
