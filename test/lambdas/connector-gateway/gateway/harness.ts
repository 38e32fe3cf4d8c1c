import { createHash } from "node:crypto";
import { gatewayOf, type Surroundings } from "../../../../lambdas/connector-gateway/adapters/wiring";
import type { CallerProof } from "../../../../lambdas/connector-gateway/core/attest";
import type { GatewayAnswer, GatewayRequest } from "../../../../lambdas/connector-gateway/core/calls/call";
import type { Gateway } from "../../../../lambdas/connector-gateway/core/gateway";
import type { Store, UpstreamRequest } from "../../../../lambdas/connector-gateway/core/ports";
import type { Reason } from "../../../../lambdas/connector-gateway/core/problem";
import { MemoryStore } from "../../../../lambdas/connector-gateway/stores/memory";
import type { Connector } from "../../../../lib/policy/connector";
import type { GatewayBundleJson, PrincipalJson } from "../../../../lib/policy/gateway-bundle";

export const AGENT: PrincipalJson = { kind: "aws", arn: "arn:aws:iam::111122223333:role/triage" };
export const ANN: PrincipalJson = { kind: "google", email: "ann@example.com" };
export const BEN: PrincipalJson = { kind: "google", email: "ben@example.com" };

/** What the connector's host answers. */
export interface Reply {
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** A gateway between a caller and a host that are both played by the test. */
export interface Harness {
  readonly gateway: Gateway;
  /** What the host was asked. */
  readonly sent: UpstreamRequest[];
  readonly records: Record<string, unknown>[];
  now: number;
  reply: (request: UpstreamRequest) => Reply | Promise<Reply>;
  ask(request: Partial<GatewayRequest>, proof?: CallerProof): Promise<Answered>;
}

/** An answer with its body as text, and as JSON where it is. */
export interface Answered {
  readonly status: number;
  readonly headers: GatewayAnswer["headers"];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  readonly json: any;
  readonly reason: Reason | undefined;
}

export interface HarnessOptions {
  readonly connectors: readonly Connector[];
  readonly mode?: "enforce" | "monitor";
  readonly store?: (clock: () => number) => Store;
  readonly around?: Partial<Surroundings>;
}

export function harness({ connectors, mode = "enforce", store, around = {} }: HarnessOptions): Harness {
  const bundle: GatewayBundleJson = {
    version: 1,
    cell: "support",
    audience: "cordon:support",
    agents: [
      { name: "triage", principals: [AGENT], mode, connectors: connectors.map((connector) => connector.toJSON()) },
      {
        name: "other",
        principals: [{ kind: "aws", arn: "arn:aws:iam::111122223333:role/other" }],
        mode,
        connectors: [],
      },
    ],
    approvers: { leads: [ANN, BEN] },
  };
  const policy = Buffer.from(JSON.stringify(bundle));
  const sent: UpstreamRequest[] = [];
  const records: Record<string, unknown>[] = [];
  const self: Omit<Harness, "gateway" | "ask"> = {
    sent,
    records,
    now: Date.UTC(2026, 10, 23, 10),
    reply: () => ({}),
  };
  const clock = (): number => self.now;
  const gateway = gatewayOf({
    policy,
    digest: createHash("sha256").update(policy).digest("hex"),
    store: store?.(clock) ?? new MemoryStore(clock),
    secrets: { read: async (name) => `the-secret-of-${name}` },
    upstream: {
      send: async (request) => {
        sent.push(request);
        const {
          status = 200,
          headers = [["content-type", "application/json"]],
          body = "{}",
        } = await self.reply(request);
        return { status, headers, body: chunksOf(body) };
      },
    },
    sink: { write: async (batch) => void records.push(...(batch as Record<string, unknown>[])) },
    clock,
    ...around,
  });
  return Object.assign(self, {
    gateway,
    ask: async (request: Partial<GatewayRequest>, proof: CallerProof = { kind: "platform", principal: AGENT }) =>
      answered(
        await gateway.handle(
          {
            id: "request-1",
            connector: connectors[0]?.name ?? "none",
            method: "GET",
            target: "/",
            headers: [],
            body: new Uint8Array(),
            ...request,
          },
          proof,
        ),
      ),
  }) as Harness;
}

/** A JSON body with its header. */
export const jsonBody = (value: unknown): Pick<GatewayRequest, "headers" | "body"> => ({
  headers: [["content-type", "application/json"]],
  body: Buffer.from(JSON.stringify(value)),
});

async function* chunksOf(body: Reply["body"] & {}): AsyncGenerator<Uint8Array> {
  if (typeof body === "string") yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body;
}

async function answered({ status, headers, body }: GatewayAnswer): Promise<Answered> {
  const parts: Uint8Array[] = [];
  if (body instanceof Uint8Array) parts.push(body);
  else for await (const part of body) parts.push(part);
  const text = Buffer.concat(parts).toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const reason = status >= 400 ? ((json as { reason?: Reason } | undefined)?.reason ?? undefined) : undefined;
  return { status, headers, text, json, reason };
}
