import type { JsonValue } from "../terraform-json";
import type { Block } from "./configuration";
import type { PlanReferences, PlanScope } from "./plan-references";
import { isBlock, valueAt } from "./shape";
import { literal, setArguments } from "./shown-values";

/**
 * The arguments of a planned resource. What the plan knows is literal; what it will know after apply is filled back from
 * the configuration. An argument that is unknown and that the configuration does not mention is the provider's to compute
 * and left out. A `dynamic` block is not in the configuration of a plan, so what is unknown in one stays unknown.
 */
export class PlanValues {
  public constructor(private readonly references: PlanReferences) {}

  public argumentsOf(values: Block, unknown: JsonValue, expressions: Block, address: string, scope: PlanScope): Block {
    const set = setArguments(values, (key) => expressions[key] !== undefined && values[key] !== null);
    const keys = new Set([...Object.keys(set), ...(isBlock(unknown) ? Object.keys(unknown) : [])]);
    const filled = [...keys].flatMap((key): [string, JsonValue][] => {
      const value = this.filled(set[key], valueAt(unknown, key), expressions[key], key, `${address}.${key}`, scope);
      return value === undefined ? [] : [[key, value]];
    });
    return Object.fromEntries(filled);
  }

  private filled(
    value: JsonValue | undefined,
    unknown: JsonValue | undefined,
    expression: JsonValue | undefined,
    argument: string,
    token: string,
    scope: PlanScope,
  ): JsonValue | undefined {
    if (unknown === true) {
      return expression === undefined ? undefined : this.ofExpression(expression, argument, token, scope);
    }
    if (value === undefined) return undefined;
    if (!holdsTrue(unknown)) return literal(value);
    const source = valueAt(expression, "constant_value");
    const isSource = source !== undefined && valueAt(expression, "references") !== undefined;
    if (isSource && isBlock(expression)) return this.references.written(expression, argument, scope);
    if (Array.isArray(value) && Array.isArray(unknown)) {
      return this.list(value, unknown, expression, argument, token, scope);
    }
    if (!isBlock(value) || !isBlock(unknown)) return literal(value);
    return this.map(value, unknown, expression, token, scope);
  }

  // A whole block that is unknown: its expressions stand below the names of its arguments.
  private ofExpression(expression: JsonValue, argument: string, token: string, scope: PlanScope): JsonValue {
    const isArgument = isBlock(expression) && ("references" in expression || "constant_value" in expression);
    if (isArgument) return this.references.written(expression, argument, scope);
    return this.references.unknown(null, token, scope);
  }

  private map(
    value: Block,
    unknown: Block,
    expression: JsonValue | undefined,
    token: string,
    scope: PlanScope,
  ): JsonValue {
    const keys = [...new Set([...Object.keys(value), ...Object.keys(unknown)])];
    return Object.fromEntries(
      keys.flatMap((key): [string, JsonValue][] => {
        if (!holdsTrue(unknown[key])) return value[key] === undefined ? [] : [[key, literal(value[key] ?? null)]];
        return [[key, this.references.unknown(expression ?? null, token, scope)]];
      }),
    );
  }

  private list(
    values: readonly JsonValue[],
    unknowns: readonly JsonValue[],
    expression: JsonValue | undefined,
    argument: string,
    token: string,
    scope: PlanScope,
  ): JsonValue {
    if (!values.some(isBlock)) {
      // Elements of a list of scalars; which of the references is which is told for a list as a whole.
      const whole = expression === undefined ? undefined : this.ofExpression(expression, argument, token, scope);
      if (Array.isArray(whole) && whole.length === values.length) return whole;
      const open = this.references.unknown(expression ?? null, token, scope);
      return values.map((value, place) => (holdsTrue(unknowns[place]) ? open : literal(value)));
    }
    const sources = sourcesOf(values, expression);
    return values.map((value, place) => {
      const unknown = unknowns[place] ?? false;
      if (!isBlock(value) || !isBlock(unknown)) return literal(value);
      const source = sources[place];
      if (source !== undefined) return this.argumentsOf(value, unknown, source, token, scope);
      return this.blockWithoutSource(value, unknown, expression, values.length === 1, token, scope);
    });
  }

  // A list of objects in one expression tells the references of all of them together.
  private blockWithoutSource(
    value: Block,
    unknown: Block,
    expression: JsonValue | undefined,
    isOnly: boolean,
    token: string,
    scope: PlanScope,
  ): JsonValue {
    const isExpression = isBlock(expression);
    const isOnlyUnknown = isOnly && Object.values(unknown).filter(holdsTrue).length === 1;
    const set = setArguments(value, () => false);
    const keys = [...new Set([...Object.keys(set), ...Object.keys(unknown)])];
    return Object.fromEntries(
      keys.flatMap((key): [string, JsonValue][] => {
        if (!holdsTrue(unknown[key])) return set[key] === undefined ? [] : [[key, literal(set[key] ?? null)]];
        if (isOnlyUnknown && isExpression) return [[key, this.references.written(expression, key, scope)]];
        return [[key, this.references.unknown(isExpression ? expression : null, token, scope)]];
      }),
    );
  }
}

function holdsTrue(unknown: JsonValue | undefined): boolean {
  if (unknown === true) return true;
  if (Array.isArray(unknown)) return unknown.some(holdsTrue);
  return isBlock(unknown) && Object.values(unknown).some(holdsTrue);
}

/**
 * The expressions of each block of a list. A plan may hold the blocks in another order than the configuration, so a
 * block belongs to the only one that has its constants; blocks that are alike to the last known argument may be swapped.
 */
function sourcesOf(values: readonly JsonValue[], expression: JsonValue | undefined): (Block | undefined)[] {
  const written = (Array.isArray(expression) ? expression : [expression]).filter(isSourceBlock);
  if (written.length !== values.length) return values.map(() => undefined);
  const candidates = values.map((value) => written.filter((source) => isBlock(value) && fitsConstants(value, source)));
  return candidates.map((fitting, place) => {
    if (fitting.length === 1) return fitting[0];
    const group = candidates.flatMap((other, index) => (sameList(other, fitting) ? [index] : []));
    const alike = group.every((index) => JSON.stringify(values[index]) === JSON.stringify(values[place]));
    return alike && group.length === fitting.length ? fitting[group.indexOf(place)] : undefined;
  });
}

function isSourceBlock(expression: JsonValue | undefined): expression is { [key: string]: JsonValue } {
  return isBlock(expression) && !("references" in expression) && !("constant_value" in expression);
}

function fitsConstants(value: Block, source: Block): boolean {
  return Object.entries(source).every(([key, expression]) => {
    if (!isBlock(expression) || expression["references"] !== undefined) return true;
    const constant = expression["constant_value"];
    return constant === undefined || JSON.stringify(value[key]) === JSON.stringify(constant);
  });
}

function sameList(a: readonly Block[], b: readonly Block[]): boolean {
  return a.length === b.length && a.every((one, place) => one === b[place]);
}
