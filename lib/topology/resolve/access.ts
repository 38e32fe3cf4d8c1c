import { isNamedLikeIdentity } from "./attributes";
import { partAttribute, zoneElement } from "./firewall-endpoints";
import { asNumber, dependingOn, EvaluationError, isKnown, tokensOf } from "./inspect";
import { Instance, isObject, JsonText, RemoteOutputs, SetValue, Symbolic, type Value } from "./symbolic";
import { Reference, Unknown } from "./value";
import { type Step, spelled, type World } from "./world";

/** `value.name` or `value[key]`. */
export function step(value: Value, { key, bracketed }: Step, world: World): Value {
  if (value instanceof Unknown) return stepOfUnknown(value, { key, bracketed }, world);
  if (value instanceof Symbolic) return stepOfSymbolic(value, key, world);
  if (value === null) throw new EvaluationError("null has no attributes");
  if (!isKnown(key)) return dependingOn(value, key);
  if (Array.isArray(value)) return itemAt(value, key);
  if (!isObject(value)) throw new EvaluationError("a scalar has no attributes");
  const name = typeof key === "number" ? String(key) : key;
  if (typeof name === "string" && Object.hasOwn(value, name)) return value[name] ?? null;
  // A block that stands alone may be written as an object instead of a list of one.
  if (key === 0) return value;
  throw new EvaluationError(`no attribute ${JSON.stringify(key)}`);
}

/** Several steps. */
export function follow(value: Value, steps: readonly Step[], world: World): Value {
  return steps.reduce<Value>((current, one) => step(current, one, world), value);
}

function itemAt(list: readonly Value[], key: Value): Value {
  const position = asNumber(key);
  const item = position === undefined ? undefined : list[position];
  if (item === undefined) throw new EvaluationError(`no element ${JSON.stringify(key)}`);
  return item;
}

function stepOfUnknown(value: Unknown, one: Step, world: World): Value {
  const [token] = value.tokens;
  if (token === undefined || value.tokens.length > 1 || value.text !== `\${${token}}`)
    return dependingOn(value, one.key);
  const longer = spelled(token, [one]);
  return (
    world.assumed(longer) ?? new Unknown(`\${${longer}}`, [...new Set([longer, ...tokensOf(one.key)])], value.reason)
  );
}

function stepOfSymbolic(value: Symbolic, key: Value, world: World): Value {
  if (value instanceof Instance && typeof key === "string") return world.attribute(value.address, key);
  if (value instanceof RemoteOutputs && typeof key === "string") return remoteOutput(value, key, world);
  if (value instanceof JsonText) throw new EvaluationError("text has no attributes");
  if (value instanceof SetValue) return dependingOn(value, key);
  const part = typeof key === "string" ? partAttribute(value, key, world) : undefined;
  return part ?? zoneElement(value, key, world) ?? dependingOn(value, key);
}

function remoteOutput({ address }: RemoteOutputs, name: string, world: World): Value {
  const attribute = `outputs.${name}`;
  const token = `${address}.${attribute}`;
  const identity = isNamedLikeIdentity(name) ? new Reference(address, attribute) : new Unknown(`\${${token}}`, [token]);
  return world.assumed(token) ?? identity;
}

/** Whether a value can't be looked into before it is known. */
export function isOpaque(value: Value): boolean {
  return (
    value instanceof Unknown ||
    value instanceof Reference ||
    (value instanceof Symbolic && !(value instanceof SetValue))
  );
}
