import { extname } from "node:path";
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
} from "yaml";
import { CordonError, quoted } from "../errors/cordon-error";
import { type PolicyParts, pointer, policyFromJson } from "./policy-json";
import { policySource, refuseDepth } from "./policy-source";

/** Says where an offset of the file is: `policy.yaml:3:7`. */
type Place = (offset: number) => string;

/**
 * Reads a policy file. YAML's reader takes JSON too, and knows where each value stands.
 * @throws CORDON-040 if it can't be read, CORDON-041 if it is not JSON or YAML, CORDON-042 if it does not fit the schema
 */
export function readPolicyFile(path: string): PolicyParts {
  const source = policySource(path);
  refuseDepth(source, path);
  const lines = new LineCounter();
  const place: Place = (offset) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const document = documentOf(source, path, lines, place);
  if (extname(path) === ".json") refuseNonJson(source, path, place);
  refuseAmbiguous(document, place);
  return policyFromJson(document.toJS(), path, (at, part) => {
    const offset = offsetOf(document.contents, at, part === "key");
    return [offset === undefined ? path : place(offset), ...(at.length === 0 ? [] : [pointer(at)])].join(", ");
  });
}

function documentOf(source: string, path: string, lines: LineCounter, place: Place): Document {
  const refuse = (at: string, problem: string, fix: string): never => {
    throw new CordonError("CORDON-041", at, problem, fix);
  };
  // JSON is read by the same rules, so that a key given twice, which JSON.parse would drop, is refused.
  const documents = parseAllDocuments(source, {
    lineCounter: lines,
    // Its check compares each key with each other; the one below takes time in proportion to the file.
    uniqueKeys: false,
    version: "1.2",
    schema: "core",
    customTags: [],
  });
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (document === undefined) return refuse(path, "it is empty", "write a policy; see containment-policy.schema.json");
  if (second !== undefined) {
    return refuse(place(second.range[0]), `it holds ${documents.length} documents`, "write one policy in each file");
  }
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const [message = ""] = problem.message.split("\n");
    return refuse(place(problem.pos[0]), message.replace(/ at line \d+, column \d+:?$/, ""), "correct the file");
  }
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== "1.2") {
    return refuse(place(0), `it says that it is YAML ${document.directives.yaml.version}`, "write YAML 1.2");
  }
  return document;
}

function refuseNonJson(source: string, path: string, place: Place): void {
  try {
    JSON.parse(source);
  } catch (error) {
    const [, position] = /position (\d+)/.exec(String(error)) ?? [];
    throw new CordonError(
      "CORDON-041",
      position === undefined ? path : place(Number(position)),
      "it is not JSON",
      "correct it, or name it .yaml",
    );
  }
}

/** Refuses what people and YAML read differently. */
function refuseAmbiguous(document: Document, place: Place): void {
  const refuse = (node: Node, problem: string, fix: string): never => {
    throw new CordonError("CORDON-041", place(node.range?.[0] ?? 0), problem, fix);
  };
  visit(document, (_, node) => {
    if (isMap(node)) {
      const seen = new Set<string>();
      for (const { key } of node.items) {
        if (!isScalar(key)) {
          if (isNode(key) && !isAlias(key)) refuse(key, "a list or a map stands for a key", "write the key as text");
          continue;
        }
        const text = String(key.value);
        if (seen.has(text)) refuse(key, "Map keys must be unique", "correct the file");
        seen.add(text);
      }
    }
    if (isAlias(node)) {
      refuse(
        node,
        `${quoted(`*${node.source}`)} without quotes is an alias of YAML`,
        "put a wildcard in quotes, and write other values out",
      );
    }
    if (isNode(node) && node.tag !== undefined) {
      refuse(node, `${node.tag.replace("tag:yaml.org,2002:", "!!")} is a tag of YAML`, "leave tags out");
    }
    if (isScalar(node) && typeof node.value === "number" && !/^-?(0|[1-9]\d*)$/.test(node.source ?? "")) {
      refuse(
        node,
        `${node.source} is not a whole number in decimal digits`,
        "write digits alone, or put text in quotes",
      );
    }
  });
}

// Where a value stands, or its key; what is missing is reported at its parent.
function offsetOf(root: Node | null, path: (string | number)[], atKey: boolean): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === part) : undefined;
    const next: unknown = isSeq(node) && typeof part === "number" ? node.items[part] : pair?.value;
    const known = pair !== undefined && (atKey || next === null) ? pair.key : next;
    offset = (known as Node | undefined)?.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}
