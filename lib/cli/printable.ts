// Control characters, line separators, marks that turn the direction of writing, and halves of pairs.
const STEERING = /[\p{Cc}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\p{Cs}]/gu;

/** Text for a reader: what would steer a terminal or hide other text is shown as an escape instead of done. */
export function printable(text: string): string {
  return text.replace(STEERING, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Text for Markdown, also in a cell of a table: it marks, links and mentions nothing. */
export function markdown(text: string): string {
  return printable(text)
    .replace(/[\\|`*_~<>[\]#!]/g, (letter) => `\\${letter}`)
    .replace(/&/g, "&amp;")
    .replace(/@/g, "&#64;")
    .replace(/:\/\//g, "&#58;//");
}

/** Text in Markdown's code style. */
export function code(text: string): string {
  const shown = printable(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const isEdgy = longest > 0 || shown.trim() !== shown || shown === "";
  return isEdgy ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}

/** Text in Markdown's code style, in a cell of a table: there a bar ends the cell even in code. */
export const codeCell = (text: string): string => code(text).replace(/\|/g, "\\|");

/** Rows as a table of Markdown; cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
