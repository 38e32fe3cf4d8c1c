import type { Reading } from "../../../../lib/topology/model/doubt";
import { AddressSet } from "../../../../lib/topology/sets/address-set";
import type { Flow } from "../../../../lib/topology/sets/flow-set";
import { type AcceptedFlows, acceptedFlows } from "../../../../lib/topology/suricata";
import type { FirewallInput } from "../engine/firewall-input";
import { judgeInStrictOrder } from "../engine/strict-order-oracle";
import { judge } from "../engine/verdict";
import { conversationsOf as playsOf } from "../flows/all-flows";
import type { ConversationPacket } from "../wire/conversation";
import { conversationsOf, type Traffic } from "./traffic";

export type Order = "strict" | "action";

/** What the engine did with traffic: all data of one of its conversations got through, a part of it, or none. */
export enum Outcome {
  DELIVERED = "delivered",
  PART = "part",
  REFUSED = "refused",
}

/** What the model says of the firewall that the engine is given. */
export function modelOf(input: FirewallInput, order: Order, reading: Reading, defaults: string[] = []): AcceptedFlows {
  const blocks = (cidrs: readonly string[]): AddressSet =>
    AddressSet.unionAll(cidrs.map((cidr) => AddressSet.parse(cidr) ?? AddressSet.ALL));
  const groups = input.groups.map((group, index) => ({
    address: `group-${index + 1}`,
    rules: group.rules,
    variables: new Map(group.ipSets.map((set) => [set.name, blocks(set.cidrs)])),
    ports: new Map(),
  }));
  return acceptedFlows({ order, defaults, groups, home: blocks(input.homeNet) }, reading);
}

interface Played {
  readonly packets: readonly (readonly ConversationPacket[])[];
  /** Whose each conversation is. */
  readonly owners: readonly number[];
}

const played = new WeakMap<readonly Traffic[], Played>();

// The same traffic is played to many lists.
function packetsOf(traffic: readonly Traffic[]): Played {
  const known = played.get(traffic);
  if (known !== undefined) return known;
  const { rows, owners } = conversationsOf(traffic);
  const made = { packets: playsOf(rows), owners };
  played.set(traffic, made);
  return made;
}

/** What becomes of traffic in the engine, which sorts by action, or in strict order. */
export function outcomesOf(
  suricata: string,
  input: FirewallInput,
  traffic: readonly Traffic[],
  order: Order,
): Outcome[] {
  const { packets, owners } = packetsOf(traffic);
  const play = order === "strict" ? judgeInStrictOrder : judge;
  const outcomes = traffic.map(() => Outcome.REFUSED);
  play(suricata, input, packets).forEach(({ client, clientTotal, opened }, index) => {
    const owner = owners[index] ?? 0;
    if (!opened || client === 0) return;
    if (client === clientTotal) outcomes[owner] = Outcome.DELIVERED;
    else if (outcomes[owner] === Outcome.REFUSED) outcomes[owner] = Outcome.PART;
  });
  return outcomes;
}

/** Traffic whose outcome is not what a model says of it, as text. */
export function disagreements(
  model: AcceptedFlows,
  traffic: readonly Traffic[],
  outcomes: readonly Outcome[],
): string[] {
  return traffic.flatMap(({ what, flow }, index) => {
    const accepted = model.accepted.has(flow);
    const outcome = outcomes[index];
    if (outcome === (accepted ? Outcome.DELIVERED : Outcome.REFUSED)) return [];
    return [`${what} ${endsOf(flow)}: engine ${outcome}, model ${accepted} by ${model.decide(flow).by}`];
  });
}

export const endsOf = ({ source, destination, port }: Flow): string => `${source} -> ${destination}:${port}`;
