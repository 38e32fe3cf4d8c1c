import { AnnotationMetadataEntryType, Annotations, type TerraformStack } from "cdktf";
import { invokeAspects } from "cdktf/lib/synthesize/synthesizer";
import type { TerraformJson } from "./terraform-json";

/**
 * Synthesizes a stack the way `cdktf synth` does: with the references between stacks, the aspects, the validations and the
 * construct metadata, which the framework's own test call leaves out. Error annotations throw.
 */
export function synthStack(stack: TerraformStack): TerraformJson {
  stack.prepareStack();
  invokeAspects(stack);
  stack.runAllValidations();
  const json: TerraformJson = JSON.parse(JSON.stringify(stack.toTerraform()), sorted);
  const errors = stack.node
    .findAll()
    .flatMap((node) =>
      node.node.metadata
        .filter((entry) => entry.type === AnnotationMetadataEntryType.ERROR)
        .map((entry) => `${node.node.path}: ${String(entry.data)}`),
    );
  if (errors.length > 0) throw new Error(`${Annotations.name}: ${errors.join("; ")}`);
  return json;
}

// Keys in the order of their text, as the framework writes them, so that the order of the program does not show.
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
