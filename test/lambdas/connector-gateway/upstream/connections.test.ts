import { gzipSync } from "node:zlib";
import {
  asked,
  bytesOf,
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

const MOST = 10 * 1024 * 1024;
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const forever = () => new AbortController().signal;

describe("an answer", () => {
  test.each([
    [MOST, undefined],
    [MOST + 1, "upstream_failed"],
  ])("of %d bytes gives %p", async (size, reason) => {
    const { port } = await hostWith((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      socket.write(Buffer.alloc(size));
    });
    expect(await reasonOf(clientOf(port))).toBe(reason);
  });

  test("without a length and without an end is broken off", async () => {
    const { port } = await hostWith((_request, socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const more = (): void => {
        if (!socket.destroyed) socket.write(Buffer.alloc(1024 * 1024), () => setImmediate(more));
      };
      more();
    });
    expect(await reasonOf(clientOf(port))).toBe("upstream_failed");
  });

  test.each<[string, string]>([
    ["of HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nok"],
    ["after hints", `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${OK}`],
    ["in chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1;a=b\r\nk\r\n0\r\n\r\n"],
    ["of a connection that ends", "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"],
  ])("%s is read", async (_what, text) => {
    const { port } = await hostWith((_request, socket) => void socket.end(text));
    expect(await textOf(clientOf(port))).toBe("ok");
  });

  test("has no headers of what follows its body", async () => {
    const { port } = await hostWith(
      raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-late\r\n\r\n2\r\nok\r\n0\r\nx-late: 1\r\n\r\n"),
    );
    const { headers, body } = await clientOf(port).send(asked(), forever());
    for await (const _part of body);
    expect(headers.map(([name]) => name)).toEqual(["transfer-encoding", "trailer"]);
  });

  test("is given as it came, compressed where it was", async () => {
    const packed = gzipSync("packed");
    const { port } = await hostWith((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    });
    expect(await bytesOf(clientOf(port))).toEqual(packed);
  });

  test("with more headers than are read, or trailers without end, has failed", async () => {
    const many = await hostWith(raw(`HTTP/1.1 200 OK\r\n${"x: 1\r\n".repeat(201)}content-length: 0\r\n\r\n`));
    expect(await reasonOf(clientOf(many.port))).toBe("upstream_failed");
    const late = await hostWith(
      raw(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx: ${"a".repeat(40_000)}\r\n\r\n`),
    );
    expect(await reasonOf(clientOf(late.port))).toBe("upstream_failed");
  });
});

describe("connections", () => {
  test("are not used up by redirects that nobody reads", async () => {
    const redirect = "HTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 4\r\n\r\nover";
    const { port } = await hostWith(
      (request, socket) => void socket.write(request.startsWith("GET /ok ") ? OK : redirect),
    );
    const client = clientOf(port);
    for (let turn = 0; turn < 60; turn++) {
      const { status, body } = await client.send(asked(), AbortSignal.timeout(4_000));
      expect(status).toBe(302);
      if (turn === 0) for await (const _part of body) throw new Error("a redirect has a body");
    }
    expect(await textOf(client, asked({ target: "/ok" }))).toBe("ok");
  });

  test("that are all in use make a request wait no longer than its time", async () => {
    const { port, requests } = await hostWith(() => {});
    const client = clientOf(port);
    const held = Array.from({ length: 50 }, () => new AbortController());
    const holding = held.map(({ signal }) => reasonOf(client, asked(), signal));
    expect(await reasonOf(client, asked(), AbortSignal.timeout(500))).toBe("upstream_timeout");
    for (const one of held) one.abort();
    expect(new Set(await Promise.all(holding))).toEqual(new Set(["upstream_timeout"]));
    expect(requests.length).toBeLessThanOrEqual(50);
  });

  test("are not kept once an instance may have slept", async () => {
    let now = 1_000_000;
    const ports = new Set<number>();
    const { port } = await hostWith((_request, socket) => {
      ports.add(socket.remotePort ?? 0);
      socket.write(OK);
    });
    const client = clientOf(port, { clock: () => now });
    await textOf(client);
    now += 14_999;
    await textOf(client);
    expect(ports.size).toBe(1);
    now += 15_000;
    expect(await textOf(client)).toBe("ok");
    expect(ports.size).toBe(2);
  });
});

describe("a name", () => {
  const moving = async (clock: () => number) => {
    const { port, requests } = await hostWith(raw(OK));
    let asks = 0;
    const client = clientWith({
      ca: trusted(),
      lookup: async () => (++asks === 1 ? ["127.0.0.1"] : ["10.0.0.7"]),
      allowAddress: (address) => address === "127.0.0.1",
      clock,
    });
    return { reason: () => reasonOf(client, asked({ port })), requests };
  };

  test("that moved is checked again within a minute, whatever connection is open", async () => {
    let now = 1_000_000;
    const { reason, requests } = await moving(() => now);
    expect(await reason()).toBe(undefined);
    now += 29_999;
    expect(await reason()).toBe(undefined);
    now += 1;
    expect(await reason()).toBe("destination_refused");
    expect(requests).toHaveLength(2);
  });

  test("is checked again where the clock was set back", async () => {
    let now = 1_000_000;
    const { reason } = await moving(() => now);
    expect(await reason()).toBe(undefined);
    now -= 1;
    expect(await reason()).toBe("destination_refused");
  });

  test("that nobody resolves is given up when the time is over", async () => {
    const client = clientWith({ lookup: () => new Promise(() => {}) });
    expect(await reasonOf(client, asked(), AbortSignal.timeout(80))).toBe("upstream_timeout");
  });

  test("is what a refusal says, and no address is", async () => {
    const client = clientWith({ lookup: async () => ["10.11.12.13"] });
    await expect(client.send(asked(), forever())).rejects.toThrow(
      `destination_refused: ${NAME} is at an address that is not on the internet.`,
    );
  });
});
