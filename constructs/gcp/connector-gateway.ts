import { CloudRunV2ServiceIamMember } from "@cdktf/provider-google/lib/cloud-run-v2-service-iam-member";
import { Fn, type ITerraformDependable, Lazy, TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import { resourceReference } from "../../lib/cell/agent-cell-base";
import { checkGatewayName, gatewayNumber, secretsOf } from "../../lib/cell/gateway-checks";
import { ownExtension } from "../../lib/cell/gateway-extension";
import { checkControls } from "../../lib/cell/packaged-check";
import {
  type CompiledBundle,
  checkApprovers,
  compileGatewayBundle,
  gatewayPolicy,
} from "../../lib/compile/gateway-bundle";
import { CordonError } from "../../lib/errors/cordon-error";
import type { Connector } from "../../lib/policy/connector";
import type { PrincipalJson } from "../../lib/policy/gateway-bundle";
import type { GcpAgent } from "./agent";
import type { GcpApis } from "./apis";
import { GcpEgressTier } from "./egress-tier";
import { GcpGatewayService } from "./gateway-service";
import { GcpGatewayState } from "./gateway-state";
import type { GcpLogStore } from "./log-store";
import type { GcpCellNetwork } from "./network";
import { GcpPermission } from "./permission";
import type { GcpScope } from "./project";
import { GcpService } from "./service";

/** Choices of a cell's connector gateway. */
export interface GcpConnectorGatewayProps {
  /**
   * Who approves, by group. Google's accounts get the right to invoke the service, which answers inside of the project's
   * networks alone. @default - nobody; operations with an approval are refused at synth
   */
  readonly approvers?: { readonly [group: string]: readonly PrincipalJson[] };
  /**
   * Ids of secrets in Secret Manager by the names that credentials give them. @default - the secret of that name in the
   * cell's project
   */
  readonly secrets?: { readonly [name: string]: string };
  /**
   * Path of a TypeScript or JavaScript file with detectors and a handler of yours, see `GatewayExtension`: it is bundled with
   * esbuild and put into the archive. It runs with the gateway's rights. @default - none
   */
  readonly extension?: string;
  /**
   * Instances that may run at once; more requests wait or are refused. Each takes up to four addresses of the gateway's
   * subnet. @default 10
   */
  readonly maxInstances?: number;
  /** Seconds that one request may take, up to 900. @default 60 */
  readonly timeout?: number;
  /** Megabytes of memory, up to 4096. @default 1024 */
  readonly memory?: number;
}

/** What a gateway is made of. */
export interface GcpConnectorGatewayConfig extends GcpConnectorGatewayProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly network: GcpCellNetwork;
  readonly logs: GcpLogStore;
  /** Undefined where the cell switches no API on. */
  readonly apis: GcpApis | undefined;
  /** Where the gateway stands, who it is and what it may reach. */
  readonly host: GcpAgent;
  /** Agents that have connectors. */
  readonly agents: () => GcpAgent[];
  readonly at: string;
}

/** Firestore holds 1 MiB in a document. */
const MOST_BYTES = 900_000;
/** Two for an instance, and as many again while one revision takes over from another. */
const ADDRESSES_OF_INSTANCE = 4;
/** Cloud Run takes no smaller subnet. */
const LONGEST_PREFIX = 26;

/**
 * Mediates a cell's connectors: a Cloud Run service in a subnet of its own, which alone reaches the connectors' hosts and
 * answers the cell's agents alone. Adds the service with its build, and a Firestore database for limits, approvals and the
 * compiled policy.
 */
export class GcpConnectorGateway extends Construct {
  public readonly state: GcpGatewayState;
  /** The running code. */
  public readonly runtime: GcpGatewayService;
  /** What agents ask the metadata server's tokens for. */
  public readonly audience: string;

