import type { AddressSet } from "../sets/address-set";
import type { RangeSet } from "../sets/range-set";
import { type Between, exactly, UNKNOWN_ADDRESSES, UNKNOWN_PORTS } from "./header";

/** The names that the rules of a group can use. */
export interface GroupVariables {
  /** Addresses by name without `$`, references to prefix lists with `@`; undefined where they are not known. */
  readonly variables: ReadonlyMap<string, AddressSet | undefined>;
  readonly ports: ReadonlyMap<string, RangeSet | undefined>;
}

/**
 * What names in rules stand for. `HOME_NET` is the policy's unless the group has its own; `EXTERNAL_NET` is all but the
 * policy's `HOME_NET`, unless it is declared.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-limitations-caveats.html
 */
export class Variables {
  /** Names that were asked for and are not known, sorted by their first use. */
  public readonly unknown = new Set<string>();

  public constructor(
    private readonly group: GroupVariables,
    private readonly home: AddressSet | undefined,
  ) {}

  public addresses(name: string): Between<AddressSet> {
    const known = this.lookUp(name);
    if (known === undefined) this.unknown.add(name.startsWith("@") ? name : `$${name}`);
    return known ?? UNKNOWN_ADDRESSES;
  }

  public ports(name: string): Between<RangeSet> {
    const set = this.group.ports.get(name);
    if (set === undefined) this.unknown.add(`$${name}`);
    return set === undefined ? UNKNOWN_PORTS : exactly(set);
  }

  private lookUp(name: string): Between<AddressSet> | undefined {
    const { variables } = this.group;
    if (variables.has(name)) {
      const set = variables.get(name);
      return set === undefined ? undefined : exactly(set);
    }
    if (name === "HOME_NET") return this.home === undefined ? undefined : exactly(this.home);
    if (name !== "EXTERNAL_NET" || this.home === undefined) return undefined;
    const outside = this.home.complement();
    if (!variables.has("HOME_NET")) return exactly(outside);
    const own = variables.get("HOME_NET");
    if (own === undefined) return undefined;
    // Whether AWS turns the group's or the policy's around is not written down.
    if (own.equals(this.home)) return exactly(outside);
    return { upper: outside.union(own.complement()), lower: outside.intersect(own.complement()) };
  }
}
