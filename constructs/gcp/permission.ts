import { ArtifactRegistryRepositoryIamMember } from "@cdktf/provider-google/lib/artifact-registry-repository-iam-member";
import { BigqueryDatasetIamMember } from "@cdktf/provider-google/lib/bigquery-dataset-iam-member";
import type { CloudRunV2Service } from "@cdktf/provider-google/lib/cloud-run-v2-service";
import { CloudRunV2ServiceIamMember } from "@cdktf/provider-google/lib/cloud-run-v2-service-iam-member";
import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import { ProjectIamCustomRole } from "@cdktf/provider-google/lib/project-iam-custom-role";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { SecretManagerSecretIamMember } from "@cdktf/provider-google/lib/secret-manager-secret-iam-member";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { type TerraformResource, Token } from "cdktf";
import type { Construct } from "constructs";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { plainText } from "../../lib/names/plain-text";
import { FORBIDDEN } from "./deny-baseline";
import { gcpName } from "./names";
import type { GcpScope } from "./project";
import { GcpService } from "./service";

/** Who gets a permission, and where. */
export interface GcpGrantTarget {
  readonly scope: GcpScope;
  /** `serviceAccount:<e-mail>`. */
  readonly member: string;
  /** Cell and agent, for names of roles. */
  readonly owner: string[];
}

/** Arguments of {@link GcpPermission.of}. */
export interface GcpPermissionProps {
  /** IAM permissions, each written out: `aiplatform.endpoints.predict`. Wildcards do not exist. */
  readonly permissions: string[];
  /** The APIs that they go through; the cell has to have them. */
  readonly services: GcpService[];
  /** Names of resources that they hold for, as IAM writes them; all of the project's where there are none. @default - none */
  readonly resourceNames?: string[];
  readonly reason: string;
}

type Grant = (scope: Construct, id: string, to: GcpGrantTarget) => TerraformResource;

/**
 * Something that an agent may do, as a value: a narrow role on one resource, or single permissions in the project, with a
 * reason. `agent.identity.grant()` makes it one IAM member; nothing that others hold is touched.
 *
 * @see https://cloud.google.com/iam/docs/resource-types-with-policies
 */
export class GcpPermission {
  private constructor(
    /** Short name in messages; the grant's id comes from it. */
    public readonly label: string,
    public readonly reason: string,
    /** APIs that the agent needs a private way to. */
    public readonly services: readonly GcpService[],
    /** @internal */
    public readonly bind: Grant,
  ) {}

  /** Reading the versions of one secret. Needs `GcpService.SECRET_MANAGER`. */
  public static accessSecret(secretId: string, reason: string): GcpPermission {
    const secret = resourceId(secretId, "GcpPermission.accessSecret", "secretId");
    return new GcpPermission(
      `access secret ${secret}`,
      said(reason, "GcpPermission.accessSecret"),
      [GcpService.SECRET_MANAGER],
      (scope, id, { member, scope: { project } }) =>
        new SecretManagerSecretIamMember(scope, id, {
          project,
          secretId: secret,
          role: "roles/secretmanager.secretAccessor",
          member,
        }),
    );
  }

  /** Reading the objects of one bucket. Needs `GcpService.STORAGE`. */
  public static readBucket(bucket: string, reason: string): GcpPermission {
    return GcpPermission.ofBucket(bucket, "readBucket", "roles/storage.objectViewer", reason, "read");
  }

  /** Adding objects to one bucket, without reading or replacing. Needs `GcpService.STORAGE`. */
  public static addToBucket(bucket: string, reason: string): GcpPermission {
    return GcpPermission.ofBucket(bucket, "addToBucket", "roles/storage.objectCreator", reason, "add to");
  }

  /** Encrypting and decrypting with one key. Needs `GcpService.KMS`. */
  public static useKey(cryptoKeyId: string, reason: string): GcpPermission {
    const key = resourceId(cryptoKeyId, "GcpPermission.useKey", "cryptoKeyId");
    return new GcpPermission(
      `use key ${key}`,
      said(reason, "GcpPermission.useKey"),
      [GcpService.KMS],
      (scope, id, { member }) =>
        new KmsCryptoKeyIamMember(scope, id, {
          cryptoKeyId: key,
          role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
          member,
        }),
    );
  }

  /** Reading the tables of one BigQuery dataset; to run queries, add {@link runQueries}. Needs `GcpService.BIGQUERY`. */
  public static readDataset(datasetId: string, reason: string): GcpPermission {
    const dataset = resourceId(datasetId, "GcpPermission.readDataset", "datasetId");
    return new GcpPermission(
      `read dataset ${dataset}`,
      said(reason, "GcpPermission.readDataset"),
      [GcpService.BIGQUERY],
      (scope, id, { member, scope: { project } }) =>
        new BigqueryDatasetIamMember(scope, id, {
          project,
          datasetId: dataset,
          role: "roles/bigquery.dataViewer",
          member,
        }),
    );
  }

  /** Running BigQuery jobs in the project, over what datasets let it read. Needs `GcpService.BIGQUERY`. */
  public static runQueries(reason: string): GcpPermission {
    return GcpPermission.of({ permissions: ["bigquery.jobs.create"], services: [GcpService.BIGQUERY], reason });
  }

