import { AccessContextManagerServicePerimeter } from "@cdktf/provider-google/lib/access-context-manager-service-perimeter";
import { AccessContextManagerServicePerimeterDryRunResource } from "@cdktf/provider-google/lib/access-context-manager-service-perimeter-dry-run-resource";
import { AccessContextManagerServicePerimeterResource } from "@cdktf/provider-google/lib/access-context-manager-service-perimeter-resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { gcpName } from "./names";
import type { GcpScope } from "./project";
import type { GcpService } from "./service";

/** How a project gets a perimeter. */
export interface GcpPerimeterProps {
  /** Number of the organisation's access policy; there is one, and it is not the cell's to make. */
  readonly accessPolicy: string;
  /** Who deploys, as access levels that stay let in: without one an enforced perimeter shuts the deployer out. */
  readonly accessLevels: string[];
}

/** A perimeter as a value, for the cell's props. */
export class GcpPerimeter {
  private constructor(
    public readonly props: GcpPerimeterProps,
    /** What it would refuse is logged, and nothing is refused. */
    public readonly isDryRun: boolean,
  ) {}

  /** Logs what a perimeter would refuse. Begin with this one, and read the logs before enforcing. */
  public static dryRun(props: GcpPerimeterProps): GcpPerimeter {
    return new GcpPerimeter(props, true);
  }

  /** Refuses. Changes take up to half an hour to hold everywhere. */
  public static enforced(props: GcpPerimeterProps): GcpPerimeter {
    return new GcpPerimeter(props, false);
  }
}

export interface GcpServicePerimeterProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly perimeter: GcpPerimeter;
  readonly services: GcpService[];
  readonly apis: ITerraformDependable[];
  readonly at: string;
}

/**
 * A VPC Service Controls perimeter around the cell's project: its Google APIs answer from inside only, and clients inside
 * reach resources of the perimeter only, whosever credentials they bring. Without it the private endpoint leads to
 * anybody's bucket, given somebody's credentials.
 *
 * @see https://cloud.google.com/vpc-service-controls/docs/overview
 */
export class GcpServicePerimeter extends Construct {
  public readonly resource: AccessContextManagerServicePerimeter;
  public readonly member:
    | AccessContextManagerServicePerimeterResource
    | AccessContextManagerServicePerimeterDryRunResource;

  /** @throws CORDON-204 for a policy that is no number, or no access level to keep the deployer in */
  public constructor(scope: Construct, id: string, props: GcpServicePerimeterProps) {
    super(scope, id);
    const { perimeter, services, scope: place, cellName, at } = props;
    const { accessPolicy, accessLevels } = perimeter.props;
    check(accessPolicy, accessLevels, services, at);
    const parent = `accessPolicies/${accessPolicy}`;
    const name = gcpName("underscored", cellName, "cell");
    const rules = {
      restrictedServices: services.map((service) => service.api).sort(),
      accessLevels: [...accessLevels].sort(),
      vpcAccessibleServices: { enableRestriction: true, allowedServices: ["RESTRICTED-SERVICES"] },
    };
    this.resource = new AccessContextManagerServicePerimeter(this, "Resource", {
      parent,
      name: `${parent}/servicePerimeters/${name}`,
      title: name,
      description: `Google APIs of cell ${cellName}`,
      perimeterType: "PERIMETER_TYPE_REGULAR",
      ...(perimeter.isDryRun ? { useExplicitDryRunSpec: true, spec: rules } : { status: rules }),
      // Members and rules are resources of their own.
      lifecycle: { ignoreChanges: [`${perimeter.isDryRun ? "spec" : "status"}[0].resources`] },
      dependsOn: props.apis,
    });
    const member = { perimeterName: this.resource.name, resource: `projects/${place.projectNumber}` };
    this.member = perimeter.isDryRun
      ? new AccessContextManagerServicePerimeterDryRunResource(this, "Project", member)
      : new AccessContextManagerServicePerimeterResource(this, "Project", member);
  }
}

function check(accessPolicy: string, accessLevels: string[], services: GcpService[], at: string): void {
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-204", at, problem, fix);
  };
  if (!/^\d{6,20}$/.test(accessPolicy)) {
    refuse(
      `access policy ${quoted(accessPolicy)} is not a number`,
      "gcloud access-context-manager policies list shows it",
    );
  }
  if (services.length === 0)
    refuse("the cell has no service to put a perimeter around", "name services, or leave it out");
  const odd = accessLevels.find((level) => !/^accessPolicies\/\d+\/accessLevels\/[A-Za-z][A-Za-z0-9_]*$/.test(level));
  if (odd !== undefined || accessLevels.length === 0) {
    refuse(
      odd === undefined ? "no access level lets the deployer in" : `${quoted(odd)} is not an access level`,
      "name one, e.g. accessPolicies/123456789012/accessLevels/deployers",
    );
  }
}
