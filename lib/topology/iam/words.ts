/** One character, or the whole text of a symbol (`${aws_s3_bucket.x.arn}`). */
export type Letter = string;

/** Tells a symbol from a character. */
export const isSymbol = (letter: Letter): boolean => letter.length > 2 && letter.startsWith("${");

/**
 * How a pattern is held against a word. `made`: the pattern makes the word, so a symbol stands for itself. `may`: some
 * value of the templates lets them match. `must`: every value of the templates does.
 */
export type Sense = "made" | "may" | "must";

/** What can be followed letter by letter. Its places are sets of positions, ascending; none means no match any more. */
export interface Followed {
  start(sense: Sense): number[];
  step(places: readonly number[], letter: Letter, sense: Sense): number[];
  isEnd(places: readonly number[]): boolean;
  /** Every word that starts so matches. */
  isSealed(places: readonly number[]): boolean;
  /** The letters that it can make next; undefined if it can make every character. */
  nextLetters(places: readonly number[]): Letter[] | undefined;
  /** Every letter that it spells out. */
  readonly alphabet: Letter[];
}

/** Something that is followed while words are made. */
export interface Track {
  readonly pattern: Followed;
  readonly sense: Sense;
}

/** What can still become of the tracks, by their index. */
export interface Outlook {
  /** No longer word matches. */
  isDead(track: number): boolean;
  /** Every longer word matches. */
  isSealed(track: number): boolean;
}

/** A word of the first track, and which of the tracks match it. */
export interface Word {
  readonly letters: Letter[];
  readonly matched: boolean[];
}

/** Whether a track matches a word. */
export function matches({ pattern, sense }: Track, letters: readonly Letter[]): boolean {
  let places = pattern.start(sense);
  for (const letter of letters) {
    if (places.length === 0) return false;
    places = pattern.step(places, letter, sense);
  }
  return pattern.isEnd(places);
}

/** Beyond this many states a search gives up and says so. */
const STATES = 20_000;
// Stand for the characters that no pattern spells out.
const OTHERS = ["x", "X", "~"];

/**
 * Makes words that the first track matches, so that every combination of matches that some word has comes up at least
 * once: shortest first, in the order of their letters. The tracks run side by side, and of the words that lead all of
 * them to the same places one is followed.
 *
 * @param hopeless cuts off words of which no longer one is of interest
 * @returns the words; "too many" once, at the end, where the search gave up before it had seen all
 */
export function* words(
  tracks: readonly Track[],
  hopeless: (outlook: Outlook) => boolean = () => false,
): Generator<Word | "too many"> {
  const [maker] = tracks;
  if (maker === undefined) return;
  const alphabet = alphabetOf(tracks);
  const seen = new Set<string>();
  const queue: { letters: Letter[]; places: number[][] }[] = [];
  const visit = (letters: Letter[], places: number[][]): void => {
    if (places[0]?.length === 0) return;
    const key = places.map((place) => place.join()).join("|");
    if (seen.has(key)) return;
    seen.add(key);
    const outlook = {
      isDead: (track: number) => places[track]?.length === 0,
      isSealed: (track: number) => tracks[track]?.pattern.isSealed(places[track] ?? []) ?? false,
    };
    if (!hopeless(outlook)) queue.push({ letters, places });
  };
  visit(
    [],
    tracks.map(({ pattern, sense }) => pattern.start(sense)),
  );
  for (let head = 0; head < queue.length; head += 1) {
    if (seen.size > STATES) {
      yield "too many";
      return;
    }
    const { letters, places } = queue[head] ?? { letters: [], places: [] };
    const matched = tracks.map(({ pattern }, index) => pattern.isEnd(places[index] ?? []));
    if (matched[0]) yield { letters, matched };
    for (const letter of maker.pattern.nextLetters(places[0] ?? []) ?? alphabet) {
      const step = ({ pattern, sense }: Track, index: number): number[] =>
        pattern.step(places[index] ?? [], letter, sense);
      visit([...letters, letter], tracks.map(step));
    }
  }
}

// Symbols are made by the first pattern alone; another one's symbol is a text that nobody knows.
function alphabetOf(tracks: readonly Track[]): Letter[] {
  const spelt = new Set(tracks.flatMap(({ pattern }) => pattern.alphabet.filter((letter) => !isSymbol(letter))));
  const other = OTHERS.find((char) => !spelt.has(char)) ?? "\u{FFFD}";
  const own = tracks[0]?.pattern.alphabet.filter(isSymbol) ?? [];
  return [...new Set([...[...spelt, ":"].sort(), other, ...own])];
}
