import type { Reading } from "../model/doubt";
import { App, type Flow, FlowSet, TCP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import { type Effect, Stage } from "./effects";
import { OPENINGS, OPENS, Opening } from "./opening";
import { flowsOf, type Piece, Probe } from "./piece";

/** An effect of a rule in its place, and whose it is. */
export interface Entry<Owner> {
  readonly owner: Owner;
  readonly isPass: boolean;
  readonly effect: Effect;
}

/** What becomes of packets that no rule decides, by stage. */
export type Defaults = Readonly<Record<Stage, FlowSet>>;

/** Who decides about a flow; no owner for the default. */
export interface Decision<Owner> {
  readonly passes: boolean;
  readonly owner: Owner | undefined;
}

const BEFORE_DATA = [Stage.SYN, Stage.REPLY, Stage.GREETING];

/** The parts of flows that begin in another way than plainly. */
const BEGINS: Readonly<Record<Opening, FlowSet>> = {
  [Opening.PLAIN]: FlowSet.ALL,
  [Opening.DISGUISED]: FlowSet.of({ apps: [...OPENS[Opening.DISGUISED]], protocols: RangeSet.of(TCP) }),
  [Opening.BARE]: FlowSet.of({ apps: [App.HTTP] }),
  [Opening.OLD]: FlowSet.of({ apps: [App.HTTP], names: NameSet.NAMELESS }),
};

/** An ordered list of rules, by stage. */
export class RuleList<Owner> {
  public readonly stages: Record<Stage, Entry<Owner>[]> = {
    [Stage.SYN]: [],
    [Stage.REPLY]: [],
    [Stage.GREETING]: [],
    [Stage.DATA]: [],
  };
  public readonly batches: Record<Stage, readonly Batch[]>;
  /** The ways to begin that make a difference. */
  public readonly openings: readonly Opening[];

  public constructor(entries: readonly Entry<Owner>[]) {
    for (const entry of entries) this.stages[entry.effect.stage].push(entry);
    const { syn, reply, greeting, data } = this.stages;
    this.batches = {
      [Stage.SYN]: batchesOf(syn),
      [Stage.REPLY]: batchesOf(reply),
      [Stage.GREETING]: batchesOf(greeting),
      [Stage.DATA]: batchesOf(data),
    };
    this.openings = entries.some(({ effect }) => effect.sureOf !== undefined) ? OPENINGS : [Opening.PLAIN];
  }
}

/**
 * An ordered list of rules over the life of a flow: at each stage the first rule that matches decides, for the flow or,
 * where its verdict does not stick, for the packet, so that the flow comes to the next stage.
 */
export class Evaluation<Owner> {
  public constructor(
    private readonly list: RuleList<Owner>,
    private readonly defaults: Defaults,
    private readonly reading: Reading,
  ) {}

  /** The flows whose data gets through. */
  public accepted(): FlowSet {
    const data = this.list.openings.map((opening) => this.fold(Stage.DATA, opening, BEGINS[opening]));
    return BEFORE_DATA.reduceRight((later, stage) => this.fold(stage, Opening.PLAIN, later), FlowSet.unionAll(data));
  }

  /** The same for one flow, with the rule that decides. */
  public decide(flow: Flow): Decision<Owner> {
    const probe = new Probe(flow);
    for (const stage of BEFORE_DATA) {
      const { sticks, goesOn, owner } = this.at(stage, probe, Opening.PLAIN);
      if (sticks !== undefined) return { passes: true, owner: sticks.owner };
      if (!goesOn) return { passes: false, owner };
    }
    let refused: Decision<Owner> = { passes: false, owner: undefined };
    for (const opening of this.list.openings.filter((one) => BEGINS[one].has(flow)).reverse()) {
      const data = this.at(Stage.DATA, probe, opening);
      if (data.sticks !== undefined) return { passes: true, owner: data.sticks.owner };
      if (data.goesOn) return { passes: true, owner: data.owner };
      refused = { passes: false, owner: data.owner };
    }
    return refused;
  }

  // From the last rule to the first: what a rule decides takes the place of what the later ones would.
  private fold(stage: Stage, opening: Opening, later: FlowSet): FlowSet {
    let stuck = FlowSet.NONE;
    let goesOn = later.intersect(this.defaults[stage]);
    for (const batch of [...this.list.batches[stage]].reverse()) {
      if (!batch.isPass) {
        const dropped = this.reading === "open" ? batch.sure(opening) : batch.may();
        stuck = stuck.subtract(dropped);
        goesOn = goesOn.subtract(dropped);
      } else {
        const passed = this.reading === "open" ? batch.may() : batch.sure(opening);
        if (batch.sticks) stuck = stuck.union(stage === Stage.DATA ? passed.intersect(BEGINS[opening]) : passed);
        else {
          goesOn = goesOn.union(passed.intersect(later));
          // A packet that is passed by itself is not seen by a later rule that would have passed its flow.
          if (this.reading === "closed" && !batch.isOdd) stuck = stuck.subtract(batch.may());
        }
      }
    }
    return stuck.union(goesOn);
  }

  private at(stage: Stage, probe: Probe, opening: Opening) {
    const isOpen = this.reading === "open";
    let isSeen = true;
    let sticks: Entry<Owner> | undefined;
    let rest: { goesOn: boolean; owner: Owner | undefined } | undefined;
    for (const entry of this.list.stages[stage]) {
      const { effect, isPass, owner } = entry;
      const isMet = isPass === isOpen ? probe.isIn(effect.may) : isSure(effect, opening, probe);
      if (isMet && !isPass) {
        rest ??= { goesOn: false, owner };
        break;
      }
      if (isMet && effect.sticks && isSeen) {
        sticks = entry;
        break;
      }
      if (isMet && !effect.sticks) rest ??= { goesOn: true, owner };
      if (!isOpen && isPass && !effect.sticks && !effect.isOdd && probe.isIn(effect.may)) isSeen = false;
    }
    return { sticks, ...(rest ?? { goesOn: this.defaults[stage].has(probe.flow), owner: undefined }) };
  }
}

function isSure({ sure, sureOf }: Effect, opening: Opening, probe: Probe): boolean {
  return probe.isIn(sure) || probe.isIn(sureOf?.get(opening) ?? []);
}

/** Rules next to each other that do the same with what they match: their order does not matter. */
class Batch {
  private readonly effects: Effect[] = [];
  private allMay: FlowSet | undefined;
  private readonly allSure = new Map<Opening, FlowSet>();

  public constructor(
    public readonly isPass: boolean,
    public readonly sticks: boolean,
    public readonly isOdd: boolean,
  ) {}

  public takes({ isPass, effect }: Entry<unknown>): boolean {
    const isLike = this.isOdd === (effect.isOdd === true) && this.sticks === effect.sticks;
    return this.isPass === isPass && (isLike || !isPass);
  }

  public add(effect: Effect): void {
    this.effects.push(effect);
  }

  public may(): FlowSet {
    this.allMay ??= flowsOf(this.effects.flatMap((effect) => effect.may));
    return this.allMay;
  }

  public sure(opening: Opening): FlowSet {
    if (this.effects.every(({ may, sure }) => may === sure)) return this.may();
    const known = this.allSure.get(opening);
    if (known !== undefined) return known;
    const pieces = (effect: Effect): readonly Piece[] => [...effect.sure, ...(effect.sureOf?.get(opening) ?? [])];
    const found = flowsOf(this.effects.flatMap(pieces));
    this.allSure.set(opening, found);
    return found;
  }
}

function batchesOf(entries: readonly Entry<unknown>[]): Batch[] {
  const batches: Batch[] = [];
  for (const entry of entries) {
    const { isPass, effect } = entry;
    let batch = batches.at(-1);
    if (batch === undefined || !batch.takes(entry)) {
      batch = new Batch(isPass, effect.sticks, effect.isOdd === true);
      batches.push(batch);
    }
    batch.add(effect);
  }
  return batches;
}
