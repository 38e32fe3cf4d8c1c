/** A text that was made from the scanned one, with the way back. */
export interface View {
  readonly text: string;
  /** Encodings that were undone, from the outermost. */
  readonly chain: readonly string[];
  /** The part of the scanned text that a part of this text comes from. */
  origin(start: number, end: number): readonly [number, number];
}

/** The scanned text itself. */
export function plainView(text: string): View {
  return { text, chain: [], origin: (start, end) => [start, end] };
}

/** What a run decodes to: every place in it comes from the whole run. */
export function runView(parent: View, start: number, end: number, text: string, encodings: readonly string[]): View {
  const run = parent.origin(start, end);
  return { text, chain: [...parent.chain, ...encodings], origin: () => run };
}

interface Piece {
  /** Where the piece begins in the text that is built. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  /** Characters as they stand in the parent, each in its own place. */
  readonly isKept: boolean;
}

/** Builds a text piece by piece, and knows for each piece where it came from. */
export class ViewBuilder {
  private readonly texts: string[] = [];
  private readonly pieces: Piece[] = [];
  private length = 0;

  public constructor(
    private readonly parent: View,
    private readonly encoding: string | undefined,
  ) {}

  /** Characters as they stand in the parent. */
  public keep(start: number, end: number): void {
    if (end > start) this.add(this.parent.text.slice(start, end), start, end, true);
  }

  /** Characters that stand for a part of the parent. */
  public put(text: string, start: number, end: number): void {
    if (text !== "") this.add(text, start, end, false);
  }

  public view(): View {
    const { parent, encoding, pieces } = this;
    return {
      text: this.texts.join(""),
      chain: encoding === undefined ? parent.chain : [...parent.chain, encoding],
      origin: (start, end) => {
        const first = pieceAt(pieces, start);
        const last = pieceAt(pieces, end - 1);
        const from = first.isKept ? first.start + start - first.at : first.start;
        const to = last.isKept ? last.start + end - last.at : last.end;
        return parent.origin(from, Math.max(from, to));
      },
    };
  }

  private add(text: string, start: number, end: number, isKept: boolean): void {
    this.texts.push(text);
    this.pieces.push({ at: this.length, start, end, isKept });
    this.length += text.length;
  }
}

/** The piece that holds a place, by halves. */
function pieceAt(pieces: readonly Piece[], place: number): Piece {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.at ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return pieces[low] ?? { at: 0, start: 0, end: 0, isKept: true };
}
