import { RE2JS } from "re2js";
import type { Detector } from "./detector";
import type { Match } from "./secret-scanner";

/** Longest pattern that users may give. */
const LONGEST_PATTERN = 1_000;

/** A detector of a user. */
export interface CustomDetector extends Detector {
  /** Finds in time linear in the text. */
  find(text: string, found: (match: Match) => void): void;
}

/** What a user writes. */
export interface CustomDetectorOptions extends Omit<Detector, "source"> {
  /** RE2 syntax: no back-references, no look-around. @see https://github.com/google/re2/wiki/Syntax */
  readonly pattern: string;
  /** A case-insensitive literal that a text must hold before the pattern is tried. */
  readonly keyword?: string;
  readonly source?: string;
}

/** Compiles a user's pattern with an engine that can't backtrack. @throws where the pattern is refused */
export function compileCustomDetector(options: CustomDetectorOptions): CustomDetector {
  const { pattern, keyword, source = "", ...detector } = options;
  if (pattern.length > LONGEST_PATTERN) throw new Error(`pattern is longer than ${LONGEST_PATTERN} characters`);
  const compiled = RE2JS.compile(pattern);
  if (compiled.matcher("").matches()) throw new Error("pattern matches the empty text");
  const literal = keyword?.toLowerCase();
  return {
    ...detector,
    source,
    find(text, found) {
      if (literal !== undefined && !text.toLowerCase().includes(literal)) return;
      const matcher = compiled.matcher(text);
      while (matcher.find()) {
        if (matcher.end() > matcher.start())
          found({ id: detector.id, kind: detector.kind, start: matcher.start(), end: matcher.end() });
      }
    },
  };
}
