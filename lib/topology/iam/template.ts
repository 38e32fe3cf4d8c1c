/**
 * A piece of a text that may hold Terraform templates. A `symbol` stands for one fixed text without wildcards that only
 * the provider knows, and is equal to itself. An `unknown` can stand for anything, wildcards included.
 */
export interface TextPart {
  readonly kind: "text" | "symbol" | "unknown";
  readonly text: string;
}

// What a provider gives to an object it makes or looks up, none of which can hold a wildcard.
const IDENTITY_ATTRIBUTE =
  /^(id|arn|unique_id|owner_id|account_id|partition|dns_suffix|region|name|bucket|key_id|[a-z0-9_]+_(id|arn))$/;
const RESOURCE_ATTRIBUTE = /^(?:data\.)?(aws_[a-z0-9_]+)\.[A-Za-z0-9_-]+(?:\[[^\]]*\])?\.([a-z0-9_]+)$/;
const MODULES = /^(?:module\.[A-Za-z0-9_-]+(?:\[[^\]]*\])?\.)+/;
const POLICY_VARIABLE = /^[A-Za-z0-9-]+:[A-Za-z0-9_./-]+(\s*,\s*'[^']*')?$/;

/** Splits a text at its templates. IAM's own variables (`${aws:username}`) are unknown: each request fills them anew. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") parts.push({ kind: "text", text: plain });
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const opening = openingAt(text, at);
    if (opening === undefined) {
      plain += text[at];
      at += 1;
      continue;
    }
    const end = templateEnd(text, at + opening);
    // A directive may repeat or drop the text around it.
    if (end === undefined || text[at + opening - 2] === "%") return [{ kind: "unknown", text }];
    const expression = text.slice(at + opening, end - 1).trim();
    if (expression === "*" || expression === "?" || expression === "$") {
      flush();
      parts.push({ kind: "text", text: expression });
    } else {
      flush();
      parts.push({ kind: kindOf(expression), text: `\${${expression}}` });
    }
    at = end;
  }
  flush();
  return parts;
}

/** The one symbol that a text is, without anything around it. */
export function soleSymbol(text: string): string | undefined {
  const [part, ...rest] = partsOf(text);
  return part?.kind === "symbol" && rest.length === 0 ? part.text : undefined;
}

/** Whether a text holds a template that can stand for anything. */
export const hasUnknown = (text: string): boolean => partsOf(text).some(({ kind }) => kind === "unknown");

/** Whether a text holds no template at all. */
export const isLiteral = (text: string): boolean => partsOf(text).every(({ kind }) => kind === "text");

/** Whether two texts name different objects for sure: two literals, or one attribute of two resources. */
export function differ(a: string, b: string): boolean {
  if (isLiteral(a) && isLiteral(b)) return a !== b;
  const [left, right] = [soleSymbol(a), soleSymbol(b)];
  if (left === undefined || right === undefined || left === right) return false;
  const attribute = (symbol: string): string => symbol.slice(symbol.lastIndexOf(".") + 1);
  // Two resources may have one owner, one name or one region, but never one id. A data source may look up the other.
  const objects = !left.includes("data.") && !right.includes("data.");
  return objects && attribute(left) === attribute(right) && /^(id|arn)\}$/.test(attribute(left));
}

/** Where the template that starts before `from` ends, right after its brace; quotes and braces nest. */
export function templateEnd(text: string, from: number): number | undefined {
  let depth = 1;
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (quoted && char === "\\") at += 1;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === "{") depth += 1;
    else if (!quoted && char === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** How many characters open a template at this place; undefined where none starts. */
export function openingAt(text: string, at: number): number | undefined {
  if (text.startsWith("$${", at)) return 3;
  return text.startsWith("${", at) || text.startsWith("%{", at) ? 2 : undefined;
}

function kindOf(expression: string): "symbol" | "unknown" {
  if (POLICY_VARIABLE.test(expression)) return "unknown";
  const attribute = RESOURCE_ATTRIBUTE.exec(expression.replace(MODULES, ""))?.[2];
  return attribute !== undefined && IDENTITY_ATTRIBUTE.test(attribute) ? "symbol" : "unknown";
}
