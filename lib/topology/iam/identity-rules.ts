import type { Reading } from "../model/doubt";
import { type Facts, factsOf, surelyHold } from "./condition";
import { lettersOf, Pattern } from "./pattern";
import type { Condition, PolicyDocument, Statement } from "./policy-document";
import { type ContextSolution, isChosenByCaller, type RequestContext, solveContext } from "./request-context";
import { type Role, Side } from "./statement-side";
import { type Outlook, type Track, words } from "./words";

/** Everything that says what an identity may do. A document that can't be read is `undefined`. */
export interface IdentityDocuments {
  /** Inline, attached and managed policies. */
  readonly grants: readonly (PolicyDocument | undefined)[];
  /** The permission boundary, and policies of the organisation: each has to allow a request too. */
  readonly limits?: readonly (PolicyDocument | undefined)[];
  /** Condition keys that have one value in every request of the identity, such as `aws:SourceVpc`. */
  readonly context?: RequestContext;
}

/** Where a statement stands. */
export interface StatementPlace {
  readonly document: "grant" | "limit";
  /** Index of the document among the grants or limits. */
  readonly at: number;
  /** Index of the statement; undefined in a document that can't be read. */
  readonly index?: number;
  readonly sid?: string;
}

/** A statement with its patterns. */
export interface Rule {
  readonly place: StatementPlace;
  readonly conditions: readonly Condition[];
  readonly actions: Side;
  readonly resources: Side;
}

/** The rules that are about one action. */
export interface Rules {
  readonly action: string;
  readonly grant: Rule;
  readonly limits: Rule[][];
  readonly denies: Rule[];
}

/** Actions and resources that do not count. */
export interface Except {
  readonly actions: string[];
  readonly resources: string[];
}

const EVERYTHING: Statement = { effect: "Allow", actions: ["*"], resources: ["*"], conditions: [] };
/** An identity of IAM is no service of AWS; that one calls another on its behalf is possible, but never sure. */
const ALWAYS: { readonly [reading in Reading]: RequestContext } = {
  open: { "aws:PrincipalIsAWSService": "false" },
  closed: { "aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false" },
};
/** Tried first where any action will do, so that requests read well. */
const FAMILIAR = ["s3:GetObject", "s3:PutObject", "ec2:DescribeInstances", "bedrock:InvokeModel", "iam:CreateUser"];

/** The statements of an identity's policies in one reading: what opens, what limits and what denies. */
export class IdentityRules {
  public readonly grants: readonly Rule[];
  public readonly isOpen: boolean;
  /** Keys that every request of the identity carries. */
  public readonly stated: RequestContext;
  private readonly limits: readonly (readonly Rule[])[];
  private readonly denies: readonly Rule[];
  /** Denies that hold back every resource, whatever a request carries. */
  private readonly walls: ReadonlySet<Rule>;
  private readonly facts: Facts;

  public constructor(
    identity: IdentityDocuments,
    private readonly reading: Reading,
    except: readonly Except[],
  ) {
    this.isOpen = reading === "open";
    this.stated = { ...ALWAYS[reading], ...identity.context };
    this.facts = factsOf(this.stated);
    const limits = identity.limits ?? [];
    this.grants = identity.grants.flatMap((document, at) => this.allowRules(document, "grant", at));
    this.limits = limits.map((document, at) => this.allowRules(document, "limit", at));
    this.denies = [
      ...identity.grants.flatMap((document, at) => this.denyRules(document, "grant", at)),
      ...limits.flatMap((document, at) => this.denyRules(document, "limit", at)),
      ...except.map((body) => this.rule({ effect: "Deny", conditions: [], ...body }, { document: "limit", at: -1 })),
    ];
    const isWall = (deny: Rule): boolean => deny.resources.isAll && this.restrictions([], [deny]).denies.length > 0;
    this.walls = new Set(this.denies.filter(isWall));
  }

  /**
   * The rules that are about an action and let it through a grant: once for each combination of them that some action of
   * the pattern has. "too many" at the end if not all were seen.
   */
  public *about(grant: Rule, actions: Pattern): Generator<Rules | "too many"> {
    if (actions.isLiteral) {
      const found = this.aboutAction(grant, actions.text);
      if (found !== undefined) yield found;
      return;
    }
    const spelt = (grant.actions.positive ?? []).filter((pattern) => pattern.isLiteral).map(({ text }) => text);
    const anyCase = { anyCase: true };
    for (const action of [...spelt, ...FAMILIAR].filter((text) => actions.matches(text, anyCase))) {
      const found = this.aboutAction(grant, action);
      if (found !== undefined) yield found;
    }
    yield* this.aboutPattern(grant, actions);
  }

