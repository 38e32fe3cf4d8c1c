import { TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";

/** Leaves the tags of every resource of a cell to whoever else writes them. */
export function ignoreTagChanges(cell: IConstruct): void {
  for (const resource of cell.node.findAll()) {
    if (!TerraformResource.isTerraformResource(resource) || !("tagsInput" in resource)) continue;
    const before = resource.lifecycle?.ignoreChanges;
    const others = Array.isArray(before) ? before : [];
    resource.lifecycle = { ...resource.lifecycle, ignoreChanges: [...new Set([...others, "tags"])] };
  }
}