  public constructor(
    scope: Construct,
    id: string,
    private readonly config: GcpConnectorGatewayConfig,
  ) {
    super(scope, id);
    const { cellName, host, network, logs, at } = config;
    const { project } = config.scope;
    const on = config.apis?.enable("artifactregistry", "cloudbuild", "firestore", "run", "storage") ?? [];
    this.audience = `cordon:${cellName}`;
    // The accounts' e-mails in it are known to Terraform alone, and so is its digest.
    const policy = new TerraformLocal(this, "PolicyText", Lazy.stringValue({ produce: () => this.bundle().text }));
    this.state = new GcpGatewayState(this, "State", {
      cellName,
      scope: config.scope,
      policy: policy.asString,
      apis: on,
    });
    this.runtime = new GcpGatewayService(this, "Runtime", {
      cellName,
      scope: config.scope,
      network,
      host,
      audience: this.audience,
      extension: ownExtension(config, at),
      ...limitsOf(config, host.cidr.prefix, at),
      environment: {
        ...host.clientEnvironment,
        // Cloud Run verifies callers' tokens before the code sees them.
        CORDON_CALLERS: "cloud-run",
        CORDON_CELL: cellName,
        CORDON_PROJECT: project,
        CORDON_DATABASE: this.state.database.name,
        CORDON_POLICY_DIGEST: Fn.sha256(policy.asString),
        CORDON_SECRETS: Lazy.stringValue({ produce: () => JSON.stringify(this.secretIds()) }),
      },
      apis: on,
    });
    logs.collect(this, "Logs", {
      name: "connector-gateway",
      filter: `resource.type="cloud_run_revision" AND resource.labels.service_name="${this.runtime.service.name}"`,
    });
    for (const member of approversOf(config.approvers ?? {})) this.letApprove(member);
    host.identity.grant(
      GcpPermission.of({
        permissions: ["datastore.databases.get", ...["create", "get", "list", "update"].map(ofEntities)],
        services: [GcpService.FIRESTORE],
        resourceNames: [`projects/${project}/databases/${this.state.name}`],
        reason: "limits, approvals and the compiled policy",
      }),
    );
  }

  /** Where an agent finds a connector; requests carry an identity token of the agent's account for {@link audience}. */
  public urlOf(connector: string): string {
    return `${this.runtime.service.uri}/${connector}`;
  }

  /** What has to be in place before agents call it. */
  public get readiness(): ITerraformDependable[] {
    return [this.runtime.service, this.state.policyDocument];
  }

  /** Lets an agent call the gateway, and the gateway use the agent's connectors' hosts. @internal */
  public admit(agent: GcpAgent): void {
    const { host, agents } = this.config;
    const { connectors } = agent.policy;
    for (const secret of secretsOf(connectors)) {
      host.identity.grant(GcpPermission.accessSecret(this.secretId(secret), `credential of connectors: ${secret}`));
    }
    const names = connectors.map(({ name }) => name).join(", ");
    agent.identity.grant(GcpPermission.invokeService(this.runtime.service, `connectors ${names}`));
    host.allowEgress(...gatewayPolicy(agents().flatMap(({ policy }) => policy.connectors)).rules);
    this.bundle(); // refuses what the database has no room for
  }

  // Cloud Run passes nobody on who may not invoke it; what an approver may ask there, the gateway decides.
  private letApprove(member: string): void {
    const { service } = this.runtime;
    const { project, region } = this.config.scope;
    const address = `${service.terraformResourceType}.${service.friendlyUniqueId}`;
    new CloudRunV2ServiceIamMember(this, `approver-${member}`, {
      project,
      location: region,
      name: service.name,
      role: "roles/run.invoker",
      member,
      lifecycle: { replaceTriggeredBy: [`${address}.uid`] },
    });
  }

  private secretId(name: string): string {
    const { secrets = {}, at } = this.config;
    return resourceReference(secrets[name] ?? name, at, `the id of secret '${name}'`);
  }

  private secretIds(): { [name: string]: string } {
    const names = secretsOf(this.config.agents().flatMap(({ policy }) => policy.connectors));
    return Object.fromEntries(names.map((name) => [name, this.secretId(name)]));
  }

