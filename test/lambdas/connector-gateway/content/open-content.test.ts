import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { compileRedactions, openContent } from "../../../../lambdas/connector-gateway/core/content";
import { bytes, KEYS, problemOf, redacted, text } from "./support";

const json = "application/json";
const multipart = (parts: string[]): string => `${parts.map((part) => `--b1\r\n${part}\r\n`).join("")}--b1--\r\n`;
const field = (name: string, value: string, more = ""): string =>
  `Content-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}`;

describe("what is not changed leaves byte by byte as it came", () => {
  test.each([
    [json, ' { "a" : [1.0, 12345678901234567890, "\\u0041"] }\n'],
    ["application/x-www-form-urlencoded", "a=1&&b=%41+c&a"],
    ["multipart/form-data; boundary=b1", multipart([field("a", "x"), field("f", "\u0001", '; filename="x.bin"')])],
    ["application/x-ndjson", '{"a":1}\r\n\n{"a":2}'],
    ["text/csv", '\uFEFFa,"b"\r\n1,"x ""y"", z"\r\n'],
    ["text/event-stream", ": hello\r\ndata:1\rdata: 2\n\nevent: x\ndata: tail"],
    ["text/html; charset=utf-8", "<p>é</p>"],
    ["application/xml", "<a/>"],
    ["image/png", "\u0000\u0001"],
    [undefined, "anything"],
    [json, ""],
  ])("%s", (type, body) => expect(text(openContent(type, bytes(body)))).toBe(body));

  test("JSON of any shape, and its value is what JSON.parse reads", () =>
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.nat(4), (source, indent) => {
        const body = JSON.stringify(JSON.parse(source), undefined, indent);
        const document = openContent(json, bytes(body));
        expect(text(document)).toBe(body);
        expect(JSON.stringify(document.value())).toBe(JSON.stringify(JSON.parse(body)));
      }),
    ));

  test("forms as URLSearchParams writes them, with the same names and values", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) => {
        const body = new URLSearchParams(pairs).toString();
        const document = openContent("application/x-www-form-urlencoded", bytes(body));
        expect(text(document)).toBe(body);
        const values = [...document.strings()].filter((string) => body !== "" && string.text !== undefined);
        for (const [, value] of pairs)
          expect(values.map((string) => string.text)).toContain(new URLSearchParams([["a", value]]).get("a"));
      }),
    ));

  test("CSV rows of any cells", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\r", "\n", " ", "é") });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`;
        const body = `a,b\r\n${rows.map((row) => `${row.map(quote).join(",")}\r\n`).join("")}`;
        const document = openContent("text/csv", bytes(body));
        expect(document.value()).toEqual(rows.map(([a, b]) => ({ a, b })));
        expect(text(document)).toBe(body);
      }),
    );
  });

  test("event streams, which eventsource-parser reads the same", () => {
    const line = fc.constantFrom(
      "data: a",
      "data:b",
      "data",
      "event: x",
      ": note",
      "id: 7",
      "other: 1",
      "",
      "",
      "data: 12x",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r"))), (lines) => {
        const body = `${lines.map(([source, ending]) => source + ending).join("")}\n\n`;
        const document = openContent("text/event-stream", bytes(body));
        expect(text(document)).toBe(body);
        const events: { data: string; event: string | undefined }[] = [];
        const parser = createParser({ onEvent: ({ data, event }) => events.push({ data, event }) });
        parser.feed(body);
        const own = document.value() as { data: string; event?: string }[];
        expect(own.map(({ data, event }) => ({ data, event }))).toEqual(events);
      }),
    );
  });
});

