import {
  type TerraformMetaArguments,
  TerraformProvider,
  TerraformResource,
  type TerraformResourceLifecycle,
  type TerraformStack,
} from "cdktf";
import type { Construct } from "constructs";

const METADATA = { providerName: "azapi", providerVersionConstraint: "~> 2.4" };

/** How the `azapi` provider signs in. @default - from the environment, as the `azurerm` provider does */
export interface AzapiProviderConfig {
  readonly subscriptionId?: string;
  readonly tenantId?: string;
  readonly clientId?: string;
  /** Sign in with the token of a pipeline's identity. */
  readonly useOidc?: boolean;
  /** Sign in with the machine's managed identity. */
  readonly useMsi?: boolean;
}

/**
 * The provider of what `azurerm` has no resource for: DNS security policies, network security perimeters. A cell that
 * needs it makes one if its stack has none; make your own before the cell to say how it signs in.
 *
 * @see https://registry.terraform.io/providers/Azure/azapi/latest/docs
 */
export class AzapiProvider extends TerraformProvider {
  public constructor(
    scope: Construct,
    id: string,
    private readonly config: AzapiProviderConfig = {},
  ) {
    super(scope, id, {
      terraformResourceType: "azapi",
      terraformGeneratorMetadata: METADATA,
      terraformProviderSource: "Azure/azapi",
    });
  }

  /** The stack's provider; made if there is none. */
  public static ensure(stack: TerraformStack): void {
    const found = stack.node
      .findAll()
      .some((node) => TerraformProvider.isTerraformProvider(node) && node.terraformResourceType === "azapi");
    if (!found) new AzapiProvider(stack, "azapi");
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    const { subscriptionId, tenantId, clientId, useOidc, useMsi } = this.config;
    return {
      subscription_id: subscriptionId,
      tenant_id: tenantId,
      client_id: clientId,
      use_oidc: useOidc,
      use_msi: useMsi,
    };
  }

  protected override synthesizeHclAttributes(): { [name: string]: unknown } {
    return typed(this.synthesizeAttributes());
  }
}

/** A resource of Azure Resource Manager as its own API knows it. */
export interface AzapiResourceConfig extends TerraformMetaArguments {
  /** Type and API version: `Microsoft.Network/dnsResolverPolicies@2025-05-01`. */
  readonly type: string;
  readonly name: string;
  /** Id of the resource group, or of the resource that it belongs to. */
  readonly parentId: string;
  /** @default - none; for resources that are parts of another */
  readonly location?: string;
  /** The resource's properties, in the words of the API. */
  readonly properties: { readonly [key: string]: unknown };
  readonly lifecycle?: TerraformResourceLifecycle;
}

/** One resource of the `azapi` provider. */
export class AzapiResource extends TerraformResource {
  public constructor(
    scope: Construct,
    id: string,
    private readonly config: AzapiResourceConfig,
  ) {
    super(scope, id, {
      terraformResourceType: "azapi_resource",
      terraformGeneratorMetadata: METADATA,
      ...(config.dependsOn === undefined ? {} : { dependsOn: config.dependsOn }),
      ...(config.lifecycle === undefined ? {} : { lifecycle: config.lifecycle }),
    });
  }

  /** Id of the resource in Azure. */
  public get id(): string {
    return this.getStringAttribute("id");
  }

  protected override synthesizeAttributes(): { [name: string]: unknown } {
    const { type, name, parentId, location, properties } = this.config;
    return { type, name, parent_id: parentId, location, body: { properties } };
  }

  protected override synthesizeHclAttributes(): { [name: string]: unknown } {
    return typed(this.synthesizeAttributes());
  }
}

function typed(attributes: { [name: string]: unknown }): { [name: string]: unknown } {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        { value, isBlock: false, type: "simple", storageClassType: typeof value === "object" ? "any" : typeof value },
      ]),
  );
}
