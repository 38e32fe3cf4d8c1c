import type { webcrypto } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { JwksSource } from "../../../../lambdas/connector-gateway/attest-keys/jwks-source";
import {
  Attestor,
  type AttestorOptions,
  type TrustOptions,
  trustedIssuers,
} from "../../../../lambdas/connector-gateway/core/attest";
import type { Store, Stored } from "../../../../lambdas/connector-gateway/core/ports";
import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";
import type { GatewayBundleJson, PrincipalJson } from "../../../../lib/policy/gateway-bundle";

export type Members = { [member: string]: unknown };
export const AUDIENCE = "cordon:research";
/** 2026-11-23T12:00:00Z. */
export const START = Date.UTC(2026, 10, 23, 12);

/** A clock that tests move. */
export class TestClock {
  public now = START;
  public readonly read = (): number => this.now;
  public get seconds(): number {
    return Math.floor(this.now / 1000);
  }
  public pass(seconds: number): void {
    this.now += seconds * 1000;
  }
}

/** State as the shared stores hold it, in one process. */
export class TestStore implements Store {
  public readonly values = new Map<string, { readonly stored: Stored; readonly expiresAt: number }>();
  public isDown = false;
  public constructor(private readonly clock: () => number) {}

  public async get(key: string): Promise<Stored | undefined> {
    return this.known(key);
  }

  public async put(key: string, value: unknown, options: { ifVersion: string | undefined; expiresAt: number }) {
    if (this.isDown) throw new Error("down");
    await new Promise((resolve) => setImmediate(resolve));
    const known = this.known(key);
    if (known?.version !== options.ifVersion) return false;
    this.values.set(key, { stored: { value, version: `${this.values.size}` }, expiresAt: options.expiresAt });
    return true;
  }

  public async list(): Promise<[]> {
    return [];
  }

  private known(key: string): Stored | undefined {
    const found = this.values.get(key);
    return found !== undefined && found.expiresAt > this.clock() ? found.stored : undefined;
  }
}

export interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: webcrypto.CryptoKey;
  readonly jwk: Members;
}

/** A key pair with its public JWK. */
export async function signingKey(alg: string, kid: string): Promise<SigningKey> {
  const { generateKeyPair, exportJWK } = await import("jose");
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** A JWT. */
export async function sign(key: SigningKey, claims: Members, header: Members = {}): Promise<string> {
  const { CompactSign } = await import("jose");
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  return new CompactSign(payload)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "JWT", ...header })
    .sign(key.privateKey);
}

/** A JWT whose claims are written as they are given. */
export async function signText(key: SigningKey, claims: string): Promise<string> {
  const { CompactSign } = await import("jose");
  return new CompactSign(new TextEncoder().encode(claims))
    .setProtectedHeader({ alg: key.alg, kid: key.kid })
    .sign(key.privateKey);
}

export const base64url = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Serves OpenID configuration and keys on this machine. */
export class TestIssuer {
  public keys: unknown[] = [];
  public requests: string[] = [];
  /** Answers instead of the keys. */
  public answer: ((response: ServerResponse, path: string) => void) | undefined;
  private constructor(
    private readonly server: Server,
    public readonly url: string,
  ) {}

  public static async start(keys: readonly SigningKey[] = []): Promise<TestIssuer> {
    const server = createServer((request, response) => issuer.respond(request.url ?? "", response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const issuer = new TestIssuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    issuer.keys = keys.map(({ jwk }) => jwk);
    return issuer;
  }

  public stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private respond(path: string, response: ServerResponse): void {
    this.requests.push(path);
    if (this.answer !== undefined) {
      this.answer(response, path);
      return;
    }
    const body = path.endsWith("/openid-configuration")
      ? { issuer: this.url, jwks_uri: `${this.url}/keys` }
      : { keys: this.keys };
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  }
}

/** A policy with the agents that are named. */
export function bundleOf(
  agents: { readonly [name: string]: readonly PrincipalJson[] },
  approvers: GatewayBundleJson["approvers"] = {},
): GatewayBundleJson {
  return {
    version: 1,
    cell: "research",
    audience: AUDIENCE,
    agents: Object.entries(agents).map(([name, principals]) => ({
      name,
      principals: [...principals],
      mode: "enforce",
      connectors: [],
    })),
    approvers,
  };
}

export interface Setup {
  readonly attestor: Attestor;
  readonly clock: TestClock;
  readonly store: TestStore;
  /** A second instance that shares the state. */
  readonly other: Attestor;
}

/** An attestor whose issuers' keys all come from one server. */
export function setup(
  bundle: GatewayBundleJson,
  server: TestIssuer,
  options: AttestorOptions & TrustOptions = {},
): Setup {
  const clock = new TestClock();
  const store = new TestStore(clock.read);
  const issuers = trustedIssuers(bundle, options).map((issuer) =>
    issuer.kind === "oidc" ? issuer : { ...issuer, keysUrl: `${server.url}/keys` },
  );
  const build = () =>
    new Attestor(bundle, new JwksSource(issuers, clock.read, { allowLoopback: true }), store, clock.read, options);
  return { attestor: build(), other: build(), clock, store };
}

/** What a refusal says: its reason, the check that failed, or what else came of it. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "passed";
  } catch (error) {
    if (!(error instanceof GatewayProblem)) return `threw ${String(error)}`;
    const check = error.details.extra?.["check"];
    return check === undefined ? error.reason : `${error.reason} ${String(check)}`;
  }
}
