import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { bundleExtension, extendedFunction } from "../../../../../lib/cell/gateway-extension";

/** The files of a cloud's archive in a folder of their own, as the cloud unpacks them. */
export function unpacked(cloud: "aws" | "gcp" | "azure", extension?: string): string {
  const folder = mkdtempSync(join(tmpdir(), `cordon-${cloud}-`));
  const files = unzipSync(readFileSync(archiveOf(cloud, extension)));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

const archiveOf = (cloud: string, extension: string | undefined): string =>
  extendedFunction(
    `connector-gateway/${cloud}.zip`,
    extension === undefined ? undefined : bundleExtension(extension, "test"),
  ).path;
