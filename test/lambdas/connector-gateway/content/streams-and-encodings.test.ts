import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { decodeContentEncoding, openContent, SseStream } from "../../../../lambdas/connector-gateway/core/content";
import { bytes, problemOf } from "./support";

const encoded = (value: string, body: Uint8Array, limit = 1000): string =>
  Buffer.from(decodeContentEncoding([["content-encoding", value]], body, limit)).toString();

describe("content encodings", () => {
  const body = bytes("hello");
  test.each([
    ["gzip", gzipSync(body)],
    ["X-GZIP", gzipSync(body)],
    ["deflate", deflateSync(body)],
    ["deflate", deflateRawSync(body)],
    ["br", brotliCompressSync(body)],
    ["identity", body],
    ["gzip, br", brotliCompressSync(gzipSync(body))],
  ])("%s is opened", (name, content) => expect(encoded(name, content)).toBe("hello"));

  test.each(["gzip", "deflate", "br"])("a bomb in %s is refused at its limit", (name) => {
    const zeros = Buffer.alloc(5_000_000);
    const pack = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[name] ?? gzipSync;
    expect(problemOf(() => encoded(name, pack(zeros), 1000))).toBe(
      "inspection_incomplete: The content has more than 1000 bytes.",
    );
    expect(encoded(name, pack(Buffer.alloc(1000)), 1000)).toHaveLength(1000);
  });

  test("what is unknown, nested thrice, broken or too long is refused", () => {
    expect(problemOf(() => encoded("zstd", body))).toContain("inspection_incomplete");
    expect(problemOf(() => encoded("gzip, gzip, gzip", body))).toContain("inspection_incomplete");
    expect(problemOf(() => encoded("gzip", body))).toContain("malformed_request");
    expect(problemOf(() => encoded("gzip", gzipSync(body).subarray(0, 15)))).toContain("malformed_request");
    expect(problemOf(() => decodeContentEncoding([], Buffer.alloc(11), 10))).toContain("inspection_incomplete");
  });
});

describe("event streams", () => {
  const source = fc
    .array(fc.constantFrom("data: a", "é", "\n", "\r", "\r\n", "\n\n", ":"), { maxLength: 30 })
    .map((parts) => parts.join(""));

  test("are cut into whole events, in whatever chunks they come, and lose nothing", () =>
    fc.assert(
      fc.property(source, fc.array(fc.integer({ min: 1, max: 9 })), (body, sizes) => {
        const whole = new SseStream(10_000).push(bytes(body)).map(String);
        const stream = new SseStream(10_000);
        const events: Uint8Array[] = [];
        let rest = Buffer.from(body);
        for (const size of [...sizes, rest.length]) {
          events.push(...stream.push(rest.subarray(0, size)));
          rest = rest.subarray(size);
        }
        expect(events.map(String)).toEqual(whole);
        const tail = stream.end();
        expect(Buffer.concat(tail === undefined ? events : [...events, tail]).toString()).toBe(body);
        const rows = (content: Uint8Array): unknown[] =>
          (openContent("text/event-stream", content).value() ?? []) as unknown[];
        expect([...events, ...(tail === undefined ? [] : [tail])].flatMap(rows)).toEqual(rows(bytes(body)));
      }),
    ));

  test("leave with their blank line", () => {
    const stream = new SseStream(100);
    expect(stream.push(bytes("data: 1\n\ndata: 2\r\n")).map(String)).toEqual(["data: 1\n\n"]);
    expect(stream.push(bytes("\r\n")).map(String)).toEqual(["data: 2\r\n\r"]);
    expect(String(stream.end())).toBe("\n");
    expect(stream.end()).toBeUndefined();
  });

  test("whose events are too long are refused, and long streams of short events are not", () => {
    const stream = new SseStream(10);
    for (let count = 0; count < 100; count++) expect(stream.push(bytes("data: 12\n\n"))).toHaveLength(1);
    stream.push(bytes("data: 1234"));
    expect(problemOf(() => stream.push(bytes("5")))).toBe("inspection_incomplete: An event has more than 10 bytes.");
  });
});
