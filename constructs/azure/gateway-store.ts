import { StorageAccount } from "@cdktf/provider-azurerm/lib/storage-account";
import { StorageBlob } from "@cdktf/provider-azurerm/lib/storage-blob";
import { StorageContainer } from "@cdktf/provider-azurerm/lib/storage-container";
import { AssetType, Fn, type ITerraformDependable, TerraformAsset, type TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { type BundledExtension, extendedFunction } from "../../lib/cell/gateway-extension";
import { AzapiProvider, AzapiResource } from "./azapi";
import type { AzureScope } from "./location";
import { azureName } from "./names";

/** An archive that somebody else has put where the gateway's identity may read it. */
export interface AzureGatewayPackage {
  /** `https://acmereleases.blob.core.windows.net/cordon/connector-gateway-<hash>.zip`; the hash in its name makes it new. */
  readonly uri: string;
}

export interface AzureGatewayStoreProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  readonly stack: TerraformStack;
  /** The compiled policy, a reference. */
  readonly policy: string;
  /** A file of the owner's, put into the archive. */
  readonly extension: BundledExtension | undefined;
  /** @default - the archive is written into the store */
  readonly package?: AzureGatewayPackage;
  /** Makes the account's name one's own; it is unique in the whole of Azure. */
  readonly salt: string;
  readonly tags: { readonly [key: string]: string };
}

/** Azure Tables take letters and digits alone. */
const TABLE = "gateway";
const API = "2023-05-01";
/** Where the archive and the policy are: read by the gateway, and written by who deploys. */
const RELEASES = "releases";
/** What the Functions host keeps for itself. */
const OF_HOST = ["azure-webjobs-hosts", "azure-webjobs-secrets"];

/**
 * The storage account of a gateway: its table for limits and approvals, its archive and compiled policy as blobs that it
 * may read and not write, and what the Functions host keeps. It has no keys, and no network but the cell's reaches it.
 */
export class AzureGatewayStore extends Construct {
  public readonly account: StorageAccount;
  /** The account's name, known at synth. */
  public readonly name: string;
  public readonly table: AzapiResource;
  public readonly releases: StorageContainer;
  public readonly hostContainers: StorageContainer[];
  /** Undefined where the archive is somebody else's. */
  public readonly archive: StorageBlob | undefined;
  /** Undefined where the archive is somebody else's: the policy then is in the app's settings. */
  public readonly policyBlob: StorageBlob | undefined;
  /** Where the app's code is. */
  public readonly packageUri: string;

  public constructor(scope: Construct, id: string, props: AzureGatewayStoreProps) {
    super(scope, id);
    const { cellName, salt, stack, policy, tags } = props;
    const { location, resourceGroupName } = props.scope;
    this.name = azureName("storageAccount", "gateway", cellName, location, salt);
    this.account = new StorageAccount(this, "Resource", {
      name: this.name,
      location,
      resourceGroupName,
      accountTier: "Standard",
      accountReplicationType: "LRS",
      minTlsVersion: "TLS1_2",
      httpsTrafficOnlyEnabled: true,
      sharedAccessKeyEnabled: false,
      publicNetworkAccessEnabled: false,
      allowNestedItemsToBePublic: false,
      crossTenantReplicationEnabled: false,
      defaultToOauthAuthentication: true,
      allowedCopyScope: "PrivateLink",
      localUserEnabled: false,
      tags: { ...tags },
    });
    AzapiProvider.ensure(stack);
    // The provider's own resource asks the account itself, which no network but the cell's reaches.
    this.table = new AzapiResource(this, "Table", {
      type: `Microsoft.Storage/storageAccounts/tableServices/tables@${API}`,
      name: TABLE,
      parentId: `${this.account.id}/tableServices/default`,
      properties: {},
    });
    this.releases = this.container(RELEASES);
    this.hostContainers = OF_HOST.map((name) => this.container(name));
    if (props.package !== undefined) {
      this.packageUri = props.package.uri;
      return;
    }
    const packaged = extendedFunction("connector-gateway/azure.zip", props.extension);
    const asset = new TerraformAsset(this, "Archive", { path: packaged.path, type: AssetType.FILE });
    const digest = Buffer.from(packaged.sha256, "base64").toString("hex");
    // Another archive has another name, which starts the app anew.
    this.archive = this.blob("Package", `connector-gateway-${digest.slice(0, 32)}.zip`, { source: asset.path });
    this.policyBlob = this.blob("Policy", `policy-${Fn.sha256(policy)}.json`, {
      sourceContent: policy,
      contentType: "application/json",
    });
    this.packageUri = this.archive.id;
  }

  /** Resource id of the table, for roles. */
  public get tableScope(): string {
    return `${this.account.id}/tableServices/default/tables/${TABLE}`;
  }

  /** Resource ids of containers, for roles. */
  public get containerScopes(): { readonly releases: string; readonly host: readonly string[] } {
    const of = (name: string): string => `${this.account.id}/blobServices/default/containers/${name}`;
    return { releases: of(RELEASES), host: OF_HOST.map(of) };
  }

  /** Where the app finds its state and its policy. */
  public settings(policy: string): { [name: string]: string } {
    const { policyBlob } = this;
    return {
      CORDON_STORAGE: this.name,
      CORDON_TABLE: TABLE,
      ...(policyBlob === undefined
        ? { CORDON_POLICY: Fn.base64gzip(policy) }
        : { CORDON_POLICY_BLOB: `${RELEASES}/${policyBlob.name}` }),
    };
  }

  /** What has to be in place before the app starts. */
  public get readiness(): ITerraformDependable[] {
    const blobs = [this.archive, this.policyBlob].flatMap((blob) => blob ?? []);
    return [this.table, this.releases, ...this.hostContainers, ...blobs];
  }

  private container(name: string): StorageContainer {
    return new StorageContainer(this, `container-${name}`, {
      name,
      storageAccountId: this.account.id,
      containerAccessType: "private",
    });
  }

  private blob(
    id: string,
    name: string,
    from: { readonly source?: string; readonly sourceContent?: string; readonly contentType?: string },
  ): StorageBlob {
    return new StorageBlob(this, id, {
      name,
      storageAccountName: this.account.name,
      storageContainerName: this.releases.name,
      type: "Block",
      ...from,
    });
  }
}
