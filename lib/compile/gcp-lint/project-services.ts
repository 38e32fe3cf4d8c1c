import type { LintFinding } from "../aws-lint/terraform-resource";
import { finding, isAbsent, isFalse, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

/** CORDON-243. APIs stay on when the stack goes: others of the project use them. Unknown is on. */
export function projectServices(context: GcpContext): LintFinding[] {
  return context
    .ofType("google_project_service")
    .filter(({ values: { disable_on_destroy: off } }) => isAbsent(off) || !isFalse(off))
    .map((service) =>
      finding(
        "CORDON-243",
        service,
        `disable_on_destroy is ${shown(service.values["disable_on_destroy"])}, so the API is switched off for the whole project with the stack`,
        "set it to false",
      ),
    );
}
