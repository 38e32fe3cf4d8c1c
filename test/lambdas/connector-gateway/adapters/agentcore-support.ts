import { createHash } from "node:crypto";
import { answerInterceptor, type InterceptorEvent } from "../../../../lambdas/connector-gateway/adapters/agentcore";
import type { Gateway } from "../../../../lambdas/connector-gateway/core/gateway";
import type { Connector } from "../../../../lib/policy/connector";
import type { GatewayBundleJson } from "../../../../lib/policy/gateway-bundle";
import { type Members, type SigningKey, sign, signingKey, TestIssuer } from "../attest/support";
import { type Harness, harness } from "../gateway/harness";

export const AUDIENCE = "cordon:support";
export type Headers = { readonly [name: string]: string };

/** An issuer on this machine, whose tokens the gateways of these tests verify. */
export class Identity {
  private constructor(
    public readonly issuer: TestIssuer,
    private readonly key: SigningKey,
  ) {}

  public static async start(): Promise<Identity> {
    const key = await signingKey("ES256", "key-1");
    return new Identity(await TestIssuer.start([key]), key);
  }

  public async token(subject: string, now: number, claims: Members = {}): Promise<string> {
    const iat = Math.floor(now / 1000);
    const own = { iss: this.issuer.url, sub: subject, aud: AUDIENCE, iat, exp: iat + 600 };
    return await sign(this.key, { ...own, ...claims });
  }
}

/** What the adapter has answered: the request or the response that goes on. */
export interface Outcome {
  readonly request: Members | undefined;
  readonly status: number | undefined;
  readonly response: Members | undefined;
  readonly reason: unknown;
}

/** A gateway behind AgentCore, and the agent in front of it. */
export class Desk {
  private constructor(
    public readonly harness: Harness,
    public readonly headers: Headers,
    public readonly others: Headers,
  ) {}

  public get records(): Harness["records"] {
    return this.harness.records;
  }

  /** Connectors of the agent `triage`; `other` has those that are named for it. */
  public static async open(
    identity: Identity,
    connectors: readonly Connector[],
    { others = [], mode = "enforce" }: { others?: readonly Connector[]; mode?: "enforce" | "monitor" } = {},
  ): Promise<Desk> {
    const agent = (name: string, own: readonly Connector[]): GatewayBundleJson["agents"][number] => ({
      name,
      principals: [{ kind: "oidc", issuer: identity.issuer.url, subject: name }],
      mode,
      connectors: own.map((connector) => connector.toJSON()),
    });
    const agents = [agent("triage", connectors), agent("other", others)];
    const approvers = { leads: [{ kind: "google" as const, email: "ann@example.com" }] };
    const bundle: GatewayBundleJson = { version: 1, cell: "support", audience: AUDIENCE, agents, approvers };
    const policy = Buffer.from(JSON.stringify(bundle));
    const digest = createHash("sha256").update(policy).digest("hex");
    const one = harness({ connectors, around: { policy, digest, allowLoopbackIssuers: true } });
    const bearer = async (name: string) => ({ Authorization: `Bearer ${await identity.token(name, one.now)}` });
    return new Desk(one, await bearer("triage"), await bearer("other"));
  }

  /** What the interceptor for requests says. */
  public async ask(body: unknown, headers: Headers = this.headers, raw: unknown = rawOf(body)): Promise<Outcome> {
    return await this.hear({ rawGatewayRequest: raw, gatewayRequest: gatewayRequest(body, headers) });
  }

  /** What the interceptor for responses says. */
  public async tell(body: unknown, response: unknown, headers: Headers = this.headers, status = 200): Promise<Outcome> {
    const gatewayResponse = { statusCode: status, headers: {}, body: response };
    return await this.hear({
      rawGatewayRequest: rawOf(body),
      gatewayRequest: gatewayRequest(body, headers),
      gatewayResponse,
    });
  }

  public async hear(mcp: unknown): Promise<Outcome> {
    const event = { interceptorInputVersion: "1.0", mcp } as InterceptorEvent;
    return await heard(async () => this.harness.gateway, event);
  }
}

export async function heard(ready: () => Promise<Gateway>, event: unknown): Promise<Outcome> {
  const answer = await answerInterceptor(ready, event as InterceptorEvent, "lambda-1");
  expect(answer.interceptorOutputVersion).toBe("1.0");
  const mcp = answer.mcp as { [member: string]: { body: Members; statusCode?: number } | undefined };
  expect(Object.keys(mcp)).toHaveLength(1);
  const response = mcp["transformedGatewayResponse"];
  const error = response?.body?.["error"] as { data?: Members } | undefined;
  return {
    request: mcp["transformedGatewayRequest"]?.body,
    status: response?.statusCode,
    response: response?.body,
    reason: error?.data?.["reason"],
  };
}

const gatewayRequest = (body: unknown, headers: Headers) => ({ path: "/mcp", httpMethod: "POST", headers, body });
const rawOf = (body: unknown): unknown => ({ body: JSON.stringify(body) });

export const call = (name: unknown, args: unknown = {}, more: Members = {}): Members => ({
  jsonrpc: "2.0",
  id: 7,
  method: "tools/call",
  params: { name, arguments: args, ...more },
});

export const result = (value: Members): Members => ({ jsonrpc: "2.0", id: 7, result: value });
export const text = (value: string): Members => result({ content: [{ type: "text", text: value }] });

/** The stages and verdicts of what was recorded. */
export const verdicts = ({ records }: Desk): string[] =>
  records.map((record) => {
    const { stage, verdict } = record["unmapped"] as { stage: string; verdict: string };
    return `${stage} ${verdict}${record["status_code"] === undefined ? "" : ` ${record["status_code"]}`}`;
  });
