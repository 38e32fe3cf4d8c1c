import { CordonError, quoted } from "../../errors/cordon-error";
import type { JsonValue } from "../terraform-json";
import type { Configuration } from "./configuration";
import { isBlock, valueAt } from "./shape";

const SECTIONS = [
  ...["resource", "data", "locals", "variable", "output", "module", "provider", "terraform"],
  ...["import", "moved", "removed", "check", "ephemeral"],
];
const TAKEN = "give a synthesized stack, a folder of *.tf.json files, or what `terraform show -json` writes of a plan";

/**
 * What a JSON object is, by its keys. Throws for anything that is not Terraform's, and for formats of versions that
 * are not known.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */
export function formatOf(json: JsonValue, place: string): Configuration["format"] {
  if (!isBlock(json)) throw new CordonError("CORDON-144", place, `it holds ${named(json)}, not an object`, TAKEN);
  if (json["format_version"] !== undefined) return shownFormat(json, place);
  if (json["lineage"] !== undefined || (json["version"] === 4 && Array.isArray(json["resources"]))) {
    const fix = "write it with `terraform show -json > state.json` and give that file";
    throw new CordonError("CORDON-144", place, "it is a state file in Terraform's internal format", fix);
  }
  if (isBlock(valueAt(json, "//", "metadata"))) return "synth";
  if (SECTIONS.some((section) => json[section] !== undefined)) return "terraform-json";
  throw new CordonError("CORDON-144", place, `none of its keys is Terraform's (${keysOf(json)})`, TAKEN);
}

function shownFormat(json: { [key: string]: JsonValue }, place: string): "plan" | "state" {
  const version = json["format_version"];
  if (typeof version !== "string" || !/^1\.\d+$/.test(version)) {
    const fix = "use a Terraform that writes format_version 1.x (1.1 or later), or a later version of this package";
    throw new CordonError("CORDON-144", place, `its format_version is ${quoted(version)}, not 1.x`, fix);
  }
  if (json["provider_schemas"] !== undefined) {
    throw new CordonError("CORDON-144", place, "it holds the schemas of providers, not a plan", TAKEN);
  }
  if (json["errored"] === true) {
    throw new CordonError(
      "CORDON-144",
      place,
      "it is a plan that ended in an error",
      "correct the error and plan again",
    );
  }
  const isPlan = json["planned_values"] !== undefined || json["resource_changes"] !== undefined;
  return isPlan || json["configuration"] !== undefined ? "plan" : "state";
}

function named(json: JsonValue): string {
  if (Array.isArray(json)) return "a list";
  return json === null ? "null" : `the ${typeof json} ${quoted(json)}`;
}

function keysOf(json: { [key: string]: JsonValue }): string {
  const keys = Object.keys(json);
  if (keys.length === 0) return "it is empty";
  return quoted(keys.slice(0, 5).join(", "));
}
