import * as fc from "fast-check";
import { code, codeCell, markdown, printable, table } from "../../lib/cli/printable";

describe("text for a reader", () => {
  test.each([
    ["\u001b[31mred", "\\u001b[31mred"],
    ["a\r\nb\tc", "a\\u000d\\u000ab\\u0009c"],
    ["\u009b31m", "\\u009b31m"],
    ["a\u202egnp.exe", "a\\u202egnp.exe"],
    ["zero\u200bwidth", "zero\\u200bwidth"],
    ["\ufeffmark", "\\ufeffmark"],
    ["\ud800", "\\ud800"],
    ["münchen 東京 😀", "münchen 東京 😀"],
  ])("%j is shown as %j", (text, shown) => expect(printable(text)).toBe(shown));

  test("never holds a control character", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !/[\p{Cc}\p{Cs}]/u.test(printable(text))));
  });
});

describe("Markdown", () => {
  test.each([
    ["a|b", "a\\|b"],
    ["`x`", "\\`x\\`"],
    ["aws_route.a_b", "aws\\_route.a\\_b"],
    ["<img src=x>", "\\<img src=x\\>"],
    ["[a](b)", "\\[a\\](b)"],
    ["&lt;", "&amp;lt;"],
    ["@somebody #12 !x ~y~", "&#64;somebody \\#12 \\!x \\~y\\~"],
    ["https://a.example", "https&#58;//a.example"],
    ["a\nb", "a\\\\u000ab"],
  ])("%j is written %j", (text, written) => expect(markdown(text)).toBe(written));

  test.each([
    ["aws_route.a", "`aws_route.a`"],
    ["a`b", "`` a`b ``"],
    ["a``b", "``` a``b ```"],
    ["`", "`` ` ``"],
    [" a", "`  a `"],
    ["", "`  `"],
    ["a\nb", "`a\\u000ab`"],
  ])("%j in code style is %j", (text, written) => expect(code(text)).toBe(written));

  test("code ends where it should, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("`", "a", "|", "\\", " ") }), (text) => {
        const [, fence = "", inner = ""] = /^(`+)([\s\S]*)\1$/.exec(code(text)) ?? [];
        expect(fence).not.toBe("");
        const runs = [...inner.matchAll(/`+/g)].map(([run]) => run.length);
        expect(runs).not.toContain(fence.length);
      }),
    );
  });

  test("a cell of a table never holds a bar of its own", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const cell of [markdown(text), codeCell(text)]) expect(cell.replace(/\\\|/g, "")).not.toContain("|");
      }),
    );
  });

  test("a table has a line for its head, one below it, and one for each row", () => {
    expect(table(["a", "b"], [["1", "2"]])).toEqual(["| a | b |", "| --- | --- |", "| 1 | 2 |"]);
  });
});
