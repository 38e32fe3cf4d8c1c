import type { Store } from "../ports";
import { GatewayProblem } from "../problem";

/** What is written in place of a value. */
export interface Change {
  readonly value: unknown;
  readonly expiresAt: number;
}

/** With how many others one may meet at one key before it is refused. */
const MOST_TRIES = 40;

/** Changes one value as if nobody else did: what another wrote in between is read again. @throws store_unavailable */
export async function changeValue<T extends Change>(
  store: Store,
  key: string,
  change: (value: unknown) => T | Promise<T>,
): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const stored = await store.get(key);
    const next = await change(stored?.value);
    const isFirst = await store.put(key, next.value, { ifVersion: stored?.version, expiresAt: next.expiresAt });
    if (isFirst) return next;
  }
  throw new GatewayProblem("store_unavailable", "Too many requests change the same count at once.", { retryAfter: 1 });
}
