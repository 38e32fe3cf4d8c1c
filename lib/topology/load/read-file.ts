import { createHash } from "node:crypto";
import { readFileSync, type Stats, statSync } from "node:fs";
import { CordonError, quoted } from "../../errors/cordon-error";
import type { JsonValue } from "../terraform-json";
import { findFlaw, isTooDeep, MAX_DEPTH, placeOf } from "./json-text";

/** Largest file that is read, in bytes. */
const MAX_FILE = 256 * 1024 * 1024;

const SHOW = "write the plan with `terraform show -json FILE > plan.json` and give that file";

/** A JSON file: what it says, and its bytes for the digest. */
export interface JsonFile {
  readonly json: JsonValue;
  readonly bytes: Buffer;
}

/** What a path is. Throws where nothing can be read. */
export function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The refusal of a path that the file system does not hand out. */
export function unreadable(path: string, error: unknown): CordonError {
  const code = String((error as NodeJS.ErrnoException).code ?? error);
  const reasons: { [code: string]: [string, string] } = {
    ENOENT: ["there is no such file or folder", "give the path of a synthesized stack, a plan or a state"],
    ENOTDIR: ["there is no such file or folder", "give the path of a synthesized stack, a plan or a state"],
    EACCES: ["it may not be read", "grant read permission"],
    EPERM: ["it may not be read", "grant read permission"],
    ELOOP: ["its symbolic links lead back to themselves", "give the path of the file itself"],
  };
  const [problem, fix] = reasons[code] ?? [`it can't be read (${code})`, "give a file that can be read"];
  return new CordonError("CORDON-142", `path ${quoted(path)}`, problem, fix);
}

/**
 * Reads a JSON file.
 * @param strict whether a key that is written twice is refused, as in configurations
 */
export function readJsonFile(path: string, strict: boolean): JsonFile {
  const place = `file ${quoted(path)}`;
  const stats = statOf(path);
  if (!stats.isFile()) throw new CordonError("CORDON-142", place, "it is not a regular file", "give a JSON file");
  if (stats.size > MAX_FILE) {
    const size = `${Math.ceil(stats.size / 1024 / 1024)} MB`;
    throw new CordonError("CORDON-142", place, `it has ${size}, more than the 256 MB that are read`, "split the stack");
  }
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  return { json: parsedJson(decoded(bytes, place), place, strict), bytes };
}

/** SHA-256 of several pieces, in hex. */
export function digestOf(pieces: readonly (Buffer | string)[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

function decoded(bytes: Buffer, place: string): string {
  if (bytes.length === 0) throw new CordonError("CORDON-143", place, "it is empty", "synthesize or plan again");
  if (bytes.subarray(0, 2).equals(Buffer.from("PK"))) {
    throw new CordonError("CORDON-143", place, "it is a saved plan in Terraform's own binary format", SHOW);
  }
  const mark = bytes.subarray(0, 2).toString("hex");
  if (mark === "fffe" || mark === "feff") {
    throw new CordonError("CORDON-143", place, "it is UTF-16 text, as PowerShell's '>' writes it", "save it as UTF-8");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CordonError("CORDON-143", place, "it is not UTF-8 text", "give a JSON file in UTF-8");
  }
}

function parsedJson(text: string, place: string, strict: boolean): JsonValue {
  const flaw = strict ? findFlaw(text) : undefined;
  let json: JsonValue | undefined;
  try {
    if (flaw === undefined) json = JSON.parse(text) as JsonValue;
  } catch {
    json = undefined;
  }
  if (json === undefined) {
    const found = flaw ?? findFlaw(text) ?? { line: 1, column: 1, problem: "it is not JSON" };
    const isLog = text.startsWith('{"@');
    const fix = isLog ? SHOW : "correct the file or write it again";
    throw new CordonError("CORDON-143", `${place}, ${placeOf(found)}`, found.problem, fix);
  }
  if (!strict && isTooDeep(json)) {
    throw new CordonError("CORDON-143", place, `it is nested deeper than ${MAX_DEPTH} levels`, "write it again");
  }
  return json;
}
