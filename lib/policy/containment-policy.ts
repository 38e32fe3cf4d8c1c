import { CordonError, quoted } from "../errors/cordon-error";
import { HostPattern } from "../names/host-pattern";
import { identifier } from "../names/plain-text";
import { Connector } from "./connector";
import type { DenyList } from "./deny-list";
import { EgressRule } from "./egress";
import { nearest } from "./nearest";
import { readPolicyFile } from "./policy-file";
import { type PolicyJson, type PolicyParts, policyFromJson, policyToJson } from "./policy-json";

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
    /** What is used through the connector gateway, sorted by name. */
    public readonly connectors: readonly Connector[],
    /** Lists of hosts that no entry may open, sorted by name. */
    public readonly denied: readonly DenyList[],
  ) {
    Object.defineProperty(this, MARK, { value: true });
    for (const part of [rules, connectors, denied]) Object.freeze(part);
    Object.freeze(this);
  }

  /** A policy that lets nothing through. */
  public static denyAll(name: string): ContainmentPolicy {
    return new ContainmentPolicy(identifier(name, "ContainmentPolicy.denyAll", "the policy's name"), [], [], []);
  }

  /** Reads the JSON form. @throws CORDON-042 with the path of what does not fit */
  public static fromJSON(value: unknown, at = "policy"): ContainmentPolicy {
    return ContainmentPolicy.of(policyFromJson(value, at));
  }

  /** Reads a `.json`, `.yaml` or `.yml` file. Errors name the file, line, column and path of what is wrong. */
  public static fromFile(path: string): ContainmentPolicy {
    return ContainmentPolicy.of(readPolicyFile(path));
  }

  private static of({ name, rules, connectors, denied }: PolicyParts): ContainmentPolicy {
    return ContainmentPolicy.denyAll(name)
      .refuse(...denied)
      .allow(...rules)
      .connect(...connectors);
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
    return this.with({ rules: sortedRules([...byId.values()]) });
  }

  /**
   * This policy with more connectors. Their hosts open to the connector gateway, never to the agent.
   * @throws CORDON-039 for one that is there otherwise, or whose host the allow list opens; CORDON-036 without an operation
   */
  public connect(...connectors: Connector[]): ContainmentPolicy {
    const byName = new Map(this.connectors.map((connector) => [connector.name, connector]));
    for (const connector of connectors) {
      if (!(connector instanceof Connector)) {
        const fix = "make it with Connector.http, mcp or model";
        throw new CordonError("CORDON-036", this.place, `${quoted(connector)} is not a connector`, fix);
      }
      const { name } = connector;
      if (connector.operations.length === 0) {
        const fix = "permit at least one, or leave the connector out";
        throw new CordonError("CORDON-036", `${this.place}, connector '${name}'`, "it permits no operation", fix);
      }
      const present = byName.get(name);
      if (present !== undefined && JSON.stringify(present) !== JSON.stringify(connector)) {
        const fix = "use another name, or one of the two";
        throw new CordonError(
          "CORDON-039",
          this.place,
          `connector '${name}' is there already, with other content`,
          fix,
        );
      }
      byName.set(name, connector);
    }
    const sorted = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.with({ connectors: sorted });
  }

  /** This policy, which from here on refuses entries that open a host of a list. @throws CORDON-043 for one that does */
  public refuse(...lists: DenyList[]): ContainmentPolicy {
    const byName = new Map(this.denied.map((list) => [list.name, list]));
    for (const list of lists) {
      const present = byName.get(list.name);
      if (present !== undefined && JSON.stringify(present) !== JSON.stringify(list)) {
        const fix = "give one of the two another name";
        throw new CordonError(
          "CORDON-030",
          this.place,
          `deny list '${list.name}' is there already, with other hosts`,
          fix,
        );
      }
      byName.set(list.name, list);
    }
    return this.with({ denied: [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) });
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
    return this.with({ rules: this.rules.filter((rule) => !gone.has(rule.id)) });
  }

  /**
   * All destinations, connectors and deny lists of both, under this policy's name. A destination that both have keeps the
   * reasons of both.
   * @throws CORDON-021 if the reasons of a destination are too long together, CORDON-031 if they pass different requests,
   *   CORDON-039 for a connector that both have with other content, CORDON-043 for what a deny list of the other refuses
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
    return this.with({ rules: sortedRules([...byId.values()]) })
      .refuse(...other.denied)
      .connect(...other.connectors);
  }

  /** The JSON form: canonical, so that equal policies have equal text. */
  public toJSON(): PolicyJson {
    return policyToJson(this);
  }

  private get place(): string {
    return `policy '${this.name}'`;
  }

  private with(parts: Partial<PolicyParts>): ContainmentPolicy {
    const { rules = this.rules, connectors = this.connectors, denied = this.denied } = parts;
    for (const connector of connectors) {
      const host = HostPattern.parse(connector.host, this.place);
      const open = rules.find((rule) => rule.host?.covers(host));
      if (open !== undefined) {
        throw new CordonError(
          "CORDON-039",
          `${this.place}, connector '${connector.name}'`,
          `the agent reaches ${connector.host} past the gateway, by ${open.id}`,
          `remove it by without("${open.id}"), or list its names without this one`,
        );
      }
      this.refuseDenied(host, `connector '${connector.name}'`, denied);
    }
    for (const { host, id } of rules) if (host !== undefined) this.refuseDenied(host, id, denied);
    return new ContainmentPolicy(this.name, rules, connectors, denied);
  }

  private refuseDenied(host: HostPattern, what: string, denied: readonly DenyList[]): void {
    for (const list of denied) {
      const match = list.match(host);
      if (match === undefined) continue;
      throw new CordonError(
        "CORDON-043",
        this.place,
        `${what} opens ${String(match)}, which is on deny list '${list.name}'`,
        "leave it out, or follow a list of your own without that host",
      );
    }
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
