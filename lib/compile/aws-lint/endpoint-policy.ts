import type { LintContext } from "./lint-context";
import { type Block, blocks, isAbsent, items } from "./values";

/** A statement of a policy, reduced to what decides how far it opens. */
export interface PolicyStatement {
  readonly allows: boolean;
  readonly resources: unknown[];
  readonly hasCondition: boolean;
}

/** The statements of an endpoint policy: JSON text, or a policy document of this stack. Undefined when it can't be read. */
export function endpointStatements(context: LintContext, policy: unknown): PolicyStatement[] | undefined {
  const document = context.resolve(policy);
  if (document?.type === "aws_iam_policy_document") return documentStatements(document.values);
  if (typeof policy !== "string") return undefined;
  const parsed =
    parseJson(policy) ?? parseJson(policy.replace(/\$\{[^{}]*\}/g, (reference) => reference.replace(/"/g, "'")));
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const statements = items((parsed as Block)["Statement"]);
  if (statements.length === 0 || !statements.every(isObject)) return undefined;
  return statements.map((statement) => ({
    allows: statement["Effect"] !== "Deny",
    resources: isAbsent(statement["NotResource"]) ? items(statement["Resource"]) : ["*"],
    hasCondition: isObject(statement["Condition"]) && Object.keys(statement["Condition"]).length > 0,
  }));
}

/** True when a statement allows every resource of every account, to whomever: data of the cell can leave through it. */
export function isOpenStatement(statement: PolicyStatement): boolean {
  return statement.allows && !statement.hasCondition && statement.resources.some(isEverything);
}

function documentStatements(values: Block): PolicyStatement[] | undefined {
  if (
    !isAbsent(values["source_policy_documents"]) ||
    !isAbsent(values["override_policy_documents"]) ||
    !isAbsent(values["dynamic"])
  )
    return undefined;
  const statements = blocks(values, "statement");
  if (statements.length === 0) return undefined;
  return statements.map((statement) => ({
    allows: statement["effect"] !== "Deny",
    resources: isAbsent(statement["not_resources"]) ? items(statement["resources"]) : ["*"],
    hasCondition: blocks(statement, "condition").length > 0,
  }));
}

// An input or a local may hold a star; an attribute of a resource is that resource.
function isEverything(value: unknown): boolean {
  if (/^\$\{(var|local)\.[^{}]*\}$/.test(String(value))) return true;
  return value === "*" || /^arn:[^:]*:[^:]*:[^:]*:\*?:\*/.test(String(value));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Block {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
