import * as fc from "fast-check";
import { Pattern } from "../../../lib/topology/iam/pattern";

const LETTERS = ["a", "b", ":"];

/** Every text over the letters up to a length. */
function textsUpTo(length: number): string[] {
  const all = [""];
  for (let from = 0, size = 0; size < length; size += 1) {
    const to = all.length;
    for (; from < to; from += 1) for (const letter of LETTERS) all.push(`${all[from]}${letter}`);
  }
  return all;
}
const TEXTS = textsUpTo(7);

/** A glob by its definition: no automaton, no regular expression. */
function globMatches(pattern: string, text: string): boolean {
  const [first, rest] = [pattern[0], pattern.slice(1)];
  if (first === undefined) return text === "";
  if (first === "*") return globMatches(rest, text) || (text !== "" && globMatches(pattern, text.slice(1)));
  return text !== "" && (first === "?" || first === text[0]) && globMatches(rest, text.slice(1));
}

const globs = fc.array(fc.constantFrom("a", "b", ":", "*", "?"), { maxLength: 4 }).map((parts) => parts.join(""));

describe("patterns", () => {
  test("match what the definition of a glob says", () => {
    fc.assert(
      fc.property(globs, (text) => {
        const pattern = Pattern.parse(text);
        expect(TEXTS.filter((one) => pattern.matches(one))).toEqual(TEXTS.filter((one) => globMatches(text, one)));
      }),
      { numRuns: 60 },
    );
  });

  test("include another exactly if every text of the other is theirs", () => {
    fc.assert(
      fc.property(globs, globs, (outer, inner) => {
        // A counter-example needs no more letters than both patterns together, and a letter of neither.
        const brute = TEXTS.every((text) => !globMatches(inner, text) || globMatches(outer, text));
        expect(Pattern.parse(outer).includes(Pattern.parse(inner))).toBe(brute);
      }),
      { numRuns: 1_500 },
    );
  });

  test("intersect exactly if a text belongs to both", () => {
    fc.assert(
      fc.property(globs, globs, (left, right) => {
        const brute = TEXTS.some((text) => globMatches(left, text) && globMatches(right, text));
        expect(Pattern.parse(left).intersects(Pattern.parse(right))).toBe(brute);
      }),
      { numRuns: 1_500 },
    );
  });

  test.each([
    ["s3:Get*", "S3:getObject", true],
    ["S3:GETOBJECT", "s3:GetObject", true],
    ["s3:Get*", "s3:PutObject", false],
  ])("of actions match in either case: %s and %s", (pattern, action, expected) => {
    expect(Pattern.parse(pattern, { anyCase: true }).matches(action, { anyCase: true })).toBe(expected);
  });

  test("of resources keep the case", () => {
    expect(Pattern.parse("arn:aws:s3:::Logs/*", { arn: true }).matches("arn:aws:s3:::logs/x")).toBe(false);
  });
});

describe("symbols in patterns", () => {
  const arn = "${aws_s3_bucket.x.arn}";

  test("are equal to themselves", () => {
    expect(Pattern.parse(`${arn}/*`).matches(`${arn}/report`)).toBe(true);
    expect(Pattern.parse(`${arn}/*`).includes(Pattern.parse(`${arn}/reports/*`))).toBe(true);
  });

  test("may be any text, but are none for sure", () => {
    const pattern = Pattern.parse(`${arn}/*`);
    expect(pattern.matches("arn:aws:s3:::logs/x")).toBe(false);
    expect(pattern.mayMatch("arn:aws:s3:::logs/x")).toBe(true);
    expect(pattern.mayMatch("arn:aws:s3:::logs")).toBe(false);
    expect(Pattern.parse("arn:aws:s3:::logs/*").mayMatch(`${arn}/x`)).toBe(true);
    expect(Pattern.parse("arn:aws:s3:::logs/*").matches(`${arn}/x`)).toBe(false);
  });

  test("of two resources are not taken for one", () => {
    expect(Pattern.parse(arn).includes(Pattern.parse("${aws_s3_bucket.y.arn}"))).toBe(false);
    expect(Pattern.parse(arn).intersects(Pattern.parse("${aws_s3_bucket.y.arn}"))).toBe(true);
  });

  test("are covered by a star, unlike variables, which cover nothing but may cover all", () => {
    expect(Pattern.parse("*").includes(Pattern.parse(arn))).toBe(true);
    expect(Pattern.parse("${var.arn}").matches("arn:aws:s3:::logs")).toBe(false);
    expect(Pattern.parse("${var.arn}").mayMatch("arn:aws:s3:::logs")).toBe(true);
    expect(Pattern.parse("${var.arn}").includes(Pattern.parse("${var.arn}"))).toBe(false);
    expect(Pattern.parse("*").includes(Pattern.parse("${var.arn}"))).toBe(true);
  });

  test("IAM's own variables can be any text, and its written stars are no wildcards", () => {
    expect(Pattern.parse("home/${aws:username}/*").mayMatch("home/a/b")).toBe(true);
    expect(Pattern.parse("home/${aws:username}/*").matches("home/a/b")).toBe(false);
    expect(Pattern.parse("a${*}").matches("ab")).toBe(false);
    expect(Pattern.parse("a${*}").matches("a*")).toBe(true);
    expect(Pattern.parse("$${aws:username}").mayMatch("x")).toBe(true);
  });
});

describe("fields of ARNs", () => {
  const arn = { arn: true };

  test("a star before further text stays in its field, where a restriction counts on it", () => {
    const pattern = Pattern.parse("arn:aws:s3:::*x", arn);
    expect(pattern.matches("arn:aws:s3:::logs-x")).toBe(true);
    expect(pattern.matches("arn:aws:s3:::a:x")).toBe(false);
    expect(pattern.mayMatch("arn:aws:s3:::a:x")).toBe(true);
  });

  test("a star at the end of a field runs on", () => {
    expect(Pattern.parse("arn:aws:*", arn).matches("arn:aws:s3:::logs/x")).toBe(true);
    expect(Pattern.parse("arn:aws:logs:*:log-group:x", arn).matches("arn:aws:logs:eu-west-1:1:log-group:x")).toBe(true);
  });

  test("fields that are left out are open", () => {
    expect(Pattern.parse("arn:aws:sqs", arn).matches("arn:aws:sqs:eu-west-1:111122223333:q")).toBe(true);
    expect(Pattern.parse("arn:aws:sqs", arn).matches("arn:aws:sns:eu-west-1:111122223333:q")).toBe(false);
  });
});
