import { CordonError, quoted } from "../../lib/errors/cordon-error";

/** Shape of a service that the catalogue lacks, for {@link GcpService.of}. */
export interface GcpServiceProps {
  /** Name of the API without `.googleapis.com`, e.g. `translate`. */
  readonly name: string;
  /** Names that clients ask for; `{region}` stands for the cell's. @default - `<name>.googleapis.com` */
  readonly hosts?: string[];
}

/**
 * A Google API that a cell's agents reach by its private address. Each one enables the API, and adds its names to the
 * zones that lead to the endpoint; names of other APIs are not answered.
 *
 * @see https://cloud.google.com/vpc-service-controls/docs/supported-products
 */
export class GcpService {
  /** Model calls of Vertex AI, global and in the cell's region. */
  public static readonly VERTEX_AI = new GcpService("aiplatform", [
    "aiplatform.googleapis.com",
    "{region}-aiplatform.googleapis.com",
  ]);
  public static readonly SECRET_MANAGER = GcpService.simple("secretmanager");
  /** Cloud Storage, also by bucket in the name. */
  public static readonly STORAGE = new GcpService("storage", ["storage.googleapis.com", "*.storage.googleapis.com"]);
  /** Artifact Registry with its registries by name. */
  public static readonly ARTIFACT_REGISTRY = new GcpService("artifactregistry", [
    "artifactregistry.googleapis.com",
    "pkg.dev",
    "*.pkg.dev",
  ]);
  public static readonly KMS = GcpService.simple("cloudkms");
  public static readonly LOGGING = GcpService.simple("logging");
  public static readonly MONITORING = GcpService.simple("monitoring");
  public static readonly BIGQUERY = new GcpService("bigquery", [
    "bigquery.googleapis.com",
    "bigquerystorage.googleapis.com",
  ]);
  public static readonly PUBSUB = GcpService.simple("pubsub");
  public static readonly FIRESTORE = GcpService.simple("firestore");
  public static readonly SPANNER = GcpService.simple("spanner");
  public static readonly DLP = GcpService.simple("dlp");
  /** Tokens of other identities; agents may not make them, federated clients need it for their own. */
  public static readonly IAM_CREDENTIALS = GcpService.simple("iamcredentials");
  public static readonly STS = GcpService.simple("sts");
  /** Cloud Run services of one's own, by their names. */
  public static readonly CLOUD_RUN = new GcpService("run", ["run.googleapis.com", "*.run.app", "*.{region}.run.app"]);

  private constructor(
    /** The API's name without `.googleapis.com`. */
    public readonly name: string,
    private readonly hosts: readonly string[],
  ) {}

  /** A service that the catalogue lacks. @throws CORDON-110 for a name or host that is none of a Google API */
  public static of(props: GcpServiceProps): GcpService {
    const at = "GcpService.of";
    if (typeof props?.name !== "string" || !/^[a-z][a-z0-9-]{1,62}$/.test(props.name)) {
      throw new CordonError(
        "CORDON-110",
        at,
        `name ${quoted(props?.name)} is not an API's name`,
        "write what stands before .googleapis.com",
      );
    }
    const hosts = props.hosts ?? [`${props.name}.googleapis.com`];
    const stranger = hosts.find((host) => !/^(\*\.)?([a-z0-9-]|\{region\})+(\.([a-z0-9-]|\{region\})+)*$/.test(host));
    const foreign = hosts.find((host) => zoneOf(host) === undefined);
    const bad = stranger ?? foreign;
    if (bad !== undefined || hosts.length === 0) {
      throw new CordonError(
        "CORDON-110",
        at,
        bad === undefined ? "it has no host" : `host ${quoted(bad)} is none of a Google API`,
        `use names below ${ZONES.join(", ")}`,
      );
    }
    return new GcpService(props.name, hosts);
  }

  private static simple(name: string): GcpService {
    return new GcpService(name, [`${name}.googleapis.com`]);
  }

  /** The API to enable: `aiplatform.googleapis.com`. */
  public get api(): string {
    return `${this.name}.googleapis.com`;
  }

  /** The names that clients in a region ask for, sorted. */
  public hostNames(region: string): string[] {
    return this.hosts.map((host) => host.replace("{region}", region)).sort();
  }
}

/** Domains whose names lead to the private address. */
const ZONES = ["googleapis.com", "pkg.dev", "gcr.io", "run.app", "cloudfunctions.net", "notebooks.cloud.google.com"];

/** The zone that a host's record belongs to: `googleapis.com`; undefined for a name of nobody's. */
export function zoneOf(host: string): string | undefined {
  const name = host.replace(/^\*\./, "");
  return ZONES.find((zone) => name === zone || name.endsWith(`.${zone}`));
}
