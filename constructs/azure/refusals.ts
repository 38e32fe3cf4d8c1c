import { TerraformElement } from "cdktf";
import type { IConstruct } from "constructs";
import { type RenderedStack, resourcesAround } from "../../lib/cell/rendered-stack";
import type { Refusal, Rendering } from "../../lib/cell/synth-gate";
import { lintAzure } from "../../lib/compile/azure-lint";
import type { CidrBlock } from "../../lib/names/cidr-block";
import { Mode } from "../../lib/policy/mode";
import { type ContainedCell, containmentFindings } from "./containment-checks";
import type { DeclaringAgent } from "./declaration";
import { identityFindings } from "./identity-checks";
import type { AzurePrivateEndpoints } from "./private-endpoints";
import { providerFindings } from "./provider-checks";
import { targetFindings } from "./target-checks";

/** What is checked of a cell. */
export interface CheckedCell extends ContainedCell, IConstruct {
  readonly agents: (DeclaringAgent & ContainedCell["agents"][number] & { readonly sources: readonly CidrBlock[] })[];
  readonly privateEndpoints: AzurePrivateEndpoints;
}

/**
 * What Azure refuses or leaves open in a cell, and in the user's resources that touch it. What the checks of the cell
 * refuse already, the linter says nothing about.
 */
export function refusalsOf(cell: CheckedCell, { rendered, own }: Rendering): Refusal[] {
  const identities = cell.agents.map(({ identity }) => identity.identity);
  const found = [
    ...providerFindings(rendered),
    ...containmentFindings(rendered, cell, own),
    ...identityFindings(rendered, identities, own),
    ...targetFindings(rendered, cell.privateEndpoints.endpoints),
  ];
  const refused = new Set(found.map(({ address }) => address));
  return [...found, ...lintFindings(rendered, cell).filter(({ address }) => !refused.has(address))];
}

function lintFindings(rendered: RenderedStack, cell: CheckedCell): Refusal[] {
  const elements = cell.node.findAll().filter(TerraformElement.isTerraformElement);
  const own = new Set(elements.map((element) => element.friendlyUniqueId));
  const watched = cell.agents.filter(({ mode }) => mode === Mode.MONITOR);
  return lintAzure(resourcesAround(rendered, "azurerm", own), {
    monitored: watched.flatMap(({ sources }) => sources.map(String)),
    listed: cell.agents.flatMap(({ policy }) => policy.rules.flatMap(({ host }) => (host ? [host.toString()] : []))),
  });
}
