import type { Condition, PolicyDocument, Principal, Statement } from "./policy-document";

/** One request as it reaches AWS. */
export interface ConcreteRequest {
  readonly action: string;
  readonly resource: string;
  /** Condition keys; a key that is not here is not in the request. */
  readonly context: { readonly [key: string]: string | readonly string[] };
  /** Who asks. Needed where a resource or an endpoint has a policy. */
  readonly principal?: { readonly arn: string; readonly account: string; readonly service?: string };
  /** Account that the resource belongs to. @default the principal's */
  readonly resourceAccount?: string;
}

/** The policies that a request meets on its way. */
export interface RequestDocuments {
  readonly grants: readonly PolicyDocument[];
  /** Boundary and policies of the organisation. */
  readonly limits?: readonly PolicyDocument[];
  /** The policy of the resource. */
  readonly resource?: PolicyDocument;
  /** The policy of the VPC endpoint that the request takes. */
  readonly endpoint?: PolicyDocument;
}

export type Decision = "Allow" | "ExplicitDeny" | "ImplicitDeny";

/**
 * Decides one request as AWS documents it, with regular expressions and nothing of the evaluator that finds requests: the
 * second opinion on what that one found. Templates are texts like any other.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function replay(request: ConcreteRequest, documents: RequestDocuments): Decision {
  const { grants, limits = [], resource, endpoint } = documents;
  const all = [...grants, ...limits, ...(resource ? [resource] : []), ...(endpoint ? [endpoint] : [])];
  const says = (effect: Statement["effect"], document: PolicyDocument): boolean =>
    document.statements.some((statement) => statement.effect === effect && isAbout(statement, request));
  if (all.some((document) => says("Deny", document))) return "ExplicitDeny";
  const allows = (document: PolicyDocument): boolean => says("Allow", document);
  if (endpoint !== undefined && !allows(endpoint)) return "ImplicitDeny";
  if (!limits.every(allows)) return "ImplicitDeny";
  const isGranted = grants.some(allows);
  const isShared = resource !== undefined && allows(resource);
  const isForeign = request.resourceAccount !== undefined && request.resourceAccount !== request.principal?.account;
  return (isForeign ? isGranted && isShared : isGranted || isShared) ? "Allow" : "ImplicitDeny";
}

function isAbout(statement: Statement, request: ConcreteRequest): boolean {
  const { actions, notActions, resources, notResources, principals, notPrincipals, conditions } = statement;
  const context = new Map(Object.entries(request.context).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
  const filled = (text: string): string => withVariables(text, context);
  const isAction = (text: string): boolean => glob(text, "i").test(request.action);
  const isResource = (text: string): boolean => resourceGlob(filled(text)).test(request.resource);
  return (
    (actions === undefined || actions.some(isAction)) &&
    !notActions?.some(isAction) &&
    (resources === undefined || resources.some(isResource)) &&
    !notResources?.some(isResource) &&
    (principals === undefined || principals.some((one) => isPrincipal(one, request))) &&
    !notPrincipals?.some((one) => isPrincipal(one, request)) &&
    conditions.every((condition) => isMet(condition, context.get(condition.key.toLowerCase()), filled))
  );
}

function isPrincipal({ type, id }: Principal, { principal }: ConcreteRequest): boolean {
  if (type === "*") return true;
  if (type === "Service") return principal?.service === id;
  if (type !== "AWS" || principal === undefined || principal.service !== undefined) return false;
  return id === "*" || id === principal.arn || id === principal.account || id.endsWith(`:${principal.account}:root`);
}

/** `*` and `?` outside of templates. */
function glob(pattern: string, flags = "", star: (next: string | undefined) => string = () => "[\\s\\S]*"): RegExp {
  const tokens = pattern.match(/\$\{[^}]*\}|\*+|[\s\S]/gu) ?? [];
  const source = tokens.map((token, index) => {
    if (token.startsWith("*")) return star(tokens[index + 1]);
    return token === "?" ? "[\\s\\S]" : (SPECIAL[token] ?? token).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  });
  return new RegExp(`^${source.join("")}$`, `${flags}u`);
}

