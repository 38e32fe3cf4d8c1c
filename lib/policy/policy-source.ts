import { readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { Lexer } from "yaml";
import { CordonError, quoted } from "../errors/cordon-error";

const MAX_BYTES = 4 * 1024 * 1024;
// A policy is three levels deep; readers of YAML recurse, and end the process where the stack does.
const MAX_DEPTH = 32;
const MAX_INDENT = 128;

/** The text of a policy file. @throws CORDON-040 if it can't be read */
export function policySource(path: string): string {
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-040", quoted(path), problem, fix);
  };
  if (typeof path !== "string") return refuse("it is not a path", "pass the path of a policy file as text");
  if (![".json", ".yaml", ".yml"].includes(extname(path))) {
    return refuse("the name ends in none of .json, .yaml, .yml", "rename the file");
  }
  let bytes: Buffer;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return refuse("it is not a file", "name one policy file");
    if (stat.size > MAX_BYTES) return refuse(`it has ${stat.size} bytes`, `keep it within ${MAX_BYTES}`);
    bytes = readFileSync(path);
  } catch (error) {
    if (CordonError.isCordonError(error)) throw error;
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") {
      return refuse("there is no such file", "check the path; it is relative to the working directory");
    }
    return refuse("it can't be read", "check its name and permissions");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("it is not UTF-8", "save it as UTF-8");
  }
}

/** Refuses nesting that no policy has, before a reader that recurses sees it. */
export function refuseDepth(source: string, path: string): void {
  let flow = 0;
  let block = 0;
  let previous = "\n";
  for (const token of new Lexer().lex(source)) {
    if (previous === SCALAR) {
      previous = "";
      continue;
    }
    if (token === "[" || token === "{") flow += 1;
    else if (token === "]" || token === "}") flow -= 1;
    else if (token === "-" || token === "?") block += 1;
    else if (/^\r?\n$/.test(token)) block = 0;
    const indent = /^\r?\n$/.test(previous) && /^ +$/.test(token) ? token.length : 0;
    if (flow + block > MAX_DEPTH || indent > MAX_INDENT) {
      throw new CordonError("CORDON-041", path, "it is nested too deeply", "write the members of a policy alone");
    }
    previous = token;
  }
}

/** What the lexer puts before the text of a scalar. */
const SCALAR = "\u001f";
