import type { Store } from "../../../../lambdas/connector-gateway/core/ports";

/** Adds one to a count, however often another is first. */
export async function increment(store: Store, key: string): Promise<void> {
  for (;;) {
    const stored = await store.get(key);
    const value = Number(stored?.value ?? 0) + 1;
    if (await store.put(key, value, { ifVersion: stored?.version, expiresAt: Date.now() + 600_000 })) return;
  }
}
