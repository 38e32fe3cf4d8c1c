import * as fc from "fast-check";
import { type CompiledFirewall, compileSuricata } from "../../../lib/compile/suricata-rules";
import { CidrBlock } from "../../../lib/names/cidr-block";
import { Egress, EgressProtocol, type EgressRule } from "../../../lib/policy/egress";
import { Mode } from "../../../lib/policy/mode";
import { AddressSet } from "../../../lib/topology/sets/address-set";
import { App, type Flow, FlowSet, TCP, UDP } from "../../../lib/topology/sets/flow-set";
import { NameSet } from "../../../lib/topology/sets/name-set";
import { RangeSet } from "../../../lib/topology/sets/range-set";
import { acceptedFlows, type FirewallInput, type RuleGroupText } from "../../../lib/topology/suricata";
import { block } from "./firewall";

const reason = "property";
const SOURCES = ["10.64.1.0/24", "10.64.2.0/24"];

const label = fc.constantFrom("api", "www", "x", "example", "a-b");
const name = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), fc.constantFrom("example.com", "example.org"))
  .map(([labels, base]) => [...labels, base].join("."));
const named = fc
  .record({
    make: fc.constantFrom(Egress.https, Egress.tls, Egress.http),
    name,
    wildcard: fc.boolean(),
    port: fc.constantFrom(80, 443, 8080, 8443),
  })
  .map(({ make, name: host, wildcard, port }) =>
    make(wildcard ? `*.${host}` : host, { reason, port, sharedTenancy: "property" }),
  );
const addressed = fc
  .record({
    to: fc.constantFrom("93.184.216.34/32", "93.184.216.32/29", "8.8.4.128/25"),
    port: fc.constantFrom(5432, 8080),
    protocol: fc.constantFrom(EgressProtocol.TCP, EgressProtocol.UDP),
  })
  .map(({ to, ...options }) => Egress.cidr(to, { reason, ...options }));
const policy = fc.array(fc.oneof({ weight: 3, arbitrary: named }, addressed), { maxLength: 6 });
const modes = fc.constantFrom(Mode.ENFORCE, Mode.ENFORCE, Mode.MONITOR);
const agents = fc.tuple(...SOURCES.map(() => fc.record({ rules: policy, mode: modes })));
type Agents = { rules: EgressRule[]; mode: Mode }[];

function compiled(of: Agents): CompiledFirewall {
  return compileSuricata(
    of.map(({ rules, mode }, index) => ({
      name: `agent-${index + 1}`,
      sources: [CidrBlock.parse(SOURCES[index] ?? "", "property")],
      mode,
      rules,
    })),
    "property",
  );
}

function inputOf({ groups, homeNet }: CompiledFirewall, change: Partial<FirewallInput> = {}): FirewallInput {
  const blocks = (cidrs: string[]) => AddressSet.unionAll(cidrs.map(block));
  return {
    order: "strict",
    defaults: [],
    home: blocks(homeNet),
    groups: groups.map((group): RuleGroupText => {
      const variables = new Map(group.ipSets.map((set) => [set.name, blocks(set.cidrs)]));
      return { address: group.name, rules: group.rules, variables, ports: new Map() };
    }),
    ...change,
  };
}

/** What the words of a policy mean, written without a look at the compiler. */
function wanted(of: Agents, external: AddressSet): FlowSet {
  return FlowSet.unionAll(
    of.flatMap(({ rules, mode }, index) => {
      const sources = block(SOURCES[index] ?? "");
      if (mode === Mode.MONITOR) return [FlowSet.of({ sources, destinations: external })];
      return rules.map(({ host, cidr, protocol, port }) => {
        const ports = RangeSet.of(port);
        if (cidr !== undefined) {
          const protocols = RangeSet.of(protocol === EgressProtocol.UDP ? UDP : TCP);
          return FlowSet.of({ sources, destinations: block(String(cidr)), ports, protocols });
        }
        const text = String(host);
        const names = text.startsWith("*.") ? NameSet.below(text.slice(2)) : NameSet.exact(text);
        const apps = [protocol === EgressProtocol.HTTP ? App.HTTP : App.TLS];
        return FlowSet.of({ sources, destinations: external, ports, apps, names });
      });
    }),
  );
}

const flow: fc.Arbitrary<Flow> = fc.record({
  source: fc.constantFrom("10.64.1.7", "10.64.2.7", "10.64.3.7", "93.184.216.34"),
  destination: fc.constantFrom(
    "93.184.216.34",
    "93.184.216.39",
    "8.8.4.200",
    "9.9.9.9",
    "10.64.2.9",
    "169.254.169.254",
  ),
  protocol: fc.constantFrom(TCP, TCP, TCP, UDP, 1, 47),
  port: fc.constantFrom(80, 443, 8080, 8443, 5432, 22),
  app: fc.constantFrom(App.TLS, App.HTTP, App.OTHER),
  name: fc.oneof(name, fc.constantFrom("example.com", "evil.net")),
});

