import { CordonError, quoted } from "../errors/cordon-error";
import { identifier } from "../names/plain-text";
import { EgressRule } from "./egress";
import { nearest } from "./nearest";
import { readPolicyFile } from "./policy-file";
import { type PolicyJson, policyFromJson, policyToJson } from "./policy-json";

const MARK = Symbol.for("cdktf-cordon.ContainmentPolicy");

/**
 * What an agent may reach: an immutable value that knows no cloud. It starts closed; every change makes a new policy, so
 * that agents who share one can't widen each other.
 */
export class ContainmentPolicy {
  private constructor(
    public readonly name: string,
    /** The allow list, sorted by id. */
    public readonly rules: readonly EgressRule[],
  ) {
    Object.defineProperty(this, MARK, { value: true });
    Object.freeze(rules);
    Object.freeze(this);
  }

  /** A policy that lets nothing through. */
  public static denyAll(name: string): ContainmentPolicy {
    return new ContainmentPolicy(identifier(name, "ContainmentPolicy.denyAll", "the policy's name"), []);
  }

  /** Reads the JSON form. @throws CORDON-042 with the path of what does not fit */
  public static fromJSON(value: unknown, at = "policy"): ContainmentPolicy {
    const { name, rules } = policyFromJson(value, at);
    return ContainmentPolicy.denyAll(name).allow(...rules);
  }

  /** Reads a `.json`, `.yaml` or `.yml` file. Errors name the file, line, column and path of what is wrong. */
  public static fromFile(path: string): ContainmentPolicy {
    const { name, rules } = readPolicyFile(path);
    return ContainmentPolicy.denyAll(name).allow(...rules);
  }

  /** Recognises a policy, also one made by another copy of this package. */
  public static isContainmentPolicy(value: unknown): value is ContainmentPolicy {
    return typeof value === "object" && value !== null && MARK in value;
  }

  /** This policy with more destinations. @throws CORDON-031 for one that is there with another reason */
  public allow(...rules: EgressRule[]): ContainmentPolicy {
    const byId = new Map(this.rules.map((rule) => [rule.id, rule]));
    for (const rule of rules) {
      if (!(rule instanceof EgressRule)) {
        throw new CordonError(
          "CORDON-030",
          this.place,
          `${quoted(rule)} is not an egress rule`,
          "make it with Egress.https, tls, http, tcp or cidr",
        );
      }
      const present = byId.get(rule.id);
      if (present !== undefined && !isSame(present, rule)) {
        throw this.taken(present, rule);
      }
      byId.set(rule.id, rule);
    }
    return new ContainmentPolicy(this.name, sortedRules([...byId.values()]));
  }

  /** This policy with fewer destinations. @throws CORDON-030 for what is no rule or id, CORDON-032 for one that is not there */
  public without(...rules: (string | EgressRule)[]): ContainmentPolicy {
    const gone = new Set(
      rules.map((rule) => {
        const id: unknown = typeof rule === "string" ? rule : (rule as EgressRule | null | undefined)?.id;
        if (typeof id === "string") return id;
        throw new CordonError(
          "CORDON-030",
          this.place,
          `${quoted(rule)} is neither an egress rule nor the id of one`,
          "pass a rule, or an id such as https:api.example.com:443",
        );
      }),
    );
    for (const id of gone) {
      if (!this.rules.some((rule) => rule.id === id)) {
        const near = nearest(
          id,
          this.rules.map((rule) => rule.id),
        );
        throw new CordonError(
          "CORDON-032",
          this.place,
          `there is no rule ${quoted(id)}`,
          near.length === 0 ? "the policy is empty" : `use a rule that it has, such as ${near.join(", ")}`,
        );
      }
    }
    return new ContainmentPolicy(
      this.name,
      this.rules.filter((rule) => !gone.has(rule.id)),
    );
  }

  /**
   * All destinations of both, under this policy's name. A destination that both have keeps the reasons of both.
   * @throws CORDON-021 if the reasons of a destination are too long together, CORDON-031 if they pass different requests
   */
  public merge(other: ContainmentPolicy): ContainmentPolicy {
    if (!ContainmentPolicy.isContainmentPolicy(other)) {
      throw new CordonError("CORDON-030", this.place, `${quoted(other)} is not a policy`, "merge a ContainmentPolicy");
    }
    const byId = new Map(this.rules.map((rule) => [rule.id, rule]));
    for (const rule of other.rules) {
      const present = byId.get(rule.id);
      // Neither all requests of both nor those that both have is what was meant for sure.
      if (present !== undefined && requestsOf(present) !== requestsOf(rule)) throw this.taken(present, rule);
      byId.set(rule.id, present === undefined ? rule : present.withReasonsOf(rule));
    }
    return new ContainmentPolicy(this.name, sortedRules([...byId.values()]));
  }

  /** The JSON form: canonical, so that equal policies have equal text. */
  public toJSON(): PolicyJson {
    return policyToJson(this.name, this.rules);
  }

  private get place(): string {
    return `policy '${this.name}'`;
  }

  private taken(present: EgressRule, rule: EgressRule): CordonError {
    return new CordonError(
      "CORDON-031",
      this.place,
      `${rule.id} is there already, ${difference(present, rule)}`,
      `remove it by without("${rule.id}") first, or leave one of the two out`,
    );
  }
}

const requestsOf = (rule: EgressRule): string => rule.requests.join(", ");

const isSame = (present: EgressRule, rule: EgressRule): boolean =>
  present.reason === rule.reason &&
  present.sharedTenancy === rule.sharedTenancy &&
  requestsOf(present) === requestsOf(rule);

/** What the rule that is there says otherwise. */
function difference(present: EgressRule, rule: EgressRule): string {
  if (requestsOf(present) !== requestsOf(rule)) {
    return present.requests.length === 0 ? "for every request" : `for ${requestsOf(present)}`;
  }
  if (present.reason !== rule.reason) return `because of ${quoted(present.reason)}`;
  return present.sharedTenancy === undefined
    ? "without sharedTenancy"
    : `with sharedTenancy ${quoted(present.sharedTenancy)}`;
}

const sortedRules = (rules: EgressRule[]): EgressRule[] =>
  rules.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
