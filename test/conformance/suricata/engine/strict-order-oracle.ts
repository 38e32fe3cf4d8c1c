import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ConversationPacket, Side } from "../wire/conversation";
import { type FirewallInput, ruleLines } from "./firewall-input";
import { type EngineAlert, runSuricata, suricata, withEngineFolder } from "./run-suricata";
import type { EngineOptions } from "./suricata-config";
import { summarize, type Verdict } from "./verdict";

interface OrderedRule {
  readonly place: number;
  readonly action: string;
  /** The verdict of such a rule holds for the rest of the flow, not for the packet alone. */
  readonly sticks: boolean;
}

/** Rule classes of the engine whose verdict is about one packet. */
const PACKET_CLASSES = new Set(["pkt", "de_only"]);

/**
 * What the same rules do when they are evaluated in the order in which they are written, as AWS Network Firewall does in
 * strict order, where the engine alone sorts by action. Every rule is turned into an alert, so that the engine only says
 * which rules match which packet; the first match in the file decides, for the packet or for its flow as the engine's own
 * class of the rule says.
 */
export function judgeInStrictOrder(
  command: string,
  input: FirewallInput,
  conversations: readonly (readonly ConversationPacket[])[],
  options: EngineOptions = {},
): Verdict[] {
  const rules = orderedRules(command, input, options);
  const run = runSuricata(
    command,
    asAlerts(input),
    conversations.flat().map((packet) => packet.frame),
    options,
  );
  const byPacket = new Map<number, EngineAlert[]>();
  for (const alert of run.alerts) byPacket.set(alert.packet, [...(byPacket.get(alert.packet) ?? []), alert]);

  let first = 1;
  return conversations.map((packets) => {
    const start = first;
    first += packets.length;
    let flow: string | undefined;
    const through = packets.filter((_, index) => {
      if (opensAnew(packets, index)) flow = undefined;
      if (run.dropped.has(start + index)) return false;
      if (flow !== undefined) return flow === "pass";
      const [decisive, ...others] = matchedRules(byPacket.get(start + index) ?? [], rules);
      if (decisive === undefined) return true;
      // The engine stops at a pass; past a drop it goes on, and another drop may take the whole flow.
      const sticking = decisive.action === "pass" ? [decisive] : [decisive, ...untilPass(others)];
      if (sticking.some((rule) => rule.sticks)) flow = decisive.action;
      return decisive.action === "pass";
    });
    return summarize(packets, through, []);
  });
}

function matchedRules(alerts: readonly EngineAlert[], rules: ReadonlyMap<number, OrderedRule>): OrderedRule[] {
  const matched = alerts.flatMap((alert) => rules.get(alert.sid) ?? []).filter((rule) => rule.action !== "alert");
  return matched.sort((a, b) => a.place - b.place);
}

function untilPass(rules: readonly OrderedRule[]): readonly OrderedRule[] {
  const pass = rules.findIndex((rule) => rule.action === "pass");
  return pass < 0 ? rules : rules.slice(0, pass);
}

function opensAnew(packets: readonly ConversationPacket[], index: number): boolean {
  const [packet, before] = [packets[index], packets[index - 1]];
  return packet?.opening === true && packet.from === Side.CLIENT && before?.opening === false;
}

// A rule that is an alert already only sets flow bits; it stays as it is.
function asAlerts(input: FirewallInput): FirewallInput {
  const rules = ruleLines(input).map((line) =>
    line.startsWith("alert ") ? line : line.replace(/^\w+/, "alert").replace(/ (no)?alert;/, ""),
  );
  return {
    groups: [{ rules: rules.join("\n"), ipSets: [...input.groups.flatMap((group) => group.ipSets)] }],
    homeNet: input.homeNet,
  };
}

function orderedRules(command: string, input: FirewallInput, options: EngineOptions): Map<number, OrderedRule> {
  const lines = ruleLines(input);
  const classes = withEngineFolder(input, options, (folder) => {
    suricata(command, folder, ["--engine-analysis", "--simulate-ips"]);
    const rows = readFileSync(join(folder, "rules.json"), "utf8").trim().split("\n");
    return new Map(
      rows.map((row) => JSON.parse(row) as { id: number; type: string }).map(({ id, type }) => [id, type]),
    );
  });
  return new Map(
    lines.map((line, place) => {
      const sid = Number(/\bsid:(\d+)/.exec(line)?.[1]);
      const sticks = !PACKET_CLASSES.has(classes.get(sid) ?? "pkt");
      return [sid, { place, sticks, action: line.split(" ", 1)[0] ?? "" }];
    }),
  );
}
