import fc from "fast-check";
import { readTarget } from "../../../../lambdas/connector-gateway/core/operations/request-target";

describe("the target of a request", () => {
  test.each([
    [
      "/a/b?x=1&y=2&x=3",
      ["a", "b"],
      [
        ["x", "1"],
        ["y", "2"],
        ["x", "3"],
      ],
      "/a/b?x=1&y=2&x=3",
    ],
    ["/a%20b/c%C3%A9", ["a b", "cé"], [], "/a%20b/c%C3%A9"],
    ["/%61", ["a"], [], "/a"],
    ["/a/?q", ["a", ""], [["q", ""]], "/a/?q="],
    ["/", [""], [], "/"],
    ["/a:b@c?q=a+b%2Bc", ["a:b@c"], [["q", "a b+c"]], "/a:b@c?q=a%20b%2Bc"],
  ])("%s is read and written in one way", (target, segments, query, text) => {
    expect(readTarget(target)).toMatchObject({ segments, query, text });
  });

  test.each([
    ["", "no path"],
    ["a", "no path"],
    ["https://b.example.com/a", "no path"],
    ["/a b", "no path"],
    ["/a#b", "no path"],
    ["/a\\b", "no path"],
    ["/é", "no path"],
    ["/a\r\nHost: b", "no path"],
    ["//b.example.com/a", "empty segment"],
    ["/a//b", "empty segment"],
    ["/a/../b", "dot segments"],
    ["/a/%2e%2e/b", "dot segments"],
    ["/a/.", "dot segments"],
    ["/a%2fb", "two ways"],
    ["/a%5cb", "two ways"],
    ["/a;v=1/b", "two ways"],
    ["/a%00b", "two ways"],
    ["/a%0ab", "two ways"],
    ["/a%252fb", "encoded twice"],
    ["/a?b=%252e", "encoded twice"],
    ["/a%", "not UTF-8"],
    ["/a%ff", "not UTF-8"],
    ["/a%c0%af", "not UTF-8"],
    ["/a?b?c", "two queries"],
    [`/${"a".repeat(9_000)}`, "more than 8192 characters"],
    [`/a?${"b&".repeat(300)}`, "more than 200 parameters"],
  ])("%j is refused", (target, why) => {
    expect(() => readTarget(target)).toThrow("malformed_request");
    expect(() => readTarget(target)).toThrow(why);
  });

  test("is the same when it is read again as it was written", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
      .filter((part) => !/[/\\;%]|\p{Cc}/u.test(part));
    const segments = fc.array(
      text.filter((part) => part !== "." && part !== ".."),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(segments, fc.array(fc.tuple(text, text), { maxLength: 5 }), (parts, query) => {
        const encode = (part: string): string => encodeURIComponent(part);
        const written = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
        const read = readTarget(`/${parts.map(encode).join("/")}${written === "" ? "" : `?${written}`}`);
        expect(read.segments).toEqual(parts);
        expect(read.query).toEqual(query);
        expect(readTarget(read.text)).toEqual(read);
      }),
    );
  });
});
