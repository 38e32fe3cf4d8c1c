/** One `keyword;` or `keyword:value;` of a rule. */
export interface RuleOption {
  /** In lower case. */
  readonly keyword: string;
  /** As written, without blanks around it; undefined where there is no colon. */
  readonly value: string | undefined;
}

/** The options of a rule; undefined where a quote stays open or text is left over. */
export function readOptions(text: string): RuleOption[] | undefined {
  const options: RuleOption[] = [];
  let start = 0;
  for (let end = 0; end < text.length; end += 1) {
    if (text[end] === "\\") end += 1;
    else if (text[end] === ";") {
      const option = readOption(text.slice(start, end).trim());
      if (option === undefined) return undefined;
      options.push(option);
      start = end + 1;
    }
  }
  return text.slice(start).trim() === "" ? options : undefined;
}

// A `;` ends an option even between quotes, unless a backslash stands before it.
function readOption(text: string): RuleOption | undefined {
  const colon = text.indexOf(":");
  const keyword = (colon < 0 ? text : text.slice(0, colon)).trim().toLowerCase();
  const value = colon < 0 ? undefined : text.slice(colon + 1).trim();
  if (!/^[a-z0-9_.-]+$/.test(keyword)) return undefined;
  const quoted = value?.replace(/^!\s*/, "");
  if (quoted?.startsWith('"') === true && (quoted.length < 2 || !quoted.endsWith('"'))) return undefined;
  return { keyword, value };
}

/** The bytes that a `content` looks for, as a text of one character a byte. */
export interface ContentBytes {
  readonly bytes: string;
  readonly negated: boolean;
}

/** The value of a `content`; undefined where it is no such value. */
export function readContent(value: string | undefined): ContentBytes | undefined {
  const [, not, quoted] = /^(!?)\s*"(.*)"$/s.exec(value ?? "") ?? [];
  if (quoted === undefined || quoted === "") return undefined;
  const negated = not === "!";
  if (/^[^|\\\x80-\uffff]*$/.test(quoted)) return { bytes: quoted, negated };
  let bytes = "";
  for (let at = 0; at < quoted.length; at += 1) {
    const letter = quoted.charAt(at);
    if (letter === "|") {
      const end = quoted.indexOf("|", at + 1);
      const hex = end < 0 ? "" : quoted.slice(at + 1, end).replace(/\s/g, "");
      if (!/^([0-9a-f]{2})+$/i.test(hex)) return undefined;
      bytes += Buffer.from(hex, "hex").toString("latin1");
      at = end;
    } else if (letter === "\\") {
      at += 1;
      const escaped = quoted.charAt(at);
      if (!['"', ";", ":", "\\", "|"].includes(escaped)) return undefined;
      bytes += escaped;
    } else {
      bytes += Buffer.from(letter, "utf8").toString("latin1");
    }
  }
  return { bytes, negated };
}
