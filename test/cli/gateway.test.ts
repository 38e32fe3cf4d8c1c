import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { desk } from "../../examples/connectors/policy";
import { Connector, ContainmentPolicy, type DlpOptions, Egress, Operation } from "../../lib";
import { run } from "../../lib/cli/run";
import { type FakeHosts, startFakeHosts } from "../../scripts/fake-hosts";
import { cordon } from "../support/cli";

const folder = mkdtempSync(join(tmpdir(), "cordon-gateway-"));
const policyFile = join(folder, "policy.json");
const certificate = join(folder, "ca.pem");
const environment = {
  CORDON_SECRET_DESK_TOKEN: "desk-credential-1",
  CORDON_SECRET_ANTHROPIC_KEY: "model-credential-1",
};
const shell = promisify(execFile);

/** `cordon gateway` in this process, until it is stopped. */
interface Running {
  readonly url: string;
  readonly port: number;
  readonly key: string;
  readonly lines: string[];
  stop(): Promise<number>;
}

let hosts: FakeHosts;
let running: Running;

async function start(...more: string[]): Promise<Running> {
  const lines: string[] = [];
  let said = "";
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let ended: Promise<number> = Promise.resolve(0);
  const ready = new Promise<void>((resolve, reject) => {
    const streams = {
      out: (text: string) => void lines.push(...text.split("\n").filter((line) => line !== "")),
      error: (text: string) => {
        said += text;
        if (said.includes("approvals:")) resolve();
        else if (said.includes("CORDON-")) reject(new Error(said));
      },
      isTerminal: false,
      environment,
      stopped: () => stopped,
    };
    const argv = ["gateway", "--policy", policyFile, "--agent", "triage", "--port", "0", "--certificate", certificate];
    ended = run([...argv, ...more], streams);
  });
  await ready;
  const [, port = "", key = ""] = /127\.0\.0\.1:(\d+)\/approvals\?key=(\S+)/.exec(said) ?? [];
  return {
    url: `http://127.0.0.1:${port}`,
    port: Number(port),
    key,
    lines,
    stop: () => {
      stop();
      return ended;
    },
  };
}

beforeAll(async () => {
  hosts = await startFakeHosts();
  const policy = desk.allow(Egress.https("status.example.com", { reason: "incident page" }));
  writeFileSync(policyFile, JSON.stringify(policy));
  writeFileSync(join(folder, "trust.pem"), hosts.trust);
  const connectTo = desk.connectors.flatMap(({ host }) => ["--connect-to", `${host}:443=127.0.0.1:${hosts.port}`]);
  running = await start("--trust", join(folder, "trust.pem"), "--approver", "support-leads=ann,ben", ...connectTo);
});

