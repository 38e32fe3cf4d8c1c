import { TerraformElement } from "cdktf";
import type { IConstruct } from "constructs";
import { type RenderedStack, resourcesAround } from "../../lib/cell/rendered-stack";
import type { Refusal, Rendering } from "../../lib/cell/synth-gate";
import { lintAws } from "../../lib/compile/aws-lint/lint-aws";
import type { LintOptions } from "../../lib/compile/aws-lint/terraform-resource";
import { ipSetName } from "../../lib/compile/suricata-rules";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { Mode } from "../../lib/policy/mode";
import { type ContainedCell, containmentFindings } from "./containment-checks";
import type { DeclaringAgent } from "./declaration";
import type { AwsDnsFirewall } from "./dns-firewall";

/** What is checked of a cell. */
export interface CheckedCell extends ContainedCell, IConstruct {
  readonly place: string;
  readonly region: string;
  readonly maintenance: boolean;
  readonly agents: (DeclaringAgent & ContainedCell["agents"][number])[];
  readonly dnsFirewall: AwsDnsFirewall;
}

/** What AWS refuses or leaves open in a cell, and in the user's resources that touch it. @throws CORDON-105 */
export function refusalsOf(cell: CheckedCell, { stack, rendered, own }: Rendering): Refusal[] {
  checkProviderRegion(rendered, cell);
  const elements = cell.node.findAll().filter(TerraformElement.isTerraformElement);
  const ids = new Set(elements.map((element) => element.friendlyUniqueId));
  return [
    ...containmentFindings(stack, rendered, cell, own),
    ...lintAws(resourcesAround(rendered, "aws", ids), lintOptions(cell)),
  ];
}

function lintOptions({ maintenance, agents, dnsFirewall: { ruleGroup } }: CheckedCell): LintOptions {
  const watched = agents.filter((agent) => agent.mode === Mode.MONITOR);
  const isOpen = agents.length > 0 && watched.length === agents.length;
  return {
    maintenance,
    monitoredSources: watched.map((agent) => ipSetName(agent.agentName)),
    monitoredDnsGroups: isOpen ? [`${ruleGroup.terraformResourceType}.${ruleGroup.friendlyUniqueId}`] : [],
  };
}

function checkProviderRegion(rendered: RenderedStack, cell: CheckedCell): void {
  const region = rendered.provider?.["aws"]?.find((provider) => provider.alias === undefined)?.region;
  if (typeof region === "string" && !region.includes("${") && region !== cell.region) {
    throw new CordonError(
      "CORDON-105",
      cell.place,
      `its zones are in ${cell.region}, and the provider works in ${quoted(region)}`,
      `set the provider's region to ${cell.region}`,
    );
  }
}
