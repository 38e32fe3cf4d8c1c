import { literal } from "../../lib/cell/agent-cell-base";
import { CordonError, quoted } from "../../lib/errors/cordon-error";

/** Where a cell's resources are. */
export interface GcpScope {
  readonly project: string;
  readonly region: string;
  /** The project's number; a Terraform reference. */
  readonly projectNumber: string;
}

/** Checks a project id. @throws CORDON-200 */
export function checkedProject(project: string, at: string): string {
  const id = literal(project, at, "project");
  if (typeof id !== "string" || !/^([a-z][a-z0-9.]*[a-z0-9]:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(id)) {
    throw new CordonError(
      "CORDON-200",
      at,
      `project ${quoted(id)} is not a project's id`,
      "write the id, not the name or number, e.g. acme-agents-prod",
    );
  }
  return id;
}

/** Checks the name of a region. @throws CORDON-201 */
export function checkedRegion(region: string, at: string): string {
  const name = literal(region, at, "region");
  if (typeof name !== "string" || !/^[a-z]+(-[a-z]+)+\d{1,2}$/.test(name)) {
    throw new CordonError(
      "CORDON-201",
      at,
      `region ${quoted(name)} is not a region`,
      /-[a-f]$/.test(String(name)) ? `leave the zone's letter out: ${String(name).slice(0, -2)}` : "e.g. europe-west1",
    );
  }
  return name;
}
