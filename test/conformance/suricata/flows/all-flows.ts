import { DATAGRAM_FLOWS } from "./datagram-flows";
import { conversationOf, type FlowCase } from "./flow-case";
import { HTTP_FLOWS, HTTP_RESIDUAL_FLOWS } from "./http-flows";
import { PORT_FLOWS } from "./port-flows";
import { TCP_RESIDUAL_FLOWS } from "./tcp-residual-flows";
import { TCP_TRICK_FLOWS } from "./tcp-trick-flows";
import { TLS_NAME_FLOWS } from "./tls-name-flows";
import { TLS_RESIDUAL_FLOWS } from "./tls-residual-flows";
import { TLS_SHAPE_FLOWS } from "./tls-shape-flows";

/** Every table, by what its flows have in common. */
export const FLOW_TABLES: Readonly<Record<string, readonly FlowCase[]>> = {
  "TLS names": TLS_NAME_FLOWS,
  "TLS in pieces and in disguise": TLS_SHAPE_FLOWS,
  "TLS, residual risks": TLS_RESIDUAL_FLOWS,
  "TCP tricks": TCP_TRICK_FLOWS,
  "TCP tricks, residual risks": TCP_RESIDUAL_FLOWS,
  "ports, protocols and directions": PORT_FLOWS,
  "plain HTTP": HTTP_FLOWS,
  "plain HTTP, residual risks": HTTP_RESIDUAL_FLOWS,
  "everything but TCP": DATAGRAM_FLOWS,
};

export const ALL_FLOWS: readonly FlowCase[] = Object.values(FLOW_TABLES).flat();

/** The conversations of rows, each with a client port of its own. */
export function conversationsOf(rows: readonly FlowCase[]) {
  return rows.map((row, index) => conversationOf(row, index).packets);
}