  private bundle(): CompiledBundle {
    const { cellName, agents, approvers = {}, at } = this.config;
    const bundle = compileGatewayBundle({
      cell: cellName,
      audience: this.audience,
      agents: agents().map(({ agentName, mode, policy, identity }) => ({
        name: agentName,
        mode,
        policy,
        principals: [{ kind: "google", email: identity.email }],
      })),
      approvers,
      at,
    });
    if (bundle.text.length > MOST_BYTES) {
      throw new CordonError(
        "CORDON-164",
        at,
        `the compiled policy has ${bundle.text.length} characters, and the database holds ${MOST_BYTES} safely`,
        "divide the agents between cells",
      );
    }
    return bundle;
  }
}

/** Google's accounts among the approvers, as IAM writes them. */
function approversOf(approvers: GcpConnectorGatewayProps["approvers"] & {}): string[] {
  const emails = Object.values(approvers)
    .flat()
    .flatMap((member) => (member.kind === "google" ? [member.email] : []));
  const kindOf = (email: string): string => (email.endsWith(".gserviceaccount.com") ? "serviceAccount" : "user");
  return [...new Set(emails.map((email) => `${kindOf(email)}:${email}`))].sort();
}

/** What a cell has to have for a gateway. */
export interface GcpGatewayCell {
  readonly place: string;
  readonly tier: GcpEgressTier;
  readonly strict: boolean;
  readonly services: readonly GcpService[];
  readonly agents: readonly { readonly agentName: string }[];
  readonly connectorGateway: GcpConnectorGateway | undefined;
  /** Size of the agents' subnets. */
  readonly agentPrefix: number;
  readonly gatewayProps: GcpConnectorGatewayProps;
}

/** Refuses connectors that a cell has no way to mediate, before anything is created. @throws CORDON-163, CORDON-164 */
export function checkGatewayFits(cell: GcpGatewayCell, connectors: readonly Connector[], at: string): void {
  const { tier, strict, services, agentPrefix, gatewayProps } = cell;
  checkControls(connectors, at, ownExtension(gatewayProps, at)?.detectors);
  checkApprovers(connectors, gatewayProps.approvers ?? {}, at);
  if (cell.connectorGateway === undefined) checkGatewayName(cell.agents, at);
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-164", at, problem, fix);
  };
  if (tier === GcpEgressTier.SEALED) {
    refuse(
      `the policy has connectors, first '${connectors[0]?.name}', and the sealed tier has no way to their hosts`,
      "use GcpEgressTier.PROXY, or leave the connectors out",
    );
  }
  if (strict) {
    refuse(
      "its connectors need a gateway on Cloud Run, which a proxy knows by its addresses alone, and a strict cell's proxy does not see them",
      "leave strict out, or leave the connectors out",
    );
  }
  if (agentPrefix > LONGEST_PREFIX) {
    refuse(
      `its connectors need a gateway on Cloud Run, which takes a /${LONGEST_PREFIX} or larger, and the cell's subnets are /${agentPrefix}`,
      `set the cell's agentSubnetPrefix to ${LONGEST_PREFIX} or less`,
    );
  }
  const needed = [
    GcpService.CLOUD_RUN,
    GcpService.FIRESTORE,
    ...(secretsOf(connectors).length > 0 ? [GcpService.SECRET_MANAGER] : []),
  ];
  const missing = needed.filter(({ name }) => !services.some((service) => service.name === name));
  if (missing.length > 0) {
    refuse(
      `its connectors need the private way to ${missing.map(({ name }) => name).join(", ")}, and the cell has none`,
      "add GcpService.CLOUD_RUN, FIRESTORE and SECRET_MANAGER to the cell's services",
    );
  }
  limitsOf(gatewayProps, agentPrefix, cell.place);
}

function limitsOf(
  { maxInstances = 10, timeout = 60, memory = 1024 }: GcpConnectorGatewayProps,
  prefix: number,
  at: string,
): { readonly maxInstances: number; readonly timeout: number; readonly memory: number } {
  const most = Math.floor(2 ** (32 - prefix) / ADDRESSES_OF_INSTANCE);
  return {
    maxInstances: gatewayNumber(maxInstances, 1, most, "maxInstances", at),
    timeout: gatewayNumber(timeout, 1, 900, "timeout", at),
    memory: gatewayNumber(memory, 512, 4096, "memory", at),
  };
}

const ofEntities = (verb: string): string => `datastore.entities.${verb}`;