afterAll(async () => {
  expect(await running.stop()).toBe(0);
  hosts.close();
});

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${running.url}/connectors${path}`, init);
const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  ask(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

describe("cordon gateway", () => {
  test("mediates connectors at its own address, and prints one line for each decision", async () => {
    const ticket = (await (await ask("/tickets/tickets/7")).json()) as { requester: { email: string } };
    expect(ticket).toMatchObject({ id: 7, requester: { email: expect.stringMatching(/^tok~/) } });
    expect(ticket).not.toHaveProperty("internal");
    const reply = await post("/tickets/tickets/7/replies", { to: ticket.requester.email, text: "Hello" });
    expect(await reply.json()).toEqual({ accepted: true, to: ticket.requester.email });
    const refused = await ask("/tickets/users");
    expect(refused.status).toBe(403);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(running.lines.at(-1)).toMatch(
      /^\d\d:\d\d:\d\d triage deny tickets: GET \(operation_not_permitted\) \d+ ms$/,
    );
    expect(running.lines.join("\n")).not.toMatch(/ada@|desk-credential/);
  });

  test("answers a client that uses it as its proxy, under the connector's own name", async () => {
    const agent = `
      const { request } = require("node:https"); const { connect } = require("node:net"); const tls = require("node:tls");
      const socket = connect(${running.port}, "127.0.0.1", () => socket.write("CONNECT acme.desk.example.com:443 HTTP/1.1\\r\\nhost: acme.desk.example.com:443\\r\\n\\r\\n"));
      socket.once("data", () => {
        const secure = tls.connect({ socket, servername: "acme.desk.example.com" }, () => {
          const asked = request({ createConnection: () => secure, path: "/tickets/7", headers: { host: "acme.desk.example.com" } }, (answer) => {
            let text = ""; answer.on("data", (part) => (text += part)); answer.on("end", () => { console.log(answer.statusCode, text); process.exit(0); });
          });
          asked.end();
        });
      });`;
    const { stdout } = await shell(process.execPath, ["-e", agent], { env: { NODE_EXTRA_CA_CERTS: certificate } });
    expect(stdout).toMatch(/^200 \{"id":7,.*tok~/);
  });

  const connecting = (authority: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(running.port, "127.0.0.1", () =>
        socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`),
      );
      socket.once("data", (data) => {
        socket.destroy();
        resolve(String(data).split("\r\n")[0] ?? "");
      });
      socket.once("error", reject);
    });

  test.each([
    ["a host that no policy names", "evil.example.net:443"],
    ["another port of a connector's host", "acme.desk.example.com:8443"],
    ["an address", "93.184.215.14:443"],
    ["the metadata service", "169.254.169.254:80"],
    ["no host at all", "x"],
  ])("refuses to connect to %s", async (_what, authority) => {
    expect(await connecting(authority)).toMatch(/^HTTP\/1\.1 403 /);
  });

  test("shows certificates for connectors' hosts alone, from a CA that can sign nothing else", async () => {
    const pem = readFileSync(certificate, "utf8");
    const subject = await new Promise<string>((resolve, reject) => {
      const socket = connect(running.port, "127.0.0.1", () =>
        socket.write("CONNECT wiki.example.com:443 HTTP/1.1\r\nhost: wiki.example.com:443\r\n\r\n"),
      );
      socket.once("data", () => {
        const secure = connectTls({ socket, servername: "wiki.example.com", ca: pem }, () => {
          resolve(String(secure.getPeerCertificate().subjectaltname));
          secure.destroy();
        });
        secure.once("error", reject);
      });
    });
    expect(subject).toBe("DNS:wiki.example.com");
    expect(pem).not.toContain("PRIVATE KEY");
  });

  test("lets people approve on the command line, each once, and the agent then once", async () => {
    const waiting = (await (await ask("/tickets/tickets/8", { method: "DELETE" })).json()) as { approval: string };
    const at = ["--gateway", running.url, "--key", running.key];
    const listed = await cordon("approvals", ...at);
    expect(listed.out).toContain(`${waiting.approval}  triage  tickets: DELETE /tickets/{id}  pending, 0 of 2`);
    expect(listed.out).toContain("    DELETE https://acme.desk.example.com/tickets/8\n");
    const early = await ask("/tickets/tickets/8", {
      method: "DELETE",
      headers: { "x-cordon-approval": waiting.approval },
    });
    expect(early.status).toBe(403);
    expect((await cordon("approve", waiting.approval, ...at, "--as", "ann")).out).toContain("pending, 1 of 2");
    const twice = await cordon("approve", waiting.approval, ...at, "--as", "ann");
    expect([twice.code, twice.error]).toEqual([
      2,
      `CORDON-153: "${running.url}": The approver has decided already.; see cordon approvals --help\n`,
    ]);
    const stranger = await cordon("approve", waiting.approval, ...at, "--as", "eve");
    expect(stranger.error).toContain("Say who approves: one of the group's members.");
    expect((await cordon("approve", waiting.approval, ...at, "--as", "ben")).out).toContain("approved, 2 of 2");
    const send = () =>
      ask("/tickets/tickets/8", { method: "DELETE", headers: { "x-cordon-approval": waiting.approval } });
    expect((await send()).status).toBe(204);
    expect((await send()).status).toBe(403);
  });

  test("shows approvals to whoever has the key alone, and a look approves nothing", async () => {
    expect((await fetch(`${running.url}/approvals`)).status).toBe(403);
    expect((await fetch(`${running.url}/approvals?key=wrong`)).status).toBe(403);
    const page = await fetch(`${running.url}/approvals?key=${running.key}`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect((await cordon("approvals", "--gateway", running.url)).error).toContain("CORDON-153");
    expect((await cordon("approvals", "--gateway", "http://127.0.0.1:9", "--key", "x")).error).toContain(
      "the gateway does not answer",
    );
  });

  test("keeps limits in a file that two of them share", async () => {
    const state = join(folder, "state.sqlite");
    const places = desk.connectors.flatMap(({ host }) => ["--connect-to", `${host}:443=127.0.0.1:${hosts.port}`]);
    const two = await Promise.all(
      [0, 1].map(() => start("--state", state, "--trust", join(folder, "trust.pem"), ...places)),
    );
    const statuses: number[] = [];
    for (let turn = 0; turn < 61; turn++) {
      statuses.push((await fetch(`${two[turn % 2]?.url}/connectors/tickets/tickets/7`)).status);
    }
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(60);
    expect((await fetch(`${two[0]?.url}/connectors/tickets/tickets/7`)).status).toBe(429);
    await Promise.all(two.map((one) => one.stop()));
  });

  test.each([
    [["--port", "http"], 'CORDON-151: --port: "http" is not a port; use one from 1 to 65535, or 0 for any'],
    [
      ["--allow-private", "10"],
      'CORDON-151: --allow-private: "10" is no block of addresses; write one such as 127.0.0.0/8',
    ],
    [
      ["--connect-to", "a"],
      'CORDON-151: --connect-to: "a" names no host and place; write api.example.com:443=127.0.0.1:8443',
    ],
    [["--approver", "leads"], 'CORDON-151: --approver: "leads" has no group and names; write leads=ann,ben'],
  ])("refuses %j", async (options, message) => {
    const { code, error } = await cordon("gateway", "--policy", policyFile, "--agent", "a", ...options);
    expect([code, error]).toEqual([2, `${message}\n`]);
  });
});

