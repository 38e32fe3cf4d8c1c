import { type ConversationPacket, Side } from "../wire/conversation";
import type { FirewallInput } from "./firewall-input";
import { type EngineAlert, runSuricata } from "./run-suricata";
import type { EngineOptions } from "./suricata-config";

/** What got through of one conversation. */
export interface Verdict {
  /** Bytes of the agent's data that got through, of `clientTotal`. */
  readonly client: number;
  readonly clientTotal: number;
  readonly server: number;
  readonly serverTotal: number;
  /** Every packet that opens the connection got through. */
  readonly opened: boolean;
  readonly alerts: readonly EngineAlert[];
}

/** Plays many conversations, one after the other in one capture, and tells what got through of each. */
export function judge(
  command: string,
  input: FirewallInput,
  conversations: readonly (readonly ConversationPacket[])[],
  options: EngineOptions = {},
): Verdict[] {
  const run = runSuricata(
    command,
    input,
    conversations.flat().map((packet) => packet.frame),
    options,
  );
  let first = 1;
  return conversations.map((packets) => {
    const start = first;
    first += packets.length;
    const through = packets.filter((_, index) => !run.dropped.has(start + index));
    const alerts = run.alerts.filter((alert) => alert.packet >= start && alert.packet < first);
    return summarize(packets, through, alerts);
  });
}

/** The verdict over packets of which `through` were not dropped. */
export function summarize(
  packets: readonly ConversationPacket[],
  through: readonly ConversationPacket[],
  alerts: readonly EngineAlert[],
): Verdict {
  return {
    client: bytes(through, Side.CLIENT),
    clientTotal: bytes(packets, Side.CLIENT),
    server: bytes(through, Side.SERVER),
    serverTotal: bytes(packets, Side.SERVER),
    opened: packets.every((packet) => !packet.opening || through.includes(packet)),
    alerts,
  };
}

function bytes(packets: readonly ConversationPacket[], side: Side): number {
  return packets.filter((packet) => packet.from === side).reduce((sum, packet) => sum + packet.payload, 0);
}
