import { TerraformStack, Token } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import type { ResidualRisk } from "../compile/residual-risk";
import { CordonError, quoted } from "../errors/cordon-error";
import { identifier } from "../names/plain-text";

const MARK = Symbol.for("cdktf-cordon.AgentCell");
const STACK_MARK = Symbol.for("cdktf/TerraformStack");

/**
 * What the cells of all clouds share: one contained network inside one stack, whose only ways out are the ones that a
 * policy names.
 */
export abstract class AgentCellBase extends Construct {
  /** Name of the cell in tags, log groups and messages: lower case letters, digits and dashes. */
  public readonly cellName: string;
  /** The stack that the cell belongs to. */
  public readonly stack: TerraformStack;

  protected constructor(scope: Construct, id: string, name: string | undefined) {
    super(scope, id);
    Object.defineProperty(this, MARK, { value: true });
    this.stack = stackOf(this);
    this.cellName = identifier(name ?? kebabCase(id), `cell '${id}'`, "the cell's name");
  }

  /** Recognises a cell, also one made by another copy of this package. */
  public static isAgentCell(value: unknown): value is AgentCellBase {
    return typeof value === "object" && value !== null && MARK in value;
  }

  /** What the chosen tier and policies do not stop; printed in reports instead of hidden. */
  public abstract residualRisks(): ResidualRisk[];

  /** The cell in the words of an error message. */
  public get place(): string {
    return `cell '${this.node.id}'`;
  }
}

/** Refuses a value that Terraform decides at apply: where security depends on it, it has to be readable at synth. */
export function literal(value: string, at: string, what: string): string {
  if (Token.isUnresolved(value)) {
    throw new CordonError(
      "CORDON-100",
      at,
      `${what} is a Terraform reference`,
      "pass a literal that is known at synth",
    );
  }
  return value;
}

/** A reference or a literal id of a resource that the cell did not create; blanks and template text are refused. */
export function resourceReference(value: string, at: string, what: string): string {
  if (Token.isUnresolved(value)) return value;
  if (typeof value !== "string" || !/^[A-Za-z0-9][A-Za-z0-9:/_.@+=,-]*$/.test(value)) {
    throw new CordonError(
      "CORDON-101",
      at,
      `${what} ${quoted(value)} is not an identifier`,
      "pass the id, or a reference to the resource",
    );
  }
  return value;
}

// A stack of another framework copy would drop the cell's aspects without a word, and with them the checks at synth.
function stackOf(cell: IConstruct): TerraformStack {
  const stack = cell.node.scopes.find((scope) => STACK_MARK in scope);
  if (stack === undefined) {
    throw new CordonError(
      "CORDON-102",
      `cell '${cell.node.id}'`,
      "it is not inside a TerraformStack",
      "create it in a class that extends TerraformStack",
    );
  }
  if (!(stack instanceof TerraformStack)) {
    throw new CordonError(
      "CORDON-103",
      `cell '${cell.node.id}'`,
      "its stack comes from another copy of the CDKTF framework than this library uses, so the checks at synth would not run",
      "install one 'cdktf' only (npm ls cdktf) and import the stack class from it",
    );
  }
  return stack;
}

function kebabCase(id: string): string {
  return id
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .toLowerCase();
}
