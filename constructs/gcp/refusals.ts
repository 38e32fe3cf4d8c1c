import { TerraformElement } from "cdktf";
import type { IConstruct } from "constructs";
import { type RenderedStack, resourcesAround } from "../../lib/cell/rendered-stack";
import type { Refusal, Rendering } from "../../lib/cell/synth-gate";
import { lintGcp } from "../../lib/compile/gcp-lint/lint-gcp";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { Mode } from "../../lib/policy/mode";
import type { GcpAgent } from "./agent";
import { GcpEgressTier } from "./egress-tier";
import type { GcpScope } from "./project";

/** What is checked of a cell. */
export interface CheckedCell extends IConstruct {
  readonly place: string;
  readonly tier: GcpEgressTier;
  readonly maintenance: boolean;
  readonly scope: GcpScope;
  readonly agents: readonly GcpAgent[];
}

/** What Google refuses or leaves open in a cell, and in the user's resources that touch it. @throws CORDON-105 */
export function refusalsOf(cell: CheckedCell, { rendered }: Rendering): Refusal[] {
  checkProvider(rendered, cell);
  const elements = cell.node.findAll().filter(TerraformElement.isTerraformElement);
  const own = new Set(elements.map((element) => element.friendlyUniqueId));
  return lintGcp(resourcesAround(rendered, "google", own), {
    nat: cell.tier === GcpEgressTier.FQDN,
    maintenance: cell.maintenance,
    agentSubnets: cell.agents.map(({ subnet }) => `${subnet.terraformResourceType}.${subnet.friendlyUniqueId}`),
    monitored: cell.agents
      .filter((agent) => agent.mode === Mode.MONITOR)
      .flatMap((agent) => [agent.identity.address, agent.cidr.toString()]),
  });
}

// The cell names its region everywhere; a provider of another one would still move what names none.
function checkProvider(rendered: RenderedStack, { place, scope: { region } }: CheckedCell): void {
  const of = rendered.provider?.["google"]?.find((provider) => provider.alias === undefined)?.region;
  if (typeof of === "string" && !of.includes("${") && of !== region) {
    throw new CordonError(
      "CORDON-105",
      place,
      `it is in ${region}, and the provider works in ${quoted(of)}`,
      `set the provider's region to ${region}`,
    );
  }
}
