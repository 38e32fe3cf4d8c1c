import { AddressSet } from "../sets/address-set";
import { App } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import { type Conditions, RuleKind } from "./conditions";
import { isOfAppAlone, type Opening, sureOpenings } from "./opening";
import type { Ends, Piece } from "./piece";
import type { Header, Way } from "./ways";

/** When in the life of a flow a rule can decide about it. */
export enum Stage {
  /** The first packet of a TCP handshake. */
  SYN = "syn",
  /** The first packet that comes back over TCP, before any data. */
  REPLY = "reply",
  /** Data that a server sends over TCP before its client does. */
  GREETING = "greeting",
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
  /** That `sure` is less than `may` comes from the rule, not from names in it that nobody declares. */
  readonly isVague: boolean;
  /** More that it surely decides, of flows that begin in one way. */
  readonly sureOf?: ReadonlyMap<Opening, readonly Piece[]>;
}

const APPS: readonly App[] = [App.TLS, App.HTTP, App.OTHER];
const NOT_TLS: readonly App[] = [App.HTTP, App.OTHER];
/** Data that a handshake's packets can't hold: what a packet before it may carry. */
const NEXT_TO_NOTHING = 2;
const EVERYWHERE: Ends = {
  sources: AddressSet.ALL,
  destinations: AddressSet.ALL,
  protocols: RangeSet.PROTOCOLS,
  ports: RangeSet.PORTS,
};

const ALL: readonly Piece[] = [{ ends: EVERYWHERE, apps: APPS, names: NameSet.ALL }];
/** What a rule or a whole group that can't be read may do: match every flow at any time. */
export const ANYTHING: readonly Effect[] = [
  { stage: Stage.SYN, sticks: true, may: ALL, sure: [], isVague: false },
  { stage: Stage.DATA, sticks: true, may: ALL, sure: [], isVague: false },
];

/** What a rule does with the flows that its header meets. */
export function effectsOf(conditions: Conditions, header: Header, isPass: boolean): Effect[] {
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
    return { stage, sticks, may, sure: may, isVague: false };
  const isNone = match.sureApps.length === 0 || match.sureNames.isEmpty;
  const sure = isNone ? [] : sureEnds.map((ends) => pieceOf(ends, match.sureApps, match.sureNames));
  return { stage, sticks, may, sure, isVague: !isExact || ways.every((way) => way.isKnown) };
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
  if (kind === RuleKind.HEADER || (isUnknown && kind !== RuleKind.APP)) {
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
  // A server may speak first, and as what it likes: by then a rule can have passed whatever its client goes on to send.
  if (direction !== "to_server" && names === undefined) {
    if (isPass) effects.push(effect(Stage.GREETING, true, back.tcp, UNSURE, isPass));
    else effects.push(effect(Stage.DATA, true, back.tcp, { ...match, sureApps: [] }, isPass));
  }
  if (conditions.isUnknown) {
    effects.push(effect(Stage.SYN, true, there.tcp, { ...match, sureApps: [] }, isPass));
    if (names === undefined) effects.push(effect(Stage.REPLY, true, back.tcp, { ...match, sureApps: [] }, isPass));
  }
  return effects;
}

function withOpenings(plain: Effect, conditions: Conditions, ways: readonly Way[], isPass: boolean): Effect {
  const sureOf = new Map<Opening, Piece[]>();
  for (const { openings, apps, names } of sureOpenings(conditions, isPass)) {
    const pieces = ways.flatMap((way) => {
      const ends = isPass ? way.some : way.sure;
      return ends === undefined || apps.length === 0 ? [] : [pieceOf(ends, apps, names)];
    });
    for (const opening of openings) sureOf.set(opening, [...(sureOf.get(opening) ?? []), ...pieces]);
  }
  return sureOf.size === 0 ? plain : { ...plain, sureOf };
}
