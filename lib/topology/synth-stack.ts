import { AnnotationMetadataEntryType, Annotations, type TerraformStack, Testing } from "cdktf";
import type { TerraformJson } from "./terraform-json";

/**
 * Synthesizes a stack the way `cdktf synth` does: with the references between stacks, the aspects and the validations,
 * which the framework's own test call leaves out. Error annotations throw.
 */
export function synthStack(stack: TerraformStack): TerraformJson {
  stack.prepareStack();
  const json: TerraformJson = JSON.parse(Testing.synth(stack, true));
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
