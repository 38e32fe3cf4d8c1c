import type { JsonValue, TerraformJson } from "./terraform-json";

/**
 * A stack as text that only changes when the plan does: keys sorted, construct metadata, provider versions and asset
 * hashes masked.
 */
export function snapshotOf(json: TerraformJson): string {
  return JSON.stringify(masked(json as unknown as JsonValue, []), null, 2);
}

function masked(value: JsonValue, path: string[]): JsonValue {
  if (Array.isArray(value)) return value.map((item) => masked(item, path));
  if (typeof value !== "object" || value === null) return maskText(value, path);
  const keys = Object.keys(value)
    .filter((key) => key !== "//")
    .sort();
  return Object.fromEntries(keys.map((key) => [key, masked(value[key] ?? null, [...path, key])]));
}

function maskText(value: string | number | boolean | null, path: string[]): JsonValue {
  if (typeof value !== "string") return value;
  if (path.includes("required_providers") && path.at(-1) === "version") return "<version>";
  if (path[0] === "terraform" && path.includes("backend") && path.at(-1) === "path") return "<path>";
  // Of an archive that the package brings: it says which code, and not what of the plan.
  if (path.at(-1) === "source_code_hash" && /^[A-Za-z0-9+/]{43}=$/.test(value)) return "<hash>";
  return value
    .replace(/-[0-9a-f]{32}\.zip/g, "-<hash>.zip")
    .replace(/assets\/([^/]+)\/[0-9A-F]{32}\//g, "assets/$1/<hash>/");
}
