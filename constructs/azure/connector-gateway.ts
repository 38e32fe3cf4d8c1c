import { Fn, type ITerraformDependable, Lazy, TerraformLocal, type TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { secretsOf } from "../../lib/cell/gateway-checks";
import { ownExtension } from "../../lib/cell/gateway-extension";
import { type CompiledBundle, compileGatewayBundle, gatewayPolicy } from "../../lib/compile/gateway-bundle";
import { CordonError } from "../../lib/errors/cordon-error";
import type { Connector } from "../../lib/policy/connector";
import { Egress } from "../../lib/policy/egress";
import type { AzureAgent } from "./agent";
import type { AzureConnectorGatewayProps } from "./connector-gateway-props";
import { AzureGatewayApp } from "./gateway-app";
import { limitsOf } from "./gateway-fits";
import { AzureGatewayStore } from "./gateway-store";
import type { AzureScope } from "./location";
import type { AzureLogStore } from "./log-store";
import { AzurePermission } from "./permission";
import type { AzureCellEndpoint, AzurePrivateEndpointProps } from "./private-endpoints";
import { AzureService } from "./service";

/** What a gateway is made of. */
export interface AzureConnectorGatewayConfig extends AzureConnectorGatewayProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  readonly stack: TerraformStack;
  readonly logs: AzureLogStore;
  /** Where the gateway stands, who it is and what it may reach. */
  readonly host: AzureAgent;
  /** Agents that have connectors. */
  readonly agents: () => AzureAgent[];
  readonly addEndpoint: (name: string, props: AzurePrivateEndpointProps) => AzureCellEndpoint;
  /** Sets names apart that are unique in the whole of Azure. */
  readonly salt: string;
  readonly tags: { readonly [key: string]: string };
  readonly at: string;
}

/** A million characters fit into a blob; an app's settings take less. */
const MOST_BYTES = { blob: 1_000_000, settings: 24_000 };
/** Signs the tokens of callers; its keys are read here. */
const LOGIN = "login.microsoftonline.com";

/**
 * Mediates a cell's connectors: a function app in a subnet of its own, which alone reaches the connectors' hosts, behind a
 * private endpoint. Every agent of the cell reaches that endpoint; who is answered is up to the token that a request
 * brings. Adds the app with its plan, and a storage account for limits, approvals, the archive and the compiled policy.
 */
export class AzureConnectorGateway extends Construct {
  public readonly store: AzureGatewayStore;
  /** The running code. */
  public readonly runtime: AzureGatewayApp;
  public readonly endpoint: AzureCellEndpoint;
  /** What agents ask for tokens of. */
  public readonly audience: string;

  public constructor(
    scope: Construct,
    id: string,
    private readonly config: AzureConnectorGatewayConfig,
  ) {
    super(scope, id);
    const { cellName, host, logs, stack, salt, tags, application = "", at } = config;
    this.audience = `api://${application}`;
    // The identities' object ids in it are known to Terraform alone, and so is its digest.
    const policy = new TerraformLocal(this, "PolicyText", Lazy.stringValue({ produce: () => this.bundle().text }));
    const shared = { cellName, scope: config.scope, salt, tags };
    this.store = new AzureGatewayStore(this, "Store", {
      ...shared,
      stack,
      policy: policy.asString,
      extension: ownExtension(config, at),
      ...(config.package === undefined ? {} : { package: config.package }),
    });
    const ways = this.reachStore();
    this.useStore();
    this.runtime = new AzureGatewayApp(this, "Runtime", {
      ...shared,
      ...limitsOf(config, at),
      host,
      storageAccountName: this.store.account.name,
      packageUri: this.store.packageUri,
      application,
      callers: Lazy.listValue({ produce: () => this.callers() }),
      settings: {
        ...this.store.settings(policy.asString),
        ...this.vaultSettings(),
        CORDON_CELL: cellName,
        CORDON_POLICY_DIGEST: Fn.sha256(policy.asString),
        CORDON_SECRETS: Lazy.stringValue({ produce: () => JSON.stringify(this.secretNames()) }),
      },
      dependsOn: [...host.readiness, ...this.store.readiness, ...ways],
    });
    // The host calls itself by its own name too.
    this.endpoint = config.addEndpoint("connector-gateway", {
      service: AzureService.FUNCTION_APP,
      resourceId: this.runtime.app.id,
      hosts: [this.runtime.hostName],
    });
    logs.record("connector-gateway", { targetId: this.runtime.app.id, categories: ["FunctionAppLogs"] });
    host.allowEgress(Egress.https(LOGIN, { reason: "keys that callers' tokens are signed with" }));
  }

