import { RE2JS } from "re2js";
import type { OwnDetector } from "../../../../lib/policy/gateway-extension";
import type { Detector } from "./detector";
import type { Match } from "./secret-scanner";

/** Longest pattern that users may give. */
const LONGEST_PATTERN = 1_000;

/** A detector of a user. */
export interface CustomDetector extends Detector {
  /** Finds in time linear in the text. */
  find(text: string, found: (match: Match) => void): void;
}

/** Compiles a user's pattern with an engine that can't backtrack. @throws where the pattern is refused */
export function compileCustomDetector(options: OwnDetector): CustomDetector {
  const { pattern, keyword, id, kind, title } = options;
  if (typeof pattern !== "string") throw new Error("it has no pattern");
  if (pattern.length > LONGEST_PATTERN) throw new Error(`pattern is longer than ${LONGEST_PATTERN} characters`);
  const compiled = RE2JS.compile(pattern);
  if (compiled.matcher("").matches()) throw new Error("pattern matches the empty text");
  const literal = keyword?.toLowerCase();
  return {
    id,
    kind,
    title,
    source: "",
    find(text, found) {
      if (literal !== undefined && !text.toLowerCase().includes(literal)) return;
      const matcher = compiled.matcher(text);
      while (matcher.find()) {
        if (matcher.end() > matcher.start()) found({ id, kind, start: matcher.start(), end: matcher.end() });
      }
    },
  };
}
