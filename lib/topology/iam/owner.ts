import type { Reading } from "../model/doubt";
import type { Condition } from "./policy-document";
import { hasUnknown, isLiteral, partsOf, soleSymbol } from "./template";

/** Whose principals and resources count as the own: texts that may be templates. */
export interface Owner {
  /** Account id. @default - every account that is written out counts as the own */
  readonly account?: string;
  /** Organisation id. @default - every organisation that is written out counts as the own */
  readonly organization?: string;
}

/** Which end of a request is confined. */
export type End = "principal" | "resource" | "source";

/** What the answers of this part depend on. */
export interface OwnerScope {
  readonly reading: Reading;
  readonly owner?: Owner;
}

type ValueTest = (value: string, scope: OwnerScope) => boolean;

const account: ValueTest = (value, { reading, owner }) => isOwn(value, owner?.account, reading);
const organization: ValueTest = (value, { reading, owner }) => isOwn(value, owner?.organization, reading);
const organizationPath: ValueTest = (value, scope) =>
  value.includes("/") && organization(value.slice(0, value.indexOf("/")), scope);

const KEYS: { [end in End]: { readonly [key: string]: ValueTest } } = {
  principal: {
    "aws:principalaccount": account,
    "aws:principalorgid": organization,
    "aws:principalorgpaths": organizationPath,
    "aws:principalarn": isOwnArn,
  },
  resource: {
    "aws:resourceaccount": account,
    "aws:resourceorgid": organization,
    "aws:resourceorgpaths": organizationPath,
  },
  source: {
    "aws:sourceaccount": account,
    "aws:sourceorgid": organization,
    "aws:sourceorgpaths": organizationPath,
    "aws:sourcearn": isOwnArn,
  },
};

/** Whether a condition lets only the owner's principals, resources or sources through. */
export function confines(condition: Condition, end: End, scope: OwnerScope): boolean {
  const key = condition.key.toLowerCase();
  if (end === "principal" && key === "aws:principalisawsservice") {
    return condition.operator === "Bool" && condition.values.every((value) => value.toLowerCase() === "true");
  }
  return isEquality(condition.operator) && isPinned(condition, end, scope);
}

/** Whether a condition is true for everybody but the owner, also where the key is missing: what a Deny pins with. */
export function confinesByDeny(condition: Condition, end: End, scope: OwnerScope): boolean {
  return /^(String|Arn)Not(Equals|EqualsIgnoreCase|Like)(IfExists)?$/.test(condition.operator)
    ? isPinned(condition, end, scope)
    : false;
}

/** An operator that is true for listed values alone, and false for a missing key. */
export const isEquality = (operator: string): boolean =>
  /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/.test(operator);

function isPinned(condition: Condition, end: End, scope: OwnerScope): boolean {
  const test = KEYS[end][condition.key.toLowerCase()];
  return test !== undefined && condition.values.length > 0 && condition.values.every((value) => test(value, scope));
}

/** Whether an ARN is of the owner: of an object in the configuration, or with the owner's account in its place. */
export function isOwnArn(arn: string, scope: OwnerScope): boolean {
  if (soleSymbol(arn) !== undefined) return true;
  if (!arn.startsWith("arn:")) return scope.reading === "closed" && hasUnknown(arn);
  const id = fieldsOf(arn)[4];
  return id !== undefined && id !== "" && account(id, scope);
}

/** The fields of an ARN; colons in templates part nothing. */
export function fieldsOf(arn: string): string[] {
  const fields = [""];
  for (const { kind, text } of partsOf(arn)) {
    const [first = "", ...rest] = kind === "text" ? text.split(":") : [text];
    fields[fields.length - 1] += first;
    fields.push(...rest);
  }
  return fields;
}

/** Whether a text is one id, and the owner's as far as that can be told. */
export function isOwn(value: string, own: string | undefined, reading: Reading): boolean {
  if (value === "" || partsOf(value).some(({ kind, text }) => kind === "text" && /[*?]/.test(text))) return false;
  if (own !== undefined && value === own) return true;
  if (hasUnknown(value)) return reading === "closed";
  if (own === undefined) return true;
  return isLiteral(value) && isLiteral(own) ? false : reading === "closed";
}
