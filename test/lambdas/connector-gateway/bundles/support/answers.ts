import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on this machine that answers by a function; what it is asked is kept. */
export interface Answers {
  readonly url: string;
  close(): void;
}

export interface Question {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
}

export async function startAnswers(answer: (question: Question) => Reply | Promise<Reply>): Promise<Answers> {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", async () => {
      const { method = "", url = "", headers } = request;
      const {
        status = 200,
        headers: returned = {},
        body = "",
      } = await answer({ method, url, headers, body: Buffer.concat(parts) });
      response.writeHead(status, returned);
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
