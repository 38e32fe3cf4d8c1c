import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApprovalRecord, Approvals } from "../core/approvals";
import { GatewayProblem } from "../core/problem";

/** What the page decides by. */
export interface ApprovalsPageOptions {
  readonly approvals: Approvals;
  /** What an approver shows. The agent shares the machine, so that the address alone is not enough. */
  readonly key: string;
  /** Members by group; a group that nobody is listed for takes every name. */
  readonly approvers: { readonly [group: string]: readonly string[] };
}

const MAX_FORM = 10_000;

/** Answers `/approvals`: a page for people, and JSON for the command. A look never approves. */
export function answerApprovals(
  options: ApprovalsPageOptions,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname !== "/approvals" && !url.pathname.startsWith("/approvals/")) return false;
  void respond(options, url, request, response).catch(() =>
    write(response, 500, "text/plain", "the approvals can't be read\n"),
  );
  return true;
}

async function respond(
  { approvals, key, approvers }: ApprovalsPageOptions,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const shown = url.searchParams.get("key") ?? String(request.headers["x-cordon-key"] ?? "");
  if (!isSame(shown, key)) {
    write(response, 403, "text/plain", "show the key that the gateway printed\n");
    return;
  }
  const [, id] = /^\/approvals\/([A-Za-z0-9_-]{1,64})$/.exec(url.pathname) ?? [];
  if (request.method === "POST" && id !== undefined) {
    await decide(approvals, approvers, id, wordOf(request, await textOf(request)), response, wantsJson(request));
    return;
  }
  const pending = await approvals.list();
  if (wantsJson(request)) write(response, 200, "application/json", `${JSON.stringify(pending)}\n`);
  else write(response, 200, "text/html; charset=utf-8", pageOf(pending, key));
}

async function decide(
  approvals: Approvals,
  approvers: ApprovalsPageOptions["approvers"],
  id: string,
  word: Word,
  response: ServerResponse,
  asJson: boolean,
): Promise<void> {
  const { approver, verdict, reason } = word;
  const record = (await approvals.list()).find((one) => one.id === id);
  const members = record === undefined ? undefined : approvers[record.group];
  if (record === undefined || approver === "" || (members !== undefined && !members.includes(approver))) {
    const detail = record === undefined ? "There is no such request." : "Say who approves: one of the group's members.";
    if (asJson) write(response, 403, "application/problem+json", `${JSON.stringify({ status: 403, detail })}\n`);
    else write(response, 403, "text/plain", `${detail}\n`);
    return;
  }
  try {
    const decided = await approvals.decide(id, {
      approver,
      verdict,
      digest: word.digest ?? record.digest,
      reason: reason.slice(0, 500),
    });
    if (asJson) write(response, 200, "application/json", `${JSON.stringify(decided)}\n`);
    else write(response, 200, "text/plain", `${decided.state}\n`);
  } catch (error) {
    if (!(error instanceof GatewayProblem)) throw error;
    write(response, error.status, "application/problem+json", `${JSON.stringify(error)}\n`);
  }
}

/** What somebody says, in a form of the page or in the command's JSON. */
interface Word {
  readonly approver: string;
  readonly verdict: "approve" | "deny";
  readonly reason: string;
  readonly digest?: string;
}

function wordOf(request: IncomingMessage, body: string): Word {
  const isJson = String(request.headers["content-type"] ?? "").startsWith("application/json");
  const said = isJson
    ? (JSON.parse(body) as { [member: string]: unknown })
    : Object.fromEntries(new URLSearchParams(body));
  const text = (member: string): string => (typeof said[member] === "string" ? (said[member] as string).trim() : "");
  const digest = text("digest");
  return {
    approver: text("approver"),
    verdict: text("verdict") === "approve" ? "approve" : "deny",
    reason: text("reason"),
    ...(digest === "" ? {} : { digest }),
  };
}

function pageOf(records: readonly ApprovalRecord[], key: string): string {
  const rows = records.map(
    ({ id, agent, connector, operation, state, need, decisions, digest, summary }) => `<tr>
<td>${text(agent)}</td><td>${text(connector)}</td><td>${text(operation)}</td><td><pre>${text(summary)}</pre></td>
<td>${text(state)}, ${decisions.filter(({ verdict }) => verdict === "approve").length} of ${need}</td>
<td><form method="post" action="/approvals/${text(id)}?key=${encodeURIComponent(key)}">
<input type="hidden" name="digest" value="${text(digest)}"><input name="approver" placeholder="your name" required> <input name="reason" placeholder="reason">
<button name="verdict" value="approve">approve</button> <button name="verdict" value="deny">deny</button></form></td></tr>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>Approvals</title>
<style>body{font:16px system-ui;margin:2rem}td{padding:.3rem .8rem;border-top:1px solid #ccc}</style>
<h1>Approvals</h1><table><tr><th>agent<th>connector<th>operation<th>request<th>state<th></tr>${rows.join("\n")}</table>
${records.length === 0 ? "<p>Nothing waits for approval.</p>" : ""}\n`;
}

const text = (value: string): string => value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const wantsJson = (request: IncomingMessage): boolean =>
  String(request.headers.accept ?? "").includes("application/json");

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function textOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of request) {
    body += String(part);
    if (body.length > MAX_FORM) throw new Error("too long");
  }
  return body;
}

function write(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
