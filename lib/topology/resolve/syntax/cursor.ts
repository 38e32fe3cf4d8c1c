/** Text that is not an expression of Terraform's language, or one that is nested too deep. */
export class TemplateSyntaxError extends Error {}

const SPACE = /(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const IDENTIFIER = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const DIGITS = /[0-9]+/y;
const NUMBER = /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPES = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ['"', '"'],
  ["\\", "\\"],
]);

/** A place in a text, and the smallest pieces that can be read there. */
export class Cursor {
  public at = 0;

  public constructor(public readonly text: string) {}

  public get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  public sees(word: string): boolean {
    return this.text.startsWith(word, this.at);
  }

  public take(word: string): boolean {
    if (!this.sees(word)) return false;
    this.at += word.length;
    return true;
  }

  public expect(word: string): void {
    if (!this.take(word)) this.fail(`no '${word}'`);
  }

  /** Goes over white space and comments. */
  public skipSpace(): void {
    this.match(SPACE);
  }

  public identifier(): string | undefined {
    return this.match(IDENTIFIER);
  }

  public digits(): string | undefined {
    return this.match(DIGITS);
  }

  public number(): string | undefined {
    return this.match(NUMBER);
  }

  /** Reads a pattern that starts here. */
  public match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** The character that a backslash in a quoted string stands for. */
  public escape(): string {
    this.expect("\\");
    const letter = this.text[this.at] ?? "";
    this.at += 1;
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) return plain;
    const digits = letter === "u" ? 4 : letter === "U" ? 8 : 0;
    const hex = this.text.slice(this.at, this.at + digits);
    const code = Number.parseInt(hex, 16);
    if (digits === 0 || !/^[0-9a-fA-F]+$/.test(hex) || hex.length !== digits || code > 0x10ffff) this.fail("no escape");
    this.at += digits;
    return String.fromCodePoint(code);
  }

  public fail(problem: string): never {
    throw new TemplateSyntaxError(`${problem} at character ${this.at + 1}`);
  }
}
