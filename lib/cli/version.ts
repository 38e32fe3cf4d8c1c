import { readFileSync } from "node:fs";
import { join } from "node:path";

// The package's own file, seen from `lib/cli` and from `dist/lib/cli`.
const PLACES = [join("..", ".."), join("..", "..", "..")];

/** The version of this package. */
export function packageVersion(): string {
  for (const place of PLACES) {
    try {
      const own = JSON.parse(readFileSync(join(__dirname, place, "package.json"), "utf8"));
      if (own.name === "cdktf-cordon" && typeof own.version === "string") return own.version;
    } catch {
      // The other place has it.
    }
  }
  return "0.0.0";
}
