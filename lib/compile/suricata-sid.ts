import { createHash } from "node:crypto";

const FIRST = 1_000_000;
const LAST = 2_147_483_647;

/**
 * Gives each rule the number that logs name it by. It comes from the rule's own content, so that adding or removing
 * another rule does not change it; two that fall on one number are told apart by hashing the later one, in the order of
 * their content, again.
 *
 * @param keys what each rule is about, such as `triage|https:api.example.com:443`; no two are equal
 */
export function stableSids(keys: string[]): Map<string, number> {
  const sids = new Map<string, number>();
  const taken = new Set<number>();
  for (const key of [...keys].sort()) {
    let sid = sidOf(key);
    for (let round = 1; taken.has(sid); round += 1) sid = sidOf(`${key}#${round}`);
    taken.add(sid);
    sids.set(key, sid);
  }
  return sids;
}

const sidOf = (key: string): number => FIRST + (createHash("sha256").update(key).digest().readUInt32BE(0) % (LAST - FIRST + 1));
