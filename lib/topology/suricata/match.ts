import { AddressSet } from "../sets/address-set";
import { App, TCP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import { readConditions } from "./condition-reader";
import { type Conditions, RuleKind } from "./conditions";
import { type Between, mapped, readAddresses, readPorts } from "./header";
import { boundOf, isOfAppAlone, type Opening, sureOpenings } from "./opening";
import type { Ends, Piece } from "./piece";
import { WITH_PORTS } from "./protocols";
import { type Rule, RuleAction, type RuleBody } from "./rule";
import type { Variables } from "./variables";

/** When in the life of a flow a rule can decide about it. */
export enum Stage {
  /** The first packet of a TCP handshake. */
  SYN = "syn",
  /** The first packet that comes back over TCP, before any data. */
  REPLY = "reply",
  /** The first data of a TCP flow; the first packet of every other flow. */
  DATA = "data",
}

/** What a rule does at one stage. */
export interface Effect {
  readonly stage: Stage;
  /** Its verdict holds for the flow, not for the packet alone. */
  readonly sticks: boolean;
  /** It is about packets that an ordinary connection does not have. */
  readonly isOdd?: boolean;
  /** Every flow that the rule can match here. */
  readonly may: readonly Piece[];
  /**
   * Flows that it surely decides here. For a pass those of which some form gets through by it, for a drop those of which
   * no form gets by it.
   */
  readonly sure: readonly Piece[];
  /** More that it surely decides, of flows that begin in one way. */
  readonly sureOf?: ReadonlyMap<Opening, readonly Piece[]>;
}

/** What a rule does, with what a reader of it should know. */
export interface MatchedRule {
  readonly effects: readonly Effect[];
  readonly isRead: boolean;
  /** Why it is not known for sure which flows it decides. */
  readonly vague: string;
  /** Bytes that get out of a connection before it. */
  readonly bound: number | undefined;
  /** Decides about handshakes alone. */
  readonly isHandshake: boolean;
}

const UNREAD: MatchedRule = { effects: [], isRead: false, vague: "", bound: undefined, isHandshake: false };

const APPS: readonly App[] = [App.TLS, App.HTTP, App.OTHER];
const NOT_TLS: readonly App[] = [App.HTTP, App.OTHER];
/** Data that a handshake's packets can't hold: what a packet before it may carry. */
const NEXT_TO_NOTHING = 2;
const NOT_TCP = RangeSet.PROTOCOLS.subtract(RangeSet.of(TCP));
const ONLY_TCP = RangeSet.of(TCP);
const EVERYWHERE: Ends = {
  sources: AddressSet.ALL,
  destinations: AddressSet.ALL,
  protocols: RangeSet.PROTOCOLS,
  ports: RangeSet.PORTS,
};

// Every flow at any time.
const ANYTHING: readonly Effect[] = [
  { stage: Stage.SYN, sticks: true, may: [{ ends: EVERYWHERE, apps: APPS, names: NameSet.ALL }], sure: [] },
  { stage: Stage.DATA, sticks: true, may: [{ ends: EVERYWHERE, apps: APPS, names: NameSet.ALL }], sure: [] },
];

/** The rule, or the whole group, that can't be read. */
export const UNREADABLE: MatchedRule = { ...UNREAD, effects: ANYTHING };

/** Reads the rules of one group; rules with the same words in front share their ends. */
export class Matcher {
  private readonly headers = new Map<string, Header>();

  public constructor(private readonly variables: Variables) {}

  /** What a rule does; a rule that decides nothing has no effects. */
  public match(rule: Rule): MatchedRule {
    const conditions = rule.body === undefined ? undefined : readConditions(rule.body);
    if (rule.body === undefined || conditions === undefined || rule.action === RuleAction.UNKNOWN) {
      return rule.action === RuleAction.ALERT ? UNREAD : UNREADABLE;
    }
    const decides = rule.action !== RuleAction.ALERT || conditions.bypasses;
    const isPass = rule.action !== RuleAction.DROP;
    const effects = decides ? effectsOf(conditions, this.header(rule.body, conditions), isPass) : [];
    return {
      effects,
      isRead: true,
      vague: reasonOf(conditions),
      bound: isPass ? undefined : boundOf(conditions),
      isHandshake: conditions.kind === RuleKind.PACKET && effects.every(({ stage }) => stage !== Stage.DATA),
    };
  }

  private header(body: RuleBody, { protocols, family }: Conditions): Header {
    const { source, sourcePort, destination, destinationPort, bothWays } = body;
    const key = [source, sourcePort, destination, destinationPort, bothWays, family, protocols].join(" ");
    const known = this.headers.get(key);
    if (known !== undefined) return known;
    const header = readHeader(body, protocols, family, this.variables);
    this.headers.set(key, header);
    return header;
  }
}

function reasonOf({ opaque, kind, names }: Conditions): string {
  if (opaque.length > 0) return `asks for ${[...new Set(opaque)].join(", ")}, which is not understood in full`;
  if (kind === RuleKind.HEADER) return "is looked at for the first packet of a flow alone, which another rule may take";
  if (names !== undefined) return "matches names in part of the ways in which they can be written or go on";
  return "matches some packets of a flow alone";
}

/** Ends between which a rule can match, and those between which it surely does; undefined where there are none. */
interface Way {
  readonly may: Ends | undefined;
  /** Whatever port the client sends from. */
  readonly sure: Ends | undefined;
  /** For a port that the client can choose. */
  readonly some: Ends | undefined;
}

/** By what flows a rule is met: packets of their client, and packets that come back. */
interface Header {
  readonly there: Record<"tcp" | "rest", readonly Way[]>;
  readonly back: Record<"tcp" | "rest", readonly Way[]>;
}

function readHeader(body: RuleBody, protocols: RangeSet, family: 4 | 6 | undefined, variables: Variables): Header {
  const address = (text: string): Between<AddressSet> => {
    const found = readAddresses(text, (name) => variables.addresses(name));
    return family === undefined
      ? found
      : mapped(found, (set) => set.intersect(family === 4 ? AddressSet.V4 : AddressSet.V6));
  };
  const port = (text: string): Between<RangeSet> => readPorts(text, (name) => variables.ports(name));
  const source = { addresses: address(body.source), ports: port(body.sourcePort) };
  const destination = { addresses: address(body.destination), ports: port(body.destinationPort) };
  const of = (from: typeof source, to: typeof source, part: RangeSet, turned: boolean): Way => {
    const ends = (limit: "upper" | "lower"): Ends | undefined => {
      const [sources, destinations, ports] = [from.addresses[limit], to.addresses[limit], to.ports[limit]];
      const hasPort = !from.ports[limit].equals(RangeSet.PORTS) || !ports.equals(RangeSet.PORTS);
      const among = protocols.intersect(part).intersect(hasPort ? WITH_PORTS : RangeSet.PROTOCOLS);
      const isNone = sources.isEmpty || destinations.isEmpty || ports.isEmpty || among.isEmpty;
      return isNone || from.ports[limit].isEmpty ? undefined : { sources, destinations, protocols: among, ports };
    };
    const isKnown = [from.addresses, to.addresses, to.ports, from.ports].every(({ upper, lower }) => upper === lower);
    const may = ends("upper");
    const some = isKnown ? may : ends("lower");
    const sure = from.ports.lower.equals(RangeSet.PORTS) ? some : undefined;
    return { may, sure, some: turned ? sure : some };
  };
  const ways = (part: RangeSet, turned: boolean): Way[] => [
    ...(turned && !body.bothWays ? [] : [of(source, destination, part, turned)]),
    ...(turned || body.bothWays ? [of(destination, source, part, turned)] : []),
  ];
  const both = (turned: boolean): Header["there"] => ({ tcp: ways(ONLY_TCP, turned), rest: ways(NOT_TCP, turned) });
  return { there: both(false), back: both(true) };
}

function effectsOf(conditions: Conditions, header: Header, isPass: boolean): Effect[] {
  // An ordinary connection gets by such a drop, whatever it does.
  if (conditions.isOdd && !isPass) return [];
  const effects = [
    ...atSyn(conditions, header, isPass),
    ...atReply(conditions, header, isPass),
    ...atData(conditions, header, isPass),
  ];
  const some = effects.filter((effect) => effect.may.length > 0);
  return conditions.isOdd ? some.map((effect) => ({ ...effect, isOdd: true })) : some;
}

/** What is matched between some ends: everything, or a part of it. */
interface Match {
  readonly apps: readonly App[];
  readonly sureApps: readonly App[];
  readonly names: NameSet;
  readonly sureNames: NameSet;
}

const EVERYTHING: Match = { apps: APPS, sureApps: APPS, names: NameSet.ALL, sureNames: NameSet.ALL };
const UNSURE: Match = { ...EVERYTHING, sureApps: [] };

function effect(stage: Stage, sticks: boolean, ways: readonly Way[], match: Match, isPass: boolean): Effect {
  const may = ways.flatMap(({ may: ends }) => (ends === undefined ? [] : [pieceOf(ends, match.apps, match.names)]));
  const isExact = match.apps === match.sureApps && match.names === match.sureNames;
  const sureEnds = ways.flatMap((way) => (isPass ? way.some : way.sure) ?? []);
  if (isExact && ways.every((way) => way.may === (isPass ? way.some : way.sure)))
    return { stage, sticks, may, sure: may };
  const isNone = match.sureApps.length === 0 || match.sureNames.isEmpty;
  const sure = isNone ? [] : sureEnds.map((ends) => pieceOf(ends, match.sureApps, match.sureNames));
  return { stage, sticks, may, sure };
}

const pieceOf = (ends: Ends, apps: readonly App[], names: NameSet): Piece => ({ ends, apps, names });

// TCP alone: what other protocols send first is data.
function atSyn(conditions: Conditions, { there }: Header, isPass: boolean): Effect[] {
  const { kind, direction, state, onlyStream, hasData, moreThan, isSyn, isEmpty, lessThan, isUnknown, opaque } =
    conditions;
  if (isUnknown && kind !== RuleKind.APP) return [effect(Stage.SYN, true, there.tcp, UNSURE, isPass)];
  if (kind === RuleKind.HEADER) {
    return [effect(Stage.SYN, true, there.tcp, opaque.length === 0 ? EVERYTHING : UNSURE, isPass)];
  }
  const isLater =
    state === "established" || direction === "to_client" || onlyStream || hasData || moreThan !== undefined;
  if (kind !== RuleKind.PACKET || isLater) return [];
  // Without its handshake an ordinary connection carries nothing, but two sides that know of each other can do without.
  const isHandshake = state === "not_established" || isSyn || isEmpty || lessThan !== undefined;
  const isSure = opaque.length === 0 && (isPass || !isHandshake);
  return [effect(Stage.SYN, conditions.bypasses, there.tcp, isSure ? EVERYTHING : UNSURE, isPass)];
}

function atReply(conditions: Conditions, { back }: Header, isPass: boolean): Effect[] {
  const { kind, direction, state, onlyStream, hasData, isSyn, isUnknown, opaque } = conditions;
  if (kind === RuleKind.HEADER || isUnknown) {
    const isSure = opaque.length === 0 && !isUnknown;
    return [effect(Stage.REPLY, true, back.tcp, isSure ? EVERYTHING : UNSURE, isPass)];
  }
  const isElsewhere = state === "established" || direction === "to_server" || onlyStream || hasData || isSyn;
  if (kind !== RuleKind.PACKET || isElsewhere) return [];
  const isSure = isPass && opaque.length === 0;
  return [effect(Stage.REPLY, conditions.bypasses, back.tcp, isSure ? EVERYTHING : UNSURE, isPass)];
}

function atData(conditions: Conditions, header: Header, isPass: boolean): Effect[] {
  switch (conditions.kind) {
    case RuleKind.HEADER:
      return [
        // The engine looks at such a rule once for each direction of a flow, at its first packet.
        effect(Stage.DATA, true, header.there.tcp, UNSURE, isPass),
        effect(Stage.DATA, true, header.there.rest, conditions.opaque.length === 0 ? EVERYTHING : UNSURE, isPass),
      ];
    case RuleKind.PACKET:
      return ofPackets(conditions, header, isPass);
    default:
      return ofContent(conditions, header, isPass);
  }
}

function ofPackets(conditions: Conditions, { there }: Header, isPass: boolean): Effect[] {
  const { direction, state, opaque, isEmpty, isSyn, hasData, onlyStream, lessThan, moreThan, isUnknown } = conditions;
  if (direction === "to_client") return [];
  const sticks = conditions.bypasses || isUnknown;
  const isVague = opaque.length > 0 || onlyStream || lessThan !== undefined || moreThan !== undefined;
  const carries =
    state !== "not_established" && !isEmpty && !isSyn && (lessThan ?? NEXT_TO_NOTHING + 1) > NEXT_TO_NOTHING;
  // Of TLS the engine looks at no more data once it takes it for encrypted.
  const whole = isVague ? UNSURE : hasData && !isPass ? { ...EVERYTHING, sureApps: NOT_TLS } : EVERYTHING;
  const rest = isVague || state === "established" || isEmpty || hasData ? UNSURE : EVERYTHING;
  return [
    ...(carries
      ? [withOpenings(effect(Stage.DATA, sticks, there.tcp, whole, isPass), conditions, there.tcp, isPass)]
      : []),
    ...(isSyn || onlyStream ? [] : [effect(Stage.DATA, sticks, there.rest, rest, isPass)]),
  ];
}

function ofContent(conditions: Conditions, { there, back }: Header, isPass: boolean): Effect[] {
  const { direction, state, kind, apps, names, opaque } = conditions;
  const isExact =
    kind === RuleKind.APP && opaque.length === 0 && conditions.http.length === 0 && isOfAppAlone(conditions);
  const sureNames = names === undefined ? NameSet.ALL : isPass ? names.some : names.every;
  const sureApps = isExact ? apps.every : [];
  const isSame = names === undefined || names.may === sureNames;
  const mayNames = names?.may ?? NameSet.ALL;
  const match: Match = {
    apps: apps.may,
    sureApps: sureApps.length === apps.may.length ? apps.may : sureApps,
    names: mayNames,
    sureNames: isSame ? mayNames : sureNames,
  };
  const effects: Effect[] = [];
  if (direction !== "to_client") {
    if (state !== "not_established") {
      effects.push(withOpenings(effect(Stage.DATA, true, there.tcp, match, isPass), conditions, there.tcp, isPass));
    }
    effects.push(effect(Stage.DATA, true, there.rest, { ...match, sureApps: [] }, isPass));
  }
  // What the server says, or the engine by then knows of the client, may decide about what the client goes on to send.
  if (direction !== "to_server" && names === undefined) {
    effects.push(effect(Stage.DATA, true, back.tcp, { ...match, sureApps: [] }, isPass));
  }
  if (conditions.isUnknown) effects.push(effect(Stage.SYN, true, there.tcp, { ...match, sureApps: [] }, isPass));
  return effects;
}

function withOpenings(plain: Effect, conditions: Conditions, ways: readonly Way[], isPass: boolean): Effect {
  const sureOf = new Map<Opening, Piece[]>();
  for (const { openings, apps, names } of sureOpenings(conditions)) {
    const pieces = ways.flatMap((way) => {
      const ends = isPass ? way.some : way.sure;
      return ends === undefined || apps.length === 0 ? [] : [pieceOf(ends, apps, names)];
    });
    for (const opening of openings) sureOf.set(opening, [...(sureOf.get(opening) ?? []), ...pieces]);
  }
  return sureOf.size === 0 ? plain : { ...plain, sureOf };
}
