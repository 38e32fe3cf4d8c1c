import { IsZone, zoneTest } from "./firewall-endpoints";
import { areEqual, asNumber, EvaluationError, isKnown } from "./inspect";
import type { Value } from "./symbolic";
import type { World } from "./world";

/** The result of an operator; `undefined` when it depends on what is not known. */
export function binary(operator: string, left: Value, right: Value, world: World): Value | undefined {
  switch (operator) {
    case "==":
      return zoneTest(left, right, world) ?? areEqual(left, right);
    case "!=": {
      const equal = areEqual(left, right);
      return equal === undefined ? undefined : !equal;
    }
    case "&&":
      return conjunction(left, right);
    case "||": {
      if (left === true || right === true) return true;
      return left === false && right === false ? false : undefined;
    }
    default:
      return isKnown(left) && isKnown(right) ? arithmetic(operator, left, right) : undefined;
  }
}

/** The result of a sign. */
export function unary(operator: "-" | "!", value: Value): Value | undefined {
  if (!isKnown(value)) return undefined;
  if (operator === "!") return typeof value === "boolean" ? !value : undefined;
  const number = asNumber(value);
  return number === undefined ? undefined : 0 - number;
}

// Of elements that pass one test and another one that is not known, each passes the first.
function conjunction(left: Value, right: Value): Value | undefined {
  if (left === false || right === false) return false;
  if (left === true) return typeof right === "boolean" || right instanceof IsZone ? right : undefined;
  if (left instanceof IsZone && left.zone !== undefined) return left;
  return right instanceof IsZone ? right : left instanceof IsZone ? left : undefined;
}

// Terraform's numbers are longer than a double; whatever a double would round is left unknown.
function arithmetic(operator: string, left: Value, right: Value): Value | undefined {
  const a = asNumber(left);
  const b = asNumber(right);
  if (a === undefined || b === undefined) throw new EvaluationError(`'${operator}' needs numbers`);
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    default:
      return whole(operator, a, b);
  }
}

function whole(operator: string, a: number, b: number): number | undefined {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return undefined;
  if ((operator === "/" || operator === "%") && b === 0) throw new EvaluationError("division by zero");
  const results: { [operator: string]: number } = { "+": a + b, "-": a - b, "*": a * b, "/": a / b, "%": a % b };
  const result = results[operator];
  return Number.isSafeInteger(result) ? (result ?? 0) + 0 : undefined;
}
