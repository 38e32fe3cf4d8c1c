import { Token } from "cdktf";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { plainText } from "../../lib/names/plain-text";
import { AzureService } from "./service";

/** Arguments of {@link AzurePermission.of}. */
export interface AzurePermissionProps {
  /** Built-in role of the data plane, by its name: `Storage Queue Data Reader`. */
  readonly role: string;
  /** Id of the one resource that it is for: a literal, or a reference to a resource of the same program. */
  readonly scope: string;
  /** The service that it is used through; the cell needs a private endpoint of it. @default - checked for none */
  readonly service?: AzureService;
  /** What narrows the role further, in Azure's condition language, version 2.0. @default - nothing */
  readonly condition?: string;
  readonly reason: string;
}

/** Arguments of the permissions on blobs. */
export interface AzureBlobPermissionProps {
  readonly storageAccountId: string;
  /** The one container. */
  readonly container: string;
  readonly reason: string;
}

/** Roles that manage resources or who may manage them, whatever their names suggest. */
const MANAGING = ["Key Vault Data Access Administrator", "Data Operator for Managed Disks", "Azure Kubernetes Fleet"];

/**
 * Something that an agent may do, as a value: one built-in role of the data plane on one resource, with a reason.
 * `agent.identity.grant()` assigns it.
 */
export class AzurePermission {
  private constructor(
    public readonly role: string,
    public readonly scope: string,
    public readonly reason: string,
    public readonly service: AzureService | undefined,
    public readonly condition: string | undefined,
  ) {}

  /** Calls of the models of one AI account. Needs `AzureService.AI_SERVICES`. */
  public static useModels(accountId: string, reason: string): AzurePermission {
    const role = "Cognitive Services OpenAI User";
    return AzurePermission.of({ role, scope: accountId, service: AzureService.AI_SERVICES, reason });
  }

  /** The values of one vault's secrets, or of one secret by its resource id. Needs `AzureService.KEY_VAULT`. */
  public static readSecrets(vaultId: string, reason: string): AzurePermission {
    const role = "Key Vault Secrets User";
    return AzurePermission.of({ role, scope: vaultId, service: AzureService.KEY_VAULT, reason });
  }

  /** Blobs of one container, through a private endpoint only. Needs `AzureService.STORAGE_BLOB`. */
  public static readBlobs(props: AzureBlobPermissionProps): AzurePermission {
    return AzurePermission.blobs("Storage Blob Data Reader", BLOB_READS, props, "AzurePermission.readBlobs");
  }

  /** The same, with writing and deleting. */
  public static writeBlobs(props: AzureBlobPermissionProps): AzurePermission {
    const actions = [...BLOB_READS, ...BLOB_WRITES];
    return AzurePermission.blobs("Storage Blob Data Contributor", actions, props, "AzurePermission.writeBlobs");
  }

  /** Images of one registry. Needs `AzureService.CONTAINER_REGISTRY`. */
  public static pullImages(registryId: string, reason: string): AzurePermission {
    return AzurePermission.of({
      role: "AcrPull",
      scope: registryId,
      service: AzureService.CONTAINER_REGISTRY,
      reason,
    });
  }

  /**
   * A role that has no method here.
   * @throws CORDON-307 for a role that manages resources; CORDON-308 for a scope that is more than one resource
   */
  public static of(props: AzurePermissionProps): AzurePermission {
    const at = "AzurePermission.of";
    const role = plainText(props.role, at, "the role");
    if (isManaging(role)) {
      throw new CordonError(
        "CORDON-307",
        at,
        `role ${quoted(role)} manages resources, or who may`,
        "use a built-in role of the data plane, such as 'Storage Blob Data Reader'",
      );
    }
    return new AzurePermission(
      role,
      checkedScope(props.scope, at),
      plainText(props.reason, at, "the reason"),
      props.service,
      props.condition === undefined ? undefined : plainText(props.condition, at, "the condition"),
    );
  }

  private static blobs(
    role: string,
    actions: readonly string[],
    { storageAccountId, container, reason }: AzureBlobPermissionProps,
    at: string,
  ): AzurePermission {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(container) || container.length < 3 || container.length > 63) {
      throw new CordonError(
        "CORDON-308",
        at,
        `container ${quoted(container)} is not a container's name`,
        "write the name of one container",
      );
    }
    const others = actions.map((action) => `!(ActionMatches{'${BLOBS}/${action}'})`).join(" AND ");
    const here = `@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals '${container}'`;
    const privately = "@Environment[isPrivateLink] BoolEquals true";
    return new AzurePermission(
      role,
      `${checkedScope(storageAccountId, at)}/blobServices/default/containers/${container}`,
      plainText(reason, at, "the reason"),
      AzureService.STORAGE_BLOB,
      `((${others}) OR (${here} AND ${privately}))`,
    );
  }

  /** Short name in messages and reports. */
  public get label(): string {
    return `${this.role} on ${this.scope}`;
  }
}

const BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
const BLOB_READS = ["read"];
const BLOB_WRITES = ["write", "add/action", "delete", "move/action"];

/** Whether a role manages resources or who may, instead of using what they hold. */
export function isManaging(role: string): boolean {
  if (MANAGING.some((name) => role.startsWith(name))) return true;
  if (/^(Owner|Contributor|Reader)$/.test(role)) return true;
  return /\b(Owner|Contributor|Administrator|Admin|Operator|Manager)\b/.test(role) && !/\bData\b/.test(role);
}

// A resource id names a provider; groups, subscriptions and management groups hold many resources.
function checkedScope(scope: string, at: string): string {
  if (Token.isUnresolved(scope)) return scope;
  const one = /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/${}%]+\/providers\/[^${}%]+\/[^/${}%]+$/i;
  if (typeof scope !== "string" || !one.test(scope)) {
    throw new CordonError(
      "CORDON-308",
      at,
      `scope ${quoted(scope)} is not the id of one resource`,
      "pass a resource's id, not a group's or a subscription's",
    );
  }
  return scope;
}
