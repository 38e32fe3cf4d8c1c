import { type IPv4, type IPv6, isValid, parse, parseCIDR } from "ipaddr.js";
import { Pattern } from "./pattern";
import type { Condition } from "./policy-document";
import { differ, hasUnknown, isLiteral } from "./template";

/** Undefined: it depends on what is not known. */
export type Truth = boolean | undefined;

type Test = (value: string, listed: string) => Truth;

/** Values of condition keys that are the same in every request; keys in lower case. */
export type Facts = ReadonlyMap<string, string>;

/** The facts that an object of keys and values states. */
export const factsOf = (context: { readonly [key: string]: string }): Facts =>
  new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));

const both = (a: Truth, b: () => Truth): Truth => {
  if (a === false) return false;
  const other = b();
  return other === false ? false : a === undefined || other === undefined ? undefined : true;
};

/** Whether all conditions hold in every request that the facts are about. */
export function surelyHold(conditions: readonly Condition[], facts: Facts): Truth {
  return conditions.reduce<Truth>((truth, condition) => {
    return both(truth, () => {
      const fact = facts.get(condition.key.toLowerCase());
      return fact === undefined ? undefined : holds(condition, fact);
    });
  }, true);
}

/**
 * Whether one condition holds for a value of its key; `undefined` as a value is a key that the request does not carry.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function holds(condition: Condition, value: string | undefined): Truth {
  const form = /^(ForAllValues:|ForAnyValue:)?([A-Za-z]+?)(IfExists)?$/.exec(condition.operator);
  const [, set, name = "", ifExists] = form ?? [];
  if (name === "Null") return someValue(condition, (listed) => nullTest(value, listed));
  const operator = OPERATORS[name];
  if (operator === undefined || !isLiteral(condition.key)) return undefined;
  if (value === undefined) {
    if (set !== undefined) return set === "ForAllValues:";
    return ifExists !== undefined || operator.negated;
  }
  const found = someValue(condition, (listed) => operator.test(value, listed));
  return operator.negated && found !== undefined ? !found : found;
}

function someValue(condition: Condition, test: (listed: string) => Truth): Truth {
  const truths = condition.values.map(test);
  return truths.includes(true) ? true : truths.includes(undefined) ? undefined : false;
}

function nullTest(value: string | undefined, listed: string): Truth {
  return isLiteral(listed) ? (listed.toLowerCase() === "true") === (value === undefined) : undefined;
}

const equal: Test = (value, listed) =>
  value === listed && !/\$\{[A-Za-z0-9-]+:/.test(listed) ? true : differ(value, listed) ? false : undefined;
const sameLetters: Test = (value, listed) =>
  isLiteral(value) && isLiteral(listed) ? value.toLowerCase() === listed.toLowerCase() : equal(value, listed);

const like: Test = (value, listed) => {
  const pattern = Pattern.parse(listed);
  if (hasUnknown(value)) return equal(value, listed) === true || pattern.isAll ? true : undefined;
  if (differ(value, listed) && !/[*?]/.test(listed)) return false;
  return pattern.matches(value) ? true : pattern.mayMatch(value) ? undefined : false;
};

// Each of the six fields is held against its own pattern.
const arnLike: Test = (value, listed) => {
  if (!isLiteral(value) || !isLiteral(listed)) return like(value, listed);
  const [fields, patterns] = [arnFields(value), arnFields(listed)];
  return patterns.length === fields.length
    ? patterns.every((pattern, index) => Pattern.parse(pattern).matches(fields[index] ?? ""))
    : listed === "*";
};

function arnFields(arn: string): string[] {
  const fields = arn.split(":");
  return [...fields.slice(0, 5), ...(fields.length > 5 ? [fields.slice(5).join(":")] : [])];
}

const compared =
  (read: (text: string) => number, relation: (value: number, listed: number) => boolean): Test =>
  (value, listed) => {
    const [a, b] = [read(value), read(listed)];
    return isLiteral(value) && isLiteral(listed) && !Number.isNaN(a) && !Number.isNaN(b) ? relation(a, b) : undefined;
  };
const dateOf = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const inBlock: Test = (value, listed) => {
  const [block, address] = [listed.includes("/") ? listed : `${listed}/${listed.includes(":") ? 128 : 32}`, value];
  try {
    if (!isValid(address)) return undefined;
    const [network, prefix] = parseCIDR(block);
    const ip: IPv4 | IPv6 = parse(address);
    return ip.kind() === network.kind() && ip.match([network, prefix] as never);
  } catch {
    return undefined;
  }
};

const pair = (name: string, negatedName: string, test: Test): [string, { test: Test; negated: boolean }][] => [
  [name, { test, negated: false }],
  [negatedName, { test, negated: true }],
];
const ordered = (kind: string, read: (text: string) => number): [string, { test: Test; negated: boolean }][] => [
  ...pair(
    `${kind}Equals`,
    `${kind}NotEquals`,
    compared(read, (a, b) => a === b),
  ),
  [`${kind}LessThan`, { test: compared(read, (a, b) => a < b), negated: false }],
  [`${kind}LessThanEquals`, { test: compared(read, (a, b) => a <= b), negated: false }],
  [`${kind}GreaterThan`, { test: compared(read, (a, b) => a > b), negated: false }],
  [`${kind}GreaterThanEquals`, { test: compared(read, (a, b) => a >= b), negated: false }],
];

const OPERATORS: { [name: string]: { test: Test; negated: boolean } } = Object.fromEntries([
  ...pair("StringEquals", "StringNotEquals", equal),
  ...pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", sameLetters),
  ...pair("StringLike", "StringNotLike", like),
  ...pair("ArnEquals", "ArnNotEquals", arnLike),
  ...pair("ArnLike", "ArnNotLike", arnLike),
  ...pair("IpAddress", "NotIpAddress", inBlock),
  ...ordered("Numeric", Number),
  ...ordered("Date", dateOf),
  ["Bool", { test: sameLetters, negated: false }],
  ["BinaryEquals", { test: equal, negated: false }],
]);
