import { isOpaque, step } from "./access";
import { eachZone, perZone } from "./firewall-endpoints";
import { callFunction } from "./functions/index";
import { areEqual, asText, concatenated, EvaluationError, holdsUnknown, isKnown, tokensOf } from "./inspect";
import { binary, unary } from "./operators";
import { Instance, isObject, SetValue, type Value, type ValueObject } from "./symbolic";
import type { Call, Conditional, For, Node, ObjectNode, Splat } from "./syntax/node";
import { referenceAt, referencesIn, tokensIn } from "./syntax/references";
import { Unknown } from "./value";
import type { Step, World } from "./world";

/** What an expression is evaluated in. */
export interface Scope {
  /** The text that the expression was read from. */
  readonly text: string;
  readonly world: World;
  /** The variables of loops around it. */
  readonly names: ReadonlyMap<string, Value>;
  /** The element of a splat around it. */
  readonly item?: Value;
}

/** Evaluates an expression as far as the configuration goes. Throws `EvaluationError` where Terraform refuses. */
export function evaluate(node: Node, scope: Scope): Value {
  switch (node.kind) {
    case "literal":
      return node.value;
    case "template":
      return concatenated(node.parts.map((part) => evaluate(part, scope)));
    case "name":
    case "attribute":
    case "index":
      return referenced(node, scope);
    case "item":
      return scope.item ?? null;
    case "tuple":
      return node.items.map((item) => evaluate(item, scope));
    case "object":
      return objectOf(node, scope);
    case "splat":
      return splat(node, scope);
    case "call":
      return call(node, scope);
    case "conditional":
      return conditional(node, scope);
    case "for":
      return loop(node, scope);
    case "unary": {
      const value = evaluate(node.of, scope);
      return unary(node.operator, value) ?? unknown(node, scope, value);
    }
    case "binary": {
      const [left, right] = [evaluate(node.left, scope), evaluate(node.right, scope)];
      return binary(node.operator, left, right, scope.world) ?? unknown(node, scope, left, right);
    }
  }
}

function unknown(node: Node, { text }: Scope, ...causes: readonly Value[]): Unknown {
  return new Unknown(`\${${text.slice(node.start, node.end)}}`, tokensOf(...causes));
}

function referenced(node: Node, scope: Scope): Value {
  const reference = referenceAt(node);
  if (reference !== undefined) {
    const steps = reference.steps.map(
      (one): Step =>
        one.kind === "attribute"
          ? { key: one.name, bracketed: false }
          : { key: evaluate(one.key, scope), bracketed: true },
    );
    const bound = scope.names.get(reference.root.name);
    if (bound === undefined) return scope.world.reference(reference.root.name, steps);
    return steps.reduce((value, one) => step(value, one, scope.world), bound);
  }
  if (node.kind === "attribute") {
    return step(evaluate(node.of, scope), { key: node.name, bracketed: false }, scope.world);
  }
  if (node.kind !== "index") return null;
  return step(evaluate(node.of, scope), { key: evaluate(node.key, scope), bracketed: true }, scope.world);
}

function objectOf(node: ObjectNode, scope: Scope): Value {
  const entries: [string, Value][] = [];
  for (const { key, value } of node.entries) {
    const name = evaluate(key, scope);
    if (!isKnown(name)) return unknown(node, scope, name, ...node.entries.map((entry) => evaluate(entry.value, scope)));
    entries.push([asText(name) ?? fail("a key that is no text"), evaluate(value, scope)]);
  }
  return Object.fromEntries(entries);
}

function splat(node: Splat, scope: Scope): Value {
  const of = evaluate(node.of, scope);
  const each = (item: Value): Value => evaluate(node.each, { ...scope, item });
  if (of === null) return [];
  if (Array.isArray(of)) return of.map(each);
  if (of instanceof SetValue) return setOrList(of, of.items.map(each));
  const zones = perZone(of);
  if (zones !== undefined) return eachZone(zones, { value: each });
  return isOpaque(of) && !(of instanceof Instance) ? unknown(node, scope, of) : [each(of)];
}

// What comes of a set has an order only when the set's elements are known.
function setOrList(set: SetValue, items: Value[]): Value {
  return set.items.every(isKnown) ? items : new SetValue(items, tokensOf(items));
}

function call(node: Call, scope: Scope): Value {
  if (node.name === "try" || node.name === "can") return attempt(node, scope);
  const given = node.args.map((arg) => evaluate(arg, scope));
  const last = given.at(-1);
  if (node.spread && !Array.isArray(last)) return unknown(node, scope, ...given);
  const args = node.spread && Array.isArray(last) ? [...given.slice(0, -1), ...last] : given;
  const result = callFunction(node.name, args);
  return result === undefined ? notEvaluated(node, scope, args) : result;
}

