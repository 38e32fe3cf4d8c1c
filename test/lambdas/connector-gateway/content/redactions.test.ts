import fc from "fast-check";
import {
  compileRedactions,
  detokenise,
  openContent,
  parsePathExpression,
  redactValue,
  type TokenKeys,
} from "../../../../lambdas/connector-gateway/core/content";
import { sivOpen, sivSeal } from "../../../../lambdas/connector-gateway/core/content/aes-siv";
import { bytes, KEYS, problemOf, redacted, text } from "./support";

/** What is used of the JSONPath implementation. */
const { paths } = require("jsonpath-rfc9535") as { paths(input: unknown, expression: string): string[] };
const json = "application/json";

describe("modes", () => {
  const body = '{"a": "alice@example.com", "big": 12345678901234567890, "b": [1, 2.50]}';
  test.each([
    ["/a", "remove", '{ "big": 12345678901234567890, "b": [1, 2.50]}'],
    ["/b/1", "remove", '{"a": "alice@example.com", "big": 12345678901234567890, "b": [1]}'],
    ["/a", "mask", '{"a": "***", "big": 12345678901234567890, "b": [1, 2.50]}'],
    ["/a", "last4", '{"a": "***.com", "big": 12345678901234567890, "b": [1, 2.50]}'],
    ["/b", "last4", '{"a": "alice@example.com", "big": 12345678901234567890, "b": "***"}'],
    ["", "remove", "null"],
    ["/c", "remove", body],
  ] as const)("%s %s", (path, mode, expected) => expect(redacted(json, body, path, mode)).toBe(expected));

  test("short values are masked whole", () => expect(redacted(json, '["12345678"]', "/0", "last4")).toBe('["***"]'));

  test("the mode that hides most holds where paths meet, and each counts what it changed", () => {
    const document = openContent(json, bytes('{"a":"x","b":"y"}'));
    const list = [
      { path: "/a", mode: "last4" as const },
      { path: "$.*", mode: "mask" as const },
      { path: "$.a", mode: "remove" as const },
    ];
    expect(document.redact(compileRedactions(list, "response", "t"), KEYS)).toEqual([
      { path: "$.*", mode: "mask", count: 1 },
      { path: "$.a", mode: "remove", count: 1 },
    ]);
    expect(text(document)).toBe('{"b":"***"}');
  });

  test("hashes are the same for the same value and path, and differ by path, connector and key", () => {
    const hash = (path: string, keys: TokenKeys): string => {
      const list = compileRedactions([{ path, mode: "hash" }], "response", "t");
      return String((redactValue({ a: "x", b: "x" }, list, keys).value as { [name: string]: string })[path.slice(1)]);
    };
    expect(hash("/a", KEYS)).toMatch(/^hash~k1~[A-Za-z0-9_-]{43}~$/);
    expect(hash("/a", KEYS)).toBe(hash("/a", { ...KEYS }));
    const others = [
      hash("/b", KEYS),
      hash("/a", { ...KEYS, connector: "crm" }),
      hash("/a", { ...KEYS, current: { kid: "k1", key: Buffer.alloc(32, 8) } }),
    ];
    expect(new Set([hash("/a", KEYS), ...others]).size).toBe(4);
  });

  test.each([
    ["application/x-www-form-urlencoded", "a=1&b=2&a=3", "/a/1", "a=1&b=2&a=***"],
    ["application/x-www-form-urlencoded", "a=1&b=2&a=3", "/a", "a=***&b=2&a=***"],
    ["application/x-ndjson", '{"a":1}\n{"a":2}', "/*/a", '{"a":"***"}\n{"a":"***"}'],
    ["text/csv", "id,ssn\r\n1,2\r\n", "/*/ssn", "id,ssn\r\n1,***\r\n"],
    ["text/csv; header=absent", "1,2\r\n", "/0/1", "1,***\r\n"],
    [
      "text/event-stream",
      'data: {"a":\ndata: 1}\n\ndata: [DONE]\n\n',
      "$..a",
      'data: {"a":\ndata: "***"}\n\ndata: [DONE]\n\n',
    ],
  ])("of %s %j at %s", (type, body, path, expected) => expect(redacted(type, body, path, "mask")).toBe(expected));

  test.each([
    ["application/x-www-form-urlencoded", "a=1&b=2&a=3", "/a", "b=2"],
    ["application/x-ndjson", "1\n2\n", "/0", "2\n"],
    ["text/csv", "id,ssn\n1,2\n3,4\n", "/0", "id,ssn\n3,4\n"],
    ["text/csv", "id,ssn\n1,2\n3,4\n", "/*/ssn", "id,ssn\n1,\n3,\n"],
    ["text/event-stream", "data: 1\n\ndata: 2\n\n", "/0", "data: 2\n\n"],
  ])("removed of %s %j at %s", (type, body, path, expected) =>
    expect(redacted(type, body, path, "remove")).toBe(expected),
  );

  test("a path that leads into a file of a form that is no text is refused", () => {
    const body = '--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nq\r\n--b--\r\n';
    expect(problemOf(() => redacted("multipart/form-data; boundary=b", body, "/f/a", "mask"))).toBe(
      "inspection_incomplete: A redaction leads into content that can't be opened.",
    );
    expect(redacted("multipart/form-data; boundary=b", body, "/g/a", "mask")).toBe(body);
  });
});

