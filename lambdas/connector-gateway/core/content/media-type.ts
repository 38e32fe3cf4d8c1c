import { GatewayProblem } from "../problem";

/** A media type and its parameters. @see https://www.rfc-editor.org/rfc/rfc9110#section-8.3 */
export interface MediaType {
  /** In lower case, without parameters; empty where none is said. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const NAME = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/;
const PARAMETER = /[ \t]*;[ \t]*(?:([A-Za-z0-9!#$&^_.+*'-]+)=(?:([A-Za-z0-9!#$%&'*+.^_`|~-]+)|"([^"\\\r\n]*)"))?/y;

/** @throws malformed_request where readers could differ on it: two types, a parameter twice, an escape in quotes */
export function parseMediaType(text: string | undefined): MediaType {
  const parameters = new Map<string, string>();
  if (text === undefined || text.trim() === "") return { name: "", parameters };
  const name = (text.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (text.length > 1000 || !NAME.test(name)) throw malformed();
  const rest = text.trimEnd();
  PARAMETER.lastIndex = (text.split(";", 1)[0] ?? "").length;
  while (PARAMETER.lastIndex < rest.length) {
    const found = PARAMETER.exec(rest);
    if (found === null) throw malformed();
    const [, key, token, quoted] = found;
    if (key === undefined) continue;
    if (parameters.has(key.toLowerCase())) throw malformed();
    parameters.set(key.toLowerCase(), token ?? quoted ?? "");
  }
  return { name, parameters };
}

/** The encoding of text. @throws inspection_incomplete for what is neither UTF-8 nor Latin-1 */
export function charsetOf({ parameters }: MediaType): "utf-8" | "latin1" {
  const charset = parameters.get("charset")?.toLowerCase() ?? "utf-8";
  if (["utf-8", "utf8", "us-ascii", "ascii"].includes(charset)) return "utf-8";
  if (["iso-8859-1", "latin1"].includes(charset)) return "latin1";
  throw new GatewayProblem("inspection_incomplete", "The content has a character set that can't be looked through.");
}

const malformed = (): GatewayProblem => new GatewayProblem("malformed_request", "The content type can't be read.");
