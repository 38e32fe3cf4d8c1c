import type { Reading } from "../model/doubt";
import type { Pattern } from "./pattern";
import { type Letter, matches, type Outlook, type Sense, type Track } from "./words";

/** Whether a statement lets requests through or holds them back; it decides which way its unknowns count. */
export type Role = "opening" | "restriction";

/** A side of a statement that is followed on tracks. */
export interface FollowedSide {
  holds(matched: readonly boolean[]): boolean;
  /** Whether no longer word can be matched. */
  isNever(outlook: Outlook): boolean;
  /** Whether every longer word is matched. */
  isAlways(outlook: Outlook): boolean;
}

const isMatch =
  (letters: readonly Letter[], sense: Sense) =>
  (pattern: Pattern): boolean =>
    matches({ pattern, sense }, letters);

/** The actions or the resources of a statement: a list of what it is about, or of what it is not about. */
export class Side {
  private readonly listed: Sense;
  private readonly unlisted: Sense;

  public constructor(
    private readonly role: Role,
    reading: Reading,
    public readonly positive: readonly Pattern[] | undefined,
    public readonly negative: readonly Pattern[] | undefined,
  ) {
    const isWide = (role === "opening") === (reading === "open");
    this.listed = isWide ? "may" : "must";
    this.unlisted = isWide ? "must" : "may";
  }

  /** Whether the side is about every text. */
  public get isAll(): boolean {
    return this.positive?.some((pattern) => pattern.isAll) ?? (this.negative ?? []).length === 0;
  }

  /** Whether the side is about a text. */
  public holds(letters: readonly Letter[]): boolean {
    const isListed = this.positive?.some(isMatch(letters, this.listed));
    return isListed ?? !(this.negative ?? []).some(isMatch(letters, this.unlisted));
  }

  /** Whether the side may be about a text, for some value of its templates. */
  public mayHold(letters: readonly Letter[]): boolean {
    return this.positive?.some(isMatch(letters, "may")) ?? !(this.negative ?? []).some(isMatch(letters, "must"));
  }

  /** Whether the side is about a text for every value of its templates. */
  public mustHold(letters: readonly Letter[]): boolean {
    return this.positive?.some(isMatch(letters, "must")) ?? !(this.negative ?? []).some(isMatch(letters, "may"));
  }

  /**
   * Adds the patterns to the tracks.
   * @param counts which patterns open anything; the others are as if they were not listed
   * @param maker a pattern that makes the words itself, and so matches all of them
   */
  public follow(tracks: Track[], counts: (pattern: Pattern) => boolean = () => true, maker?: Pattern): FollowedSide {
    const isOpening = this.role === "opening";
    const followed = (patterns: readonly Pattern[], sense: Sense): number[] =>
      patterns.map((pattern) => (pattern === maker ? 0 : tracks.push({ pattern, sense }) - 1));
    if (this.positive !== undefined) {
      const at = followed(isOpening ? this.positive.filter(counts) : this.positive, this.listed);
      return {
        holds: (matched) => at.some((track) => matched[track]),
        isNever: (outlook) => at.every((track) => outlook.isDead(track)),
        isAlways: (outlook) => at.some((track) => outlook.isSealed(track)),
      };
    }
    // What a Deny leaves out is what it lets through.
    const negative = this.negative ?? [];
    const at = followed(isOpening ? negative : negative.filter(counts), this.unlisted);
    return {
      holds: (matched) => !at.some((track) => matched[track]),
      isNever: (outlook) => at.some((track) => outlook.isSealed(track)),
      isAlways: (outlook) => at.every((track) => outlook.isDead(track)),
    };
  }
}
