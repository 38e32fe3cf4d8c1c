import type { Arrival } from "../graph/arrivals";
import type { FirewallFacts } from "../model/facts";
import type { Inventory } from "../read/inventory";
import { hasUnknown, isAbsent, isTrue } from "../read/values";
import { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import type { AwsAttachPoint } from "./agents";
import { type AwsFirewall, protectionsOf } from "./firewalls";
import type { Placements } from "./placements";

/** What a firewall stands among. */
export interface FirewallContext {
  readonly inventory: Inventory;
  readonly placements: Placements;
  readonly points: readonly AwsAttachPoint[];
  readonly arrivals: readonly { readonly point: AwsAttachPoint; readonly arrival: Arrival }[];
}

/** One firewall as the rules look at it. */
export function firewallFacts(firewall: AwsFirewall, context: FirewallContext): FirewallFacts {
  const { address, home, filter } = firewall;
  return {
    address,
    networks: [firewall.vpc],
    accepted: filter.flows,
    reachable: FlowSet.of({ destinations: home === undefined ? AddressSet.ALL : home.complement() }),
    decide: filter.decide,
    liveness: uncovered(firewall, context),
    failure: failures(firewall, context.inventory),
    neighbours: neighbours(firewall, context),
    unprotected: protectionsOf(firewall)
      .filter(
        ({ name, value }) =>
          !isTrue(value) && (!hasUnknown(value) || context.inventory.countsUnknown("grants", address, name, value)),
      )
      .map(({ name }) => ({
        address,
        severity: "medium",
        problem: `${name} is off, so it can be taken away without a word`,
        fix: `set ${name} to true`,
      })),
  };
}

// Rules speak of $HOME_NET: agents outside of it are strangers to them.
function uncovered(
  { address, home, surelyHome, homeTokens, policy }: AwsFirewall,
  { inventory, points, arrivals }: FirewallContext,
): FirewallFacts["liveness"] {
  const passing = points.filter((point) =>
    arrivals.some(
      (one) => one.point === point && one.arrival.firewalls.some((id) => id.startsWith(`firewall:${address}@`)),
    ),
  );
  const agents = new Set(
    passing.filter((point) => !point.isStandIn && !point.sources.isSubsetOf(surelyHome)).map((point) => point.agent),
  );
  const isSure = home !== undefined;
  if (agents.size > 0 && !isSure && !inventory.counts("grants", policy?.address ?? address, "HOME_NET", homeTokens))
    return [];
  return [...agents].sort().map((agent) => ({
    agent,
    address: policy?.address ?? address,
    problem: `HOME_NET does not hold the addresses of agent ${agent}, so its rules do not mean them`,
    fix: "let HOME_NET hold every agent's subnets",
  }));
}

function failures({ address, policy, streamPolicy }: AwsFirewall, inventory: Inventory): FirewallFacts["failure"] {
  if (policy === undefined || isAbsent(streamPolicy) || streamPolicy === "DROP" || streamPolicy === "REJECT") return [];
  const isKnown = typeof streamPolicy === "string";
  if (!isKnown && !inventory.countsUnknown("grants", policy.address, "stream_exception_policy", streamPolicy))
    return [];
  return [
    {
      address: policy.address,
      problem: `stream_exception_policy ${isKnown ? streamPolicy : "that is not known"} lets connections go on that ${address} lost sight of`,
      fix: 'set it to "REJECT" or "DROP"',
    },
  ];
}

function neighbours(
  firewall: AwsFirewall,
  { inventory, placements, arrivals }: FirewallContext,
): FirewallFacts["neighbours"] {
  const behind = arrivals.flatMap(({ arrival }) => {
    const at = arrival.legs.findIndex((leg) => leg.to.startsWith(`firewall:${firewall.address}@`));
    return at < 0 ? [] : arrival.legs.slice(at + 1).map((leg) => leg.to);
  });
  const subnets = new Set(behind.filter((id) => id.startsWith("subnet:")).map((id) => id.slice("subnet:".length)));
  const own = new Set(firewall.subnets);
  return [...new Set([...own, ...subnets])].sort().flatMap((subnet) =>
    placements
      .in(subnet)
      .filter((one) => one.resource.address !== firewall.address)
      .filter(
        (one) =>
          !one.resource.isDoubtful ||
          inventory.counts("grants", one.resource.address, "whether it exists", one.resource.doubtTokens),
      )
      .filter((one) => (own.has(subnet) ? !isFirewallPart(one.resource.type) : !one.isInfrastructure))
      .map((one) => ({
        address: one.resource.address,
        problem: `it stands in ${subnet}, ${own.has(subnet) ? "beside the endpoint of" : "behind"} ${firewall.address}`,
        fix: "put it into a subnet of its own whose route leads to the firewall",
      })),
  );
}

const isFirewallPart = (type: string): boolean => type.startsWith("aws_networkfirewall_");
