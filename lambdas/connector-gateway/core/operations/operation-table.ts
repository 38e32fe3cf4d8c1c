import type { OperationJson } from "../../../../lib/policy/connector-json";

/** An operation that a request fits, and the values of its path's parameters. */
export interface OperationMatch {
  readonly operation: OperationJson;
  readonly parameters: { readonly [name: string]: string };
}

/** One place in the tree of paths. */
interface Place {
  readonly written: Map<string, Place>;
  parameter: Place | undefined;
  /** What ends here. */
  ending: OperationJson | undefined;
  /** What has `*` here. */
  below: OperationJson | undefined;
}

const place = (): Place => ({ written: new Map(), parameter: undefined, ending: undefined, below: undefined });

/**
 * Finds the operation of a connector that decides: from the left a written segment goes before a parameter, a parameter before
 * `*`. A step of a path costs the same, however many operations there are.
 */
export class OperationTable {
  private readonly methods = new Map<string, Place>();
  private readonly exact = new Map<string, OperationJson>();
  /** Names with `*`, longest first. */
  private readonly prefixes: { readonly prefix: string; readonly operation: OperationJson }[] = [];

  public constructor(operations: readonly OperationJson[]) {
    for (const operation of operations) this.add(operation);
    this.prefixes.sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /** The operation of an HTTP request. */
  public match(method: string, segments: readonly string[]): OperationMatch | undefined {
    const root = this.methods.get(method);
    if (root === undefined) return undefined;
    const values: string[] = [];
    const operation = find(root, segments, 0, values);
    if (operation === undefined) return undefined;
    const names = [...operation.operation.matchAll(/\{([^}]*)\}/g)].map(([, name = ""]) => name);
    return { operation, parameters: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])) };
  }

  /** The operation of a name, as in `tool search` or `model claude-sonnet-4`. */
  public named(text: string): OperationMatch | undefined {
    const operation = this.exact.get(text) ?? this.prefixes.find(({ prefix }) => text.startsWith(prefix))?.operation;
    return operation === undefined ? undefined : { operation, parameters: {} };
  }

  private add(operation: OperationJson): void {
    const text = operation.operation;
    const [verb = "", path = ""] = text.split(" ");
    if (!path.startsWith("/")) {
      if (text.endsWith("*")) this.prefixes.push({ prefix: text.slice(0, -1), operation });
      else this.exact.set(text, operation);
      return;
    }
    let at = this.methods.get(verb) ?? place();
    this.methods.set(verb, at);
    for (const segment of path.slice(1).split("/")) {
      if (segment === "*") {
        at.below = operation;
        return;
      }
      at = segment.startsWith("{") ? parameterPlace(at) : writtenPlace(at, segment);
    }
    at.ending = operation;
  }
}

function parameterPlace(at: Place): Place {
  at.parameter ??= place();
  return at.parameter;
}

function writtenPlace(at: Place, segment: string): Place {
  const next = at.written.get(segment) ?? place();
  at.written.set(segment, next);
  return next;
}

// Takes back a step that leads nowhere, so that `/a/{id}/b` is found beside `/a/c`.
function find(at: Place, segments: readonly string[], index: number, values: string[]): OperationJson | undefined {
  const segment = segments[index];
  if (segment === undefined) return at.ending;
  const written = at.written.get(segment);
  const found = written === undefined ? undefined : find(written, segments, index + 1, values);
  if (found !== undefined) return found;
  // A parameter stands for something, and for one segment.
  if (at.parameter !== undefined && segment !== "") {
    values.push(segment);
    const inside = find(at.parameter, segments, index + 1, values);
    if (inside !== undefined) return inside;
    values.pop();
  }
  return at.below;
}
