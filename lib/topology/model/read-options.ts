import type { JsonValue } from "../terraform-json";
import type { Declaration } from "./declaration";
import type { Reading } from "./doubt";

/** How a stack is to be read. */
export interface ReadOptions {
  readonly reading: Reading;
  /** Agents by name, as addresses of subnets or of what runs in them. */
  readonly agents?: { readonly [agent: string]: readonly string[] };
  readonly assume?: { readonly [token: string]: JsonValue };
  readonly declaration?: Declaration;
}
