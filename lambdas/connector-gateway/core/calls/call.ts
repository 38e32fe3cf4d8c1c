import type { ConnectorJson, OperationJson } from "../../../../lib/policy/connector-json";
import type { HeaderList } from "../ports";
import type { GatewayProblem } from "../problem";

/** A request to the gateway, as an adapter hands it in. */
export interface GatewayRequest {
  /** The platform's id of the request. */
  readonly id: string;
  /** The connector that it is for. */
  readonly connector: string;
  readonly method: string;
  /** Path and query below the connector, as they were sent. */
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** What the gateway answers. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** One use of a connector, in the words of its protocol. */
export interface Call {
  /** What it is called in records: `GET /tickets/{id}`, `tool search`, `initialize`. */
  readonly name: string;
  /** The operation that decides. Undefined where none permits it, or where the protocol needs none. */
  readonly operation: OperationJson | undefined;
  /** Whether the protocol lets it pass without an operation: a handshake, or a list that is filtered. */
  readonly isHousekeeping: boolean;
  /** Whether it can't change anything at the connector. */
  readonly isRead: boolean;
  /** What reading it has found against it, whatever operation there is; refused in the protocol's form. */
  readonly refusal?: GatewayProblem;
  /** What people agree to, where a body also carries what differs each time it is sent. @default the body */
  readonly substance?: Uint8Array;
  /** Parameters of the operation's path. */
  readonly parameters: { readonly [name: string]: string };
  /** What conditions see besides the common facts. */
  readonly facts: { readonly [fact: string]: unknown };
  /** What a schema is about: the JSON body, or the arguments of a tool. */
  readonly subject: unknown;
  readonly upstream: { readonly method: string; readonly target: string; readonly headers: HeaderList };
  /** Headers of the response, besides the usual ones, that clients of the protocol need. */
  readonly passes: readonly string[];
  /** Changes the body before it is sent: a bounding prompt. */
  prepare(body: Uint8Array): Uint8Array;
  /** What a finished response says about usage, and what of it the agent may see. */
  finish(body: Uint8Array, contentType: string | undefined): Finished | Promise<Finished>;
  /** A refusal in the protocol's own form. */
  refuse(problem: GatewayProblem): GatewayAnswer;
}

/** A response after its protocol was read. */
export interface Finished {
  readonly body: Uint8Array;
  /** Tokens that a model read and wrote; undefined where the protocol has none. */
  readonly tokens?: number;
}

/** Reads a request in the protocol of its connector. @throws GatewayProblem */
export type CallReader = (connector: ConnectorJson, request: GatewayRequest) => Call | Promise<Call>;
