import { ProjectService } from "@cdktf/provider-google/lib/project-service";
import { Construct } from "constructs";
import { GcpEgressTier, isProxied } from "./egress-tier";
import type { GcpScope } from "./project";
import type { GcpService } from "./service";

export interface GcpApisProps {
  readonly scope: GcpScope;
  readonly tier: GcpEgressTier;
  readonly services: GcpService[];
  readonly perimeter: boolean;
}

/**
 * The APIs that the cell's resources need, and those of its services, switched on. They stay on when the cell goes:
 * others of the project may use them.
 */
export class GcpApis extends Construct {
  /** By the API's name. */
  public readonly apis = new Map<string, ProjectService>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpApisProps,
  ) {
    super(scope, id);
    const { tier, services, perimeter } = props;
    const names = new Set([
      "cloudresourcemanager.googleapis.com",
      "compute.googleapis.com",
      "dns.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      ...(isProxied(tier) ? ["networksecurity.googleapis.com", "networkservices.googleapis.com"] : []),
      ...(tier === GcpEgressTier.PROXY_TLS ? ["privateca.googleapis.com"] : []),
      ...(perimeter ? ["accesscontextmanager.googleapis.com"] : []),
      ...services.map((service) => service.api),
    ]);
    for (const service of [...names].sort()) this.switchOn(service);
  }

  /** Switches more APIs on. */
  public enable(...names: string[]): ProjectService[] {
    return names.map((name) => this.apis.get(`${name}.googleapis.com`) ?? this.switchOn(`${name}.googleapis.com`));
  }

  /** The switches of some APIs, to be waited for. */
  public of(...names: string[]): ProjectService[] {
    return names.flatMap((name) => this.apis.get(`${name}.googleapis.com`) ?? []);
  }

  private switchOn(service: string): ProjectService {
    const made = new ProjectService(this, service.replace(".googleapis.com", ""), {
      project: this.props.scope.project,
      service,
      disableOnDestroy: false,
    });
    this.apis.set(service, made);
    return made;
  }
}
