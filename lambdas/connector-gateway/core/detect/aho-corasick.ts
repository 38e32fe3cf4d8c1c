/** Folds ASCII letters; anything else stands for itself. */
function fold(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}

/**
 * Finds all of many ASCII literals, in any case, in one pass over a text: an Aho-Corasick automaton whose transitions are one
 * flat table, so that a character costs one look-up.
 * @see https://doi.org/10.1145/360825.360855
 */
export class KeywordAutomaton {
  private readonly classes = new Uint8Array(128);
  private readonly width: number;
  private readonly next: Int32Array;
  /** Rows whose state ends a keyword. */
  private readonly ends: Uint8Array;
  private readonly outputs: (readonly number[] | undefined)[];
  /** Length of the longest keyword's start that a state stands for. */
  private readonly depths: Int32Array;

  public constructor(private readonly keywords: readonly string[]) {
    const letters = [...new Set(keywords.join("").split(""))].sort();
    for (const [index, letter] of letters.entries()) this.classes[fold(letter.charCodeAt(0))] = index + 1;
    for (let code = 65; code <= 90; code += 1) this.classes[code] = this.classes[code + 32] ?? 0;
    this.width = letters.length + 1;
    const states = keywords.reduce((sum, { length }) => sum + length, 1);
    this.next = new Int32Array(states * this.width).fill(-1);
    this.depths = new Int32Array(states);
    this.outputs = new Array<readonly number[] | undefined>(states);
    this.ends = new Uint8Array(states * this.width);
    this.complete(this.grow());
  }

  /** Calls back with each keyword's index and the place after it. */
  public scan(text: string, from: number, found: (keyword: number, end: number) => void): void {
    const { classes, next, width, outputs, ends } = this;
    let state = 0;
    for (let i = from; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      state = next[state + (code < 128 ? (classes[code] ?? 0) : 0)] ?? 0;
      if (ends[state] === 0) continue;
      for (const keyword of outputs[state / width] ?? []) found(keyword, i + 1);
    }
  }

  /** Characters at the end of a text that could be the start of a keyword. */
  public pending(text: string): number {
    let state = 0;
    for (let i = Math.max(0, text.length - 128); i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      state = this.next[state + (code < 128 ? (this.classes[code] ?? 0) : 0)] ?? 0;
    }
    return this.depths[state / this.width] ?? 0;
  }

  private grow(): number {
    let used = 1;
    for (const [index, keyword] of this.keywords.entries()) {
      let state = 0;
      for (let i = 0; i < keyword.length; i += 1) {
        const edge = state * this.width + (this.classes[fold(keyword.charCodeAt(i))] ?? 0);
        if (this.next[edge] === -1) {
          this.next[edge] = used;
          this.depths[used] = i + 1;
          used += 1;
        }
        state = this.next[edge] ?? 0;
      }
      this.outputs[state] = [...(this.outputs[state] ?? []), index];
    }
    return used;
  }

  private complete(used: number): void {
    const { next, width, outputs } = this;
    const fails = new Int32Array(used);
    const queue = [0];
    for (const state of queue) {
      for (let letter = 0; letter < width; letter += 1) {
        const edge = state * width + letter;
        const child = next[edge] ?? -1;
        const other = state === 0 ? 0 : (next[(fails[state] ?? 0) * width + letter] ?? 0);
        if (child === -1) {
          next[edge] = other;
          continue;
        }
        fails[child] = other;
        const inherited = outputs[other];
        if (inherited !== undefined) outputs[child] = [...(outputs[child] ?? []), ...inherited];
        queue.push(child);
      }
    }
    for (let state = 0; state < used; state += 1) if (outputs[state] !== undefined) this.ends[state * width] = 1;
    // States as offsets of their rows spare a multiplication for each character.
    for (let edge = 0; edge < used * width; edge += 1) next[edge] = (next[edge] ?? 0) * width;
  }
}
