/** Milliseconds since 1970; the only clock of the core. */
export type Clock = () => number;

/** A stored value and the version that a change has to name. */
export interface Stored {
  readonly value: unknown;
  readonly version: string;
}

/** State that instances share. Every failure throws; the core then denies. */
export interface Store {
  get(key: string): Promise<Stored | undefined>;
  /**
   * Writes if the key is as it was read: `ifVersion` is the version read, or undefined where nothing was there.
   * False where another was first. `expiresAt` is in milliseconds since 1970; expired values read as absent.
   */
  put(key: string, value: unknown, options: { ifVersion: string | undefined; expiresAt: number }): Promise<boolean>;
  /** Keys and values under a prefix, sorted by key; at most 1,000. */
  list(prefix: string): Promise<{ readonly key: string; readonly stored: Stored }[]>;
}

/** Secrets by the name that a connector's credential gives them. Cached by the adapter, for five minutes at most. */
export interface SecretSource {
  read(name: string): Promise<string>;
}

/** Headers in the order of the wire, names in lower case. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** What is sent to a connector's host. */
export interface UpstreamRequest {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** Path and query as they are sent. */
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** What came back. The body is read within the limits of the client, and fails with `upstream_failed` past them. */
export interface UpstreamResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Connects to addresses that are public and checked, over TLS, and follows nothing. */
export interface Upstream {
  send(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse>;
}

/** One JSON Web Key Set by its issuer. */
export interface KeySource {
  /** @throws where the keys are not to be had and none are known */
  keys(issuer: string, keyId: string | undefined): Promise<{ readonly keys: { readonly [member: string]: unknown }[] }>;
}

/** Where records go. Resolves when they are durable. */
export interface AuditSink {
  write(records: readonly object[]): Promise<void>;
}