describe("strings", () => {
  test("are values, names and long numbers, by their pointer", () => {
    const strings = [...openContent(json, bytes('{"a/b":["x",4111111111111111,12]}')).strings()];
    expect(strings.map(({ pointer, text: found }) => [pointer, found])).toEqual([
      ["/a~1b", "a/b"],
      ["/a~1b/0", "x"],
      ["/a~1b/1", "4111111111111111"],
    ]);
  });

  test("are replaced where they stand, names are not", () => {
    const document = openContent(json, bytes('{"key": "a", "n": 12345678901234567890}'));
    const [key, value] = [...document.strings()];
    expect(problemOf(() => key?.replace("x"))).toContain("inspection_incomplete");
    value?.replace('"x"');
    expect(text(document)).toBe('{"key": "\\"x\\"", "n": 12345678901234567890}');
  });

  test.each([
    ["application/x-www-form-urlencoded", "a=SECRET&b=1", "a=%5Bx%26y%5D&b=1"],
    ["text/csv", "a,b\nSECRET,1\n", "a,b\n[x&y],1\n"],
    ["text/event-stream", ": SECRET\ndata: SECRET\n\n", ": [x&y]\ndata: [x&y]\n\n"],
    ["text/plain", "SECRET", "[x&y]"],
    ["text/plain; charset=iso-8859-1", "SECRET", "[x&y]"],
    ["application/x-ndjson", '{"a":"SECRET"}\n1', '{"a":"[x&y]"}\n1'],
    [
      "multipart/form-data; boundary=b1",
      multipart([field("a", "SECRET"), field("b", "1")]),
      multipart([field("a", "[x&y]"), field("b", "1")]),
    ],
  ])("of %s leave as they were replaced", (type, body, expected) => {
    const document = openContent(type, bytes(body));
    for (const string of document.strings()) if (string.text === "SECRET") string.replace("[x&y]");
    expect(text(document)).toBe(expected);
  });

  test("of a part that is a file are bytes that can't be replaced, and of a JSON part its values", () => {
    const file = field("f", "SECRET", '; filename="a.bin"');
    const part = 'Content-Disposition: form-data; name="j"\r\nContent-Type: application/json\r\n\r\n{"a":"SECRET"}';
    const type = "multipart/form-data; boundary=b1";
    const document = openContent(type, bytes(multipart([file, part])));
    const [first, second] = [...document.strings()].filter((string) => string.text === "SECRET");
    expect(first?.pointer).toBe("/f");
    expect(problemOf(() => first?.replace("x"))).toContain("inspection_incomplete");
    expect(second?.pointer).toBe("/j/a");
    expect(redacted(type, multipart([file, part]), "/f", "mask")).toBe(
      multipart([file.replace("SECRET", "***"), part]),
    );
    expect(redacted(type, multipart([file, part]), "/j", "mask")).toBe(
      multipart([file, part.replace('{"a":"SECRET"}', '"***"')]),
    );
  });

  test("__proto__ is a name like others", () => {
    const document = openContent(json, bytes('{"__proto__":{"x":1}}'));
    expect(Object.keys(document.value() as object)).toEqual(["__proto__"]);
    expect(({} as { x?: number }).x).toBeUndefined();
    expect(redacted(json, '{"__proto__":{"x":1},"y":2}', "/__proto__/x", "mask")).toBe(
      '{"__proto__":{"x":"***"},"y":2}',
    );
  });
});

test.each([
  ["application/json", "[1,2,3]", 3],
  ["application/json", '{"a":[{},{}],"b":{"c":[[1]]},"d":[1,2,3]}', 3],
  ["application/json", '{"a":1}', 1],
  ["application/x-ndjson", "1\n2\n", 2],
  ["text/csv", "a\n1\n2\n", 2],
  ["text/plain", "a", 1],
  ["text/plain", "", 0],
])("rows of %s %s are %d", (type, body, rows) => expect(openContent(type, bytes(body)).rows()).toBe(rows));

