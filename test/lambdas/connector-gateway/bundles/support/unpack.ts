import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { packagedFile } from "../../../../../lib/cell/packaged-function";

/** The files of a cloud's archive in a folder of their own, as the cloud unpacks them. */
export function unpacked(cloud: "aws" | "gcp" | "azure"): string {
  const folder = mkdtempSync(join(tmpdir(), `cordon-${cloud}-`));
  const files = unzipSync(readFileSync(packagedFile(`connector-gateway/${cloud}.zip`)));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}
