/** Text for a terminal: what would steer it is shown instead of done. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Text for a cell of a Markdown table. */
export function cell(text: string): string {
  return printable(text).replace(/[\\|`*_<>[\]]/g, (letter) => `\\${letter}`);
}

/** Text in Markdown's code style. */
export function code(text: string): string {
  const shown = printable(text).replace(/\|/g, "\\|");
  return shown.includes("`") ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}
