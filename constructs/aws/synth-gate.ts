import { Aspects, type IAspect, TerraformElement, type TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { lintAws } from "../../lib/compile/aws-lint/lint-aws";
import type { LintOptions } from "../../lib/compile/aws-lint/terraform-resource";
import { ipSetName } from "../../lib/compile/suricata-rules";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { Mode } from "../../lib/policy/mode";
import type { Finding } from "../../lib/topology/model/result";
import type { TerraformJson } from "../../lib/topology/terraform-json";
import { Topology } from "../../lib/topology/topology";
import { type ContainedCell, containmentFindings } from "./containment-checks";
import { type DeclaringAgent, type DeclaringCell, declarationOf } from "./declaration";
import type { AwsDnsFirewall } from "./dns-firewall";
import { type RenderedStack, resourcesAround } from "./rendered-stack";

const ID = "CordonSynthGate";

/** What the gate needs of a cell. */
export interface GatedCell extends DeclaringCell, ContainedCell {
  readonly place: string;
  readonly region: string;
  readonly agents: (DeclaringAgent & ContainedCell["agents"][number])[];
  readonly dnsFirewall: AwsDnsFirewall;
  /** Creates what depends on the whole of the allow lists. */
  complete(): void;
}

/** Findings that are written out beside the first. */
const SHOWN = 9;

/**
 * Stands in a stack with a cell and emits nothing. When the stack is synthesized it first has the cells create what
 * depends on their whole allow lists, then checks the cells' resources, and the user's own that touch them, for what
 * Terraform accepts and AWS refuses or leaves open, and for ways around the firewall. A finding throws: no flag turns it off.
 */
export class SynthGate extends TerraformElement {
  private readonly cells: GatedCell[] = [];
  private completed = false;
  private rendering = false;

  private constructor(private readonly stack: TerraformStack) {
    super(stack, ID);
    const complete: IAspect = { visit: (node) => this.visit(node) };
    Aspects.of(stack).add(complete);
  }

  /** Puts a cell under the gate of its stack. */
  public static guard(stack: TerraformStack, cell: GatedCell): void {
    const existing = stack.node.tryFindChild(ID);
    const gate = existing instanceof SynthGate ? existing : new SynthGate(stack);
    const twin = gate.cells.find((other) => other.cellName === cell.cellName);
    if (twin !== undefined) {
      throw new CordonError(
        "CORDON-123",
        cell.node.path,
        `cell ${twin.node.path} of the same stack is named ${quoted(cell.cellName)} too`,
        "give one of them another name; roles, log groups and keys are named after it",
      );
    }
    gate.cells.push(cell);
  }

  // Called for every rendering of the stack. The first renders references between stacks, before the aspects have run;
  // the last one comes after all of them, so that nobody's override escapes the check.
  public override toTerraform(): object {
    if (this.completed && !this.rendering) this.check();
    return { "//": { cordon: declarationOf(this.stack, this.cells) } };
  }

  public override toHclTerraform(): { hcl: string; metadata: object } {
    if (this.completed && !this.rendering) this.check();
    return { hcl: "", metadata: {} };
  }

  private visit(node: IConstruct): void {
    if (node !== this.stack) return;
    for (const cell of this.cells) cell.complete();
    this.completed = true;
  }

  private check(): void {
    this.rendering = true;
    try {
      const rendered: RenderedStack = this.stack.toTerraform();
      for (const cell of this.cells) checkProviderRegion(rendered, cell);
      const own = this.cells.flatMap((cell) => cell.node.findAll().filter(TerraformElement.isTerraformElement));
      const ids = new Set(own.map((element) => element.friendlyUniqueId));
      const [first, ...others] = [
        ...this.cells.flatMap((cell) => containmentFindings(this.stack, rendered, cell, ids)),
        ...lintAws(resourcesAround(rendered, ids), this.lintOptions()),
      ];
      if (first === undefined) {
        this.prove(rendered);
        return;
      }
      const rest = others.slice(0, SHOWN).map((one) => `\n  ${one.code}: ${one.address}: ${one.problem}; ${one.fix}`);
      const more = others.length > SHOWN ? `\n  and ${others.length - SHOWN} more` : "";
      throw new CordonError(first.code, first.address, first.problem, [first.fix, ...rest, more].join(""));
    } finally {
      this.rendering = false;
    }
  }

  // The same reading and the same rules that `cordon verify` has, over the rendering that is written.
  private prove(rendered: RenderedStack): void {
    const json: TerraformJson = JSON.parse(JSON.stringify(rendered));
    const [first, ...others] = Topology.fromJson(json, { name: this.stack.node.id }).findings();
    if (first === undefined) return;
    const rest = others.slice(0, SHOWN).map((one) => `\n  ${inWords(one)}; ${one.fix}`);
    const more = others.length > SHOWN ? `\n  and ${others.length - SHOWN} more` : "";
    throw new CordonError(
      "CORDON-160",
      first.construct ?? first.address,
      inWords(first),
      [first.fix, ...rest, more].join(""),
    );
  }

  private lintOptions(): LintOptions {
    const watched = this.cells.filter((cell) => cell.agents.length > 0 && cell.agents.every(isWatched));
    return {
      maintenance: this.cells.every((cell) => cell.maintenance),
      monitoredSources: this.cells.flatMap((cell) =>
        cell.agents.filter(isWatched).map((agent) => ipSetName(agent.agentName)),
      ),
      monitoredDnsGroups: watched.map(
        ({ dnsFirewall: { ruleGroup } }) => `${ruleGroup.terraformResourceType}.${ruleGroup.friendlyUniqueId}`,
      ),
    };
  }
}

function inWords({ rule, verdict, address, problem, unknowns }: Finding): string {
  const unknown = verdict === "UNKNOWN" ? ` (unknown: ${unknowns.join(", ") || "what it does"})` : "";
  return `${rule} ${address}: ${problem}${unknown}`;
}

const isWatched = (agent: DeclaringAgent): boolean => agent.mode === Mode.MONITOR;

function checkProviderRegion(rendered: RenderedStack, cell: GatedCell): void {
  const region = rendered.provider?.aws?.find((provider) => provider.alias === undefined)?.region;
  if (typeof region === "string" && !region.includes("${") && region !== cell.region) {
    throw new CordonError(
      "CORDON-105",
      cell.place,
      `its zones are in ${cell.region}, and the provider works in ${quoted(region)}`,
      `set the provider's region to ${cell.region}`,
    );
  }
}
