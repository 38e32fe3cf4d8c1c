import { decodeHeaderValue } from "../../../../lambdas/connector-gateway/core/mcp/header-value";
import type { HeaderList } from "../../../../lambdas/connector-gateway/core/ports";
import { problemOf } from "../support/problem";
import { answerOf, type Body, call, modern, modernHeaders, Reader } from "./support";

const encoded = (text: string): string => `=?base64?${Buffer.from(text).toString("base64")}?=`;
const search = modern(call("search", { q: "a" }));
const reasonOf = async (body: Body, headers: HeaderList): Promise<string | undefined> =>
  (await new Reader().read(body, headers)).refusal?.reason;

describe("headers that repeat the body", () => {
  test("are sent on when they say the same", async () => {
    const { refusal, upstream } = await new Reader().read(search, modernHeaders("tools/call", "search"));
    expect(refusal).toBeUndefined();
    expect(upstream.headers).toEqual(expect.arrayContaining(modernHeaders("tools/call", "search") as never));
  });

  test("may be encoded", async () => {
    expect(await reasonOf(search, modernHeaders("tools/call", encoded("search")))).toBeUndefined();
  });

  test.each<[string, HeaderList]>([
    ["another tool", modernHeaders("tools/call", "lookup")],
    ["another tool, encoded", modernHeaders("tools/call", encoded("lookup"))],
    ["another method", modernHeaders("tools/list", "search")],
    ["another spelling", modernHeaders("Tools/Call", "search")],
    ["no name", modernHeaders("tools/call")],
    [
      "no method",
      [
        ["mcp-protocol-version", "2026-07-28"],
        ["mcp-name", "search"],
      ],
    ],
    [
      "no version",
      [
        ["mcp-method", "tools/call"],
        ["mcp-name", "search"],
      ],
    ],
    ["another version", [["mcp-protocol-version", "2025-11-25"], ...modernHeaders("tools/call", "search").slice(1)]],
    ["a name twice", [...modernHeaders("tools/call", "search"), ["mcp-name", "search"]]],
    ["a session twice", [...modernHeaders("tools/call", "search"), ["mcp-session-id", "a"], ["mcp-session-id", "b"]]],
    ["a version twice", [...modernHeaders("tools/call", "search"), ["mcp-protocol-version", "2026-07-28"]]],
    ["an argument that no schema names", [...modernHeaders("tools/call", "search"), ["mcp-param-q", "a"]]],
  ])("are refused with %s", async (_what, headers) => {
    const read = await new Reader().read(search, headers);
    expect(read.refusal?.reason).toBe("header_mismatch");
    expect(answerOf(read)).toMatchObject({ status: 400, body: { jsonrpc: "2.0", id: 7, error: { code: -32_020 } } });
  });

  test("are refused where the body does not say its version", async () => {
    expect(await reasonOf(call("search"), modernHeaders("tools/call", "search"))).toBe("header_mismatch");
  });

  test("have no name where the method has none", async () => {
    const list = modern({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    expect(await reasonOf(list, modernHeaders("tools/list"))).toBeUndefined();
    expect(await reasonOf(list, modernHeaders("tools/list", "search"))).toBe("header_mismatch");
  });

  test("name a resource by its URI", async () => {
    const read = modern({ jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri: "docs://terms" } });
    expect(await reasonOf(read, modernHeaders("resources/read", "docs://terms"))).toBeUndefined();
    expect(await reasonOf(read, modernHeaders("resources/read", "docs://handbook/a"))).toBe("header_mismatch");
  });

  test.each(["2025-06-18", "2025-11-25"])("are not needed in %s, and hold where they are", async (version) => {
    const old: HeaderList = [["mcp-protocol-version", version]];
    expect(await reasonOf(call("search"), old)).toBeUndefined();
    expect(await reasonOf(call("search"), [...old, ["mcp-name", "search"]])).toBeUndefined();
    expect(await reasonOf(call("search"), [...old, ["mcp-name", "lookup"]])).toBe("header_mismatch");
    expect(await reasonOf(call("search"), [...old, ["mcp-method", "tools/list"]])).toBe("header_mismatch");
  });

  test.each(["2025-03-26", "2024-11-05", "2027-01-01", "", "2026-07-28 "])(
    "version %j is not mediated",
    async (version) => {
      expect(await reasonOf(call("search"), [["mcp-protocol-version", version]])).toBe("malformed_request");
    },
  );
});

describe("headers that repeat arguments", () => {
  const tool = {
    name: "search",
    inputSchema: {
      type: "object",
      properties: {
        region: { type: "string", "x-mcp-header": "Region" },
        most: { type: "integer", "x-mcp-header": "Most" },
        filter: { type: "object", properties: { open: { type: "boolean", "x-mcp-header": "Open" } } },
      },
    },
  };
  const listed = async (): Promise<Reader> => {
    const reader = new Reader();
    await reader.list([tool]);
    return reader;
  };
  const asked = async (args: Body, headers: HeaderList): Promise<string | undefined> => {
    const reader = await listed();
    const all = [...modernHeaders("tools/call", "search"), ...headers];
    return (await reader.read(modern(call("search", args)), all)).refusal?.reason;
  };

  test.each<[Body, HeaderList]>([
    [{ region: "us-west1" }, [["mcp-param-region", "us-west1"]]],
    [{ region: "Grüße" }, [["mcp-param-region", encoded("Grüße")]]],
    [{ region: " padded " }, [["mcp-param-region", encoded(" padded ")]]],
    [{ most: 42 }, [["mcp-param-most", "42"]]],
    [{ most: 42 }, [["mcp-param-most", "42.0"]]],
    [{ most: -7 }, [["mcp-param-most", "-7"]]],
    [{ filter: { open: true } }, [["mcp-param-open", "true"]]],
    [{}, []],
  ])("pass for %j", async (args, headers) => {
    expect(await asked(args, headers)).toBeUndefined();
  });

  test.each<[Body, HeaderList]>([
    [{ region: "us-west1" }, []],
    [{ region: "us-west1" }, [["mcp-param-region", "us-east1"]]],
    [{}, [["mcp-param-region", "us-west1"]]],
    [{ most: 42 }, [["mcp-param-most", "43"]]],
    [{ most: 42 }, [["mcp-param-most", "0x2a"]]],
    [{ filter: { open: true } }, [["mcp-param-open", "True"]]],
    [
      { region: "a" },
      [
        ["mcp-param-region", "a"],
        ["mcp-param-other", "b"],
      ],
    ],
    [
      { region: "a" },
      [
        ["mcp-param-region", "a"],
        ["mcp-param-region", "a"],
      ],
    ],
  ])("are refused for %j with %j", async (args, headers) => {
    expect(await asked(args, headers)).toBe("header_mismatch");
  });
});

describe("the value of a header", () => {
  test.each([
    ["us-west1", "us-west1"],
    ["=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, 世界"],
    ["=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?="],
    ["=?BASE64?YQ==?=", "=?BASE64?YQ==?="],
  ])("%s says %j", (value, text) => {
    expect(decodeHeaderValue(value)).toBe(text);
  });

  test.each(["=?base64?YR==?=", "=?base64?YQ?=", "=?base64?_w==?=", "=?base64?/w==?=", "ü", "a\u0000", " a", "a "])(
    "%j is refused",
    async (value) => {
      expect((await problemOf(() => decodeHeaderValue(value)))?.reason).toBe("header_mismatch");
    },
  );
});
