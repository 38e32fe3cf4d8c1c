import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { requireEngine } from "../engine";

/** Terraform with the AWS provider, both from this machine: nothing is downloaded. */
export interface TerraformEngine {
  /** The command. */
  readonly binary: string;
  /** Folder in the layout of a provider mirror. */
  readonly mirror: string;
  /** The newest AWS provider in the mirror. */
  readonly providerVersion: string;
}

const PLATFORM = `${process.platform}_${{ x64: "amd64", arm64: "arm64" }[process.arch as string] ?? process.arch}`;

/** Folders that may hold a mirror somewhere below; searched to a small depth. */
const ROOTS = ["/opt", "/usr/local", "/usr/share", "/var/lib", "/srv", homedir()];
const DEPTH = 4;

/** Terraform and the AWS provider, or `undefined` after a line that says what is missing. */
export function terraformEngine(): TerraformEngine | undefined {
  const binary = requireEngine("terraform", () => onPath("terraform"), "install the terraform command, 1.7 or later");
  const mirror = requireEngine(
    "aws-provider",
    findMirror,
    "run `terraform providers mirror DIR` beside a configuration that needs hashicorp/aws, and set CORDON_PROVIDER_MIRROR to DIR",
  );
  if (binary === undefined || mirror === undefined) return undefined;
  return { binary, mirror, providerVersion: versionsIn(mirror)[0] ?? "" };
}

/** The moto server's command, or `undefined` after a line that says how to get it. */
export function motoServer(): string | undefined {
  return requireEngine("moto", () => onPath("moto_server"), "run `pip install 'moto[server]'`");
}

/** Where a command of the PATH is. */
export function onPath(command: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

/** The first folder that mirrors the AWS provider for this platform: named ones first, then what a search finds. */
export function findMirror(): string | undefined {
  return [...namedMirrors(), ...ROOTS.flatMap((root) => mirrorsBelow(root, DEPTH))].find(
    (mirror) => versionsIn(mirror).length > 0,
  );
}

function namedMirrors(): string[] {
  const { CORDON_PROVIDER_MIRROR, TF_CLI_CONFIG_FILE, TF_PLUGIN_CACHE_DIR, XDG_DATA_HOME } = process.env;
  return [
    CORDON_PROVIDER_MIRROR,
    ...configuredMirrors(TF_CLI_CONFIG_FILE ?? join(homedir(), ".terraformrc")),
    join(homedir(), ".terraform.d", "plugins"),
    join(XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "terraform", "plugins"),
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    TF_PLUGIN_CACHE_DIR,
  ].filter((folder) => folder !== undefined);
}

function configuredMirrors(configFile: string): string[] {
  if (!existsSync(configFile)) return [];
  const blocks = readFileSync(configFile, "utf8").matchAll(/filesystem_mirror\s*\{[^}]*?path\s*=\s*"([^"]+)"/g);
  return [...blocks].flatMap(([, path]) => (path === undefined ? [] : [path]));
}

function mirrorsBelow(root: string, depth: number): string[] {
  const folders = foldersIn(root).filter((name) => !name.startsWith(".") && name !== "node_modules");
  const here = folders.some((host) => existsSync(join(root, host, "hashicorp", "aws"))) ? [root] : [];
  if (here.length > 0 || depth === 0) return here;
  return folders.flatMap((name) => mirrorsBelow(join(root, name), depth - 1));
}

// A mirror is HOST/hashicorp/aws/ with either VERSION/PLATFORM folders or one archive for each version and platform.
function versionsIn(mirror: string): string[] {
  const hosts = foldersIn(mirror).map((host) => join(mirror, host, "hashicorp", "aws"));
  const found = hosts.flatMap((provider) => [
    ...foldersIn(provider).filter((version) => existsSync(join(provider, version, PLATFORM))),
    ...entriesOf(provider).flatMap(({ name }) => {
      const archive = /^terraform-provider-aws_(\d[\w.]*)_(\w+_\w+)\.zip$/.exec(name);
      return archive?.[1] !== undefined && archive[2] === PLATFORM ? [archive[1]] : [];
    }),
  ]);
  return [...new Set(found)].sort((a, b) => versionRank(b) - versionRank(a));
}

function versionRank(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return (major * 10_000 + minor) * 10_000 + patch;
}

function foldersIn(folder: string): string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
