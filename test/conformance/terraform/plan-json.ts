/** The parts of `terraform show -json` that tests read. */
export interface PlanJson {
  readonly resource_changes: ResourceChange[];
}

export interface ResourceChange {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly change: {
    readonly actions: string[];
    readonly after: { [argument: string]: unknown } | null;
    /** `true` where a value is known after apply. */
    readonly after_unknown: { [argument: string]: unknown };
  };
}

/** One message of `terraform validate -json`. */
export interface Diagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail: string;
}

/** A synthesized stack, as far as tests change or read it. */
export interface StackJson {
  resource?: { [type: string]: { [name: string]: { [argument: string]: unknown } } };
  output?: { [name: string]: unknown };
  locals?: { [name: string]: unknown };
}

/** How many resources of each type a stack has. */
export function countByType(stack: StackJson): { [type: string]: number } {
  return Object.fromEntries(
    Object.entries(stack.resource ?? {}).map(([type, byName]) => [type, Object.keys(byName).length]),
  );
}
