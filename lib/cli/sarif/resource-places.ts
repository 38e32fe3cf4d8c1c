/** Where something begins in a text; both count from 1, columns in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A position in JSON: keys of objects from the root, with `*` for the items of arrays. */
type Path = readonly string[];

/**
 * Finds where resources stand in a file of Terraform's JSON: by their keys in a configuration
 * (`resource.aws_subnet.a`), by their `address` in a plan or state. The text is scanned once, and has to be JSON.
 */
export class ResourcePlaces {
  private readonly places = new Map<string, Place>();

  public constructor(text: string) {
    scan(text, (path, at, value) => this.note(path, at, value));
  }

  /** @param address as in `aws_subnet.a`, `data.aws_vpc.x`, `module.net.aws_subnet.a["x"]` */
  public of(address: string): Place | undefined {
    const [, calls = "", own = "", instance = ""] = ADDRESS.exec(address) ?? [];
    const [outermost = ""] = /^module\.[A-Za-z0-9_-]+/.exec(calls) ?? [];
    for (const candidate of [`${calls}${own}${instance}`, `${calls}${own}`, outermost]) {
      const place = this.places.get(candidate);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  private note(path: Path, at: Place, value: string | undefined): void {
    const keys = path.filter((key) => key !== "*");
    const [root, type, name] = keys;
    const key = path.at(-1);
    if (key === "*") return;
    if (value !== undefined) {
      if (key === "address") this.keep(value, at);
    } else if (keys.length === 3 && root === "resource") this.keep(`${type}.${name}`, at);
    else if (keys.length === 3 && root === "data") this.keep(`data.${type}.${name}`, at);
    else if (keys.length === 2 && root === "module") this.keep(`module.${type}`, at);
  }

  // The first one counts: a plan shows what it plans before it repeats it.
  private keep(address: string, at: Place): void {
    if (!this.places.has(address)) this.places.set(address, at);
  }
}

// Module calls, the resource, and its instance; what a layer adds behind it (` sid 910`) is left.
const INSTANCE = String.raw`\[(?:"(?:[^"\\]|\\.)*"|\d+)\]`;
const CALL = String.raw`module\.[A-Za-z0-9_-]+(?:${INSTANCE})?\.`;
const ADDRESS = new RegExp(String.raw`^((?:${CALL})*)((?:data\.)?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)(${INSTANCE})?`);

interface Frame {
  /** The key that is read now; `*` in an array. */
  key: string;
  readonly isArray: boolean;
  /** A key has been read, and its value has not. */
  isValue: boolean;
}

/** Reports every key, and every text that is a key's value, with the place of the key. */
function scan(text: string, report: (path: Path, at: Place, value: string | undefined) => void): void {
  const frames: Frame[] = [];
  let [line, lineStart] = [1, 0];
  let place: Place = { line: 1, column: 1 };
  const path = (): Path => frames.map((frame) => frame.key);
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const frame = frames.at(-1);
    if (letter === "\n") {
      line += 1;
      lineStart = at + 1;
    } else if (letter === '"') {
      const end = endOfString(text, at);
      if (frame !== undefined && !frame.isArray && !frame.isValue) {
        frame.key = unquoted(text, at, end);
        place = { line, column: at - lineStart + 1 };
        if (frames.length <= DEEPEST_KEY) report(path(), place, undefined);
      } else if (frame?.key === "address") report(path(), place, unquoted(text, at, end));
      at = end;
    } else if (letter === "{" || letter === "[") {
      frames.push({ key: letter === "[" ? "*" : "", isArray: letter === "[", isValue: false });
    } else if (letter === "}" || letter === "]") frames.pop();
    else if (letter === ":" && frame !== undefined) frame.isValue = true;
    else if (letter === "," && frame !== undefined) frame.isValue = false;
  }
}

/** `resource`, a type and a name, with an array between each. */
const DEEPEST_KEY = 6;

/** Index of the quote that ends a string. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function unquoted(text: string, start: number, end: number): string {
  const raw = text.slice(start, end + 1);
  try {
    return raw.includes("\\") ? String(JSON.parse(raw)) : raw.slice(1, -1);
  } catch {
    return raw;
  }
}
