import { request as ask, createServer, Agent as PlainAgent } from "node:http";
import { Agent, request as askTls, createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { SessionCa } from "../../lambdas/connector-gateway/local/session-ca";

/** Run as a process of its own: `upstream`, or `proxy PORT`. Says where it listens, as one line of JSON. */
const BODY = JSON.stringify({ text: "An ordinary answer of an ordinary host. ".repeat(50), id: 7 });

async function upstream(): Promise<void> {
  const ca = await SessionCa.create(Date.now);
  const answer: Parameters<typeof createServer>[1] = (request, response) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(BODY) });
      response.end(BODY);
    });
  };
  const secure = createTlsServer(
    { SNICallback: (name, done) => void ca.contextFor(name).then((context) => done(null, context), done) },
    answer,
  );
  const plain = createServer(answer);
  for (const server of [secure, plain]) {
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
  const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
  process.stdout.write(`${JSON.stringify({ https: portOf(secure), http: portOf(plain), trust: ca.pem })}\n`);
}

/** What passes everything on, and looks at nothing. */
async function proxy(port: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, rejectUnauthorized: false });
  const server = createServer((request, response) => {
    const headers = { ...request.headers, host: "desk.bench-mail.net" };
    const options = { agent, host: "127.0.0.1", port, servername: "desk.bench-mail.net", method: request.method };
    const passed = askTls({ ...options, path: request.url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.stdout.write(`${JSON.stringify({ http: (server.address() as AddressInfo).port })}\n`);
}

/** Sends the same request again and again, some at once, for some time. */
export interface Load {
  readonly port: number;
  readonly path: string;
  readonly isTls?: boolean;
  readonly atOnce: number;
  readonly milliseconds: number;
}

/** Milliseconds of each answer, and how long all of it took. */
export async function load({ port, path, isTls = false, atOnce, milliseconds }: Load): Promise<[number[], number]> {
  const agentOptions = { keepAlive: true, maxSockets: atOnce };
  const agent = isTls ? new Agent({ ...agentOptions, rejectUnauthorized: false }) : new PlainAgent(agentOptions);
  const body = JSON.stringify({ text: "An ordinary question of an agent. ".repeat(58) });
  const headers = {
    host: "desk.bench-mail.net",
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  };
  const options = { agent, host: "127.0.0.1", port, path, method: "POST", headers };
  const once = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const sent = (isTls ? askTls : ask)(
        { ...options, ...(isTls ? { servername: headers.host } : {}) },
        (response) => {
          response.resume();
          response.on("end", () =>
            response.statusCode === 200 ? resolve() : reject(new Error(`${path} answered ${response.statusCode}`)),
          );
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  const times: number[] = [];
  const start = performance.now();
  const worker = async (): Promise<void> => {
    while (performance.now() - start < milliseconds) {
      const at = performance.now();
      await once();
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  agent.destroy();
  return [times, performance.now() - start];
}

if (require.main === module) {
  const [, , what, port] = process.argv;
  void (what === "upstream" ? upstream() : proxy(Number(port)));
}
