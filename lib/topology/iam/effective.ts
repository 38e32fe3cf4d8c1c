import type { Reading } from "../model/doubt";
import {
  type Except,
  type IdentityDocuments,
  IdentityRules,
  type Rule,
  type Rules,
  type StatementPlace,
} from "./identity-rules";
import { namesOneResource } from "./named-resource";
import { lettersOf, Pattern } from "./pattern";
import type { Condition } from "./policy-document";
import type { RequestContext } from "./request-context";
import { hasUnknown } from "./template";
import { matches, type Outlook, type Track, words } from "./words";

export type { IdentityDocuments, StatementPlace } from "./identity-rules";

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

/**
 * What an identity can do: what its policies allow, within its limits, without what is denied. In the open reading
 * nothing that could be allowed is missed; in the closed one everything found is allowed without doubt.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export class EffectivePermissions {
  private readonly rules: IdentityRules;
  private readonly isOpen: boolean;
  private readonly named = new Map<string, boolean>();

  /** @param except what does not count, as if it were denied: actions and resources that are declared elsewhere */
  public constructor(
    identity: IdentityDocuments,
    private readonly reading: Reading,
    except: readonly Except[] = [],
  ) {
    this.rules = new IdentityRules(identity, reading, except);
    this.isOpen = this.rules.isOpen;
  }

  /**
   * Whether the identity can do something, and how. Undefined: it can't (open reading), or not for sure (closed).
   * @param action an action or a pattern of actions: some action of it counts
   */
  public can(action: string, question: PermissionQuestion = {}): Permission | undefined {
    const actions = Pattern.parse(action, { anyCase: true });
    for (const grant of this.rules.grants) {
      for (const found of this.rules.about(grant, actions)) {
        if (found === "too many" && this.isOpen) return this.assumed(grant, action, question);
        const permission = found === "too many" ? undefined : this.onResources(found, question);
        if (permission !== undefined) return permission;
      }
    }
    return undefined;
  }

  private onResources(rules: Rules, question: PermissionQuestion): Permission | undefined {
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
      const { solved, denies, doubted } = this.rules.restrictions(allowing, rules.denies);
      if (solved === undefined && !this.isOpen) continue;
      for (const maker of makers) {
        const found = this.resourceOf(maker, allowing, denies, isCounted, question.examples ?? []);
        if (found === undefined) continue;
        const request = {
          action: rules.action,
          resource: found,
          context: { ...this.rules.stated, ...solved?.context },
        };
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
    const request = { action, resource: question.resource ?? "*", context: this.rules.stated };
    return { statement: grant.place, limits: [], conditions: [...grant.conditions], request, isExact: false };
  }
}

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