describe("paths", () => {
  const name = fc.constantFrom("a", "b", "0", "1", "__proto__", "x y", "constructor");
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.string({ maxLength: 2 }),
      fc.integer(),
      fc.array(tie("node"), { maxLength: 3 }),
      tie("object"),
    ),
    object: fc
      .dictionary(name, tie("node"), { minKeys: 2, maxKeys: 5 })
      .map((entries) => JSON.parse(JSON.stringify(entries))),
  })).object;
  const selector = fc.oneof(
    name.map((key) => `['${key}']`),
    fc.constantFrom("[0]", "[1]", "[-1]", "[*]", "['a',\"b\"]", "['0', 0]"),
  );
  const step = fc.tuple(fc.constantFrom("", "", ".."), selector).map((parts) => parts.join(""));
  const path = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => `$${steps.join("")}`);

  // Masking a node hides those below it, so that of the oracle's nodes the outermost are expected.
  const outermost = (found: readonly string[]): string[] => {
    const all = new Set(found);
    return [...all].filter((one) => ![...all].some((other) => other !== one && one.startsWith(`${other}[`))).sort();
  };
  const maskedPaths = (root: unknown, at = "$"): string[] => {
    if (root === "MASKED") return [at];
    if (Array.isArray(root)) return root.flatMap((item, index) => maskedPaths(item, `${at}[${index}]`));
    if (typeof root !== "object" || root === null) return [];
    return Object.entries(root).flatMap(([key, item]) => maskedPaths(item, `${at}['${key}']`));
  };

  test("select exactly what an implementation of RFC 9535 selects", () => {
    let selected = 0;
    fc.assert(
      fc.property(value, fc.array(path, { minLength: 1, maxLength: 3 }), (document, expressions) => {
        const list = expressions.map((expression) => ({ path: expression, mode: "mask" as const }));
        const result = redactValue(document, compileRedactions(list, "response", "t"), KEYS).value;
        const own = maskedPaths(JSON.parse(JSON.stringify(result).replaceAll('"***"', '"MASKED"'))).sort();
        const expected = outermost(expressions.flatMap((expression) => paths(document, expression)));
        selected += expected.length;
        expect(own).toEqual(expected);
      }),
      { numRuns: 3000, seed: 11 },
    );
    expect(selected).toBeGreaterThan(1000);
  });

  test("of any kind leave nothing of what they select and everything else", () =>
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }),
        fc.constantFrom("remove", "mask", "hash", "token", "last4"),
        (kinds, mode) => {
          const rows = kinds.map((kind, index) => ({
            secret: `s3cr3t-${index}-value-q`,
            other: `kept ${index} ${'é"\n'.repeat(kind)}`,
          }));
          const csv = `secret,other\r\n${rows.map((row) => `"${row.secret}","${row.other.replaceAll('"', '""')}"\r\n`).join("")}`;
          const bodies = [
            [json, JSON.stringify(rows)],
            ["application/x-ndjson", rows.map((row) => JSON.stringify(row)).join("\n")],
            ["text/csv", csv],
            ["text/event-stream", rows.map((row) => `data: ${JSON.stringify(row)}\n\n`).join("")],
          ] as const;
          for (const [type, body] of bodies) {
            const left = redacted(type, body, type === "text/event-stream" ? "/*/data/secret" : "/*/secret", mode);
            expect(left).not.toContain("s3cr3t");
            const value = openContent(type, bytes(left)).value() as { other?: string; data?: { other: string } }[];
            expect(value.map((row) => row.data?.other ?? row.other)).toEqual(rows.map(({ other }) => other));
          }
        },
      ),
    ));

  test.each([
    ["/**/a", '{"a":1,"b":{"c":[{"a":2}]}}', '{"a":"***","b":{"c":[{"a":"***"}]}}'],
    ["/b/**", '{"a":1,"b":{"c":1,"d":[2]}}', '{"a":1,"b":{"c":"***","d":"***"}}'],
    ["/*/0", '{"a":[1,2],"b":{"0":3}}', '{"a":["***",2],"b":{"0":"***"}}'],
    ["/a~1b/m~0n", '{"a/b":{"m~n":1}}', '{"a/b":{"m~n":"***"}}'],
    ["$['*']", '{"*":1,"b":2}', '{"*":"***","b":2}'],
    ["$[0]", '{"0":1}', '{"0":1}'],
    ["/01", "[1,2]", "[1,2]"],
    ["/toString", "{}", "{}"],
  ])("%s of %s", (expression, body, expected) => expect(redacted(json, body, expression, "mask")).toBe(expected));

  test.each([
    "a",
    "/~2",
    "$[?@.a]",
    "$[0:1]",
    "$.",
    "$..",
    "$['a",
    "$[a]",
    "$ ",
    "$[-0]",
    "$[01]",
    "$['\\\"']",
    "$.a b",
    "$[]",
    "$[9007199254740993]",
  ])("%s is no path", (expression) =>
    expect(problemOf(() => parsePathExpression(expression, "tickets"))).toMatch(
      /^policy_unavailable: tickets: the path .+\.$/,
    ),
  );
});

