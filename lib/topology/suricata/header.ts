import { AddressSet } from "../sets/address-set";
import { RangeSet } from "../sets/range-set";

/** A set that is not known to the last element: it holds `lower` for sure and nothing outside of `upper`. */
export interface Between<Part> {
  readonly upper: Part;
  readonly lower: Part;
}

/** What a rule's words mean, and how to leave something out of them. */
interface Algebra<Part> {
  readonly all: Part;
  readonly none: Part;
  readonly unionAll: (sets: Part[]) => Part;
  readonly subtract: (set: Part, other: Part) => Part;
  /** One word that is neither a list nor negated. */
  readonly word: (text: string) => Between<Part>;
}

/** The addresses of a header: `any`, `$NAME`, `@NAME`, blocks, lists, and `!` before each. */
export function readAddresses(text: string, variable: (name: string) => Between<AddressSet>): Between<AddressSet> {
  return read(text, {
    all: AddressSet.ALL,
    none: AddressSet.NONE,
    unionAll: (sets) => AddressSet.unionAll(sets),
    subtract: (set, other) => set.subtract(other),
    word: (word) => {
      if (word.toLowerCase() === "any") return exactly(AddressSet.ALL);
      if (word.startsWith("$")) return variable(word.slice(1));
      if (word.startsWith("@")) return variable(word);
      const block = AddressSet.parse(word);
      return block === undefined ? UNKNOWN_ADDRESSES : exactly(block);
    },
  });
}

/** The ports of a header: `any`, `$NAME`, numbers, ranges such as `1:1024` and `1024:`, lists, and `!` before each. */
export function readPorts(text: string, variable: (name: string) => Between<RangeSet>): Between<RangeSet> {
  return read(text, {
    all: RangeSet.PORTS,
    none: RangeSet.NONE,
    unionAll: (sets) => RangeSet.unionAll(sets),
    subtract: (set, other) => set.subtract(other),
    word: (word) => {
      if (word.toLowerCase() === "any") return exactly(RangeSet.PORTS);
      if (word.startsWith("$")) return variable(word.slice(1));
      const [, from = "", colon, to = ""] = /^(\d*)(:?)(\d*)$/.exec(word) ?? [];
      const first = Number(from === "" ? 0 : from);
      const last = colon === ":" ? Number(to === "" ? 65_535 : to) : first;
      const isRange = (from !== "" || to !== "") && first <= last && last <= 65_535;
      return isRange ? exactly(RangeSet.of(first, last)) : UNKNOWN_PORTS;
    },
  });
}

export const UNKNOWN_ADDRESSES: Between<AddressSet> = { upper: AddressSet.ALL, lower: AddressSet.NONE };
export const UNKNOWN_PORTS: Between<RangeSet> = { upper: RangeSet.PORTS, lower: RangeSet.NONE };

/** Both ends of an exact set are one object. */
export const exactly = <Part>(set: Part): Between<Part> => ({ upper: set, lower: set });

/** The same change of both ends. */
export function mapped<Part>({ upper, lower }: Between<Part>, change: (set: Part) => Part): Between<Part> {
  return upper === lower ? exactly(change(upper)) : { upper: change(upper), lower: change(lower) };
}

function read<Part>(text: string, algebra: Algebra<Part>): Between<Part> {
  const { all, none, unionAll, subtract } = algebra;
  if (text.startsWith("!")) {
    const { upper, lower } = mapped(read(text.slice(1), algebra), (set) => subtract(all, set));
    return { upper: lower, lower: upper };
  }
  if (!text.startsWith("[")) return algebra.word(text);
  if (!text.endsWith("]")) return { upper: all, lower: none };
  const members = membersOf(text.slice(1, -1));
  const wanted = members.filter((member) => !member.startsWith("!")).map((member) => read(member, algebra));
  const left = members.filter((member) => member.startsWith("!")).map((member) => read(member.slice(1), algebra));
  const of = (part: "upper" | "lower", other: "upper" | "lower"): Part => {
    const base = wanted.length === 0 ? all : unionAll(wanted.map((one) => one[part]));
    return left.reduce((rest, one) => subtract(rest, one[other]), base);
  };
  const isExact = [...wanted, ...left].every(({ upper, lower }) => upper === lower);
  return isExact ? exactly(of("upper", "lower")) : { upper: of("upper", "lower"), lower: of("lower", "upper") };
}

// The members of a list; commas inside of inner brackets separate nothing.
function membersOf(text: string): string[] {
  const members: string[] = [];
  let depth = 0;
  let member = "";
  for (const letter of text) {
    if (letter === "[") depth += 1;
    if (letter === "]") depth -= 1;
    if (letter === "," && depth === 0) {
      members.push(member);
      member = "";
    } else member += letter;
  }
  return [...members, member].filter((one) => one !== "");
}
