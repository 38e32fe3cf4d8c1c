import { createHash } from "node:crypto";

/** Rules of allow lists: each has a number from what it is about. */
const ALLOW = { first: 1_000_000, count: 1_999_000_000 };
/** Rules around an agent, after all allow lists: each agent has a block of hundred numbers. */
const AROUND = { first: 2_000_000_000, size: 100, count: 1_474_836 };

/**
 * Gives each rule of an allow list the number that logs name it by. It comes from the rule's own content, so that adding
 * or removing another rule does not change it; two that fall on one number are told apart by hashing the later one, in
 * the order of their content, again.
 *
 * @param keys what each rule is about, such as `triage|https:api.example.com:443`; no two are equal
 */
export function stableSids(keys: string[]): Map<string, number> {
  return spread(keys, ALLOW.count, (place) => ALLOW.first + place);
}

/**
 * The first of each agent's hundred numbers for the rules that do not come from its allow list. All are above those of
 * allow lists: an engine that breaks ties by number then logs an entry rather than what would have closed without it.
 */
export function agentSidBlocks(agents: string[]): Map<string, number> {
  return spread(agents, AROUND.count, (place) => AROUND.first + place * AROUND.size);
}

function spread(keys: string[], count: number, numberAt: (place: number) => number): Map<string, number> {
  const numbers = new Map<string, number>();
  const taken = new Set<number>();
  for (const key of [...keys].sort()) {
    let place = hash(key) % count;
    for (let round = 1; taken.has(place); round += 1) place = hash(`${key}#${round}`) % count;
    taken.add(place);
    numbers.set(key, numberAt(place));
  }
  return numbers;
}

const hash = (key: string): number => createHash("sha256").update(key).digest().readUInt32BE(0);
