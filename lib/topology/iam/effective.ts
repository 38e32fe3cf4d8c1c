import type { Reading } from "../model/doubt";
import { type Facts, factsOf, surelyHold } from "./condition";
import { namesOneResource } from "./named-resource";
import { lettersOf, Pattern } from "./pattern";
import type { Condition, PolicyDocument, Statement } from "./policy-document";
import { type ContextSolution, isChosenByCaller, type RequestContext, solveContext } from "./request-context";
import { type Role, Side } from "./statement-side";
import { hasUnknown } from "./template";
import { type Letter, matches, type Outlook, type Track, words } from "./words";

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

/** A request that an identity could make. */
export interface IdentityRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** Why an identity can do something. */
export interface Permission {
  readonly statement: StatementPlace;
  /** The statements of the limits that let it through. */
  readonly limits: StatementPlace[];
  /** The conditions that the request has to meet. */
  readonly conditions: Condition[];
  readonly request: IdentityRequest;
  /** Whether the request was found whole: without what is not known, and with a context that meets the conditions. */
  readonly isExact: boolean;
}

/** How a question is asked. */
export interface PermissionQuestion {
  /** @default "*" - any resource */
  readonly resource?: string;
  /** Whether resources that a policy names one by one do not count. @default false */
  readonly beyondNamed?: boolean;
  /** Resources to show in the request, if one of them is allowed. */
  readonly examples?: readonly string[];
}

interface Rule {
  readonly place: StatementPlace;
  readonly conditions: readonly Condition[];
  readonly actions: Side;
  readonly resources: Side;
}

/** The rules that are about one action. */
interface Rules {
  readonly letters: Letter[];
  readonly grant: Rule;
  readonly limits: Rule[][];
  readonly denies: Rule[];
}

const EVERYTHING: Statement = { effect: "Allow", actions: ["*"], resources: ["*"], conditions: [] };
/** An identity of IAM is no service of AWS; that one calls another on its behalf is possible, but never sure. */
const ALWAYS: { readonly [reading in Reading]: RequestContext } = {
  open: { "aws:PrincipalIsAWSService": "false" },
  closed: { "aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false" },
};

