import type { App } from "../sets/flow-set";
import type { RangeSet } from "../sets/range-set";
import type { NameCondition } from "./name-condition";
import type { ContentBytes } from "./options";

/** How the engine applies a rule, which decides for what its verdict holds. */
export enum RuleKind {
  /** Addresses, ports and protocol alone: looked at once in each direction, for the whole flow. */
  HEADER = "header",
  /** Parts of a packet: looked at for each, and for that one alone. */
  PACKET = "packet",
  /** Bytes of a stream, for the rest of the flow. */
  STREAM = "stream",
  /** What an application protocol says, for the rest of the flow. */
  APP = "app",
}

/** A `content` on the stream as it is. */
export interface StreamContent extends ContentBytes {
  readonly depth?: number;
  readonly offset?: number;
  readonly atStart: boolean;
}

/** Which applications a condition matches: `may` at all, `every` whatever their first bytes are in detail. */
export interface AppCondition {
  readonly may: readonly App[];
  readonly every: readonly App[];
}

/** What the options of a rule ask for. */
export interface Conditions {
  readonly kind: RuleKind;
  readonly protocols: RangeSet;
  readonly family: 4 | 6 | undefined;
  readonly apps: AppCondition;
  /** Undefined where no name is asked for. */
  readonly names: NameCondition | undefined;
  readonly direction: "to_server" | "to_client" | undefined;
  readonly state: "established" | "not_established" | undefined;
  /** Packets without data alone. */
  readonly isEmpty: boolean;
  /** Packets with data alone. */
  readonly hasData: boolean;
  /** The first packet of a handshake alone. */
  readonly isSyn: boolean;
  /** Packets that an ordinary connection does not have: fragments, odd flags. */
  readonly isOdd: boolean;
  readonly onlyStream: boolean;
  /** The client has sent more than this many bytes. */
  readonly moreThan: number | undefined;
  /** The client has sent less than this many bytes. */
  readonly lessThan: number | undefined;
  /** The stream goes on for so many bytes. */
  readonly goesOn: number | undefined;
  readonly contents: readonly StreamContent[];
  /** Conditions on what HTTP says beside the host, as `buffer!bytes`. */
  readonly http: readonly string[];
  /** Keywords whose meaning this reader does not know in full. */
  readonly opaque: readonly string[];
  /** Has a keyword that may be about anything. */
  readonly isUnknown: boolean;
  /** Takes the flow out of inspection, whatever the action. */
  readonly bypasses: boolean;
}