describe("what can't be read is refused", () => {
  const refused: [type: string, body: string | Uint8Array][] = [
    [json, '{"a":1,"a":2}'],
    [json, '{"a":1,"\\u0061":2}'],
    [json, "[".repeat(65) + "]".repeat(65)],
    [json, "\uFEFF{}"],
    [json, Uint8Array.of(0x22, 0xff, 0x22)],
    [json, '"\\ud800"'],
    [json, '"\\udc00\\ud800"'],
    [json, "1e999"],
    [json, "01"],
    [json, "[1,]"],
    [json, "{'a':1}"],
    [json, '"a\nb"'],
    [json, "{} {}"],
    [json, '"a'],
    [json, "NaN"],
    ["application/json; charset=utf-8; charset=utf-16", "{}"],
    ["application/json, text/plain", "{}"],
    ["application/x-ndjson", '{"a":1}\n{"a"'],
    ["application/x-www-form-urlencoded", "a=%G1"],
    ["application/x-www-form-urlencoded", "a=%ff"],
    ["text/csv", 'a,b\n1,"x\n'],
    ["text/csv", 'a,b\n1,"x"y\n'],
    ["text/csv", 'a,b\n1,x"y\n'],
    ["text/csv", "a,b\n1\n"],
    ["text/csv", "a,a\n1,2\n"],
    ["text/csv", "a\r1\n"],
    ["text/event-stream", 'data: {"a":1\n\n'],
    ["text/event-stream", 'data: {"a":1,"a":2}\n\n'],
    ["text/plain", Uint8Array.of(0xc3, 0x28)],
    ["text/plain", Uint8Array.of(0xff, 0xfe, 0x61, 0x00)],
    ["multipart/form-data", multipart([field("a", "x")])],
    ["multipart/form-data; boundary=b1; boundary=b2", multipart([field("a", "x")])],
    ["multipart/form-data; boundary=b1", `preamble\r\n${multipart([field("a", "x")])}`],
    ["multipart/form-data; boundary=b1", `${multipart([field("a", "x")])}epilogue`],
    ["multipart/form-data; boundary=b1", multipart([field("a", "x")]).replaceAll("\r\n", "\n")],
    ["multipart/form-data; boundary=b1", multipart([field("a", "x")]).slice(0, -4)],
    ["multipart/form-data; boundary=b1", multipart([field("a", "x\r\n--b1x\r\n")])],
    ["multipart/form-data; boundary=b1", multipart(["Content-Disposition: form-data\r\n\r\nx"])],
    ["multipart/form-data; boundary=b1", multipart([field("a", "x", '; name="b"')])],
    ["multipart/form-data; boundary=b1", multipart([field("a", "x", "; filename*=UTF-8''b")])],
    ["multipart/form-data; boundary=b1", multipart([field('a\\" x', "x")])],
    ["multipart/form-data; boundary=b1", multipart([`Content-Transfer-Encoding: base64\r\n${field("a", "eA==")}`])],
    ["multipart/form-data; boundary=b1", multipart([`X-A: 1\r\n folded\r\n${field("a", "x")}`])],
  ];
  test.each(refused)("%s %j", (type, body) =>
    expect(problemOf(() => openContent(type, typeof body === "string" ? bytes(body) : body))).toMatch(
      /^malformed_request: The [^{}]+\.$/,
    ),
  );

  test("64 levels are read", () =>
    expect(text(openContent(json, bytes("[".repeat(64) + "]".repeat(64))))).toHaveLength(128));

  test("character sets that are no superset of ASCII can't be looked through", () => {
    expect(problemOf(() => openContent("text/plain; charset=utf-7", bytes("a")))).toContain("inspection_incomplete");
    expect(problemOf(() => openContent("application/json; charset=latin1", bytes("1")))).toContain(
      "inspection_incomplete",
    );
  });

  test("any bytes as any type are read or refused, and what is read leaves as it came", () => {
    const type = fc.constantFrom(
      json,
      "application/x-ndjson",
      "application/x-www-form-urlencoded",
      "text/csv",
      "text/event-stream",
      "multipart/form-data; boundary=b",
      "text/plain",
      "x/y",
    );
    const body = fc.oneof(
      fc.uint8Array(),
      fc
        .string({
          unit: fc.constantFrom(
            "{",
            "}",
            "[",
            '"',
            ":",
            ",",
            "\\",
            "\r",
            "\n",
            "1",
            "-",
            "b",
            "data:",
            "=",
            "%",
            "--b",
          ),
        })
        .map(bytes),
    );
    fc.assert(
      fc.property(type, body, (contentType, content) => {
        const problem = problemOf(() => {
          const document = openContent(contentType, content);
          expect(Buffer.from(document.toBytes())).toEqual(Buffer.from(content));
          for (const string of document.strings()) expect(typeof string.text).toBe("string");
        });
        expect(problem).toMatch(/^(no problem|malformed_request: .*)$/);
      }),
      { numRuns: 2000 },
    );
  });
});

test("JSON.parse accepts what is read and refuses nothing that is read", () =>
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom("{", "}", "[", "]", '"', ":", ",", "\\", "u", "0", "1", "e", "-", ".", "n", "true", " "),
      }),
      (source) => {
        const problem = problemOf(() => openContent(json, bytes(source)));
        if (source !== "" && problem === "no problem") expect(() => JSON.parse(source)).not.toThrow();
      },
    ),
    { numRuns: 5000 },
  ));

test.each([
  ["application/x-www-form-urlencoded", "a&".repeat(300_000)],
  ["text/event-stream", ": a\n".repeat(200_000)],
  ["text/event-stream", "data\n".repeat(200_000)],
  ["application/json", `[${"{},".repeat(200_000)}1]`],
  ["text/csv", "a\n".repeat(300_000)],
])("much of the same in %s is read in one go", (type, body) => {
  const document = openContent(type, bytes(body));
  expect([...document.strings()].length + document.rows()).toBeGreaterThan(0);
  expect(text(document)).toBe(body);
});

test.each(["text/plain", "application/pdf", "application/xml"])("a redaction in %s can't be done", (type) => {
  const redactions = compileRedactions([{ path: "/a", mode: "mask" }], "response", "tickets");
  expect(problemOf(() => openContent(type, bytes("a")).redact(redactions, KEYS))).toBe(
    "inspection_incomplete: A redaction needs content with a structure.",
  );
  const none = compileRedactions([{ path: "/a", mode: "mask" }], "request", "tickets");
  expect(openContent(type, bytes("a")).redact(none, KEYS)).toEqual([]);
  expect(openContent(type, bytes("")).redact(redactions, KEYS)).toEqual([]);
});