describe("cordon replay", () => {
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const entry = (method: string, url: string, response: string, body?: string): object => ({
    startedDateTime: "2026-11-23T10:00:00.000Z",
    request: {
      method,
      url,
      headers: [{ name: "Host", value: new URL(url).host }],
      ...(body === undefined ? {} : { postData: { mimeType: "application/json", text: body } }),
    },
    response: { status: 200, headers: [], content: { mimeType: "application/json", text: response } },
  });
  const replay = (path: string, ...more: string[]) =>
    cordon("replay", path, "--policy", policyFile, "--agent", "triage", ...more);

  test("judges a HAR file by operations and by the allow list, one JSON line for each exchange", async () => {
    const desk = "https://acme.desk.example.com";
    const har = write(
      "traffic.har",
      JSON.stringify({
        log: {
          entries: [
            entry("GET", `${desk}/tickets/7`, '{"email":"ada@corp-mail.net"}'),
            entry("GET", `${desk}/users`, "[]"),
            entry("POST", `${desk}/tickets/7/replies`, "{}", `{"text":"AKIA${"QWERTYUIOPASDFGH"}"}`),
            entry("GET", "https://status.example.com/", ""),
            entry("GET", "https://evil.example.net/", ""),
          ],
        },
      }),
    );
    const { code, out, error } = await replay(har);
    expect([code, error]).toEqual([1, ""]);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      {
        exchange: 0,
        verdict: "allow",
        connector: "tickets",
        operation: "GET /tickets/{id}",
        redactions: [{ path: "$..email", mode: "token", count: 1 }],
      },
      { exchange: 1, verdict: "deny", reason: "operation_not_permitted" },
      {
        exchange: 2,
        verdict: "deny",
        reason: "sensitive_data",
        findings: [{ detector: "aws-access-key-id", action: "block", count: 1 }],
      },
      { exchange: 3, verdict: "allow", rule: "https:status.example.com" },
      { exchange: 4, verdict: "deny", reason: "not_listed" },
    ]);
    expect(out).not.toMatch(/ada@|AKIA/);
  });

  test("judges MCP messages, one on each line", async () => {
    const messages = [
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "search", arguments: { q: "reset" } } },
      { jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "ok" }] } },
      { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "delete_page", arguments: {} } },
    ];
    const { code, out } = await replay(write("mcp.jsonl", messages.map((one) => JSON.stringify(one)).join("\n")));
    expect(code).toBe(1);
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { connector: "wiki", operation: "tool search", verdict: "allow" },
      { connector: "wiki", verdict: "deny", reason: "operation_not_permitted" },
    ]);
  });

  test("takes detectors and a handler of the owner's from a file", async () => {
    const own = join(__dirname, "../support/extensions/customer-number.ts");
    const desk = "https://acme.desk.example.com";
    const body = '{"text":"for ACME-123456"}';
    const har = write(
      "own.har",
      JSON.stringify({ log: { entries: [entry("POST", `${desk}/tickets/7/replies`, "{}", body)] } }),
    );
    const findings = async (...more: string[]): Promise<unknown> => {
      const file = ownPolicy({ request: { personal: "alert" } });
      const { out, error } = await cordon("replay", har, "--policy", file, "--agent", "triage", ...more);
      expect(error).toBe("");
      return JSON.parse(out).findings;
    };
    expect(await findings()).toEqual([]);
    expect(await findings("--extension", own)).toEqual([
      { detector: "acme.customer-number", action: "alert", count: 1 },
    ]);
    const file = ownPolicy({ request: { detectors: { "acme.customer-number": "block" } } });
    const unknown = await cordon("replay", har, "--policy", file, "--agent", "triage");
    expect([unknown.code, unknown.error]).toEqual([2, expect.stringContaining("CORDON-038")]);
  });

  function ownPolicy(dlp: DlpOptions): string {
    const connector = Connector.http("tickets", { host: "acme.desk.example.com", reason: "desk" }).permit(
      Operation.post("/tickets/{id}/replies"),
      { dlp },
    );
    return write("own.json", JSON.stringify(ContainmentPolicy.denyAll("own").connect(connector).toJSON()));
  }

  test("exits with 0 where everything passes", async () => {
    const har = write(
      "good.har",
      JSON.stringify({ log: { entries: [entry("GET", "https://status.example.com/", "")] } }),
    );
    expect((await replay(har)).code).toBe(0);
  });

  test.each([
    ["broken.har", '{"log":', "the file is no JSON"],
    ["empty.har", '{"log":{}}', "the file has no log.entries"],
    ["bad.jsonl", "[]", "line 1 is no JSON-RPC message"],
  ])("refuses %s", async (name, text, problem) => {
    const path = write(name, text);
    const { code, error } = await replay(path);
    expect([code, error]).toEqual([
      2,
      `CORDON-142: "${path}": ${problem}; name a HAR file, or a file of MCP messages\n`,
    ]);
  });
});
