import fc from "fast-check";
import { CordonError } from "../../lib/errors/cordon-error";
import { identifier, plainText } from "../../lib/names/plain-text";
import { refusal } from "../support/refusal";

const text = (value: unknown): string => plainText(value, "here", "the reason");

describe("text for people", () => {
  test.each(["a", "incident page", "naïve – ünïcode ✓", "$5 and 50 %", "می\u200cخواهم", "👩\u200d💻", "x".repeat(500)])(
    "%j is kept as it is",
    (value) => expect(text(value)).toBe(value),
  );

  const control = "holds a control character; write it on one line, in plain characters";
  test.each([
    [undefined, "is undefined, not text; write a sentence"],
    [42, "is 42, not text; write a sentence"],
    ["", "is empty; write a sentence"],
    [" \t", "is empty; write a sentence"],
    [" a", '" a" begins or ends with a blank; remove it'],
    ["a ", '"a " begins or ends with a blank; remove it'],
    ["${var.x}", '"${var.x}" holds a template marker; remove ${ and %{; Terraform would evaluate them'],
    ["a %{ if", '"a %{ if" holds a template marker; remove ${ and %{; Terraform would evaluate them'],
    ["$${x", '"$${x" holds a template marker; remove ${ and %{; Terraform would evaluate them'],
    ["a\nb", `"a\\nb" ${control}`],
    ["a\u0000b", `"a\\u0000b" ${control}`],
    ["a\u0085b", `"a\u0085b" ${control}`],
    ["a\u2028b", `"a\u2028b" ${control}`],
    ["a\u202eb", `"a\u202eb" ${control}`],
    ["a\u200bb", `"a\u200bb" ${control}`],
    ["a\ufeffb", `"a\ufeffb" ${control}`],
    ["a\u{e0041}b", `"a\u{e0041}b" ${control}`],
    ["a\ud800b", `"a\\ud800b" ${control}`],
    ["x".repeat(501), "has 501 characters; keep it within 500"],
  ])("%j is refused", (value, problem) =>
    expect(refusal(() => text(value))).toBe(`CORDON-021: here: the reason ${problem}`),
  );

  test("what is taken survives files and holds nothing that Terraform evaluates", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.oneof(fc.constantFrom("$", "%", "{", " "), fc.string({ unit: "binary", maxLength: 1 })) }),
        (value) => {
          try {
            expect(text(value)).toBe(value);
          } catch (error) {
            if (!CordonError.isCordonError(error)) throw error;
            return;
          }
          expect(Buffer.from(value, "utf8").toString("utf8")).toBe(value);
          expect(value).not.toMatch(/[$%]\{|[\r\n]/);
        },
      ),
    );
  });
});

describe("an identifier", () => {
  test.each(["a", "support", "a1-b2-c3", "a".repeat(24)])("%s is one", (value) =>
    expect(identifier(value, "here", "the name")).toBe(value),
  );

  test.each(["", "A", "1a", "-a", "a-", "a--b", "a_b", "a b", "a.b", "é", "a\n", "${x}", "a".repeat(25)])(
    "%j is none",
    (value) =>
      expect(refusal(() => identifier(value, "here", "the name"))).toBe(
        `CORDON-022: here: the name ${JSON.stringify(value)} is not an identifier; use up to 24 lower case letters, digits and single dashes, a letter first`,
      ),
  );

  test("is text", () =>
    expect(refusal(() => identifier(7, "here", "the name"))).toBe(
      "CORDON-022: here: the name 7 is not an identifier; use up to 24 lower case letters, digits and single dashes, a letter first",
    ));
});
