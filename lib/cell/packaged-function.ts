import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { CordonError } from "../errors/cordon-error";

/** A function as the package brings it. */
export interface PackagedFunction {
  /** Path of the archive. */
  readonly path: string;
  /** SHA-256 of the archive, in Base64 as Terraform's `filebase64sha256` writes it. */
  readonly sha256: string;
}

/** Finds an archive of the package, such as `connector-gateway/aws.zip`. @throws CORDON-165 */
export function packagedFunction(name: string): PackagedFunction {
  const path = packagedFile(name);
  return { path, sha256: createHash("sha256").update(readFileSync(path)).digest("base64") };
}

/** Path of a file that is built with the package. @throws CORDON-165 */
export function packagedFile(name: string): string {
  if (isAbsolute(name)) return name;
  // This file is run from `dist/lib/cell` once built, and from `lib/cell` in the repository.
  const candidates = [join(__dirname, "../../lambdas", name), join(__dirname, "../../dist/lambdas", name)];
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path !== undefined) return path;
  throw new CordonError(
    "CORDON-165",
    name,
    "the package's functions are not built",
    "install the package again, or run npm run build:functions in the repository",
  );
}
