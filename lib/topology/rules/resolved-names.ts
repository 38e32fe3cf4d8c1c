import type { DeclaredCell } from "../model/declaration";
import { declaredNames } from "../model/declared-flows";
import type { ResolverFacts } from "../model/facts";
import type { RawFinding } from "../model/result";
import { AddressSet } from "../sets/address-set";
import { FlowSet, TCP, UDP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import { isMonitored, type Rule, type World } from "./rule";

/** DNS, DNS over TLS. */
const NAME_PORTS = FlowSet.of({
  protocols: RangeSet.unionAll([RangeSet.of(TCP), RangeSet.of(UDP)]),
  ports: RangeSet.unionAll([RangeSet.of(53), RangeSet.of(853)]),
});

/** I3: names are asked of the filtered resolver alone. */
export const resolvedNames: Rule = {
  id: "CORDON-P03",
  invariant: "I3",
  title: "Names only through the filtered resolver, closed when it fails",
  severity: "high",
  explanation:
    "A resolver that answers any name carries data out in the names that it is asked, whatever the firewall does. It answers the names of the policies and of the private endpoints, no other resolver is reached, and it answers nothing while its filter does not work.",
  fix: "Refuse every name after the allow list, keep firewall_fail_open at DISABLED, and leave ports 53 and 853 closed.",
  mappings: { owasp: ["ASI02", "ASI10"], mitre: ["AML.T0025", "T1048.003", "T1071.004"] },
  check: (world) => [
    ...world.facts.resolvers.flatMap((resolver) => ofResolver(world, resolver)),
    ...otherResolvers(world),
  ],
};

function ofResolver(world: World, resolver: ResolverFacts): RawFinding[] {
  const agents = [
    ...new Set(world.facts.points.filter((one) => one.network === resolver.network).map((one) => one.agent)),
  ];
  if (agents.length > 0 && agents.every((agent) => isMonitored(world, agent))) return [];
  const faults = resolver.faults.map((fault) => ({ ...fault, path: fault.path ?? [] }));
  const [first] = agents;
  const cell = first === undefined ? undefined : world.cellOf(first);
  if (cell === undefined) {
    const isOpen = resolver.answers.has("unlisted.invalid");
    return isOpen ? [...faults, open(resolver, "unlisted.invalid")] : faults;
  }
  const own = cell.names.map((name) => (name.startsWith("*.") ? NameSet.below(name.slice(2)) : NameSet.exact(name)));
  const declared = NameSet.unionAll([...cell.agents.map(declaredNames), ...own]);
  const listable = resolver.coversBelow === true ? declared.union(belowAll(cell)) : declared;
  const isLeftOpen = cell.risks.some((risk) => risk.id === resolver.openRisk);
  const wider = isLeftOpen ? undefined : resolver.answers.subtract(listable).sample();
  const lost = declared
    .subtract(resolver.answers)
    .subtract(resolver.unasked ?? NameSet.NONE)
    .sample();
  return [
    ...faults,
    ...(wider === undefined ? [] : [open(resolver, wider)]),
    ...(lost === undefined ? [] : [refused(resolver, lost)]),
  ];
}

// A list that can't name one name without those below it.
function belowAll(cell: DeclaredCell): NameSet {
  const hosts = cell.agents.flatMap((agent) => agent.egress.flatMap((rule) => rule.host ?? []));
  // The name itself comes with what is below it.
  const apexes = [...hosts, ...cell.names].map((name) => name.replace(/^\*\./, ""));
  return NameSet.unionAll(apexes.flatMap((name) => [NameSet.exact(name), NameSet.below(name)]));
}

function open(resolver: ResolverFacts, name: string): RawFinding {
  const { address, says } = resolver.decide(name);
  return {
    subject: `${resolver.network} answers more`,
    address,
    problem: `the resolver of ${resolver.network} answers ${name}, which no policy names`,
    fix: resolver.closing ?? 'refuse "*" after the allow list',
    path: [{ layer: "name", address, says }],
  };
}

function refused(resolver: ResolverFacts, name: string): RawFinding {
  const { address, says } = resolver.decide(name);
  return {
    subject: `${resolver.network} answers less`,
    severity: "medium",
    address,
    problem: `the resolver of ${resolver.network} refuses ${name}, which a policy names`,
    fix: "put the allow list before the refusal of the rest",
    path: [{ layer: "name", address, says }],
  };
}

// Past the VPC's resolver: a port for names that the firewall passes.
function otherResolvers({ facts, ...world }: World): RawFinding[] {
  const agents = [...new Set(facts.points.map((point) => point.agent))];
  return agents
    .filter((agent) => world.declared(agent)?.mode !== "monitor")
    .flatMap((agent) => {
      const sources = AddressSet.unionAll(facts.points.filter((one) => one.agent === agent).map((one) => one.sources));
      const used = new Set(
        world.arrivals.filter(({ point }) => point.agent === agent).flatMap(({ arrival }) => arrival.firewalls),
      );
      const outside = FlowSet.of({ destinations: facts.inside.complement() });
      return facts.firewalls
        .filter((firewall) => [...used].some((id) => id.startsWith(`firewall:${firewall.address}@`)))
        .flatMap((firewall) => {
          const accepted = firewall.acceptedOf?.(agent) ?? firewall.accepted;
          const passed = accepted.from(sources).intersect(NAME_PORTS).intersect(outside);
          // A listed block is a place, and no resolver of somebody's choice.
          const flow = FlowSet.unionAll(
            passed.regions.filter((region) => !region.destinations.isNarrow).map((region) => FlowSet.of(region)),
          ).sample();
          if (flow === undefined) return [];
          const { address, says } = firewall.decide(flow);
          return [
            {
              agent,
              subject: `${firewall.address} passes names`,
              address,
              problem: `agent ${agent} reaches other resolvers: the firewall accepts port ${flow.port}`,
              fix: "drop ports 53 and 853; the VPC's resolver is the agents' only one",
              path: [{ layer: "filter" as const, address, says }],
              flow,
            },
          ];
        });
    });
}
