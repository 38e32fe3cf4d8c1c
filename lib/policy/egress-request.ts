import { CordonError, quoted } from "../errors/cordon-error";

/** Methods that a request can name; `*` is any. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "*"];
const MOST_REQUESTS = 20;
const MAX_PATH = 200;

// The constructor is private, so that every request has passed the checks of the factory below.
let requestOf: (method: string, path: string, isPrefix: boolean) => EgressRequest;

/**
 * One kind of HTTP request: a method and a path, or every path below one. Only engines that look into TLS can tell it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-3.3
 */
export class EgressRequest {
  static {
    requestOf = (method, path, isPrefix) => new EgressRequest(method, path, isPrefix);
  }

  private constructor(
    /** `GET`, or `*` for any. */
    public readonly method: string,
    /** `/repos/acme/issues`; where it is a prefix, with the slash at its end. */
    public readonly path: string,
    /** Every path that begins so. */
    public readonly isPrefix: boolean,
  ) {
    Object.freeze(this);
  }

  /**
   * Reads `GET /repos/acme/issues`, `POST /v1/*` or `* /v1/*`.
   * @throws CORDON-035 for what is no method and path, or says nothing
   */
  public static parse(text: unknown, at: string): EgressRequest {
    const refuse = (problem: string, fix: string): never => {
      throw new CordonError("CORDON-035", at, `request ${quoted(text)} ${problem}`, fix);
    };
    const [, method = "", whole = ""] = (typeof text === "string" ? /^(\S+) (\S+)$/.exec(text) : null) ?? [];
    if (method === "") return refuse("is not a method and a path", 'write them as in "GET /v1/*"');
    if (!METHODS.includes(method)) return refuse("has no method of HTTP", `use one of ${METHODS.join(", ")}`);
    const isPrefix = whole.endsWith("/*");
    const path = isPrefix ? whole.slice(0, -1) : whole;
    if (path.length > MAX_PATH) return refuse(`has a path of ${path.length} characters`, `keep it within ${MAX_PATH}`);
    if (!/^\/([A-Za-z0-9._~+,=:@-]+\/)*([A-Za-z0-9._~+,=:@-]+)?$/.test(path)) {
      return refuse(
        "has a path that can be read in two ways",
        "begin it with /, and leave out //, %, ?, #, ; and * but for a /* at the end",
      );
    }
    if (path.split("/").some((segment) => segment === "." || segment === "..")) {
      return refuse("has a path with dot segments", "write the path that is meant");
    }
    if (isPrefix && path === "/" && method === "*") return refuse("is every request", "leave requests out");
    return requestOf(method, path, isPrefix);
  }

  /** Reads a list: sorted by text. @throws CORDON-035 for an empty or long list, or one that says a thing twice */
  public static parseAll(texts: unknown, at: string): EgressRequest[] {
    if (!Array.isArray(texts) || texts.length === 0 || texts.length > MOST_REQUESTS) {
      throw new CordonError(
        "CORDON-035",
        at,
        Array.isArray(texts) ? `it names ${texts.length} requests` : `requests ${quoted(texts)} is not a list`,
        `name 1 to ${MOST_REQUESTS}, or leave requests out`,
      );
    }
    const requests = texts.map((text) => EgressRequest.parse(text, at));
    const words = requests.map(String);
    const twice = words.find((word, index) => words.indexOf(word) !== index);
    if (twice !== undefined) {
      throw new CordonError("CORDON-035", at, `request ${quoted(twice)} is listed twice`, "list each once");
    }
    return requests.sort((a, b) => (String(a) < String(b) ? -1 : 1));
  }

  /** `GET /v1/*` */
  public toString(): string {
    return `${this.method} ${this.path}${this.isPrefix ? "*" : ""}`;
  }
}
