import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { desk } from "../examples/connectors/policy";
import { approve } from "../lib/cli/commands/approvals";
import { gateway } from "../lib/cli/commands/gateway";
import { startFakeHosts } from "./fake-hosts";

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const streams = { out: (text: string) => void process.stdout.write(`    ${text}`), error: () => {}, isTerminal: false };

/** Runs the connector gateway on this machine between an agent's requests and hosts that play the real ones. */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cordon-"));
  const fake = await startFakeHosts();
  writeFileSync(join(folder, "policy.json"), JSON.stringify(desk));
  writeFileSync(join(folder, "trust.pem"), fake.trust);
  const environment = {
    CORDON_SECRET_DESK_TOKEN: "desk-credential-1",
    CORDON_SECRET_ANTHROPIC_KEY: "model-credential-1",
  };
  print(
    "\nThe connector gateway on this machine, with hosts that play the real ones. Each line below is one decision:",
  );
  const running = await gateway(
    {
      policy: join(folder, "policy.json"),
      agent: "triage",
      port: "0",
      certificate: join(folder, "ca.pem"),
      approver: { "support-leads": ["ann", "ben"] },
      allowPrivate: [],
      connectTo: desk.connectors.map(({ host }) => `${host}:443=127.0.0.1:${fake.port}`),
      trust: join(folder, "trust.pem"),
    },
    { ...streams, environment },
  );
  try {
    await talk(`http://127.0.0.1:${running.port}`, running.approvalKey);
  } finally {
    await running.close();
    fake.close();
    rmSync(folder, { recursive: true });
  }
}

async function talk(url: string, key: string): Promise<void> {
  const ask = async (what: string, method: string, path: string, body?: object, headers: object = {}) => {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(`${url}/connectors${path}`, { method, headers: { ...type, ...headers }, ...json });
    const text = await response.text();
    print(`  ${what}\n      ${response.status} ${text.slice(0, 160)}`);
    return text;
  };
  const ticket = JSON.parse(
    await ask("reads a ticket: the e-mail is a token, the note is gone", "GET", "/tickets/tickets/7"),
  );
  const to: string = ticket.requester.email;
  await ask("answers it: the token becomes the address for the desk alone", "POST", "/tickets/tickets/7/replies", {
    to,
    text: "Hello",
  });
  const leak = Buffer.from(`AKIA${"QWERTYUIOPASDFGH"}`).toString("base64");
  await ask("tries to send a key out, encoded", "POST", "/tickets/tickets/7/replies", { to, text: leak });
  await ask("tries an operation that the policy does not name", "GET", "/tickets/users");
  const waiting = JSON.parse(await ask("deletes the ticket: two people have to agree", "DELETE", "/tickets/tickets/7"));
  for (const as of ["ann", "ben"])
    await approve(waiting.approval, { gateway: url, key, as, reason: "duplicate" }, streams);
  await ask("sends it again with the approval", "DELETE", "/tickets/tickets/7", undefined, {
    "x-cordon-approval": waiting.approval,
  });
  const message = { model: "claude-sonnet-4-5", max_tokens: 100, messages: [{ role: "user", content: "Summarize." }] };
  await ask("asks the model: the bounding prompt is put before", "POST", "/claude/v1/messages", message);
  await ask("lists the wiki's tools: one of two is left", "POST", "/wiki/mcp", {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/list",
  });
  await ask("calls the other", "POST", "/wiki/mcp", {
    jsonrpc: "2.0",
    id: 2,
    method: "tools/call",
    params: { name: "delete_page" },
  });
}

void main();