// A star that ends a field of an ARN runs on; one before further text stays in its field. Missing fields are open.
function resourceGlob(pattern: string): RegExp {
  if (!pattern.startsWith("arn:")) return glob(pattern);
  const missing = pattern.includes("${") ? 0 : Math.max(0, 6 - pattern.split(":").length);
  return glob(pattern + ":*".repeat(missing), "", (next) =>
    next === undefined || next === ":" ? "[\\s\\S]*" : "[^:]*",
  );
}

const SPECIAL: { [variable: string]: string } = { "${*}": "*", "${?}": "?", "${$}": "$" };

function withVariables(text: string, context: Map<string, readonly string[]>): string {
  return text.replace(/\$\{([A-Za-z0-9-]+:[^},]+)(?:,\s*'([^']*)')?\}/g, (whole, key: string, fallback?: string) => {
    const value = context.get(key.trim().toLowerCase())?.[0] ?? fallback;
    return value === undefined ? whole : value.replace(/[*?]/g, "${$&}");
  });
}

function isMet(condition: Condition, values: readonly string[] | undefined, filled: (text: string) => string): boolean {
  const [, set, operator = "", ifExists] =
    /^(ForAllValues|ForAnyValue)?:?(\w+?)(IfExists)?$/.exec(condition.operator) ?? [];
  const listed = condition.values.map(filled);
  if (operator === "Null") return listed.some((one) => (one.toLowerCase() === "true") === (values === undefined));
  const isNegated = /Not/.test(operator);
  const positive = operator.replace("Not", "");
  const one = (value: string): boolean => listed.some((text) => compare(positive, value, text)) !== isNegated;
  if (values === undefined) {
    if (set !== undefined) return set === "ForAllValues";
    return ifExists !== undefined || isNegated;
  }
  return set === "ForAnyValue" ? values.some(one) : values.every(one);
}

function compare(operator: string, value: string, listed: string): boolean {
  switch (operator) {
    case "StringEquals":
    case "BinaryEquals":
      return value === listed;
    case "StringEqualsIgnoreCase":
    case "Bool":
      return value.toLowerCase() === listed.toLowerCase();
    case "StringLike":
      return glob(listed).test(value);
    case "ArnEquals":
    case "ArnLike":
      return arnMatches(value, listed);
    case "IpAddress":
      return isInBlock(value, listed);
    default:
      return ordered(operator, value, listed);
  }
}

function arnMatches(value: string, listed: string): boolean {
  if (listed === "*" || value === listed) return true;
  const split = (arn: string): string[] =>
    /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s.exec(arn)?.slice(1) ?? [arn];
  const [parts, patterns] = [split(value), split(listed)];
  return parts.length === patterns.length && patterns.every((text, index) => glob(text).test(parts[index] ?? ""));
}

function ordered(operator: string, value: string, listed: string): boolean {
  const [, kind, relation] = /^(Numeric|Date)(.*)$/.exec(operator) ?? [];
  const number = (text: string): number =>
    kind === "Date" && !/^\d+$/.test(text) ? Date.parse(text) / 1000 : Number(text);
  const [a, b] = [number(value), number(listed)];
  switch (relation) {
    case "Equals":
      return a === b;
    case "LessThan":
      return a < b;
    case "LessThanEquals":
      return a <= b;
    case "GreaterThan":
      return a > b;
    case "GreaterThanEquals":
      return a >= b;
    default:
      throw new Error(`${operator} is no operator of IAM`);
  }
}

// IPv4 by arithmetic; IPv6 by whole addresses alone.
function isInBlock(value: string, block: string): boolean {
  const [network = "", prefix = "32"] = block.split("/");
  const number = (address: string): number =>
    /^\d+(\.\d+){3}$/.test(address)
      ? address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0)
      : Number.NaN;
  const [ip, base] = [number(value), number(network)];
  if (Number.isNaN(ip) || Number.isNaN(base)) return value === network;
  const size = 2 ** (32 - Number(prefix));
  return Math.floor(ip / size) === Math.floor(base / size);
}
