import { createHash } from "node:crypto";

/**
 * A number for each key, from its content: the same whatever the order, and as a rule the same when others come and go.
 * Keys that fall on one number are put on the next free ones, in the order of the keys.
 */
export function placesOf(keys: readonly string[], first: number, count: number): Map<string, number> {
  const taken = new Set<number>();
  const places = new Map<string, number>();
  for (const key of [...new Set(keys)].sort()) {
    let place = createHash("sha256").update(key).digest().readUInt32BE(0) % count;
    while (taken.has(place)) place = (place + 1) % count;
    taken.add(place);
    places.set(key, first + place);
  }
  return places;
}
