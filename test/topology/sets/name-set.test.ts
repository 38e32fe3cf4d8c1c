import fc from "fast-check";
import { NameSet } from "../../../lib/topology/sets/name-set";
import { built, everyName, holds, nameExpressions } from "./name-expression";

const asked = (set: NameSet): string[] => everyName.filter((name) => set.has(name === "" ? undefined : name));

/** What a reader makes of the patterns: the longer one decides, and one without a star before one with it. */
function readBack(patterns: readonly string[]): NameSet {
  const parts = patterns.map((pattern) => {
    const isOut = pattern.startsWith("!");
    const text = isOut ? pattern.slice(1) : pattern;
    return { isOut, text, rank: text.replace("*", "").length + (text.startsWith("*") ? 0 : 0.5) };
  });
  return parts
    .sort((a, b) => a.rank - b.rank)
    .reduce((set, { isOut, text }) => {
      const part =
        text === "*"
          ? NameSet.NAMED
          : text === "-"
            ? NameSet.NAMELESS
            : text.startsWith("*.")
              ? NameSet.below(text.slice(2))
              : text.startsWith("*")
                ? NameSet.suffix(text.slice(1))
                : NameSet.exact(text);
      return isOut ? set.subtract(part) : set.union(part);
    }, NameSet.NONE);
}

describe("a set of names against every name of a small alphabet", () => {
  test("has exactly the names that its expression means", () => {
    fc.assert(
      fc.property(nameExpressions, (expression) => {
        expect(asked(built(expression))).toEqual(everyName.filter((name) => holds(expression, name)));
      }),
      { numRuns: 300 },
    );
  });

  test("is equal to another, with the same key and the same patterns, exactly where both have the same names", () => {
    fc.assert(
      fc.property(nameExpressions, nameExpressions, (one, other) => {
        const [a, b] = [built(one), built(other)];
        const isSame = everyName.every((name) => holds(one, name) === holds(other, name));
        expect([a.equals(b), a.key === b.key, a.patterns().join() === b.patterns().join()]).toEqual([
          isSame,
          isSame,
          isSame,
        ]);
        expect(a.isSubsetOf(b)).toBe(everyName.every((name) => !holds(one, name) || holds(other, name)));
        expect(a.isEmpty).toBe(everyName.every((name) => !holds(one, name)));
        expect(a.isAll).toBe(everyName.every((name) => holds(one, name)));
      }),
      { numRuns: 300 },
    );
  });

  test("obeys the laws of sets, as the very same set", () => {
    fc.assert(
      fc.property(nameExpressions, nameExpressions, nameExpressions, (x, y, z) => {
        const [a, b, c] = [built(x), built(y), built(z)];
        const pairs: [NameSet, NameSet][] = [
          [a.union(b), b.union(a)],
          [a.intersect(b), b.intersect(a)],
          [a.union(b).union(c), a.union(b.union(c))],
          [a.intersect(b.union(c)), a.intersect(b).union(a.intersect(c))],
          [a.union(b).complement(), a.complement().intersect(b.complement())],
          [a.subtract(b), a.intersect(b.complement())],
          [a.complement().complement(), a],
          [a.union(a.complement()), NameSet.ALL],
          [a.intersect(a.complement()), NameSet.NONE],
          [NameSet.unionAll([a, b, c]), a.union(b).union(c)],
        ];
        for (const [left, right] of pairs) expect([left.equals(right), left.key]).toEqual([true, right.key]);
      }),
      { numRuns: 300 },
    );
  });

  test("is the same set again from its patterns", () => {
    fc.assert(
      fc.property(nameExpressions, (expression) => {
        const set = built(expression);
        expect(asked(readBack(set.patterns()))).toEqual(asked(set));
      }),
      { numRuns: 300 },
    );
  });

  test("gives one of its names as a sample, and none only where it holds no name", () => {
    fc.assert(
      fc.property(nameExpressions, (expression) => {
        const set = built(expression);
        const name = set.sample();
        expect(name === undefined).toBe(set.isEmpty || set.equals(NameSet.NAMELESS));
        if (name !== undefined) expect(set.has(name)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the ways to name names", () => {
  const names = ["x.com", "a.x.com", "a.b.x.com", "evilx.com", "x.com.evil.com", "com"];
  const members = (set: NameSet): string[] => names.filter((name) => set.has(name));

  test("exact is the name alone, below every name under it, a suffix also what only ends alike", () => {
    expect(members(NameSet.exact("x.com"))).toEqual(["x.com"]);
    expect(members(NameSet.below("x.com"))).toEqual(["a.x.com", "a.b.x.com"]);
    expect(members(NameSet.suffix("x.com"))).toEqual(["x.com", "a.x.com", "a.b.x.com", "evilx.com"]);
  });

  test("a suffix that begins with a dot is every name below: no name begins with a dot", () => {
    expect(NameSet.suffix(".x.com").equals(NameSet.below("x.com"))).toBe(true);
  });

  test("case says nothing", () => {
    expect(NameSet.exact("API.Example.COM").equals(NameSet.exact("api.example.com"))).toBe(true);
    expect(NameSet.below("example.com").has("A.EXAMPLE.com")).toBe(true);
  });

  test("no name is in the sets that say so, and in no pattern", () => {
    expect(
      [NameSet.ALL, NameSet.NAMED, NameSet.NAMELESS, NameSet.NONE, NameSet.suffix("")].map((set) => set.has(undefined)),
    ).toEqual([true, false, true, false, false]);
    expect(NameSet.suffix("x.com").complement().has(undefined)).toBe(true);
  });
});

describe("patterns for a reader", () => {
  test.each([
    [NameSet.NONE, []],
    [NameSet.ALL, ["*", "-"]],
    [NameSet.NAMED, ["*"]],
    [NameSet.NAMELESS, ["-"]],
    [NameSet.exact("x.com").union(NameSet.below("y.com")), ["*.y.com", "x.com"]],
    [NameSet.suffix("x.com"), ["*x.com"]],
    [NameSet.suffix("x.com").subtract(NameSet.exact("x.com")), ["!x.com", "*x.com"]],
    [NameSet.below("x.com").subtract(NameSet.below("a.x.com")), ["!*.a.x.com", "*.x.com"]],
    [NameSet.NAMED.subtract(NameSet.exact("x.com")), ["!x.com", "*"]],
  ])("are %#", (set, expected) => {
    expect(set.patterns()).toEqual(expected);
  });
});

describe("a sample", () => {
  test("is found although the words that are tried first are taken out", () => {
    const words = ["unlisted.example", "unlisted.test", "unlisted.invalid"].map((word) => NameSet.exact(word));
    const set = NameSet.NAMED.subtract(NameSet.unionAll(words));
    expect(set.has(set.sample())).toBe(true);
    const inner = NameSet.below("x").subtract(
      NameSet.unionAll(["d.x", "x.x", "z.x", "unlisted.x"].map((one) => NameSet.suffix(one))),
    );
    expect(inner.has(inner.sample())).toBe(true);
  });

  test("is found although the words and every single letter are taken out", () => {
    const words = ["example", "test", "invalid"].map((word) => NameSet.suffix(word));
    const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789"].map((letter) => NameSet.exact(letter));
    const without = NameSet.NAMED.subtract(NameSet.unionAll(words));
    expect(without.has(without.sample())).toBe(true);
    const less = without.subtract(NameSet.unionAll(letters));
    expect(less.has(less.sample())).toBe(true);
  });
});
