import type { Caller } from "./attest";
import type { Call, GatewayRequest } from "./calls/call";
import type { ContentDocument, RedactionCount } from "./content";
import type { Mediation, Mediator } from "./mediation";
import type { HeaderList, UpstreamResponse } from "./ports";
import type { GatewayProblem } from "./problem";
import type { Scrubber } from "./steps/credential";
import type { FoundKind, Inspector } from "./steps/inspect";

/** Bytes of a body, either way. */
export const MAX_BODY = 10 * 1024 * 1024;

/** What is known of an exchange once its request was read. */
export interface Known {
  readonly connector: Mediation["connector"];
  readonly call: Call;
  readonly content: ContentDocument;
  readonly contentType: string | undefined;
  /** The request's body without content encodings. */
  readonly body: Uint8Array;
}

/** What is sent to the connector's host, before its credential is added. */
export interface Prepared {
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** What the steps see of an exchange, and leave in it. */
export interface ExchangeState {
  readonly gateway: Mediator;
  readonly request: GatewayRequest;
  readonly startedAt: number;
  readonly caller: Caller | undefined;
  readonly mediation: Mediation | undefined;
  readonly call: Call | undefined;
  readonly approvalId: string | undefined;
  readonly status: number | undefined;
  readonly tokens: number | undefined;
  readonly bytesOut: number;
  bytesIn: number;
  readonly found: FoundKind[];
  readonly redactions: RedactionCount[];
  /** What enforcing would have refused, in monitor mode. */
  readonly watched: readonly GatewayProblem[];
  /** Tokens by the values that the connector's host is told in their place. */
  readonly restored: Map<string, string>;
  readonly scrubber: Scrubber | undefined;
  /** `tickets: GET /tickets/{id}`. */
  readonly rule: string;
  /** @throws internal_error before the request was read */
  readonly known: Known;
  inspector(direction: "request" | "response"): Inspector;
  /** A fault of the other side is no fault of the request. */
  ofResponse<T>(read: () => T): T;
  /** What a status alone decides. @throws response_refused */
  takeStatus(status: number): void;
  headersOf(response: UpstreamResponse, body: Uint8Array | undefined): HeaderList;
  finish(tokens: number | undefined, rows: number): Promise<void>;
  recordRefusal(problem: GatewayProblem): Promise<void>;
}
