import type { UpstreamRequest } from "../../../../lambdas/connector-gateway/core/ports";
import {
  asked,
  clientOf,
  clientWith,
  closeHosts,
  hostWith,
  NAME,
  openHosts,
  raw,
  reasonOf,
  textOf,
  trusted,
} from "./hosts";

beforeAll(openHosts);
afterAll(closeHosts);

describe("a connector's host", () => {
  test("is sent the request as it was judged, under its own name", async () => {
    const { port, requests } = await hostWith(
      raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-a: 1\r\nx-a: 2\r\n\r\nok"),
    );
    const client = clientOf(port);
    const answer = await client.send(
      asked({
        method: "POST",
        headers: [
          ["x-one", "1"],
          ["authorization", "Bearer s"],
        ],
        body: Buffer.from("body"),
      }),
      new AbortController().signal,
    );
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual([
      ["content-length", "2"],
      ["x-a", "1"],
      ["x-a", "2"],
    ]);
    expect(requests[0]).toBe(
      `POST /a?b=1 HTTP/1.1\r\nhost: ${NAME}\r\nx-one: 1\r\nauthorization: Bearer s\r\naccept-encoding: gzip, deflate, br\r\ncontent-length: 4\r\nConnection: keep-alive\r\n\r\nbody`,
    );
  });

  test("is not sent headers of a connection, nor a host or length of the agent's", async () => {
    const { port, requests } = await hostWith(raw("HTTP/1.1 204 No Content\r\n\r\n"));
    const own = [
      "connection",
      "host",
      "content-length",
      "transfer-encoding",
      "te",
      "upgrade",
      "trailer",
      "expect",
      "proxy-authorization",
    ];
    await textOf(clientOf(port), asked({ headers: own.map((name) => [name, "evil"] as const) }));
    expect(requests[0]).not.toContain("evil");
  });

  test("is not sent what a connection header names", async () => {
    const { port, requests } = await hostWith(raw("HTTP/1.1 204 No Content\r\n\r\n"));
    const headers = [
      ["connection", "close, X-Hop"],
      ["x-hop", "evil"],
      ["x-end", "kept"],
    ] as const;
    await textOf(clientOf(port), asked({ headers }));
    expect(requests[0]).not.toContain("evil");
    expect(requests[0]).toContain("x-end: kept");
  });

  test.each<[string, Partial<UpstreamRequest>]>([
    ["a line break in its path", { target: "/a\r\nx: 1" }],
    ["a blank in its path", { target: "/a b" }],
    ["a path that is a URL", { target: "https://other/" }],
    ["a path that begins with a host", { target: "//other/" }],
    ["a line break in its method", { method: "GET / HTTP/1.1\r\n" }],
    ["the method CONNECT", { method: "CONNECT" }],
    ["a line break in a header", { headers: [["x-a", "1\r\nx-b: 2"]] }],
    ["a line break in its host", { host: "a\r\nx: 1" }],
    ["a path in its host", { host: "a/b" }],
    ["a user in its host", { host: "a@b" }],
    ["a NUL in a header", { headers: [["x-a", "1\0"]] }],
    ["a name that is none", { headers: [["x a", "1"]] }],
    ["too many headers", { headers: Array.from({ length: 101 }, (_, index) => [`x-${index}`, "1"] as const) }],
  ])("is not sent a request with %s", async (_what, change) => {
    const { port, requests } = await hostWith(raw("HTTP/1.1 204 No Content\r\n\r\n"));
    expect(await reasonOf(clientOf(port), asked(change))).toBe("malformed_request");
    expect(requests).toEqual([]);
  });

  test.each<[string, string[]]>([
    ["a private address", ["10.0.0.7"]],
    ["the metadata service", ["169.254.169.254"]],
    ["its own machine", ["127.0.0.1"]],
    ["one private address among public ones", ["93.184.215.14", "10.0.0.7"]],
    ["an IPv4 address in an IPv6 one", ["::ffff:10.0.0.7"]],
  ])("at %s is not connected to", async (_what, addresses) => {
    const client = clientWith({ lookup: async () => addresses });
    expect(await reasonOf(client)).toBe("destination_refused");
  });

  test("is connected to at the address that was checked, whatever its name says next", async () => {
    const { port } = await hostWith(raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"));
    let asks = 0;
    const client = clientWith({
      ca: trusted(),
      // The name moves to a private address after it was checked.
      lookup: async () => (++asks === 1 ? ["127.0.0.1"] : ["10.0.0.7"]),
      allowAddress: (address) => address === "127.0.0.1",
    });
    expect(await textOf(client, asked({ port }))).toBe("ok");
    expect(await textOf(client, asked({ port }))).toBe("ok");
    expect(asks).toBe(1);
  });

  test("that has no name, or no address, is refused", async () => {
    expect(await reasonOf(clientWith({}), asked({ host: "93.184.215.14" }))).toBe("destination_refused");
    expect(await reasonOf(clientWith({ lookup: async () => [] }))).toBe("upstream_failed");
    expect(await reasonOf(clientWith({ lookup: async () => Promise.reject(new Error("x")) }))).toBe("upstream_failed");
  });

  test("without a certificate for its name is not spoken to", async () => {
    const { port, requests } = await hostWith(raw("HTTP/1.1 204 No Content\r\n\r\n"));
    const other = new Map([["other.desk-mail.net:443", { address: "127.0.0.1", port }]]);
    expect(await reasonOf(clientOf(port, { connectTo: other }), asked({ host: "other.desk-mail.net" }))).toBe(
      "upstream_failed",
    );
    expect(await reasonOf(clientWith({ connectTo: new Map([[`${NAME}:443`, { address: "127.0.0.1", port }]]) }))).toBe(
      "upstream_failed",
    );
    expect(requests).toEqual([]);
  });

  test("answers with redirects that nobody follows", async () => {
    const { port, requests } = await hostWith(
      raw("HTTP/1.1 302 Found\r\nlocation: https://other/\r\ncontent-length: 0\r\n\r\n"),
    );
    const { status } = await clientOf(port).send(asked(), new AbortController().signal);
    expect([status, requests.length]).toEqual([302, 1]);
  });

  test.each<[string, string]>([
    ["ends before its length", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort"],
    ["ends within a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nshort"],
    [
      "has a chunk of a length that is none",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n",
    ],
    [
      "has a length and chunks",
      "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ],
    ["has two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabcde"],
    ["has more headers than there is room for", `HTTP/1.1 200 OK\r\nx: ${"a".repeat(40_000)}\r\n\r\n`],
    ["is no HTTP", "hello\r\n\r\n"],
    ["switches protocols", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"],
    ["is nothing", ""],
  ])("whose answer %s has failed", async (_what, answer) => {
    const { port } = await hostWith((_request, socket) => {
      socket.end(answer);
    });
    expect(await reasonOf(clientOf(port))).toBe("upstream_failed");
  });

  test("that says nothing, or goes on for ever, is given up when its time is over", async () => {
    const silent = await hostWith(() => {});
    expect(await reasonOf(clientOf(silent.port), asked(), AbortSignal.timeout(80))).toBe("upstream_timeout");
    const slow = await hostWith((_request, socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
      const timer = setInterval(() => socket.write("a"), 10);
      socket.once("close", () => clearInterval(timer));
    });
    expect(await reasonOf(clientOf(slow.port), asked(), AbortSignal.timeout(120))).toBe("upstream_timeout");
  });

  test("that nobody answers at has failed", async () => {
    expect(await reasonOf(clientOf(9))).toBe("upstream_failed");
  });

  test("is asked over a connection that is kept", async () => {
    const ports = new Set<number>();
    const { port } = await hostWith((_request, socket) => {
      ports.add(socket.remotePort ?? 0);
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
    const client = clientOf(port);
    for (let turn = 0; turn < 3; turn++) expect(await textOf(client)).toBe("ok");
    expect(ports.size).toBe(1);
  });
});
