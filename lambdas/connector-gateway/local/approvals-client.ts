import { AwsClient } from "aws4fetch";

/** A gateway, and what shows who asks. */
export interface ApprovalsAddress {
  /** Without a slash at its end. */
  readonly url: string;
  /** Of a gateway on this machine. */
  readonly key?: string;
  /** Holds `CORDON_TOKEN`, or the keys of AWS for a private API. */
  readonly environment: { readonly [name: string]: string | undefined };
}

export interface ListedApproval {
  readonly id: string;
  readonly agent: string;
  readonly connector: string;
  readonly operation: string;
  readonly state: string;
  readonly digest: string;
  readonly summary: string;
  readonly given: number;
  readonly need: number;
  readonly approveBy: number;
}

export interface ApprovalWord {
  readonly id: string;
  readonly digest: string;
  readonly verdict: "approve" | "deny";
  readonly reason: string;
  /** Who approves, where the gateway takes a name. */
  readonly approver?: string;
}

/** The gateway's no, in its words. */
export class GatewayRefusal extends Error {}

const TIMEOUT = 30_000;
const PRIVATE_API = /(?:^|\.)execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/** What waits for approval, and what has ended lately. @throws GatewayRefusal */
export async function listApprovals(address: ApprovalsAddress): Promise<ListedApproval[]> {
  const value = await ask(address, "GET", "/approvals");
  if (!Array.isArray(value)) throw new GatewayRefusal("the answer is no list of approvals");
  return value.map(listed);
}

/** Decides on one request. @throws GatewayRefusal */
export async function decideApproval(address: ApprovalsAddress, word: ApprovalWord): Promise<ListedApproval> {
  const { id, ...body } = word;
  return listed(await ask(address, "POST", `/approvals/${encodeURIComponent(id)}`, JSON.stringify(body)));
}

async function ask(address: ApprovalsAddress, method: string, path: string, body?: string): Promise<unknown> {
  const { url, key, environment } = address;
  const headers = {
    accept: "application/json",
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(key === undefined ? {} : { "x-cordon-key": key }),
    ...(environment["CORDON_TOKEN"] === undefined ? {} : { authorization: `Bearer ${environment["CORDON_TOKEN"]}` }),
  };
  const init: RequestInit = {
    method,
    headers,
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT),
    ...(body === undefined ? {} : { body }),
  };
  let response: Response;
  try {
    response = await fetch(await signed(`${url}${path}`, init, environment));
  } catch {
    throw new GatewayRefusal("the gateway does not answer");
  }
  const text = await response.text();
  const value = parsed(text);
  if (response.status === 200) return value;
  const { detail } = (value ?? {}) as { readonly detail?: unknown };
  throw new GatewayRefusal(typeof detail === "string" ? detail : `the gateway answered with ${response.status}`);
}

// A private API takes requests that are signed for it.
async function signed(url: string, init: RequestInit, environment: ApprovalsAddress["environment"]): Promise<Request> {
  const [, region] = PRIVATE_API.exec(new URL(url).hostname) ?? [];
  if (region === undefined) return new Request(url, init);
  const client = new AwsClient({
    accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    ...(environment["AWS_SESSION_TOKEN"] === undefined ? {} : { sessionToken: environment["AWS_SESSION_TOKEN"] }),
    service: "execute-api",
    region,
  });
  return await client.sign(url, init);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listed(value: unknown): ListedApproval {
  const record = (value ?? {}) as { readonly [member: string]: unknown };
  const text = (member: string): string => String(record[member] ?? "");
  const decisions = Array.isArray(record["decisions"]) ? (record["decisions"] as { readonly verdict?: unknown }[]) : [];
  return {
    id: text("id"),
    agent: text("agent"),
    connector: text("connector"),
    operation: text("operation"),
    state: text("state"),
    digest: text("digest"),
    summary: text("summary"),
    given: decisions.filter(({ verdict }) => verdict === "approve").length,
    need: Number(record["need"]),
    approveBy: Number(record["approveBy"]),
  };
}