  /** Where an agent finds a connector; requests carry a token of the agent's identity for {@link audience}. */
  public urlOf(connector: string): string {
    return `https://${this.runtime.hostName}/${connector}`;
  }

  /** What has to be in place before agents call it. */
  public get readiness(): ITerraformDependable[] {
    return [this.runtime.app, this.endpoint.endpoint];
  }

  /** Has the gateway answer an agent, and use the hosts and credentials of its connectors. @internal */
  public admit(agent: AzureAgent): void {
    const { host, agents, vaultId = "" } = this.config;
    for (const secret of secretsOf(agent.policy.connectors)) {
      const reason = `credential of connectors: ${secret}`;
      host.identity.grant(AzurePermission.readSecrets(`${vaultId}/secrets/${this.secretName(secret)}`, reason));
    }
    host.allowEgress(...gatewayPolicy(agents().flatMap(({ policy }) => policy.connectors)).rules);
    this.bundle(); // refuses what its place has no room for
  }

  private reachStore(): ITerraformDependable[] {
    const { account, name } = this.store;
    const parts = [
      ["blob", AzureService.STORAGE_BLOB],
      ["queue", AzureService.STORAGE_QUEUE],
      ["table", AzureService.STORAGE_TABLE],
    ] as const;
    return parts.map(([part, service]) => {
      const hosts = [`${name}.${part}.core.windows.net`];
      return this.config.addEndpoint(`gateway-${part}`, { service, resourceId: account.id, hosts }).endpoint;
    });
  }

  private useStore(): void {
    const { identity } = this.config.host;
    const { releases, host } = this.store.containerScopes;
    const blobs = { service: AzureService.STORAGE_BLOB };
    identity.grant(
      AzurePermission.of({
        ...blobs,
        role: "Storage Blob Data Reader",
        scope: releases,
        reason: "the gateway's archive and its compiled policy",
      }),
    );
    for (const scope of host) {
      const reason = "what the Functions host keeps for itself";
      identity.grant(AzurePermission.of({ ...blobs, role: "Storage Blob Data Owner", scope, reason }));
    }
    identity.grant(
      AzurePermission.of({
        role: "Storage Table Data Contributor",
        scope: this.store.tableScope,
        service: AzureService.STORAGE_TABLE,
        reason: "limits and approvals",
      }),
    );
  }

  private vaultSettings(): { [name: string]: string } {
    const { vaultId } = this.config;
    // .../providers/Microsoft.KeyVault/vaults/<name>
    return vaultId === undefined ? {} : { CORDON_VAULT: Fn.element(Fn.split("/", vaultId), 8) };
  }

  private secretName(name: string): string {
    return this.config.secrets?.[name] ?? name;
  }

  private secretNames(): { [name: string]: string } {
    return Object.fromEntries(secretsOf(this.connectors()).map((name) => [name, this.secretName(name)]));
  }

  private connectors(): Connector[] {
    return this.config.agents().flatMap(({ policy }) => policy.connectors);
  }

  private callers(): string[] {
    return this.config.agents().map(({ identity }) => identity.principalId);
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
        principals: [{ kind: "entra", tenant: identity.identity.tenantId, objectId: identity.principalId }],
      })),
      approvers,
      at,
    });
    const most = this.config.package === undefined ? MOST_BYTES.blob : MOST_BYTES.settings;
    if (bundle.text.length > most) {
      throw new CordonError(
        "CORDON-164",
        at,
        `the compiled policy has ${bundle.text.length} characters, and its place holds ${most} safely`,
        "divide the agents between cells",
      );
    }
    return bundle;
  }
}
