import { randomBytes } from "node:crypto";
import type { TokenKeys } from "../core/content";
import type { Store } from "../core/ports";
import { GatewayProblem } from "../core/problem";

/** Keys are kept for good: what they made is in the agents' hands. */
const NEVER = Date.UTC(9999, 0);
const KEY_BYTES = 32;

/**
 * Keys of hashes and tokens, one for each connector. The first instance that needs one makes it and puts it into the shared
 * store, which the gateway's identity alone reads; the others find it there.
 */
export class StoredTokenKeys {
  private readonly known = new Map<string, Promise<TokenKeys>>();

  public constructor(private readonly store: Store) {}

  /** @throws keys_unavailable, store_unavailable */
  public of(connector: string): Promise<TokenKeys> {
    const known = this.known.get(connector);
    if (known !== undefined) return known;
    const read = this.read(connector).catch((error: unknown) => {
      this.known.delete(connector);
      throw error;
    });
    this.known.set(connector, read);
    return read;
  }

  private async read(connector: string): Promise<TokenKeys> {
    const name = `token-key|${connector}`;
    const stored = await this.store.get(name);
    if (stored !== undefined) return keysOf(connector, stored.value);
    const value = { kid: "k1", key: randomBytes(KEY_BYTES).toString("base64") };
    const isFirst = await this.store.put(name, value, { ifVersion: undefined, expiresAt: NEVER });
    return keysOf(connector, isFirst ? value : (await this.store.get(name))?.value);
  }
}

function keysOf(connector: string, value: unknown): TokenKeys {
  const { kid, key } = (value ?? {}) as { readonly kid?: unknown; readonly key?: unknown };
  const bytes = typeof key === "string" ? Buffer.from(key, "base64") : Buffer.alloc(0);
  if (typeof kid !== "string" || bytes.length < KEY_BYTES) {
    throw new GatewayProblem("keys_unavailable", "The store holds no key for tokens.");
  }
  return { connector, current: { kid, key: bytes } };
}
