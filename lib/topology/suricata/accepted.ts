import type { Doubt, Reading } from "../model/doubt";
import type { AddressSet } from "../sets/address-set";
import { App, type Flow, FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import { Stage } from "./effects";
import { type Defaults, type Entry, Evaluation, RuleList } from "./evaluation";
import { type MatchedRule, Matcher, UNREADABLE } from "./match";
import { flowsOf } from "./piece";
import { eachRule, RuleAction } from "./rule";
import { type GroupVariables, Variables } from "./variables";

/** One rule group of a policy. */
export interface RuleGroupText extends GroupVariables {
  /** The resource. */
  readonly address: string;
  /** Undefined where the rules are not known: they may pass anything, and drop nothing. */
  readonly rules: string | undefined;
}

/** A firewall's stateful part. */
export interface FirewallInput {
  /** `strict`: rules in their order. `action`: every pass before every drop. */
  readonly order: "strict" | "action";
  /** What becomes of packets that no rule decides; counts in strict order alone. */
  readonly defaults: readonly string[];
  /** In the order of their priority. */
  readonly groups: readonly RuleGroupText[];
  /** `HOME_NET` of the policy; undefined where it is not known. */
  readonly home: AddressSet | undefined;
}

/** Something about a rule that a reader of the list should know. */
export interface RuleNote {
  /** `<rule group> sid 910`. */
  readonly by: string;
  readonly says: string;
}

/** What a firewall lets through. */
export interface AcceptedFlows {
  /** Flows of which data gets out: all of it, unless a rule stops them later. */
  readonly accepted: FlowSet;
  /** What is not known and changes the answer. */
  readonly doubts: Doubt[];
  /** Bytes that get out before a verdict, and rules that pass handshakes alone. */
  readonly notes: readonly RuleNote[];
  /** Whether a flow gets through, and by which rule: the same answer as that of `accepted`. */
  decide(flow: Flow): { readonly passes: boolean; readonly by: string; readonly says: string };
}

/** A rule without its words. */
interface Owner extends MatchedRule {
  readonly group: string;
  readonly action: RuleAction;
  /** 0 for a whole group. */
  readonly line: number;
  readonly sid: string;
  readonly message: string;
}

const ONLY_TCP = FlowSet.of({ protocols: RangeSet.of(TCP) });
const NOT_TCP = FlowSet.ALL.subtract(ONLY_TCP);
const SHOWN = 80;

/**
 * The flows that an ordered list of rules lets through. Rules, names and groups that are not known count as `reading`
 * says: in the open one they may pass everything and drop nothing, in the closed one the other way round.
 *
 * Names are those in the first TLS hello or HTTP request; what follows on a passed flow is not looked at. HTTP is HTTP/1.
 * A drop that matches a handshake alone refuses no flow: two sides that know of each other can do without one.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
 */
export function acceptedFlows(input: FirewallInput, reading: Reading): AcceptedFlows {
  const doubts: Doubt[] = [];
  const owners = input.groups.flatMap((group) => readGroup(group, input.home, doubts));
  const lists = listsOf(input, owners);
  const evaluate = (as: Reading): Evaluation<Owner> => new Evaluation(lists[as], defaultsOf(input, as), as);
  const evaluation = evaluate(reading);
  const accepted = evaluation.accepted();
  const other = evaluate(reading === "open" ? "closed" : "open").accepted();
  const unsure = reading === "open" ? accepted.subtract(other) : other.subtract(accepted);
  doubts.push(...doubtsOf(owners, unsure), ...doubtsOfDefaults(input, unsure));
  return {
    accepted,
    doubts,
    notes: owners.flatMap(noteOf),
    decide: (flow) => {
      const { passes, owner } = evaluation.decide(flow);
      return owner === undefined ? { passes, ...saidByDefault(input, passes) } : { passes, ...saidBy(owner, passes) };
    },
  };
}

function readGroup(group: RuleGroupText, home: AddressSet | undefined, doubts: Doubt[]): Owner[] {
  const { address } = group;
  if (group.rules === undefined) {
    doubts.push({ address, what: "its rules can't be read: they may pass anything", tokens: [] });
    return [{ ...UNREADABLE, group: address, action: RuleAction.UNKNOWN, line: 0, sid: "", message: "" }];
  }
  const variables = new Variables(group, home);
  const matcher = new Matcher(variables);
  const owners: Owner[] = [];
  for (const rule of eachRule(group.rules)) {
    const matched = matcher.match(rule);
    const { action, line, sid, message } = rule;
    if (!matched.isRead && action !== RuleAction.ALERT) {
      const text = rule.text.length > SHOWN ? `${rule.text.slice(0, SHOWN)}...` : rule.text;
      doubts.push({ address, what: `line ${line} can't be read as a rule: ${text}`, tokens: [] });
    }
    if (matched.effects.length > 0) owners.push({ ...matched, group: address, action, line, sid, message });
  }
  for (const name of variables.unknown) {
    doubts.push({ address, what: `${name} is not known: its rules may be about any address or port`, tokens: [] });
  }
  return owners;
}

// What nobody can read opens in one reading and closes in the other; without such rules both lists are one.
function listsOf(input: FirewallInput, owners: readonly Owner[]): Record<Reading, RuleList<Owner>> {
  const listOf = (reading: Reading): RuleList<Owner> => {
    const isPass = ({ action }: Owner): boolean =>
      action === RuleAction.UNKNOWN ? reading === "open" : action !== RuleAction.DROP;
    const entriesOf = (owner: Owner): Entry<Owner>[] =>
      owner.effects.map((effect) => ({ owner, isPass: isPass(owner), effect }));
    const entries = owners.flatMap(entriesOf);
    const isStrict = input.order === "strict";
    return new RuleList(
      isStrict ? entries : [...entries.filter((one) => one.isPass), ...entries.filter((one) => !one.isPass)],
    );
  };
  const open = listOf("open");
  return { open, closed: owners.some(({ action }) => action === RuleAction.UNKNOWN) ? listOf("closed") : open };
}

const dropsOf = ({ order, defaults }: FirewallInput): readonly string[] =>
  order === "strict" ? defaults.filter((action) => action.startsWith("aws:drop_")) : [];

const waitsForApp = (action: string): boolean => action.startsWith("aws:drop_established_app_layer");

// The defaults for established connections say nothing of handshakes and of what is not TCP.
function defaultsOf(input: FirewallInput, reading: Reading): Defaults {
  const drops = dropsOf(input);
  const isStrict = drops.includes("aws:drop_strict");
  if (isStrict) {
    return {
      [Stage.SYN]: NOT_TCP,
      [Stage.REPLY]: reading === "open" ? FlowSet.ALL : NOT_TCP,
      [Stage.GREETING]: FlowSet.ALL,
      [Stage.DATA]: FlowSet.NONE,
    };
  }
  const isSure = drops.includes("aws:drop_established") || reading === "closed";
  const undecided = isSure || drops.length === 0 ? FlowSet.NONE : ONLY_TCP.intersect(FlowSet.of({ apps: [App.OTHER] }));
  const data = drops.length === 0 ? FlowSet.ALL : NOT_TCP.union(undecided);
  const all = FlowSet.ALL;
  return { [Stage.SYN]: all, [Stage.REPLY]: all, [Stage.GREETING]: all, [Stage.DATA]: data };
}

function doubtsOf(owners: readonly Owner[], unsure: FlowSet): Doubt[] {
  if (unsure.isEmpty) return [];
  return owners.flatMap((owner) => {
    if (!owner.isRead) return [];
    const vague = owner.effects.filter(({ isVague }) => isVague).flatMap(({ may }) => may);
    if (vague.length === 0 || flowsOf(vague).intersect(unsure).isEmpty) return [];
    return [{ address: owner.group, what: `${nameOf(owner)} ${owner.vague}`, tokens: [] }];
  });
}

function doubtsOfDefaults(input: FirewallInput, unsure: FlowSet): Doubt[] {
  const address = input.groups[0]?.address ?? "";
  if (unsure.isEmpty) return [];
  return dropsOf(input).flatMap((action) => {
    if (action === "aws:drop_strict") {
      return [{ address, what: `${action} also drops answers that no rule passes`, tokens: [] }];
    }
    return waitsForApp(action)
      ? [{ address, what: `${action} waits until it knows the protocol: other data may pass until then`, tokens: [] }]
      : [];
  });
}

function noteOf(owner: Owner): RuleNote[] {
  const isHandshake = owner.action === RuleAction.PASS && owner.isHandshake;
  if (owner.bound === undefined && !isHandshake) return [];
  const bytes = `up to ${owner.bound} bytes of an undecided connection get out before it`;
  return [{ by: whoIs(owner), says: isHandshake ? "passes handshakes, not what follows them" : bytes }];
}

const nameOf = ({ sid, line }: Owner): string => (sid === "" ? `line ${line}` : `sid ${sid}`);

const whoIs = (owner: Owner): string => `${owner.group} ${nameOf(owner)}`;

function saidBy(owner: Owner, passes: boolean): { by: string; says: string } {
  const verb = passes ? "passes" : "drops";
  if (owner.line === 0)
    return { by: owner.group, says: `its rules can't be read, so it counts as one that ${verb} it` };
  const by = whoIs(owner);
  if (!owner.isRead) return { by, says: `the line can't be read, so it counts as one that ${verb} it` };
  return { by, says: owner.message === "" ? `the rule ${verb} it` : owner.message };
}

function saidByDefault(input: FirewallInput, passes: boolean): { by: string; says: string } {
  const [action] = dropsOf(input);
  if (action === undefined) return { by: "no default action", says: "no rule decides, and nothing drops by default" };
  const says = passes ? "no rule decides, and the default does not drop it" : "no rule passes it";
  return { by: action, says };
}
