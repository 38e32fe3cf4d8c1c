// Packs the package, installs it for each cloud into an empty project with only that cloud's provider, and checks what a
// user would meet: what the archive holds, what gets installed, that the first program of the cloud's README type-checks
// under every kind of module resolution, that it synthesizes, and that the command proves it.
import { execFileSync, spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const work = mkdtempSync(join(tmpdir(), "cordon-package-"));
const {
  version,
  peerDependencies,
  dependencies,
  exports: entryPoints,
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const problems = [];

/** The document whose first program is the cloud's, and what has to be in what it synthesizes. */
const clouds = [
  { provider: "provider-aws", readme: "README.md", network: "aws_vpc" },
  { provider: "provider-google", readme: "constructs/gcp/README.md", network: "google_compute_network" },
  { provider: "provider-azurerm", readme: "constructs/azure/README.md", network: "azurerm_virtual_network" },
];

try {
  const archive = pack();
  checkContent(archive);
  for (const cloud of clouds) {
    const project = install(archive.filename, cloud);
    checkInstalled(project, cloud);
    for (const setting of moduleResolutions()) checkTypes(project, cloud, setting);
    checkSynth(project, cloud);
    checkCommand(project);
    printAudit(project);
    rmSync(project, { recursive: true });
  }
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${problems.length} problems\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

function pack() {
  const [archive] = JSON.parse(
    run("npm", ["pack", "--json", "--pack-destination", work], root).replace(/^[^[]*(?=\[)/, ""),
  );
  process.stdout.write(
    `${archive.filename}: ${kilobytes(archive.size)} packed, ${kilobytes(archive.unpackedSize)} unpacked, ${archive.entryCount} files\n`,
  );
  return archive;
}

function checkContent({ filename, files }) {
  const folder = join(work, "content");
  mkdirSync(folder);
  run("tar", ["-xzf", join(work, filename), "-C", folder], work);
  const targets = Object.values(entryPoints).flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target),
  );
  const wanted = [
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "SECURITY.md",
    ...targets.map((target) => target.replace(/^\.\//, "")),
  ];
  const paths = files.map(({ path }) => path);
  for (const path of wanted) if (!paths.includes(path)) problems.push(`the archive lacks ${path}`);
  for (const path of paths) {
    if (/(^|\/)(test|examples|bench|scripts|node_modules)\//.test(path) || /\.test\./.test(path))
      problems.push(`the archive holds ${path}`);
    if (path.endsWith(".ts") && !path.endsWith(".d.ts")) problems.push(`the archive holds the source ${path}`);
    const text = readFileSync(join(folder, "package", path), "utf8");
    if (text.includes(root) || text.includes(`${tmpdir()}/`))
      problems.push(`${path} in the archive names a folder of this machine`);
  }
}

function install(filename, { provider }) {
  const project = join(work, "project");
  mkdirSync(project);
  const manifest = { name: "project", version: "1.0.0", private: true };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const peers = Object.keys(peerDependencies)
    .filter((name) => !name.includes("/provider-") || name.endsWith(`/${provider}`))
    .map((name) => `${name}@${locked[`node_modules/${name}`].version}`);
  const start = performance.now();
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(work, filename), ...peers], project);
  const tools = ["typescript", "@types/node"].map((name) => `${name}@${locked[`node_modules/${name}`].version}`);
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--save-dev", ...tools], project);
  process.stdout.write(`installed in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return project;
}

function checkInstalled(project, { provider }) {
  const modules = join(project, "node_modules");
  const providers = readdirSync(join(modules, "@cdktf")).filter((name) => name.startsWith("provider-"));
  if (providers.join() !== provider)
    problems.push(`installed providers: ${providers.join(", ")}, expected ${provider} alone`);
  const own = ["cdktf-cordon", ...Object.keys(dependencies)].map(
    (name) => `${name} ${kilobytes(sizeOf(join(modules, name)))}`,
  );
  process.stdout.write(
    `sizes: ${own.join(", ")}, @cdktf/${provider} ${kilobytes(sizeOf(join(modules, "@cdktf", provider)))}\n`,
  );
}

// node10 is what `cdktf init` leaves a project with; it reads no `exports`, so typesVersions have to cover it.
function moduleResolutions() {
  return [
    { name: "node", module: "commonjs", moduleResolution: "node10" },
    { name: "node16", module: "node16", moduleResolution: "node16" },
    { name: "bundler", module: "esnext", moduleResolution: "bundler" },
  ];
}

function checkTypes(project, cloud, { name, module, moduleResolution }) {
  writeFileSync(join(project, "main.ts"), quickstart(cloud));
  const compilerOptions = {
    target: "es2022",
    module,
    moduleResolution,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  const { status, stdout } = spawnSync(join("node_modules", ".bin", "tsc"), ["-p", "."], {
    cwd: project,
    encoding: "utf8",
  });
  if (status !== 0) problems.push(`under module resolution ${name}:\n${stdout.trim()}`);
  else process.stdout.write(`types resolve under ${name}\n`);
}

/** The first program of the cloud's README, as written there, and a use of the test helper's entry point. */
function quickstart({ readme: file }) {
  const readme = readFileSync(join(root, file), "utf8");
  const [first, ...fences] = [...readme.matchAll(/^```ts([^\n]*)\n([\s\S]*?)^```$/gm)];
  const rest = fences.slice(
    0,
    fences.findIndex(([, info]) => !info.includes("continued")),
  );
  if (first === undefined) throw new Error(`${file} has no ts program`);
  return `import { Topology } from "cdktf-cordon/testing";\n${[first, ...rest].map(([, , text]) => text).join("\n")}
export const check: typeof Topology = Topology;
`;
}

function checkSynth(project, { network }) {
  const compilerOptions = {
    target: "es2022",
    module: "node16",
    moduleResolution: "node16",
    strict: true,
    skipLibCheck: true,
    types: ["node"],
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  run(join("node_modules", ".bin", "tsc"), ["-p", "."], project);
  run("node", ["main.js"], project);
  const stacks = join(project, "cdktf.out", "stacks");
  for (const stack of readdirSync(stacks)) {
    const { resource } = JSON.parse(readFileSync(join(stacks, stack, "cdk.tf.json"), "utf8"));
    const count = Object.values(resource).reduce((sum, byName) => sum + Object.keys(byName).length, 0);
    if (resource[network] === undefined) problems.push(`stack ${stack} has no ${network}`);
    process.stdout.write(`cdktf-cordon ${version} synthesized ${stack} with ${count} resources\n`);
  }
}

// The command is installed with the package and judges what the program has just synthesized.
function checkCommand(project) {
  const command = join("node_modules", ".bin", "cordon");
  const proved = spawnSync(command, ["verify", "cdktf.out"], { cwd: project, encoding: "utf8" });
  if (proved.status !== 0 || !proved.stdout.includes("PROVED"))
    problems.push(`cordon verify ended with ${proved.status}:\n${proved.stdout}${proved.stderr}`);
  const refused = ["explain", "cdktf.out", "--agent", "triage", "--to", "https://example.org"];
  const { status } = spawnSync(command, refused, { cwd: project, encoding: "utf8" });
  if (status !== 1) problems.push(`cordon explain of a host that no policy names ended with ${status}`);
  process.stdout.write("cordon verify proves what the README's program synthesizes\n");
}

function printAudit(project) {
  const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], { cwd: project, encoding: "utf8" });
  const { metadata } = JSON.parse(stdout || "{}");
  const found = metadata?.vulnerabilities?.total;
  process.stdout.write(
    found === undefined
      ? "NOT AUDITED: this registry does not answer audit requests\n"
      : `${found} advisories in what a user installs\n`,
  );
}

function sizeOf(path) {
  const entry = lstatSync(path);
  if (!entry.isDirectory()) return entry.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

function kilobytes(bytes) {
  return bytes < 1e7 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`;
}

function run(command, args, cwd) {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(`${command} ${args.join(" ")} failed:\n${error.stdout}${error.stderr}`);
  }
}
