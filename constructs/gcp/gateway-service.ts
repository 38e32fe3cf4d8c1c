import { ArtifactRegistryRepository } from "@cdktf/provider-google/lib/artifact-registry-repository";
import { ArtifactRegistryRepositoryIamMember } from "@cdktf/provider-google/lib/artifact-registry-repository-iam-member";
import { CloudRunV2Service } from "@cdktf/provider-google/lib/cloud-run-v2-service";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { StorageBucketObject } from "@cdktf/provider-google/lib/storage-bucket-object";
import { AssetType, type ITerraformDependable, TerraformAsset, type TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { type BundledExtension, extendedFunction } from "../../lib/cell/gateway-extension";
import type { GcpAgent } from "./agent";
import { gcpName } from "./names";
import type { GcpCellNetwork } from "./network";
import type { GcpScope } from "./project";

export interface GcpGatewayServiceProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly network: GcpCellNetwork;
  /** Whose subnet and service account the instances have. */
  readonly host: GcpAgent;
  /** What callers' tokens are made for. */
  readonly audience: string;
  readonly environment: { readonly [name: string]: string };
  /** A file of the owner's, put into the archive. */
  readonly extension: BundledExtension | undefined;
  readonly maxInstances: number;
  /** Seconds. */
  readonly timeout: number;
  /** Megabytes. */
  readonly memory: number;
  readonly apis: ITerraformDependable[];
}

/** Requests that one instance works on at once: scanning takes the processor. */
const CONCURRENCY = 40;

/**
 * The gateway's code as a Cloud Run service: an archive that Google builds into an image, by an account that can do nothing
 * else. It answers from inside of the project alone, to callers that hold the right to invoke it, and all that its
 * instances send leaves through the gateway's own subnet.
 *
 * @see https://cloud.google.com/run/docs/securing/ingress
 * @see https://cloud.google.com/run/docs/configuring/vpc-direct-vpc
 */
export class GcpGatewayService extends Construct {
  public readonly service: CloudRunV2Service;
  /** Holds the archive. */
  public readonly bucket: StorageBucket;
  public readonly archive: StorageBucketObject;
  /** Holds the images that are built. */
  public readonly repository: ArtifactRegistryRepository;
  /** Builds, and does not run. */
  public readonly builder: ServiceAccount;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpGatewayServiceProps,
  ) {
    super(scope, id);
    const { cellName, apis } = props;
    const { project, region } = props.scope;
    const packaged = extendedFunction("connector-gateway/gcp.zip", props.extension);
    const digest = Buffer.from(packaged.sha256, "base64").toString("hex");
    this.bucket = new StorageBucket(this, "Bucket", {
      name: gcpName("resource", project, cellName, "gateway"),
      project,
      location: region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      forceDestroy: true,
      dependsOn: apis,
    });
    const asset = new TerraformAsset(this, "Archive", { path: packaged.path, type: AssetType.FILE });
    // Another archive is another object, and another object is built again.
    this.archive = new StorageBucketObject(this, "Object", {
      bucket: this.bucket.name,
      name: `connector-gateway-${digest.slice(0, 32)}.zip`,
      source: asset.path,
      contentType: "application/zip",
    });
    this.repository = new ArtifactRegistryRepository(this, "Repository", {
      project,
      location: region,
      repositoryId: gcpName("resource", cellName, "gateway"),
      format: "DOCKER",
      description: `Images of the connector gateway of agent cell ${cellName}`,
      dependsOn: apis,
    });
    this.builder = new ServiceAccount(this, "Builder", {
      project,
      accountId: gcpName("account", cellName, "gateway-build"),
      displayName: `${cellName} connector gateway, build`,
      description: "Builds the connector gateway's image",
    });
    this.service = this.createService(this.mayBuild());
  }

  private mayBuild(): TerraformResource[] {
    const { project, region } = this.props.scope;
    const member = `serviceAccount:${this.builder.email}`;
    return [
      new StorageBucketIamMember(this, "BuilderReads", {
        bucket: this.bucket.name,
        role: "roles/storage.objectViewer",
        member,
      }),
      new ArtifactRegistryRepositoryIamMember(this, "BuilderWrites", {
        project,
        location: region,
        repository: this.repository.repositoryId,
        role: "roles/artifactregistry.writer",
        member,
      }),
      new ProjectIamMember(this, "BuilderLogs", { project, role: "roles/logging.logWriter", member }),
    ];
  }

  private createService(after: ITerraformDependable[]): CloudRunV2Service {
    const { cellName, host, network, audience, environment, maxInstances, timeout, memory } = this.props;
    const { project, region } = this.props.scope;
    const baseImage = `${region}-docker.pkg.dev/serverless-runtimes/google-22-full/runtimes/nodejs22`;
    const image = `${region}-docker.pkg.dev/${project}/${this.repository.repositoryId}/connector-gateway`;
    return new CloudRunV2Service(this, "Resource", {
      name: gcpName("service", cellName, "connector-gateway"),
      project,
      location: region,
      description: `Mediates the connectors of agent cell ${cellName}`,
      ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
      invokerIamDisabled: false,
      customAudiences: [audience],
      deletionProtection: false,
      buildConfig: {
        sourceLocation: `gs://${this.bucket.name}/${this.archive.name}`,
        functionTarget: "handler",
        imageUri: image,
        baseImage,
        enableAutomaticUpdates: true,
        serviceAccount: this.builder.name,
      },
      template: {
        serviceAccount: host.identity.email,
        timeout: `${timeout}s`,
        maxInstanceRequestConcurrency: CONCURRENCY,
        executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
        scaling: { minInstanceCount: 0, maxInstanceCount: maxInstances },
        vpcAccess: {
          egress: "ALL_TRAFFIC",
          networkInterfaces: [{ network: network.network.id, subnetwork: host.subnet.id }],
        },
        containers: [
          {
            image,
            baseImageUri: baseImage,
            resources: { limits: { cpu: "1", memory: `${memory}Mi` } },
            env: Object.keys(environment)
              .sort()
              .map((name) => ({ name, value: environment[name] ?? "" })),
          },
        ],
      },
      dependsOn: [...after, ...host.readiness],
    });
  }
}
