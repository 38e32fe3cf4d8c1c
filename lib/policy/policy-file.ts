import { readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { isMap, isScalar, LineCounter, type Node, parseAllDocuments } from "yaml";
import { CordonError, quoted } from "../errors/cordon-error";
import type { EgressRule } from "./egress";
import { policyFromJson } from "./policy-json";

const MAX_BYTES = 4 * 1024 * 1024;

/** Reads a policy file. YAML's reader takes JSON too, and knows where each value stands. */
export function readPolicyFile(path: string): { name: string; rules: EgressRule[] } {
  const source = contentOf(path);
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  // JSON is read by the same rules; duplicate keys and aliases, which could hide or multiply entries, are refused.
  const documents = parseAllDocuments(source, { lineCounter: lines, uniqueKeys: true, version: "1.2", schema: "core", customTags: [] });
  const [document] = Array.isArray(documents) ? documents : [];
  if (document === undefined) throw new CordonError("CORDON-041", path, "the file is empty", "write a policy; see containment-policy.schema.json");
  if (documents.length > 1) throw new CordonError("CORDON-041", path, `the file holds ${documents.length} documents`, "write one policy in each file");
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    throw new CordonError("CORDON-041", place(problem.pos[0]), problem.message.split("\n")[0]?.replace(/ at line .*$/, "") ?? "", "correct the file");
  }
  if (extname(path) === ".json") refuseNonJson(source, path);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new CordonError("CORDON-041", path, "the file uses an alias (*)", "write the value out; aliases can multiply entries");
  }
  return policyFromJson(value, path, (at) => {
    const offset = offsetOf(document.contents, at);
    return `${offset === undefined ? path : place(offset)}, /${at.join("/")}`;
  });
}

function contentOf(path: string): string {
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-040", quoted(path), problem, fix);
  };
  if (![".json", ".yaml", ".yml"].includes(extname(path))) return refuse("the name ends in none of .json, .yaml, .yml", "rename the file");
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return refuse("there is no such file", "check the path; it is relative to the working directory");
  if (!stat.isFile()) return refuse("it is not a file", "name one policy file");
  if (stat.size > MAX_BYTES) return refuse(`it has ${stat.size} bytes`, `keep it within ${MAX_BYTES}`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) return refuse("it is not UTF-8", "save it as UTF-8");
    return refuse("it can't be read", "check its permissions");
  }
}

function refuseNonJson(source: string, path: string): void {
  try {
    JSON.parse(source);
  } catch (error) {
    throw new CordonError("CORDON-041", path, `it is not JSON: ${error instanceof Error ? error.message : ""}`, "correct it, or name it .yaml");
  }
}

// The nearest value that exists: a missing member is reported at its parent, an unknown one at its key.
function offsetOf(root: Node | null, path: (string | number)[]): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === part);
      if (pair === undefined) break;
      offset = isScalar(pair.key) ? pair.key.range?.[0] : offset;
      node = pair.value;
    } else {
      node = isSequence(node) && typeof part === "number" ? node.items[part] : undefined;
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    }
  }
  return offset;
}

function isSequence(node: unknown): node is { items: unknown[] } {
  return typeof node === "object" && node !== null && "items" in node && Array.isArray(node.items);
}
