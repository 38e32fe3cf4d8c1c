import { document } from "./functions/encoding";
import { dependingOn, tokensOf } from "./inspect";
import { isObject, SetValue, type Value, type ValueObject } from "./symbolic";
import { Unknown } from "./value";

/**
 * The document that `aws_iam_policy_document` writes
 * (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document): statements of
 * the sources, then its own, then those of the overrides; a later statement replaces one with the same sid.
 */
export function policyDocument(values: ValueObject, address: string): Value {
  const sources = statementsOf(values["source_policy_documents"] ?? values["source_json"]);
  const overrides = statementsOf(values["override_policy_documents"] ?? values["override_json"]);
  if (sources === undefined || overrides === undefined) {
    const documents = ["source_policy_documents", "override_policy_documents", "source_json", "override_json"];
    return new Unknown(`\${${address}.json}`, tokensOf(...documents.map((key) => values[key] ?? null)));
  }
  const own = listOf(values["statement"]).map((block) => (isObject(block) ? statement(block) : block));
  const statements = [...own, ...overrides].reduce<Value[]>(placed, [...sources]);
  return {
    Version: values["version"] ?? "2012-10-17",
    ...(values["policy_id"] ? { Id: values["policy_id"] } : {}),
    Statement: statements,
  };
}

function placed(statements: readonly Value[], next: Value): Value[] {
  const sid = isObject(next) ? next["Sid"] : undefined;
  const before = statements.findIndex((one) => isObject(one) && sid !== undefined && sid !== "" && one["Sid"] === sid);
  return before < 0 ? [...statements, next] : statements.map((one, place) => (place === before ? next : one));
}

function statementsOf(documents: Value | undefined): readonly Value[] | undefined {
  const statements: Value[] = [];
  for (const text of listOf(documents)) {
    if (text === "" || text === null) continue;
    const parsed = document(text);
    if (!isObject(parsed)) return undefined;
    statements.push(...listOf(parsed["Statement"]));
  }
  return statements;
}

function statement(block: ValueObject): Value {
  return Object.fromEntries(
    [
      ["Sid", block["sid"]],
      ["Effect", block["effect"] ?? "Allow"],
      ["Action", collapsed(block["actions"])],
      ["NotAction", collapsed(block["not_actions"])],
      ["Resource", collapsed(block["resources"])],
      ["NotResource", collapsed(block["not_resources"])],
      ["Principal", principals(block["principals"])],
      ["NotPrincipal", principals(block["not_principals"])],
      ["Condition", conditions(block["condition"])],
    ].filter((entry): entry is [string, Value] => entry[1] !== undefined && entry[1] !== null && entry[1] !== ""),
  );
}

// A policy variable is written &{...} so that Terraform does not take it for a reference.
function collapsed(value: Value | undefined): Value | undefined {
  if (value === undefined || value === null) return undefined;
  const items = listOf(value).map(withVariables);
  if (items.length === 0) return undefined;
  return items.length === 1 ? items[0] : items;
}

function withVariables(value: Value): Value {
  if (value instanceof Unknown) return new Unknown(value.text.replaceAll("&{", "$${"), value.tokens, value.reason);
  return typeof value === "string" ? value.replaceAll("&{", "${") : value;
}

function principals(value: Value | undefined): Value | undefined {
  const blocks = listOf(value);
  if (blocks.length === 0) return undefined;
  const byType = new Map<string, Value[]>();
  for (const block of blocks) {
    if (!isObject(block) || typeof block["type"] !== "string") return dependingOn([...blocks]);
    const identifiers = block["identifiers"] ?? null;
    const before = byType.get(block["type"]) ?? [];
    byType.set(block["type"], [...before, ...listOf(identifiers)]);
  }
  const everybody = byType.get("*");
  if (byType.size === 1 && everybody?.length === 1 && everybody[0] === "*") return "*";
  return Object.fromEntries(
    [...byType].map(([type, items]) => [type, items.length === 1 ? (items[0] ?? null) : items]),
  );
}

function conditions(value: Value | undefined): Value | undefined {
  const blocks = listOf(value);
  if (blocks.length === 0) return undefined;
  const tests = new Map<string, Map<string, Value[]>>();
  for (const block of blocks) {
    if (!isObject(block) || typeof block["test"] !== "string" || typeof block["variable"] !== "string") {
      return dependingOn([...blocks]);
    }
    const variables = tests.get(block["test"]) ?? new Map<string, Value[]>();
    const values = block["values"] ?? null;
    const added = listOf(values).map(withVariables);
    tests.set(block["test"], variables.set(block["variable"], [...(variables.get(block["variable"]) ?? []), ...added]));
  }
  return Object.fromEntries(
    [...tests].map(([test, variables]) => [
      test,
      Object.fromEntries(
        [...variables].map(([name, items]) => [name, items.length === 1 ? (items[0] ?? null) : items]),
      ),
    ]),
  );
}

function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  return value instanceof SetValue ? value.items : [value];
}
