import type { JsonValue } from "../terraform-json";
import type { Configuration, LoadedResource } from "./configuration";
import { byText, valueAt } from "./shape";
import { literal, setArguments, shownResources } from "./shown-values";
import { symbolized } from "./symbols";
import type { Origin } from "./tf-json";

/**
 * Reads a state as `terraform show -json` writes it. It holds values only: ids and ARNs of its own resources become
 * references again, and no count, lifecycle or provisioner is left. The rules and routes that AWS reports inside of
 * security groups and route tables repeat those of separate resources; they stay, for they say the same.
 */
export function loadState(json: JsonValue, origin: Origin, place: string): Configuration {
  const isEmpty = valueAt(json, "values") === undefined;
  const shown = isEmpty ? [] : shownResources(valueAt(json, "values", "root_module"), `${place}, values`);
  const resources = shown.map((one): LoadedResource => {
    const { mode, type, name, address, values, dependsOn } = one;
    const set = setArguments(values, () => false);
    return { mode, type, name, address, values: literal(set) as LoadedResource["values"], dependsOn };
  });
  return {
    name: origin.name,
    source: origin.source,
    format: "state",
    resources: symbolized(resources).sort((a, b) => byText(a.address, b.address)),
    locals: {},
    variables: {},
    providers: {},
    digest: origin.digest(),
    notes: isEmpty ? ["the state is empty"] : [],
  };
}
