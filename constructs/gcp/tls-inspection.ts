import { NetworkSecurityTlsInspectionPolicy } from "@cdktf/provider-google/lib/network-security-tls-inspection-policy";
import { PrivatecaCaPool } from "@cdktf/provider-google/lib/privateca-ca-pool";
import { PrivatecaCaPoolIamMember } from "@cdktf/provider-google/lib/privateca-ca-pool-iam-member";
import { PrivatecaCertificateAuthority } from "@cdktf/provider-google/lib/privateca-certificate-authority";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { gcpName } from "./names";
import type { GcpScope } from "./project";

export interface GcpTlsInspectionProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  /** Id of a CA pool that exists. @default - a pool and a root are created */
  readonly caPool?: string;
  /** Lifts what keeps the authority from being deleted. */
  readonly maintenance: boolean;
  readonly apis: ITerraformDependable[];
  readonly at: string;
}

/**
 * What the proxy needs to look into TLS: a private authority whose certificates it shows to agents. Agents have to trust
 * it; clients that pin a certificate fail.
 *
 * @see https://cloud.google.com/secure-web-proxy/docs/tls-inspection-overview
 */
export class GcpTlsInspection extends Construct {
  public readonly policy: NetworkSecurityTlsInspectionPolicy;
  /** Undefined with a pool of the caller's. */
  public readonly pool: PrivatecaCaPool | undefined;
  public readonly authority: PrivatecaCertificateAuthority | undefined;
  /** Lets the proxy's service agent take certificates of the pool. */
  public readonly issuer: PrivatecaCaPoolIamMember;

  /** @throws CORDON-205 for a pool that is no pool's id, or of another region */
  public constructor(scope: Construct, id: string, props: GcpTlsInspectionProps) {
    super(scope, id);
    const { cellName, scope: place, caPool, apis } = props;
    const { project, region, projectNumber } = place;
    if (caPool !== undefined) checkPool(caPool, region, props.at);
    else {
      this.pool = new PrivatecaCaPool(this, "Pool", {
        name: gcpName("resource", cellName, "inspection"),
        project,
        location: region,
        tier: "DEVOPS",
        publishingOptions: { publishCaCert: false, publishCrl: false },
        dependsOn: apis,
      });
      this.authority = this.createAuthority(this.pool, props);
    }
    const pool = caPool ?? this.pool?.id ?? "";
    this.issuer = new PrivatecaCaPoolIamMember(this, "Issuer", {
      caPool: pool,
      role: "roles/privateca.certificateManager",
      member: `serviceAccount:service-${projectNumber}@gcp-sa-networksecurity.iam.gserviceaccount.com`,
    });
    this.policy = new NetworkSecurityTlsInspectionPolicy(this, "Resource", {
      name: gcpName("resource", cellName, "inspection"),
      project,
      location: region,
      caPool: pool,
      excludePublicCaSet: false,
      description: `TLS inspection of cell ${cellName}`,
      dependsOn: [this.issuer, ...(this.authority === undefined ? [] : [this.authority])],
    });
  }

  /** The authority's certificate, for the agents' trust stores. Undefined with a pool of the caller's. */
  public get caCertificate(): string | undefined {
    return this.authority === undefined ? undefined : Fn.element(this.authority.pemCaCertificates, 0);
  }

  private createAuthority(pool: PrivatecaCaPool, props: GcpTlsInspectionProps): PrivatecaCertificateAuthority {
    const { cellName, scope: place, maintenance } = props;
    return new PrivatecaCertificateAuthority(this, "Authority", {
      project: place.project,
      location: place.region,
      pool: pool.name,
      certificateAuthorityId: gcpName("resource", cellName, "inspection"),
      type: "SELF_SIGNED",
      deletionProtection: !maintenance,
      skipGracePeriod: maintenance,
      ignoreActiveCertificatesOnDeletion: maintenance,
      lifetime: `${10 * 365 * 24 * 3600}s`,
      keySpec: { algorithm: "EC_P256_SHA256" },
      config: {
        subjectConfig: { subject: { commonName: `${cellName} inspection`, organization: cellName } },
        x509Config: {
          caOptions: { isCa: true },
          keyUsage: { baseKeyUsage: { certSign: true, crlSign: true }, extendedKeyUsage: { serverAuth: true } },
        },
      },
    });
  }
}

function checkPool(caPool: string, region: string, at: string): void {
  const [, location] = /^projects\/[a-z0-9:.-]+\/locations\/([a-z0-9-]+)\/caPools\/[A-Za-z0-9_-]+$/.exec(caPool) ?? [];
  if (location === region) return;
  throw new CordonError(
    "CORDON-205",
    at,
    location === undefined
      ? `${quoted(caPool)} is not the id of a CA pool`
      : `the CA pool is in ${location}, and the proxy works in ${region}`,
    `name a pool of the region: projects/<project>/locations/${region}/caPools/<pool>`,
  );
}
