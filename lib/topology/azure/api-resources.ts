import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, textOf, type Values } from "../read/values";

/** A resource that is written for Azure's own interface. */
export interface ApiResource {
  readonly resource: PlannedResource;
  /** `microsoft.network/dnsresolverpolicies`: lower case, without the version. */
  readonly type: string;
  readonly properties: Values;
}

/** The type of an `azapi_resource` without its version, in lower case. */
export const apiTypeOf = ({ values }: PlannedResource): string =>
  (textOf(values["type"]) ?? "").split("@")[0]?.toLowerCase() ?? "";

/** Resources of the `azapi` provider, by type. */
export function apiResources(inventory: Inventory, type: string): ApiResource[] {
  return inventory
    .of("restricts", "azapi_resource")
    .filter((one) => apiTypeOf(one) === type)
    .map((resource) => ({
      resource,
      type,
      properties: blocksOf(blocksOf(resource.values["body"])[0]?.["properties"])[0] ?? {},
    }));
}
