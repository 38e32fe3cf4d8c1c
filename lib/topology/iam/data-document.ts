import {
  isRecord,
  list,
  type PolicyDocument,
  readPolicyDocument,
  type Statement,
  templateText,
} from "./policy-document";

/**
 * The policy that a data source `aws_iam_policy_document` writes, from its resolved arguments. Undefined if it builds on
 * a document that can't be read.
 *
 * @see https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
 */
export function policyDocumentOfData(values: { readonly [argument: string]: unknown }): PolicyDocument | undefined {
  const own = readPolicyDocument({
    Statement: [...blocksOf(values["statement"]), ...dynamicBlocks(values["dynamic"])],
  });
  const sources = documentsOf(values["source_policy_documents"], values["source_json"]);
  const overrides = documentsOf(values["override_policy_documents"], values["override_json"]);
  if (own === undefined || sources === undefined || overrides === undefined) return undefined;
  const base = [...sources.flatMap((document) => document.statements), ...own.statements];
  return { statements: overrides.reduce((statements, { statements: over }) => overridden(statements, over), base) };
}

// A statement of an override takes the place of those with its name.
function overridden(base: Statement[], over: Statement[]): Statement[] {
  const names = new Set(over.flatMap(({ sid }) => (sid === undefined || sid === "" ? [] : [sid])));
  return [...base.filter(({ sid }) => sid === undefined || !names.has(sid)), ...over];
}

function documentsOf(documents: unknown, single: unknown): PolicyDocument[] | undefined {
  const sources = [...list(documents), ...list(single)].filter((one) => one !== null && one !== "");
  const read = sources.map(readPolicyDocument);
  return read.every((document) => document !== undefined) ? read : undefined;
}

function blocksOf(blocks: unknown): unknown[] {
  return list(blocks)
    .filter((block) => block !== null)
    .map((block) => (isRecord(block) && block["dynamic"] === undefined ? statementOf(block) : ANY_STATEMENT));
}

// A dynamic block makes any number of statements, principals or conditions.
const ANY_STATEMENT = "${dynamic.statement}";
const dynamicBlocks = (dynamic: unknown): unknown[] =>
  list(dynamic)
    .filter((one) => one !== null)
    .map(() => ANY_STATEMENT);

function statementOf(block: { [key: string]: unknown }): unknown {
  const element = (argument: string, name: string): object => {
    const value = block[argument];
    return value === undefined || value === null ? {} : { [name]: unescaped(value) };
  };
  return {
    ...element("sid", "Sid"),
    Effect: block["effect"] ?? "Allow",
    ...element("actions", "Action"),
    ...element("not_actions", "NotAction"),
    ...element("resources", "Resource"),
    ...element("not_resources", "NotResource"),
    ...principalElement("Principal", block["principals"]),
    ...principalElement("NotPrincipal", block["not_principals"]),
    ...conditionElement(block),
  };
}

function principalElement(name: string, blocks: unknown): object {
  const all = list(blocks).filter((one) => one !== null);
  if (all.length === 0) return {};
  if (!all.every(isRecord)) return { [name]: "${unknown}" };
  if (all.some((one) => one["type"] === "*")) return { [name]: "*" };
  const types = [...new Set(all.map((one) => textOf(one["type"])))];
  const of = (type: string): unknown[] =>
    all.filter((one) => textOf(one["type"]) === type).flatMap((one) => list(unescaped(one["identifiers"])));
  return { [name]: Object.fromEntries(types.map((type) => [type, of(type)])) };
}

function conditionElement(block: { [key: string]: unknown }): object {
  const all = list(block["condition"]).filter((one) => one !== null);
  if (!all.every(isRecord)) return { Condition: "${unknown}" };
  const tests = new Map<string, { [key: string]: unknown[] }>();
  for (const one of all) {
    const test = textOf(one["test"]);
    const keys = tests.get(test) ?? {};
    const key = textOf(one["variable"]);
    tests.set(test, { ...keys, [key]: [...(keys[key] ?? []), ...list(unescaped(one["values"]))] });
  }
  return tests.size === 0 ? {} : { Condition: Object.fromEntries(tests) };
}

// `&{aws:username}` is how the data source writes IAM's own variables.
function unescaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("&{", "${");
  return Array.isArray(value) ? value.map(unescaped) : value;
}

const textOf = (value: unknown): string => templateText(value) ?? String(value);
