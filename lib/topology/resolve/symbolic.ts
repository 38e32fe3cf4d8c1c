import type { Reference, Unknown } from "./value";

/** A value that exists while an expression is evaluated and has no form outside of it. */
export abstract class Symbolic {
  /** What would have to be known to tell it. */
  public abstract readonly tokens: readonly string[];
}

/** A value during evaluation. */
export type Value = string | number | boolean | null | Reference | Unknown | Symbolic | Value[] | ValueObject;

export interface ValueObject {
  [key: string]: Value;
}

/** One resource as a whole: `aws_subnet.a` before `.id`. */
export class Instance extends Symbolic {
  public constructor(public readonly address: string) {
    super();
  }

  public get tokens(): readonly string[] {
    return [this.address];
  }
}

/** The text that `jsonencode` makes of a document with parts that are not known. */
export class JsonText extends Symbolic {
  public constructor(
    public readonly document: Value,
    public readonly tokens: readonly string[],
  ) {
    super();
  }
}

/** A set: no order, no element twice. Its elements are sorted when all of them are known. */
export class SetValue extends Symbolic {
  public constructor(
    public readonly items: readonly Value[],
    public readonly tokens: readonly string[],
  ) {
    super();
  }
}

/** The outputs of another stack. */
export class RemoteOutputs extends Symbolic {
  public constructor(public readonly address: string) {
    super();
  }

  public get tokens(): readonly string[] {
    return [`${this.address}.outputs`];
  }
}

/** Whether a value is an object with keys, and none of the classes. */
export function isObject(value: Value | undefined): value is ValueObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
