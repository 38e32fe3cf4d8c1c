import { readConditions } from "./condition-reader";
import { type Conditions, RuleKind } from "./conditions";
import { ANYTHING, type Effect, effectsOf, Stage } from "./effects";
import { boundOf } from "./opening";
import { type Rule, RuleAction, type RuleBody } from "./rule";
import type { Variables } from "./variables";
import { type Header, readHeader } from "./ways";

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
