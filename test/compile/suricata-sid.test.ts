import * as fc from "fast-check";
import { agentSidBlocks, stableSids } from "../../lib/compile/suricata-sid";

const keys = fc.uniqueArray(fc.string({ minLength: 1 }), {
  minLength: 1,
  maxLength: 50,
});

describe("numbers of rules", () => {
  test("come from what a rule is about", () => {
    expect([
      ...stableSids(["triage|https:api.example.com:443", "coder|https:api.example.com:443"]),
    ]).toMatchInlineSnapshot(`
      [
        [
          "coder|https:api.example.com:443",
          1612718825,
        ],
        [
          "triage|https:api.example.com:443",
          1257670987,
        ],
      ]
    `);
    expect([...agentSidBlocks(["triage", "coder"])]).toMatchInlineSnapshot(`
      [
        [
          "coder",
          2065696200,
        ],
        [
          "triage",
          2014149300,
        ],
      ]
    `);
  });

  test("are unique, in their range, and the same for any order and any other keys", () => {
    fc.assert(
      fc.property(keys, fc.nat(), (all, at) => {
        const sids = stableSids(all);
        expect(new Set(sids.values()).size).toBe(all.length);
        for (const sid of sids.values()) expect(sid >= 1_000_000 && sid < 2_000_000_000).toBe(true);
        expect(stableSids([...all].reverse())).toEqual(sids);
        const key = all[at % all.length] ?? "";
        expect(stableSids([key]).get(key)).toBe(sids.get(key));
      }),
    );
  });

  test("of 30,000 rules are all different", () => {
    const all = Array.from({ length: 30_000 }, (_, index) => `triage|https:h${index}.example.com:443`);
    expect(new Set(stableSids(all).values()).size).toBe(all.length);
  });

  test("that fall together are told apart: the later key moves, the earlier and all others stay", () => {
    const all = Array.from({ length: 200_000 }, (_, index) => `key ${index}`);
    const together = all.filter((key) => stableSids([key]).get(key) !== undefined);
    const alone = new Map(together.map((key) => [key, stableSids([key]).get(key)]));
    const first = new Map<number | undefined, string>();
    const pair = [...all].sort().find((key) => {
      const there = first.has(alone.get(key));
      if (!there) first.set(alone.get(key), key);
      return there;
    });
    const earlier = first.get(alone.get(pair ?? ""));
    expect(pair).toBeDefined();
    expect(earlier).not.toBe(pair);
    const sids = stableSids([pair ?? "", earlier ?? "", "another"]);
    expect(sids.get(earlier ?? "")).toBe(alone.get(earlier ?? ""));
    expect(sids.get(pair ?? "")).not.toBe(alone.get(pair ?? ""));
    expect(sids.get("another")).toBe(stableSids(["another"]).get("another"));
  });

  test("around agents leave a hundred for each, above all allow lists", () => {
    const blocks = [...agentSidBlocks(Array.from({ length: 500 }, (_, index) => `agent-${index}`)).values()].sort(
      (a, b) => a - b,
    );
    expect(blocks[0]).toBeGreaterThanOrEqual(2_000_000_000);
    expect((blocks.at(-1) ?? 0) + 99).toBeLessThanOrEqual(2_147_483_647);
    blocks.slice(1).forEach((block, index) => {
      expect(block - (blocks[index] ?? 0)).toBeGreaterThanOrEqual(100);
    });
  });
});
