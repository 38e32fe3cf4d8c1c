// Bundles the inspection functions: one minified file for each cloud and one for the laptop, and for the clouds an archive
// with it. The same sources give the same bytes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { zipSync } from "fflate";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isQuiet = process.argv.includes("--quiet");
const output = join(root, "dist", "lambdas");
const require = createRequire(import.meta.url);
const cedar = readFileSync(join(dirname(require.resolve("@cedar-policy/cedar-wasm/nodejs")), "cedar_wasm_bg.wasm"));
const sqlite = readFileSync(join(dirname(require.resolve("node-sqlite3-wasm")), "node-sqlite3-wasm.wasm"));

/** What stands beside the code in each cloud's archive. */
const clouds = {
  aws: { "cedar_wasm_bg.wasm": cedar },
  gcp: { "cedar_wasm_bg.wasm": cedar, "package.json": packageJson() },
  azure: { "cedar_wasm_bg.wasm": cedar, "package.json": packageJson(), "host.json": hostJson() },
};
/** What runs on the laptop and when a stack is synthesized. */
const local = { "cedar_wasm_bg.wasm": cedar, "node-sqlite3-wasm.wasm": sqlite };

const folder = join(output, "connector-gateway");
mkdirSync(join(folder, "local"), { recursive: true });
for (const [cloud, files] of Object.entries(clouds)) {
  const code = await bundle(cloud);
  const archive = archiveOf({ "index.js": code, ...files });
  put(`${cloud}.zip`, archive);
  const digest = createHash("sha256").update(archive).digest("hex");
  if (!isQuiet)
    process.stdout.write(`${cloud}.zip: ${kilobytes(code)} of code, ${kilobytes(archive)} packed, sha256 ${digest}\n`);
}
for (const entry of ["local", "check"]) {
  put(`local/${entry === "local" ? "index" : entry}.js`, await bundle(entry));
}
for (const [file, bytes] of Object.entries(local)) put(`local/${file}`, bytes);

// What is as it was stays, so that a test that reads it is not disturbed.
function put(file, bytes) {
  const path = join(folder, file);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, bytes);
  renameSync(fresh, path);
}

async function bundle(name) {
  const { outputFiles } = await build({
    entryPoints: [join(root, "lambdas", "connector-gateway", `${name}.ts`)],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    write: false,
    legalComments: "none",
    logLevel: "warning",
    external: ["@azure/functions-core"],
    absWorkingDir: root,
  });
  return outputFiles[0].contents;
}

// The clock and the file system stay out of the archive.
function archiveOf(files) {
  const entries = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, bytes]) => [
      file,
      [new Uint8Array(bytes), { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o644 << 16 }],
    ]);
  return zipSync(Object.fromEntries(entries), { level: 9 });
}

function packageJson() {
  return Buffer.from(`${JSON.stringify({ name: "cordon-connector-gateway", private: true, main: "index.js" })}\n`);
}

function hostJson() {
  return Buffer.from(`${JSON.stringify({ version: "2.0", extensions: { http: { routePrefix: "" } } })}\n`);
}

function kilobytes(bytes) {
  return `${Math.round(bytes.length / 1024)} KB`;
}
