import type { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { AzapiProvider, AzapiResource } from "./azapi";
import type { AzureScope } from "./location";
import { azureName } from "./names";

/** What a perimeter does with what its rules do not name. */
export enum AzurePerimeterMode {
  /** Logs it, and lets through what the resource's own settings let through. */
  LEARNING = "Learning",
  /** Refuses it. */
  ENFORCED = "Enforced",
}

export interface AzurePerimeterProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  readonly mode: AzurePerimeterMode;
  readonly stack: TerraformStack;
}

const API = "2025-01-01";

/**
 * A network security perimeter around the targets of the cell's private endpoints: closes what the firewall can't see,
 * from service to service. It has no access rule, so that inside of it targets reach each other and nothing else.
 *
 * @see https://learn.microsoft.com/azure/private-link/network-security-perimeter-concepts
 */
export class AzurePerimeter extends Construct {
  public readonly mode: AzurePerimeterMode;
  public readonly perimeter: AzapiResource;
  public readonly profile: AzapiResource;
  public readonly associations = new Map<string, AzapiResource>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzurePerimeterProps,
  ) {
    super(scope, id);
    AzapiProvider.ensure(props.stack);
    const { cellName } = props;
    this.mode = props.mode;
    this.perimeter = new AzapiResource(this, "Resource", {
      type: `Microsoft.Network/networkSecurityPerimeters@${API}`,
      name: azureName("network", "nsp", cellName),
      parentId: props.scope.resourceGroupId,
      location: props.scope.location,
      properties: {},
    });
    this.profile = new AzapiResource(this, "Profile", {
      type: `Microsoft.Network/networkSecurityPerimeters/profiles@${API}`,
      name: azureName("network", "profile", cellName),
      parentId: this.perimeter.id,
      properties: {},
    });
  }

  /** Puts the target of a private endpoint inside. */
  public enclose(name: string, targetId: string): void {
    const association = new AzapiResource(this, `target-${name}`, {
      type: `Microsoft.Network/networkSecurityPerimeters/resourceAssociations@${API}`,
      name: azureName("network", this.props.cellName, name),
      parentId: this.perimeter.id,
      properties: {
        privateLinkResource: { id: targetId },
        profile: { id: this.profile.id },
        accessMode: this.props.mode,
      },
    });
    this.associations.set(name, association);
  }
}
