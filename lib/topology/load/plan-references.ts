import { isIdentity } from "../resolve/attributes";
import { knownAfterApply } from "../resolve/inspect";
import { type Resolved, Unknown } from "../resolve/value";
import type { JsonValue } from "../terraform-json";
import { addressEdits } from "./flatten-modules";
import { type InstanceKey, substituted } from "./instances";
import { rewritten } from "./rewrite";
import { listOf, valueAt } from "./shape";

const KEY = /\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g;
const REFERRING = /(?:^|_)(?:id|ids|arn|arns)$/;
const POLICY = /(?:^|_)policy(?:_document)?$/;
const REFERENCE =
  /^(?<base>(?:module\.[\w-]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.)*(?:data\.)?[a-z]\w*\.[\w-]+)(?<key>\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?(?<rest>.*)$/s;

/** Where an expression of a plan's configuration stands. */
export interface PlanScope {
  /** The module with the keys of its instances: `module.net["a"]`; empty for the root. */
  readonly module: string;
  /** The modules that are called there. */
  readonly calls: ReadonlySet<string>;
  /** The key of the instance that it belongs to. */
  readonly key?: string | number | undefined;
  /** The expression that the instances are made for. */
  readonly forEach?: JsonValue;
}

/** An address without the keys of instances: `module.net.aws_subnet.a`. */
export function withoutKeys(address: string): string {
  return address.replace(KEY, "");
}

/**
 * Writes expressions of a plan's configuration as Terraform's JSON syntax does. Of a configuration in JSON syntax the
 * plan keeps the source; of HCL it keeps what an expression refers to and not what it makes of it. There a single
 * reference to an id or ARN is taken for the value of an argument that is named as one; everything else stays unknown.
 */
export class PlanReferences {
  /** Addresses of the instances by address without the last key. */
  private readonly instances = new Map<string, string[]>();
  private readonly addresses: ReadonlySet<string>;

  public constructor(addresses: readonly string[]) {
    this.addresses = new Set(addresses);
    for (const address of addresses) {
      const { base = address } = REFERENCE.exec(address)?.groups ?? {};
      this.instances.set(base, [...(this.instances.get(base) ?? []), address]);
    }
  }

  /** The value of an argument that the plan does not know. */
  public written(expression: JsonValue, argument: string, scope: PlanScope): JsonValue {
    const source = valueAt(expression, "constant_value");
    const references = textsOf(expression);
    if (source !== undefined)
      return references.length === 0 ? source : this.scoped(substituted(source, this.variablesOf(scope)), scope);
    return this.ofReferences(references, argument, scope);
  }

  /** An expression that stays unknown, with what it depends on. */
  public unknown(expression: JsonValue, token: string, scope: PlanScope): JsonValue {
    const references = textsOf(expression);
    const tokens = longest(references).map((one) => this.token(one, scope));
    return `\${${knownAfterApply(tokens.length === 0 ? [token] : tokens)}}`;
  }

  /** A value in JSON syntax, with its references written from the root. */
  private scoped(source: JsonValue, { module, calls }: PlanScope): JsonValue {
    const prefix = module === "" ? "" : `${module}.`;
    return rewritten(source, { edits: (reference) => addressEdits(reference, prefix, calls) });
  }

  // The variables of count and for_each as far as the key of the instance tells them.
  private variablesOf(scope: PlanScope): InstanceKey {
    const { key, forEach } = scope;
    const variables = new Map<string, Resolved>();
    if (typeof key === "number") variables.set("count.index", key);
    if (typeof key === "string") {
      variables.set("each.key", key);
      const source = valueAt(forEach, "constant_value");
      const instance = this.ofEach("each.value", scope);
      if (typeof source === "string" && source.startsWith("${toset(")) variables.set("each.value", key);
      else if (instance !== undefined && source === `\${${longest(textsOf(forEach))[0]}}`) {
        variables.set("each.value", new Unknown(`\${${instance}}`, [instance]));
      }
    }
    return { suffix: "", variables };
  }

  private ofReferences(references: readonly string[], argument: string, scope: PlanScope): JsonValue {
    const leaves = longest(references);
    const tokens = leaves.map((leaf) => this.token(leaf, scope));
    const endpoint = endpointOf(tokens, argument);
    if (endpoint !== undefined) return `\${${endpoint}}`;
    const [only] = tokens;
    if (tokens.length === 1 && only !== undefined) {
      const exact = this.withAttribute(only, argument);
      if (exact !== undefined) return isList(argument, exact) ? [`\${${exact}}`] : `\${${exact}}`;
    }
    const isListOfIds = tokens.length > 1 && /_(?:ids|arns)$/.test(argument);
    if (isListOfIds && tokens.every((token) => /\.(?:id|arn)$/.test(token)))
      return tokens.map((token) => `\${${token}}`);
    return `\${${knownAfterApply(tokens)}}`;
  }

  // What a reference is from the root, for the instance that it belongs to.
  private token(reference: string, scope: PlanScope): string {
    const own = this.ofEach(reference, scope) ?? String(this.scoped(`\${${reference}}`, scope)).slice(2, -1);
    const { base, key, rest } = REFERENCE.exec(own)?.groups ?? {};
    if (base === undefined || key !== undefined || this.addresses.has(base)) return own;
    const [only, ...others] = this.instances.get(base) ?? [];
    return only !== undefined && others.length === 0 ? `${only}${rest}` : own;
  }

  // In a resource that is made for each of another resource's instances, each.value is the one with the same key.
  private ofEach(reference: string, scope: PlanScope): string | undefined {
    if (!reference.startsWith("each.value") || scope.key === undefined) return undefined;
    const leaves = longest(textsOf(scope.forEach));
    const [source] = leaves;
    if (source === undefined || leaves.length > 1) return undefined;
    const base = String(this.scoped(`\${${source}}`, scope)).slice(2, -1);
    const address = `${base}[${JSON.stringify(scope.key)}]`;
    return this.addresses.has(address) ? `${address}${reference.slice("each.value".length)}` : undefined;
  }

  // The reference, when the argument can hold nothing else.
  private withAttribute(token: string, argument: string): string | undefined {
    const { base = "", rest = "" } = REFERENCE.exec(token)?.groups ?? {};
    const attribute = /\.(\w+)$/.exec(rest)?.[1];
    const refers = REFERRING.test(argument);
    if (/^(?:module\..*)?(?:var|output|local)\./.test(token)) return refers ? token : undefined;
    if (attribute === undefined) {
      const isOne = rest === "" && this.addresses.has(token) && isStemOf(argument, base);
      return isOne ? `${token}.id` : undefined;
    }
    if (rest !== `.${attribute}`) return undefined;
    if (POLICY.test(argument)) return /(?:^|\.)data\.aws_iam_policy_document\./.test(token) ? token : undefined;
    return attribute === argument || attribute === "id" || (refers && isIdentity(attribute)) ? token : undefined;
  }
}

function textsOf(expression: JsonValue | undefined): string[] {
  return listOf(valueAt(expression, "references")).filter((one): one is string => typeof one === "string");
}

// A reference is followed by its own beginnings.
function longest(references: readonly string[]): string[] {
  const distinct = [...new Set(references)];
  return distinct.filter(
    (one) => !distinct.some((other) => other.startsWith(`${one}.`) || other.startsWith(`${one}[`)),
  );
}

// Whatever picks it, the endpoint of a route that depends on a firewall's status and on zones is one of the firewall's.
function endpointOf(tokens: readonly string[], argument: string): string | undefined {
  if (!argument.endsWith("endpoint_id")) return undefined;
  const statuses = tokens.filter((token) => token.includes(".firewall_status"));
  const [status] = statuses;
  const others = tokens.filter((token) => token !== status);
  const isPick = others.every((token) =>
    /(?:\.availability_zone|aws_subnet\.[^.]+\.id|^each\.\w+|^count\.index)$/.test(token),
  );
  if (status === undefined || statuses.length > 1 || !isPick) return undefined;
  const firewall = status.slice(0, status.indexOf(".firewall_status"));
  return `tolist(${firewall}.firewall_status[0].sync_states)[0].attachment[0].endpoint_id`;
}

// `subnet_id` and `subnet_ids` are of an `aws_subnet`.
function isStemOf(argument: string, base: string): boolean {
  const stem = argument.replace(/_ids?$/, "");
  const type = /(?:^|\.)([a-z]\w*)\.[\w-]+$/.exec(base)?.[1] ?? "";
  return stem !== argument && type === `aws_${stem}`;
}

const isList = (argument: string, token: string): boolean =>
  /(?:_ids|_arns|^security_groups|^subnets)$/.test(argument) && !/(?:ids|arns|s)$/.test(token);