  /** Pulling images from one repository of the cell's region. Needs `GcpService.ARTIFACT_REGISTRY`. */
  public static pullImages(repository: string, reason: string): GcpPermission {
    const name = resourceId(repository, "GcpPermission.pullImages", "repository");
    return new GcpPermission(
      `pull images of ${name}`,
      said(reason, "GcpPermission.pullImages"),
      [GcpService.ARTIFACT_REGISTRY],
      (scope, id, { member, scope: { project, region } }) =>
        new ArtifactRegistryRepositoryIamMember(scope, id, {
          project,
          location: region,
          repository: name,
          role: "roles/artifactregistry.reader",
          member,
        }),
    );
  }

  /** Calling one Cloud Run service of the same program. Needs `GcpService.CLOUD_RUN`. */
  public static invokeService(service: CloudRunV2Service, reason: string): GcpPermission {
    const address = `${service.terraformResourceType}.${service.friendlyUniqueId}`;
    return new GcpPermission(
      `invoke ${address}`,
      said(reason, "GcpPermission.invokeService"),
      [GcpService.CLOUD_RUN],
      (scope, id, { member, scope: { project, region } }) =>
        new CloudRunV2ServiceIamMember(scope, id, {
          project,
          location: region,
          name: service.name,
          role: "roles/run.invoker",
          member,
          // A service that is made anew begins without callers, under the same name.
          lifecycle: { replaceTriggeredBy: [`${address}.uid`] },
        }),
    );
  }

  /** Model calls of Vertex AI in the project, and nothing else of it. Needs `GcpService.VERTEX_AI`. */
  public static invokeModels(reason = "model calls"): GcpPermission {
    return GcpPermission.of({
      permissions: ["aiplatform.endpoints.predict"],
      services: [GcpService.VERTEX_AI],
      reason,
    });
  }

  /** Writing log entries. Needs `GcpService.LOGGING`. */
  public static writeLogs(reason = "the agent's own log"): GcpPermission {
    return GcpPermission.of({ permissions: ["logging.logEntries.create"], services: [GcpService.LOGGING], reason });
  }

  /**
   * Single permissions in the project, as a custom role of the agent's own.
   * @throws CORDON-112 for what is no permission, CORDON-114 for one that would let an agent change its containment
   */
  public static of(props: GcpPermissionProps): GcpPermission {
    const at = "GcpPermission.of";
    const permissions = [...new Set(props.permissions)].sort();
    const odd = permissions.find((one) => !/^[a-z][A-Za-z0-9]*\.[A-Za-z0-9]+\.[A-Za-z0-9]+$/.test(one));
    if (odd !== undefined || permissions.length === 0) {
      throw new CordonError(
        "CORDON-112",
        at,
        odd === undefined ? "it names no permission" : `${quoted(odd)} is not a permission`,
        "write each out, e.g. aiplatform.endpoints.predict; roles are not taken",
      );
    }
    const forbidden = permissions.find((one) => FORBIDDEN.some((form) => form.test(one)));
    if (forbidden !== undefined) {
      throw new CordonError(
        "CORDON-114",
        at,
        `${forbidden} would let the agent change what contains it, or take another identity`,
        "leave it to the deployer",
      );
    }
    const names = (props.resourceNames ?? []).map((name) => resourceId(name, at, "a resource name"));
    const label = `${permissions.join(", ")}${names.length === 0 ? "" : ` on ${[...names].sort().join(", ")}`}`;
    return new GcpPermission(label, said(props.reason, at), [...props.services], (scope, id, to) => {
      const { project } = to.scope;
      const role = new ProjectIamCustomRole(scope, `${id}-role`, {
        project,
        roleId: gcpName("underscored", ...to.owner, label),
        title: `${to.owner.join(" ")}: ${label}`.slice(0, 100),
        description: props.reason.slice(0, 256),
        permissions,
      });
      return new ProjectIamMember(scope, id, {
        project,
        role: role.name,
        member: to.member,
        ...(names.length === 0
          ? {}
          : {
              condition: {
                title: "named resources",
                expression: names.map((name) => `resource.name == "${name}"`).join(" || "),
              },
            }),
      });
    });
  }

  private static ofBucket(bucket: string, factory: string, role: string, reason: string, verb: string): GcpPermission {
    const at = `GcpPermission.${factory}`;
    const name = resourceId(bucket, at, "bucket");
    return new GcpPermission(
      `${verb} bucket ${name}`,
      said(reason, at),
      [GcpService.STORAGE],
      (scope, id, { member }) => new StorageBucketIamMember(scope, id, { bucket: name, role, member }),
    );
  }
}

const said = (reason: string, at: string): string => plainText(reason, at, "the reason");

// A reference, or the name or path of one resource.
function resourceId(value: string, at: string, what: string): string {
  if (Token.isUnresolved(value)) return value;
  if (typeof value !== "string" || !/^[A-Za-z0-9/][A-Za-z0-9_.:/@-]*$/.test(value)) {
    throw new CordonError(
      "CORDON-112",
      at,
      `${what} ${quoted(value)} is not the name of one resource`,
      "name one, without wildcards",
    );
  }
  return value;
}
