import type { Certificate } from "../../topology";
import { AddressSet } from "../../topology/sets/address-set";
import { App, FlowSet } from "../../topology/sets/flow-set";
import { NameSet } from "../../topology/sets/name-set";
import { RangeSet } from "../../topology/sets/range-set";

type Region = Certificate["agents"][number]["reach"][number];

/**
 * The flows that a certificate states, whatever their sources: an agent that moves to other subnets reaches no more for
 * that.
 */
export function certifiedFlows(regions: readonly Region[]): FlowSet {
  return FlowSet.unionAll(
    regions.map(({ destinations, protocols, ports, apps, names }) =>
      FlowSet.of({
        destinations: AddressSet.unionAll(destinations.map((block) => AddressSet.parse(block) ?? AddressSet.ALL)),
        protocols: rangesOf(protocols),
        ports: rangesOf(ports),
        apps: Object.values(App).filter((app) => apps.includes(app)),
        names: namesOf(names),
      }),
    ),
  );
}

function rangesOf(text: string): RangeSet {
  return RangeSet.unionAll(
    text.split(",").map((range) => {
      const [first = "", last = first] = range.split("-");
      return RangeSet.of(Number(first), Number(last));
    }),
  );
}

/** The set of which `NameSet.patterns` are these. */
export function namesOf(patterns: readonly string[]): NameSet {
  let names = NameSet.NONE;
  const exact = { added: [] as NameSet[], removed: [] as NameSet[] };
  // The longer an end is, the more it decides; a whole name decides for itself.
  for (const pattern of [...patterns].sort((a, b) => endOf(a).length - endOf(b).length)) {
    const end = endOf(pattern);
    const isRemoved = pattern.startsWith("!");
    if (end === "-") names = names.union(NameSet.NAMELESS);
    else if (!end.startsWith("*")) exact[isRemoved ? "removed" : "added"].push(NameSet.exact(end));
    else if (isRemoved) names = names.subtract(NameSet.suffix(end.slice(1)));
    else names = names.union(NameSet.suffix(end.slice(1)));
  }
  return names.union(NameSet.unionAll(exact.added)).subtract(NameSet.unionAll(exact.removed));
}

const endOf = (pattern: string): string => pattern.replace(/^!/, "");
