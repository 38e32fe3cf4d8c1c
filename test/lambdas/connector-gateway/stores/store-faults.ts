import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Store } from "../../../../lambdas/connector-gateway/core/ports";
import { problemOf } from "../support/problem";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine's own address. */
export interface Answering {
  readonly url: string;
  close(): Promise<void>;
}

export async function answering(answer: Answer): Promise<Answering> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => closed(server) };
}

/** Ends a server and whoever is still connected to it. */
export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

const says =
  (status: number, text: string, headers: { [name: string]: string } = {}): Answer =>
  (request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(status, headers).end(text));
  };

const SECRET = "value-that-nobody-may-read";
const FAULTS: readonly (readonly [what: string, answer: Answer])[] = [
  ["answers 500", says(500, `{"message":"${SECRET}"}`)],
  [
    "answers 503 with the words of a lost race",
    says(503, '{"error":{"status":"ABORTED"},"__type":"#ConditionalCheckFailedException"}'),
  ],
  ["answers 400", says(400, '{"__type":"com.amazon#ValidationException","error":{"status":"INVALID_ARGUMENT"}}')],
  ["answers 400 without JSON", says(400, "<html>no</html>")],
  ["answers 401", says(401, "{}")],
  ["answers 403", says(403, '{"error":{"status":"PERMISSION_DENIED"}}')],
  ["answers 404 without JSON", says(404, "<html>no</html>")],
  ["answers 404 for the table", says(404, '{"odata.error":{"code":"TableNotFound"}}')],
  ["answers 409 of another kind", says(409, '{"odata.error":{"code":"TableBeingDeleted"},"error":{"status":"OTHER"}}')],
  ["answers 429", says(429, "{}")],
  ["answers 200 with half of a document", says(200, `{"Item":{"value":"${SECRET}`)],
  ["answers 200 with nothing", says(200, "")],
  ["answers 200 with a text", says(200, `"${SECRET}"`)],
  ["answers 200 with null", says(200, "null")],
  [
    "answers 200 with bytes that are no UTF-8",
    (request, response) => {
      request.resume();
      response.writeHead(200).end(Buffer.from([0x7b, 0xff, 0x7d]));
    },
  ],
  [
    "ends the answer in its middle",
    (request, response) => {
      request.resume();
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.destroy());
    },
  ],
  ["ends the connection", (request) => void request.socket.destroy()],
  [
    "answers without an end",
    (request, response) => {
      request.resume();
      response.writeHead(200).write(Buffer.alloc(9_000_000, 0x20));
    },
  ],
  ["never answers", (request) => void request.resume()],
  [
    "never ends its answer",
    (request, response) => {
      request.resume();
      response.writeHead(200).write("{");
    },
  ],
];

/** What every store that is reached over the network does where it is down, broken or not what it should be. */
export function storeFaults(open: (endpoint: string, authorize: () => Promise<void>) => Store): void {
  const allowed = async (): Promise<void> => undefined;
  const uses: readonly (readonly [what: string, use: (store: Store) => Promise<unknown>])[] = [
    ["get", (store) => store.get("rate|a")],
    ["create", (store) => store.put("rate|a", SECRET, { ifVersion: undefined, expiresAt: Date.now() + 60_000 })],
    ["list", (store) => store.list("rate|")],
  ];

  async function expectRefusal(store: Store, detail: RegExp): Promise<void> {
    for (const [what, use] of uses) {
      const problem = await problemOf(() => use(store));
      expect([what, problem?.reason, problem?.status]).toEqual([what, "store_unavailable", 503]);
      expect(problem?.detail).toMatch(detail);
      expect(`${JSON.stringify(problem)} ${problem?.stack} ${problem?.cause}`).not.toContain(SECRET);
    }
  }

  it.each(FAULTS)("is unavailable where its server %s", async (_, answer) => {
    const server = await answering(answer);
    await expectRefusal(
      open(server.url, allowed),
      /^The store (refused a request|did not answer|gave an answer that can't be read)\.$/,
    );
    await server.close();
  });

  it("is unavailable where nobody listens", async () => {
    const server = await answering(says(200, "{}"));
    await server.close();
    await expectRefusal(open(server.url, allowed), /^The store did not answer\.$/);
  });

  it("follows no redirect", async () => {
    const asked: unknown[] = [];
    const elsewhere = await answering((request, response) => {
      asked.push(request.url);
      response.writeHead(200).end("{}");
    });
    const server = await answering(says(307, "", { location: `${elsewhere.url}/` }));
    await expectRefusal(open(server.url, allowed), /^The store did not answer\.$/);
    expect(asked).toEqual([]);
    await Promise.all([server.close(), elsewhere.close()]);
  });

  it("asks nobody without credentials, and does not say why it has none", async () => {
    const asked: unknown[] = [];
    const server = await answering((request, response) => {
      asked.push(request.url);
      response.writeHead(200).end("{}");
    });
    const store = open(server.url, () => Promise.reject(new Error(SECRET)));
    await expectRefusal(store, /^The gateway has no credentials for its store\.$/);
    expect(asked).toEqual([]);
    await server.close();
  });

  it("sends a write once, whatever comes of it", async () => {
    let asked = 0;
    const server = await answering((request, response) => {
      request.resume();
      asked += 1;
      response.writeHead(503, { "retry-after": "0" }).end();
    });
    const put = open(server.url, allowed).put("rate|a", 1, { ifVersion: undefined, expiresAt: Date.now() + 60_000 });
    expect((await problemOf(() => put))?.reason).toBe("store_unavailable");
    expect(asked).toBe(1);
    await server.close();
  });
}
