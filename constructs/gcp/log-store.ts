import { LoggingProjectBucketConfig } from "@cdktf/provider-google/lib/logging-project-bucket-config";
import { LoggingProjectSink } from "@cdktf/provider-google/lib/logging-project-sink";
import { Construct } from "constructs";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { gcpName } from "./names";
import type { GcpScope } from "./project";

export interface GcpLogStoreProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly retentionDays: number;
  readonly at: string;
}

/** Logs of the layers, as Cloud Logging names them. */
const LOGS = [
  "compute.googleapis.com%2Fvpc_flows",
  "compute.googleapis.com%2Ffirewall",
  "compute.googleapis.com%2Fnat_flows",
  "dns.googleapis.com%2Fdns_queries",
  "networkservices.googleapis.com%2Fgateway_requests",
];

/**
 * One log bucket for what the layers of the cell record: flows, firewall rules, translations, names, and what the proxy
 * was asked for. A sink of the same project fills it; logs of network layers are best effort, and no proof of absence.
 *
 * @see https://cloud.google.com/logging/docs/buckets
 */
export class GcpLogStore extends Construct {
  public readonly bucket: LoggingProjectBucketConfig;
  public readonly sink: LoggingProjectSink;

  /** @throws CORDON-119 for a retention that Cloud Logging does not offer */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpLogStoreProps,
  ) {
    super(scope, id);
    const { retentionDays } = props;
    const { project, region } = props.scope;
    if (!Number.isInteger(retentionDays) || retentionDays < 1 || retentionDays > 3650) {
      throw new CordonError(
        "CORDON-119",
        props.at,
        `logs can't be kept for ${quoted(retentionDays)} days`,
        "use a whole number from 1 to 3650",
      );
    }
    const name = gcpName("resource", props.cellName, "logs");
    this.bucket = new LoggingProjectBucketConfig(this, "Resource", {
      project,
      location: region,
      bucketId: name,
      retentionDays,
      description: `What the layers of cell ${props.cellName} record`,
    });
    this.sink = new LoggingProjectSink(this, "Sink", {
      project,
      name,
      destination: `logging.googleapis.com/${this.bucket.id}`,
      filter: LOGS.map((log) => `logName="projects/${project}/logs/${log}"`).join(" OR "),
      uniqueWriterIdentity: true,
    });
  }

  /** Puts more of the project's logs into the bucket. */
  public collect(
    scope: Construct,
    id: string,
    { name, filter }: { readonly name: string; readonly filter: string },
  ): LoggingProjectSink {
    return new LoggingProjectSink(scope, id, {
      project: this.props.scope.project,
      name: gcpName("resource", this.props.cellName, name),
      destination: `logging.googleapis.com/${this.bucket.id}`,
      filter,
      uniqueWriterIdentity: true,
    });
  }
}
