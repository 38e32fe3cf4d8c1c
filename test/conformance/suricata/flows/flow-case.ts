import { Conversation } from "../wire/conversation";

/** Where a conversation starts. */
export enum Source {
  TRIAGE = "10.64.1.10",
  /** The second subnet of the same agent. */
  TRIAGE_OTHER_ZONE = "10.64.2.10",
  CODER = "10.64.3.10",
  /** The agent in monitor mode. */
  WATCHER = "10.64.4.10",
  /** An address of the cell that belongs to no agent. */
  STRANGER = "10.64.9.10",
  OUTSIDE = "151.101.1.140",
}

/** How much of the agent's data may get through. */
export type Expectation =
  | { readonly kind: "all" }
  | { readonly kind: "none" }
  | { readonly kind: "closed" }
  | { readonly kind: "part"; readonly atMost: number; readonly serverAtMost: number; readonly why: string };

export interface FlowCase {
  /** A sentence about what is tried. */
  readonly name: string;
  /** An address, one of `Source` in the tables. */
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly expected: Expectation;
  readonly play: (conversation: Conversation) => Conversation;
}

/** A public server whose address is in nobody's list. */
export const SERVER = "93.184.216.34";

export const ALL: Expectation = { kind: "all" };
/** No data gets through in either direction; a TCP connection may open. */
export const NONE: Expectation = { kind: "none" };
/** No data gets through, and the connection does not even open. */
export const CLOSED: Expectation = { kind: "closed" };

/** What an undecided stream may carry before it is dropped; a hello or a request head has to fit. */
export const UNDECIDED_BYTES = 8_192;

/** A leak with its bound and the reason why it can't be less. */
export function atMost(bytes: number, why: string, serverAtMost = 0): Expectation {
  return { kind: "part", atMost: bytes, serverAtMost, why };
}

export interface FlowOptions {
  readonly from?: string;
  readonly to?: string;
  readonly port?: number;
}

/** Makes rows of one table: `row(name, expected, play, { from, to, port })`. */
export function rowsOn(port: number) {
  return (name: string, expected: Expectation, play: FlowCase["play"], options: FlowOptions = {}): FlowCase => ({
    name,
    expected,
    play,
    from: options.from ?? Source.TRIAGE,
    to: options.to ?? SERVER,
    port: options.port ?? port,
  });
}

/** The conversation of a row; `index` makes its client port, so that no two rows of a capture share a flow. */
export function conversationOf(row: FlowCase, index: number): Conversation {
  return row.play(new Conversation({ address: row.from, port: 20_000 + index }, { address: row.to, port: row.port }));
}
