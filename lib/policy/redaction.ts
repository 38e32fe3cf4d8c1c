import { CordonError, quoted } from "../errors/cordon-error";
import type { RedactionJson, RedactionMode } from "./connector-json";
import { oneOf } from "./control-checks";

const MODES: readonly RedactionMode[] = ["remove", "mask", "last4", "hash", "token"];
const DIRECTIONS = ["request", "response", "both"] as const;

/** Where a redaction holds. */
export interface RedactionOptions {
  /** @default response */
  readonly in?: "request" | "response" | "both";
}

/** A field that changes on its way through the gateway. */
export class Redaction {
  private constructor(private readonly json: RedactionJson) {
    Object.freeze(this);
    Object.freeze(json);
  }

  /** Takes the field out. */
  public static remove(path: string, options: RedactionOptions = {}): Redaction {
    return Redaction.parse({ path, mode: "remove", ...options }, `Redaction.remove(${quoted(path)})`);
  }

  /** Writes `***` in its place. */
  public static mask(path: string, options: RedactionOptions = {}): Redaction {
    return Redaction.parse({ path, mode: "mask", ...options }, `Redaction.mask(${quoted(path)})`);
  }

  /** Keeps its last four characters. */
  public static last4(path: string, options: RedactionOptions = {}): Redaction {
    return Redaction.parse({ path, mode: "last4", ...options }, `Redaction.last4(${quoted(path)})`);
  }

  /** Writes a keyed hash: the same value has the same hash within the connector. */
  public static hash(path: string, options: RedactionOptions = {}): Redaction {
    return Redaction.parse({ path, mode: "hash", ...options }, `Redaction.hash(${quoted(path)})`);
  }

  /** Writes a token, which becomes the value again where the agent sends it back in a field that `restore` names. */
  public static token(path: string, options: RedactionOptions = {}): Redaction {
    return Redaction.parse({ path, mode: "token", ...options }, `Redaction.token(${quoted(path)})`);
  }

  /** @throws CORDON-038 for a path that names no fields */
  public static parse({ path, mode, in: direction }: RedactionJson, at: string): Redaction {
    fieldPath(path, at);
    oneOf(mode, MODES, at, "mode");
    const where = direction === undefined ? undefined : oneOf(direction, DIRECTIONS, at, "in");
    return new Redaction({ path, mode, ...(where === undefined || where === "response" ? {} : { in: where }) });
  }

  public toJSON(): RedactionJson {
    return this.json;
  }
}

/** A path of fields. @throws CORDON-038 */
export function fieldPath(path: unknown, at: string): string {
  if (isPath(path)) return path;
  throw new CordonError(
    "CORDON-038",
    at,
    `path ${quoted(path)} names no fields`,
    "write a JSON Pointer such as /user/*/email, or a JSONPath such as $..email",
  );
}

// The gateway reads the same grammar: segments of a pointer, or names, wildcards, indexes and descendants of a JSONPath.
function isPath(path: unknown): path is string {
  if (typeof path !== "string" || path.length > 300 || /[$%]\{/.test(path)) return false;
  if (path.startsWith("/")) return path.length > 1 && path.split("/").every((part) => !/~(?![01])/.test(part));
  const name = "[A-Za-z_\\u0080-\\uffff][\\w\\u0080-\\uffff]*";
  const bracket = "\\[(?:\\*|\\d{1,9}|'[^'\\\\]+'|\"[^\"\\\\]+\")\\]";
  return new RegExp(`^\\$(?:\\.\\.?(?:${name}|\\*)|(?:\\.\\.)?${bracket})+$`).test(path);
}
