import { NameSet } from "../sets/name-set";

/**
 * What a condition says of names. `may` holds every name that it can match in some way of writing it; `some` those that it
 * matches in one way at least; `every` those that it matches however they are written. Exact conditions have one set.
 */
export interface NameCondition {
  readonly may: NameSet;
  readonly some: NameSet;
  readonly every: NameSet;
}

/** A `content` on a name, with what binds it to the name's ends. */
export interface NameContent {
  readonly bytes: string;
  readonly negated: boolean;
  /** Case counts: another way of writing the name is not matched. */
  readonly inOneCase: boolean;
  readonly atStart: boolean;
  readonly atEnd: boolean;
  /** The name is looked at with a dot in front. */
  readonly dotInFront: boolean;
}

/** A name that nobody lists, by itself and behind a name that only has to begin with a text. */
const SAMPLE = "unlisted.example";

export const exactNames = (names: NameSet): NameCondition => ({ may: names, some: names, every: names });

export const ANY_NAME = exactNames(NameSet.NAMED);
/** A condition that is not understood: it may match any name, and none for sure. */
export const OPAQUE_NAME: NameCondition = { may: NameSet.NAMED, some: NameSet.NONE, every: NameSet.NONE };

/** Both conditions at once, on one name. */
export function bothNames(a: NameCondition, b: NameCondition): NameCondition {
  if (a === ANY_NAME) return b;
  const may = a.may.intersect(b.may);
  if (isExact(a) && isExact(b)) return exactNames(may);
  const every = a.every.intersect(b.every);
  return { may, some: isExact(a) || isExact(b) ? a.some.intersect(b.some) : every, every };
}

const isExact = ({ may, every }: NameCondition): boolean => may === every;

/** The names that a content matches. */
export function nameCondition(content: NameContent): NameCondition {
  const bytes = content.bytes.toLowerCase();
  // No name has such a character.
  if (/[^a-z0-9._*-]/.test(bytes)) return content.negated ? ANY_NAME : OPAQUE_NAME;
  const inOneCase = content.inOneCase && /[a-z]/.test(bytes);
  const found = anchored(content, bytes) ?? unanchored(content, bytes);
  if (!content.negated) return inOneCase ? { ...found, every: NameSet.NONE } : found;
  const without = (set: NameSet): NameSet => NameSet.NAMED.subtract(set);
  if (inOneCase) return { may: NameSet.NAMED, some: NameSet.NAMED, every: without(found.may) };
  if (isExact(found)) return exactNames(without(found.every));
  const every = without(found.may);
  return { may: without(found.every), some: SAMPLE.includes(bytes) ? NameSet.NONE : NameSet.exact(SAMPLE), every };
}

function anchored({ atStart, atEnd, dotInFront }: NameContent, bytes: string): NameCondition | undefined {
  if (!atEnd) return undefined;
  const fromDot = bytes.startsWith(".");
  const rest = bytes.slice(1);
  if (!atStart && !dotInFront) return exactNames(fromDot ? NameSet.below(rest) : NameSet.suffix(bytes));
  if (!atStart) return exactNames(fromDot ? NameSet.exact(rest).union(NameSet.below(rest)) : NameSet.suffix(bytes));
  if (dotInFront) return exactNames(fromDot ? NameSet.exact(rest) : NameSet.NONE);
  return exactNames(fromDot ? NameSet.NONE : NameSet.exact(bytes));
}

// Without a hold on the end, a name goes on in ways that no suffix describes: only a few are sure.
function unanchored({ atStart, dotInFront }: NameContent, bytes: string): NameCondition {
  const fromDot = bytes.startsWith(".");
  if (atStart && fromDot !== dotInFront) return exactNames(NameSet.NONE);
  const begin = fromDot && dotInFront ? bytes.slice(1) : fromDot ? `unlisted${bytes}` : bytes;
  const goesOn = NameSet.exact(begin.endsWith(".") ? `${begin}${SAMPLE}` : `${begin}.${SAMPLE}`);
  const itself = NameSet.exact(begin);
  const every = atStart ? itself : itself.union(fromDot ? NameSet.below(bytes.slice(1)) : NameSet.suffix(bytes));
  return { may: NameSet.NAMED, some: every.union(goesOn), every };
}