describe("the rules of any policy", () => {
  test("read back as what the policy says, in both orders, with and without default actions, without a doubt", () => {
    fc.assert(
      fc.property(agents, (of) => {
        const firewall = compiled(of);
        const inputs = [
          inputOf(firewall),
          inputOf(firewall, { defaults: ["aws:drop_established_app_layer_to_server"] }),
          inputOf(firewall, { order: "action" }),
        ];
        const external = inputs[0]?.home?.complement() ?? AddressSet.NONE;
        const expected = wanted(of, external);
        for (const input of inputs) {
          for (const reading of ["open", "closed"] as const) {
            const found = acceptedFlows(input, reading);
            expect(found.accepted.subtract(expected).sample()).toBeUndefined();
            expect(expected.subtract(found.accepted).sample()).toBeUndefined();
            expect(found.doubts).toEqual([]);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test("decide about a flow as they do about all of them", () => {
    fc.assert(
      fc.property(agents, fc.array(flow, { minLength: 20, maxLength: 20 }), (of, flows) => {
        const model = acceptedFlows(inputOf(compiled(of)), "open");
        const torn = flows.filter((one) => model.decide(one).passes !== model.accepted.has(one));
        expect(torn).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test("are a canonical list: in which order the rules stand makes no difference by action", () => {
    fc.assert(
      fc.property(agents, fc.infiniteStream(fc.nat()), (of, numbers) => {
        const input = inputOf(compiled(of), { order: "action" });
        const lines = input.groups.flatMap(({ rules }) => (rules ?? "").trim().split("\n"));
        const shuffled = lines
          .map((line) => ({ line, place: numbers.next().value }))
          .sort((a, b) => a.place - b.place)
          .map(({ line }) => line);
        const variables = new Map(input.groups.flatMap((group) => [...group.variables]));
        const groups = [{ address: "all", rules: shuffled.join("\n"), variables, ports: new Map() }];
        const [one, other] = [acceptedFlows(input, "open"), acceptedFlows({ ...input, groups }, "open")];
        expect(one.accepted.equals(other.accepted)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });
});

type Change = (input: FirewallInput, at: number) => FirewallInput;

const changed = (input: FirewallInput, at: number, change: (group: RuleGroupText) => RuleGroupText): FirewallInput => ({
  ...input,
  groups: input.groups.map((group, index) => (index === at % input.groups.length ? change(group) : group)),
});

const UNKNOWNS: [string, Change][] = [
  ["a group", (input, at) => changed(input, at, (group) => ({ ...group, rules: undefined }))],
  [
    "the addresses of an agent",
    (input, at) =>
      changed(input, at, (group) => ({
        ...group,
        variables: new Map([...group.variables].map(([key, set], index) => [key, index === at % 2 ? undefined : set])),
      })),
  ],
  ["what is inside", (input) => ({ ...input, home: undefined })],
  [
    "a line",
    (input, at) =>
      changed(input, at, (group) => {
        const lines = (group.rules ?? "").split("\n");
        const cut = (line: string) => line.slice(0, -2);
        return {
          ...group,
          rules: lines.map((line, index) => (index === at % lines.length ? cut(line) : line)).join("\n"),
        };
      }),
  ],
  [
    "an option",
    (input, at) =>
      changed(input, at, (group) => {
        const lines = (group.rules ?? "").split("\n");
        const add = (line: string) => line.replace(" sid:", " mystery:1; sid:");
        return {
          ...group,
          rules: lines.map((line, index) => (index === at % lines.length ? add(line) : line)).join("\n"),
        };
      }),
  ],
];

describe("not to know", () => {
  test.each(UNKNOWNS)("%s never takes from the open reading and never adds to the closed one", (_, change) => {
    fc.assert(
      fc.property(agents, fc.nat({ max: 1_000 }), fc.boolean(), (of, at, isStrict) => {
        const input = inputOf(compiled(of), { order: isStrict ? "strict" : "action" });
        const known = acceptedFlows(input, "open").accepted;
        const unknown = change(input, at);
        expect(known.isSubsetOf(acceptedFlows(unknown, "open").accepted)).toBe(true);
        expect(acceptedFlows(unknown, "closed").accepted.isSubsetOf(known)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});

describe("many rules", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => Egress.https(`h${index}.example.com`, { reason }));

  test("29,000 names of one agent come to one region, and are read in a few seconds", () => {
    const input = inputOf(compiled([{ rules: many(29_000), mode: Mode.ENFORCE }]), { order: "strict" });
    const start = performance.now();
    const { accepted, decide } = acceptedFlows(input, "open");
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(accepted.regions).toHaveLength(1);
    const to = { source: "10.64.1.7", destination: "93.184.216.34", protocol: TCP, port: 443, app: App.TLS };
    expect(accepted.has({ ...to, name: "h28999.example.com" })).toBe(true);
    expect(accepted.has({ ...to, name: "h29000.example.com" })).toBe(false);
    expect(decide({ ...to, name: "h29000.example.com" }).says).toBe("cordon deny TLS name not listed");
  });
});