/**
 * What an identity can do: what its policies allow, within its limits, without what is denied. In the open reading
 * nothing that could be allowed is missed; in the closed one everything found is allowed without doubt.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export class EffectivePermissions {
  private readonly grants: readonly Rule[];
  private readonly limits: readonly (readonly Rule[])[];
  private readonly denies: readonly Rule[];
  private readonly stated: RequestContext;
  private readonly facts: Facts;
  private readonly isOpen: boolean;
  private readonly named = new Map<string, boolean>();

  /** @param except what does not count, as if it were denied: actions and resources that are declared elsewhere */
  public constructor(
    identity: IdentityDocuments,
    private readonly reading: Reading,
    except: readonly { readonly actions: string[]; readonly resources: string[] }[] = [],
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
  }

  /**
   * Whether the identity can do something, and how. Undefined: it can't (open reading), or not for sure (closed).
   * @param action an action or a pattern of actions: some action of it counts
   */
  public can(action: string, question: PermissionQuestion = {}): Permission | undefined {
    const actions = Pattern.parse(action, { anyCase: true });
    for (const grant of this.grants) {
      for (const found of this.actionsOf(grant, actions)) {
        if (found === "too many") return this.isOpen ? this.assumed(grant, action, question) : undefined;
        const shown = actions.isLiteral ? action : found.letters.join("");
        const permission = this.onResources(found, shown, question);
        if (permission !== undefined) return permission;
      }
    }
    return undefined;
  }

  /** The statements that are about an action: once for each combination that some action of the pattern has. */
  private *actionsOf(grant: Rule, actions: Pattern): Generator<Rules | "too many"> {
    if (actions.isLiteral) {
      const letters = lettersOf(actions.text, { anyCase: true });
      const isAbout = ({ actions: side }: Rule): boolean => side.holds(letters);
      const limits = this.limits.map((rules) => rules.filter(isAbout));
      if (isAbout(grant)) yield { letters, grant, limits, denies: this.denies.filter(isAbout) };
      return;
    }
    const tracks: Track[] = [{ pattern: actions, sense: "made" }];
    const allowed = grant.actions.follow(tracks);
    const limits = this.limits.map((rules) => rules.map((rule) => rule.actions.follow(tracks)));
    const denies = this.denies.map((rule) => rule.actions.follow(tracks));
    const seen = new Set<string>();
    for (const word of words(tracks, (outlook) => allowed.isNever(outlook))) {
      if (word === "too many") {
        yield word;
        return;
      }
      const { letters, matched } = word;
      const key = matched.join();
      if (!allowed.holds(matched) || seen.has(key)) continue;
      seen.add(key);
      yield {
        letters,
        grant,
        limits: this.limits.map((rules, at) => rules.filter((_, index) => limits[at]?.[index]?.holds(matched))),
        denies: this.denies.filter((_, index) => denies[index]?.holds(matched)),
      };
    }
  }

  private onResources(rules: Rules, action: string, question: PermissionQuestion): Permission | undefined {
    const resource = Pattern.parse(question.resource ?? "*", { arn: true });
    const isCounted = (pattern: Pattern): boolean => question.beyondNamed !== true || !this.isNamed(pattern);
    // Where every resource is asked for, the statement itself makes the resources, so that its symbols are theirs.
    const asked = resource.isAll ? (rules.grant.resources.positive?.filter(isCounted) ?? [resource]) : [resource];
    // Nobody can spell a resource of a pattern that is not known.
    const makers = asked.filter((maker) => this.isOpen || !hasUnknown(maker.text));
    if (makers.length === 0) return undefined;
    const counted = rules.limits.map((all) =>
      all.filter(({ resources }) => resources.positive?.some(isCounted) ?? true),
    );
    for (const limits of choices(counted)) {
      const allowing = [rules.grant, ...limits];
      const { solved, denies, doubted } = this.restrictions(allowing, rules.denies);
      if (solved === undefined && !this.isOpen) continue;
      for (const maker of makers) {
        const found = this.resourceOf(maker, allowing, denies, isCounted, question.examples ?? []);
        if (found === undefined) continue;
        const request = { action, resource: found, context: { ...this.stated, ...solved?.context } };
        const isWhole = solved !== undefined && allowing.every(({ place }) => place.index !== undefined);
        return {
          statement: rules.grant.place,
          limits: limits.map(({ place }) => place),
          conditions: allowing.flatMap((rule) => rule.conditions),
          request,
          isExact: isWhole && isAllowedForSure(request, allowing, [...denies, ...doubted]),
        };
      }
    }
    return undefined;
  }

  /** A context that meets what the openings ask for, the denies that count in it, and those that may count. */
  private restrictions(
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

  private resourceOf(
    maker: Pattern,
    allowing: readonly Rule[],
    denies: readonly Rule[],
    isCounted: (pattern: Pattern) => boolean,
    examples: readonly string[],
  ): string | undefined {
    const tracks: Track[] = [{ pattern: maker, sense: "made" }];
    // What a statement makes it matches, but for sure only if it holds nothing that is not known.
    const own = this.isOpen ? maker : undefined;
    const allow = allowing.map((rule) => rule.resources.follow(tracks, isCounted, own));
    const deny = denies.map((rule) => rule.resources.follow(tracks, isCounted));
    const isHopeless = (outlook: Outlook): boolean =>
      allow.some((side) => side.isNever(outlook)) || deny.some((side) => side.isAlways(outlook));
    const isAllowed = (matched: readonly boolean[]): boolean =>
      allow.every((side) => side.holds(matched)) && deny.every((side) => !side.holds(matched));
    for (const example of [...examples, ...instancesOf(maker.text)]) {
      const letters = lettersOf(example);
      const matched = tracks.map((track) => matches(track, letters));
      if (matched[0] && isAllowed(matched)) return example;
    }
    for (const word of words(tracks, isHopeless)) {
      if (word === "too many") return this.isOpen ? maker.text : undefined;
      if (isAllowed(word.matched)) return word.letters.join("");
    }
    return undefined;
  }

  private isNamed({ text }: Pattern): boolean {
    const known = this.named.get(text) ?? namesOneResource(text, this.reading);
    this.named.set(text, known);
    return known;
  }

  // Too many combinations to tell: the open reading takes the statement at its word.
  private assumed(grant: Rule, action: string, question: PermissionQuestion): Permission {
    const request = { action, resource: question.resource ?? "*", context: this.stated };
    return { statement: grant.place, limits: [], conditions: [...grant.conditions], request, isExact: false };
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

/** Whether a request is let through whatever the templates of the statements are. */
function isAllowedForSure(request: IdentityRequest, allowing: readonly Rule[], denies: readonly Rule[]): boolean {
  const action = lettersOf(request.action, { anyCase: true });
  const resource = lettersOf(request.resource);
  return (
    allowing.every((rule) => rule.actions.mustHold(action) && rule.resources.mustHold(resource)) &&
    !denies.some((rule) => rule.actions.mayHold(action) && rule.resources.mayHold(resource))
  );
}

/** One statement of each limit, in every combination. */
function choices(limits: readonly (readonly Rule[])[]): Rule[][] {
  return limits.reduce<Rule[][]>((all, rules) => all.flatMap((one) => rules.map((rule) => [...one, rule])), [[]]);
}

/** Readable texts of a pattern. */
function instancesOf(text: string): string[] {
  return [
    ...new Set([text.replace(/\*/g, "example").replace(/\?/g, "x"), text.replace(/\*/g, "").replace(/\?/g, "x")]),
  ];
}
