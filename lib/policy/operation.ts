import { CordonError, quoted } from "../errors/cordon-error";

/** What a connector speaks; each has operations of its own kind. */
export type ConnectorKind = "http" | "mcp" | "model";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const LITERAL = /^[A-Za-z0-9._~+,=:@$!'()-]+$/;
const PARAMETER = /^\{([a-z][A-Za-z0-9_]*)\}$/;
const MAX_TEXT = 300;

let operationOf: (kind: ConnectorKind, text: string) => Operation;

/**
 * One thing that a connector can do. What no operation of a connector names is denied.
 *
 * Of several that a request fits, the most particular one decides: from the left, a written segment before a parameter, a
 * parameter before `*`.
 */
export class Operation {
  static {
    operationOf = (kind, text) => new Operation(kind, text);
  }

  private constructor(
    public readonly kind: ConnectorKind,
    private readonly text: string,
  ) {
    Object.freeze(this);
  }

  /** Reads a path such as `/tickets/{id}`, or `/files/*` for every path below. @throws CORDON-037 */
  public static get(path: string): Operation {
    return Operation.parse("http", `GET ${path}`, `Operation.get(${quoted(path)})`);
  }

  public static head(path: string): Operation {
    return Operation.parse("http", `HEAD ${path}`, `Operation.head(${quoted(path)})`);
  }

  public static post(path: string): Operation {
    return Operation.parse("http", `POST ${path}`, `Operation.post(${quoted(path)})`);
  }

  public static put(path: string): Operation {
    return Operation.parse("http", `PUT ${path}`, `Operation.put(${quoted(path)})`);
  }

  public static patch(path: string): Operation {
    return Operation.parse("http", `PATCH ${path}`, `Operation.patch(${quoted(path)})`);
  }

  public static delete(path: string): Operation {
    return Operation.parse("http", `DELETE ${path}`, `Operation.delete(${quoted(path)})`);
  }

  /** A tool of an MCP server, by its exact name. */
  public static tool(name: string): Operation {
    return Operation.parse("mcp", `tool ${name}`, `Operation.tool(${quoted(name)})`);
  }

  /** A prompt of an MCP server, by its exact name. */
  public static prompt(name: string): Operation {
    return Operation.parse("mcp", `prompt ${name}`, `Operation.prompt(${quoted(name)})`);
  }

  /** A resource of an MCP server by its URI, or with `*` at the end all whose URIs begin so. */
  public static resource(uri: string): Operation {
    return Operation.parse("mcp", `resource ${uri}`, `Operation.resource(${quoted(uri)})`);
  }

  /** A model by its name, or with `*` at the end all whose names begin so. */
  public static model(name: string): Operation {
    return Operation.parse("model", `model ${name}`, `Operation.model(${quoted(name)})`);
  }

  /** Reads the text form for a kind of connector. @throws CORDON-037 */
  public static parse(kind: ConnectorKind, text: unknown, at: string): Operation {
    const problem = typeof text === "string" ? problemOf(kind, text) : ["is not text", 'write "GET /path"'];
    if (problem !== undefined) {
      throw new CordonError("CORDON-037", at, `operation ${quoted(text)} ${problem[0]}`, problem[1] ?? "");
    }
    return operationOf(kind, String(text));
  }

  /** The same for every spelling that fits the same requests: parameters have no names in it. */
  public get shape(): string {
    return this.kind === "http" ? this.text.replace(/\{[^}]*\}/g, "{}") : this.text;
  }

  /** Names of the parameters of its path. */
  public get parameters(): string[] {
    return this.kind === "http" ? [...this.text.matchAll(/\{([^}]*)\}/g)].map(([, name = ""]) => name) : [];
  }

  /** `GET /tickets/{id}`, `tool search` or `model claude-*`. */
  public toString(): string {
    return this.text;
  }
}

function problemOf(kind: ConnectorKind, text: string): [problem: string, fix: string] | undefined {
  if (text.length > MAX_TEXT) return [`has ${text.length} characters`, `keep it within ${MAX_TEXT}`];
  const [, verb = "", rest = ""] = /^(\S+) (\S+)$/.exec(text) ?? [];
  if (kind === "http") return httpProblem(verb, rest);
  if (kind === "model") {
    if (verb === "model" && /^[A-Za-z0-9][A-Za-z0-9._:/@-]*\*?$/.test(rest)) return undefined;
    return ["is not a model", 'write "model claude-sonnet-4" or "model claude-*"'];
  }
  if ((verb === "tool" || verb === "prompt") && /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}$/.test(rest)) return undefined;
  if (verb === "resource" && /^[a-z][a-z0-9+.-]*:[^\s*{}$%"\\]+\*?$/.test(rest)) return undefined;
  return ["is of no MCP server", 'write "tool NAME", "prompt NAME" or "resource URI"'];
}

function httpProblem(method: string, path: string): [string, string] | undefined {
  if (!METHODS.includes(method)) return ["has no method and path", `write one of ${METHODS.join(", ")}, and a path`];
  if (!path.startsWith("/")) return ["has no path", "begin the path with /"];
  const segments = path.slice(1).split("/");
  const names: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if ((segment === "*" && isLast) || (segment === "" && isLast)) continue;
    if (segment === "." || segment === "..") return ["has dot segments", "write the path that is meant"];
    const [, name] = PARAMETER.exec(segment) ?? [];
    if (name === undefined && !LITERAL.test(segment)) {
      return [
        `has the segment ${quoted(segment)}, which can be read in two ways`,
        "use letters, digits and ._~-, a {parameter}, or * as the last segment",
      ];
    }
    if (name !== undefined && names.includes(name)) {
      return [`names {${name}} twice`, "give each parameter a name of its own"];
    }
    if (name !== undefined) names.push(name);
  }
  return undefined;
}
