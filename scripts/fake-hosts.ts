import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { SessionCa } from "../lambdas/connector-gateway/local/session-ca";

/** Hosts that play the connectors' on this machine. */
export interface FakeHosts {
  readonly port: number;
  /** Who has signed their certificates, in PEM. */
  readonly trust: string;
  close(): void;
}

type Json = { readonly [member: string]: unknown };

const TICKET = {
  id: 7,
  subject: "Can't sign in",
  requester: { name: "Ada", email: "ada@corp-mail.net" },
  internal: { note: "VIP, see contract" },
};

/** Starts a support desk, a model and an MCP server behind one port; the name that is asked for tells them apart. */
export async function startFakeHosts(): Promise<FakeHosts> {
  const ca = await SessionCa.create(Date.now);
  const server = createServer(
    {
      SNICallback: (name, done) => {
        ca.contextFor(name).then((context) => done(null, context), done);
      },
    },
    (request, response) => {
      let text = "";
      request.on("data", (part) => {
        text += String(part);
      });
      request.on("end", () => {
        const { status = 200, body } = answerOf(String(request.headers.host), request.method ?? "", text);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(body === undefined ? "" : JSON.stringify(body));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    trust: ca.pem,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answerOf(host: string, method: string, text: string): { status?: number; body?: Json } {
  const asked = (text === "" ? {} : JSON.parse(text)) as Json;
  if (host.startsWith("api.anthropic.com")) return { body: modelAnswer(asked) };
  if (host.startsWith("wiki.")) return toolAnswer(asked);
  if (method === "GET") return { body: TICKET };
  return method === "DELETE" ? { status: 204 } : { body: { accepted: true, to: asked["to"] } };
}

const modelAnswer = ({ model, system }: Json): Json => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model,
  content: [{ type: "text", text: `I was told: ${JSON.stringify(system)}` }],
  usage: { input_tokens: 40, output_tokens: 20 },
});

function toolAnswer({ id, method }: Json): { status?: number; body?: Json } {
  if (id === undefined) return { status: 202 };
  const tools = ["search", "delete_page"].map((name) => ({ name, description: name, inputSchema: { type: "object" } }));
  const result = method === "tools/list" ? { tools } : { content: [{ type: "text", text: "Ask them to reset it." }] };
  return { body: { jsonrpc: "2.0", id, result } };
}