function notEvaluated(node: Call, scope: Scope, args: readonly Value[]): Unknown {
  const { text, tokens } = unknown(node, scope, ...args);
  return new Unknown(text, tokens, args.every(isKnown) ? `${node.name}() is not evaluated` : undefined);
}

// The first that works wins. With something unknown in it, it may work or not.
function attempt(node: Call, scope: Scope): Value {
  for (const arg of node.args) {
    try {
      const value = evaluate(arg, scope);
      const isOpen = dependsOnUnknown(arg, scope) || tokensOf(value).some((token) => scope.world.mayBeAbsent(token));
      if (isOpen) return unknown(node, scope, ...free(node));
      return node.name === "try" ? value : true;
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
    }
  }
  return node.name === "can" ? false : fail("no argument of try() works");
}

function dependsOnUnknown(node: Node, scope: Scope): boolean {
  return referencesIn(node).some(({ root, steps }) => holdsUnknown(evaluate(steps.at(-1) ?? root, scope)));
}

function conditional(node: Conditional, scope: Scope): Value {
  const condition = evaluate(node.condition, scope);
  const chosen = condition === true || condition === "true" ? node.yes : node.no;
  if (typeof condition === "boolean" || condition === "true" || condition === "false") {
    const other = chosen === node.yes ? node.no : node.yes;
    return unified(evaluate(chosen, scope), other);
  }
  if (isKnown(condition)) return fail("a condition that is neither true nor false");
  const [yes, no] = [node.yes, node.no].map((branch) => tolerant(branch, scope));
  if (yes !== undefined && no !== undefined && areEqual(yes, no)) return yes;
  return unknown(node, scope, condition, yes ?? null, no ?? null);
}

// Both results of a condition have one type: `true ? 1 : "a"` is "1".
function unified(value: Value, other: Node): Value {
  if (other.kind !== "literal" || other.value === null || typeof value === typeof other.value) return value;
  return asText(value) ?? value;
}

function tolerant(node: Node, scope: Scope): Value {
  try {
    return evaluate(node, scope);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return new Unknown(`\${${scope.text.slice(node.start, node.end)}}`, tokensIn(node), error.message);
  }
}

function loop(node: For, scope: Scope): Value {
  const over = evaluate(node.over, scope);
  const run = (child: Node, item: Value, key: Value): Value => {
    const names = new Map(scope.names).set(node.valueName, item);
    if (node.keyName !== undefined) names.set(node.keyName, key);
    return evaluate(child, { ...scope, names });
  };
  const { condition, key } = node;
  const zones = perZone(over);
  if (zones !== undefined) {
    return eachZone(zones, {
      ...(condition === undefined ? {} : { condition: (item, name) => run(condition, item, name) }),
      ...(key === undefined ? {} : { key: (item, name) => run(key, item, name) }),
      value: (item, name) => (node.grouped ? [run(node.value, item, name)] : run(node.value, item, name)),
    });
  }
  const entries = entriesOf(over);
  if (entries === undefined) return unknown(node, scope, over, ...free(node));
  const kept: [Value, Value][] = [];
  for (const [name, item] of entries) {
    const passes = condition === undefined || run(condition, item, name);
    if (typeof passes !== "boolean") return unknown(node, scope, over, passes, ...free(node));
    if (passes) kept.push([name, item]);
  }
  if (key === undefined) {
    const items = kept.map(([name, item]) => run(node.value, item, name));
    return over instanceof SetValue ? setOrList(over, items) : items;
  }
  return keyed(
    node,
    scope,
    kept.map(([name, item]) => [run(key, item, name), run(node.value, item, name)]),
  );
}

function keyed(node: For, scope: Scope, entries: readonly (readonly [Value, Value])[]): Value {
  const result = new Map<string, Value>();
  for (const [name, value] of entries) {
    if (!isKnown(name)) return unknown(node, scope, ...entries.flat(), ...free(node));
    const text = asText(name) ?? fail("a key that is no text");
    const before = result.get(text);
    if (before !== undefined && !node.grouped) return fail(`the key ${JSON.stringify(text)} twice`);
    result.set(text, node.grouped ? [...(Array.isArray(before) ? before : []), value] : value);
  }
  return Object.fromEntries(result) as ValueObject;
}

const free = (node: Node): Value[] => tokensIn(node).map((token) => new Unknown(`\${${token}}`, [token]));

function entriesOf(value: Value): [Value, Value][] | undefined {
  if (Array.isArray(value)) return value.map((item, position) => [position, item]);
  if (value instanceof SetValue) return value.items.map((item) => [item, item]);
  if (isObject(value)) return sortedEntries(value);
  return isKnown(value) ? fail("a loop over a scalar") : undefined;
}

function sortedEntries(value: ValueObject): [Value, Value][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function fail(problem: string): never {
  throw new EvaluationError(problem);
}