describe("tokens", () => {
  test("become the value again in the same connector, and in no other", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const list = compileRedactions([{ path: "", mode: "token" }], "response", "t");
        const token = String(redactValue(value, list, KEYS).value);
        expect(token).toMatch(/^tok~k1~[A-Za-z0-9_-]+~$/);
        expect(redactValue(value, list, KEYS).value).toBe(token);
        expect(detokenise(`to ${token}x`, KEYS)).toBe(`to ${value}x`);
        expect(detokenise(token, { ...KEYS, connector: "crm" })).toBe(token);
        const rotated = { ...KEYS, current: { kid: "k2", key: Buffer.alloc(32, 9) } };
        expect(detokenise(token, rotated)).toBe(token);
        expect(detokenise(token, { ...rotated, former: [KEYS.current] })).toBe(value);
      }),
    ));

  test("that were changed stay as they are", () => {
    const list = compileRedactions([{ path: "", mode: "token" }], "response", "t");
    const token = String(redactValue("alice@example.com", list, KEYS).value);
    for (let at = 7; at < token.length - 1; at++) {
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
      expect(detokenise(changed, KEYS)).toBe(changed);
    }
  });

  test("keep every digit of a number", () => {
    const token = JSON.parse(redacted(json, "12345678901234567890", "", "token"));
    expect(detokenise(token, KEYS)).toBe("12345678901234567890");
  });

  test("need a key of 32 bytes", () => {
    const keys = { ...KEYS, current: { kid: "k1", key: Buffer.alloc(16) } };
    const list = compileRedactions([{ path: "", mode: "token" }], "response", "t");
    expect(problemOf(() => redactValue("x", list, keys))).toContain("keys_unavailable");
  });

  // RFC 5297, appendix A.1.
  test("are sealed as the RFC's example is", () => {
    const key = Buffer.from("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "hex");
    const associated = Buffer.from("101112131415161718191a1b1c1d1e1f2021222324252627", "hex");
    const plain = Buffer.from("112233445566778899aabbccddee", "hex");
    const sealed = sivSeal(key, associated, plain);
    expect(sealed.toString("hex")).toBe("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
    expect(sivOpen(key, associated, sealed)).toEqual(plain);
    expect(sivOpen(key, plain, sealed)).toBeUndefined();
  });
});
