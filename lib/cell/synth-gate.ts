import { Aspects, type IAspect, TerraformElement, type TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import type { CordonErrorCode } from "../errors/codes";
import { CordonError, quoted } from "../errors/cordon-error";
import type { Declaration, DeclaredCell } from "../topology/model/declaration";
import type { Finding } from "../topology/model/result";
import type { TerraformJson } from "../topology/terraform-json";
import { Topology } from "../topology/topology";
import { acknowledgementsIn } from "./acknowledge";
import type { RenderedStack } from "./rendered-stack";

const ID = "CordonSynthGate";

/** Something in the rendered stack that a cell's cloud refuses, or that leaves the cell open. */
export interface Refusal {
  readonly code: CordonErrorCode;
  readonly address: string;
  readonly problem: string;
  readonly fix: string;
}

/** A stack as it is about to be written. */
export interface Rendering {
  readonly stack: TerraformStack;
  readonly rendered: RenderedStack;
  /** Unique ids of all cells' own elements. */
  readonly own: ReadonlySet<string>;
}

/** What the gate needs of a cell. */
export interface GatedCell extends IConstruct {
  readonly cellName: string;
  /** Creates what depends on the whole of the allow lists. */
  complete(): void;
  /** What the cell was asked to hold. */
  declare(): DeclaredCell;
  /** What its cloud refuses, in this cell and in the user's resources that touch it. */
  refusals(rendering: Rendering): Refusal[];
}

/** Findings that are written out beside the first. */
const SHOWN = 9;

/**
 * Stands in a stack with a cell, and emits nothing but what its cells were asked to hold, as a comment. When the stack is
 * synthesized it first has the cells create what depends on their whole allow lists, then has each check its resources,
 * and the user's own that touch them, for what Terraform accepts and the cloud refuses or leaves open, and proves the
 * whole. A finding throws: no flag turns it off.
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

  /** Puts a cell under the gate of its stack. @throws CORDON-123 if another cell has its name */
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
    return { "//": { cordon: this.declaration() } };
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

  // The proof compares the resources with it.
  private declaration(): Declaration {
    const cells = this.cells.map((cell) => cell.declare()).sort((a, b) => (a.cell < b.cell ? -1 : 1));
    return { version: 1, cells, acknowledged: acknowledgementsIn(this.stack) };
  }

  private check(): void {
    this.rendering = true;
    try {
      const rendered: RenderedStack = this.stack.toTerraform();
      const elements = this.cells.flatMap((cell) => cell.node.findAll().filter(TerraformElement.isTerraformElement));
      const own = new Set(elements.map((element) => element.friendlyUniqueId));
      const rendering = { stack: this.stack, rendered, own };
      const [first, ...others] = distinct(this.cells.flatMap((cell) => cell.refusals(rendering)));
      if (first === undefined) {
        this.prove(rendered);
        return;
      }
      const rest = others.slice(0, SHOWN).map((one) => `\n  ${one.code}: ${one.address}: ${one.problem}; ${one.fix}`);
      throw new CordonError(first.code, first.address, first.problem, [first.fix, ...rest, more(others)].join(""));
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
    throw new CordonError(
      "CORDON-160",
      first.construct ?? first.address,
      inWords(first),
      [first.fix, ...rest, more(others)].join(""),
    );
  }
}

// Cells that stand side by side see the same resource of the user.
function distinct(refusals: readonly Refusal[]): Refusal[] {
  return [...new Map(refusals.map((one) => [`${one.code} ${one.address} ${one.problem}`, one])).values()];
}

const more = (others: readonly unknown[]): string =>
  others.length > SHOWN ? `\n  and ${others.length - SHOWN} more` : "";

function inWords({ rule, verdict, address, problem, unknowns }: Finding): string {
  const unknown = verdict === "UNKNOWN" ? ` (unknown: ${unknowns.join(", ") || "what it does"})` : "";
  return `${rule} ${address}: ${problem}${unknown}`;
}
