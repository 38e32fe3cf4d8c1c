import { CordonError, quoted } from "../../errors/cordon-error";
import type { JsonValue } from "../terraform-json";
import type { Declaration } from "./declaration";

/** Takes the declaration out of a plan. @throws CORDON-141 for one of another version, or one that was damaged */
export function readDeclaration(value: JsonValue | undefined, at: string): Declaration | undefined {
  if (value === undefined) return undefined;
  const version = typeof value === "object" && value !== null && !Array.isArray(value) ? value["version"] : undefined;
  if (version !== 1) {
    throw new CordonError(
      "CORDON-141",
      at,
      `what its cells were asked to hold is written in version ${quoted(version)}`,
      "read it with the version of this package that synthesized it",
    );
  }
  const declaration = value as unknown as Declaration;
  const isWhole =
    Array.isArray(declaration.cells) &&
    Array.isArray(declaration.acknowledged) &&
    declaration.cells.every(
      (cell) => Array.isArray(cell.agents) && Array.isArray(cell.names) && Array.isArray(cell.risks),
    );
  if (!isWhole) {
    throw new CordonError(
      "CORDON-141",
      at,
      "what its cells were asked to hold is damaged",
      "synthesize the stack again",
    );
  }
  return declaration;
}