  private aboutAction(grant: Rule, action: string): Rules | undefined {
    const letters = lettersOf(action, { anyCase: true });
    const isAbout = ({ actions }: Rule): boolean => actions.holds(letters);
    if (!isAbout(grant)) return undefined;
    const denies = this.denies.filter(isAbout);
    if (denies.some((deny) => this.walls.has(deny))) return undefined;
    return { action, grant, limits: this.limits.map((rules) => rules.filter(isAbout)), denies };
  }

  private *aboutPattern(grant: Rule, actions: Pattern): Generator<Rules | "too many"> {
    const tracks: Track[] = [{ pattern: actions, sense: "made" }];
    const followed = (rule: Rule) => ({ rule, side: rule.actions.follow(tracks) });
    const allowed = grant.actions.follow(tracks);
    const limits = this.limits.map((rules) => rules.map(followed));
    const denies = this.denies.map(followed);
    const walls = denies.filter(({ rule }) => this.walls.has(rule));
    const isHopeless = (outlook: Outlook): boolean =>
      allowed.isNever(outlook) ||
      limits.some((rules) => rules.every(({ side }) => side.isNever(outlook))) ||
      walls.some(({ side }) => side.isAlways(outlook));
    const seen = new Set<string>();
    for (const word of words(tracks, isHopeless)) {
      if (word === "too many") {
        yield word;
        return;
      }
      const { letters, matched } = word;
      const key = matched.join();
      if (!allowed.holds(matched) || walls.some(({ side }) => side.holds(matched)) || seen.has(key)) continue;
      seen.add(key);
      const isAbout = (rules: ReturnType<typeof followed>[]): Rule[] =>
        rules.filter(({ side }) => side.holds(matched)).map(({ rule }) => rule);
      yield { action: letters.join(""), grant, limits: limits.map(isAbout), denies: isAbout(denies) };
    }
  }

  /** A context that meets what the openings ask for, the denies that count in it, and those that may count. */
  public restrictions(
    allowing: readonly Rule[],
    denies: readonly Rule[],
  ): { solved: ContextSolution | undefined; denies: Rule[]; doubted: Rule[] } {
    const conditional = denies.filter((deny) => deny.conditions.length > 0);
    const solved = solveContext(
      allowing.flatMap((rule) => rule.conditions),
      conditional.map((deny) => deny.conditions),
      this.facts,
      this.isOpen ? () => true : isChosenByCaller,
    );
    const avoided = new Set(conditional.filter((_, index) => solved?.avoided[index]));
    const left = denies.filter((deny) => !avoided.has(deny));
    return {
      solved,
      denies: left.filter((deny) => this.counts(deny)),
      doubted: left.filter((deny) => !this.counts(deny)),
    };
  }

  private allowRules(document: PolicyDocument | undefined, kind: StatementPlace["document"], at: number): Rule[] {
    const rules = (document?.statements ?? []).flatMap((statement, index) => {
      if (statement.effect !== "Allow" || surelyHold(statement.conditions, this.facts) === false) return [];
      return [this.rule(statement, placeOf(kind, at, index, statement))];
    });
    const mayHoldMore = document === undefined || document.atLeast === true;
    return this.isOpen && mayHoldMore ? [...rules, this.rule(EVERYTHING, { document: kind, at })] : rules;
  }

  private denyRules(document: PolicyDocument | undefined, kind: StatementPlace["document"], at: number): Rule[] {
    if (document === undefined) {
      return this.isOpen ? [] : [this.rule({ ...EVERYTHING, effect: "Deny" }, { document: kind, at })];
    }
    return document.statements.flatMap((statement, index) =>
      statement.effect === "Deny" ? [this.rule(statement, placeOf(kind, at, index, statement))] : [],
    );
  }

  /** Whether a Deny that was not avoided restricts anything. */
  private counts(deny: Rule): boolean {
    const truth = surelyHold(deny.conditions, this.facts);
    return this.isOpen ? truth === true : truth !== false;
  }

  private rule(statement: Statement, place: StatementPlace): Rule {
    const role: Role = statement.effect === "Allow" ? "opening" : "restriction";
    const { actions, notActions, resources, notResources } = statement;
    const anyCase = (text: string): Pattern => Pattern.parse(text, { anyCase: true });
    const arn = (text: string): Pattern => Pattern.parse(text, { arn: true });
    return {
      place,
      conditions: statement.conditions,
      actions: new Side(role, this.reading, actions?.map(anyCase), notActions?.map(anyCase)),
      resources: new Side(
        role,
        this.reading,
        (resources ?? (notResources === undefined ? ["*"] : undefined))?.map(arn),
        notResources?.map(arn),
      ),
    };
  }
}

const placeOf = (
  document: StatementPlace["document"],
  at: number,
  index: number,
  { sid }: Statement,
): StatementPlace => ({ document, at, index, ...(sid === undefined ? {} : { sid }) });
