import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { packagedFile } from "../../../../lib/cell/packaged-function";

const ROOT = join(__dirname, "../../../..");
const CLOUDS = ["aws", "gcp", "azure"] as const;
const archiveOf = (cloud: string): Buffer => readFileSync(packagedFile(`connector-gateway/${cloud}.zip`));
const digests = (): string[] => CLOUDS.map((cloud) => createHash("sha256").update(archiveOf(cloud)).digest("hex"));

test("the same sources give the same bytes, whatever the place on earth", () => {
  const before = digests();
  execFileSync(process.execPath, ["scripts/build-functions.mjs", "--quiet"], {
    cwd: ROOT,
    env: { ...process.env, TZ: "Pacific/Auckland", LANG: "tr_TR.UTF-8" },
  });
  expect(digests()).toEqual(before);
});

test.each([
  ["aws", ["cedar_wasm_bg.wasm", "index.js"]],
  ["gcp", ["cedar_wasm_bg.wasm", "index.js", "package.json"]],
  ["azure", ["cedar_wasm_bg.wasm", "host.json", "index.js", "package.json"]],
])("the archive for %s is one file of code and what it needs beside it", (cloud, files) => {
  const archive = unzipSync(archiveOf(cloud));
  expect(Object.keys(archive)).toEqual(files);
  // Nothing of the machine that it was built on.
  expect(Buffer.from(archive["index.js"] ?? []).includes(ROOT)).toBe(false);
});
