import * as fc from "fast-check";
import { dot } from "../../lib/cli/diagram/dot";
import { boxesOf, type Drawing } from "../../lib/cli/diagram/drawing";
import { drawingOf } from "../../lib/cli/diagram/drawing-of";
import type { DrawnStack, DrawnTopology } from "../../lib/cli/diagram/drawn-stack";
import { mermaid } from "../../lib/cli/diagram/mermaid";
import { isRoute, kindOf, nameOf, serviceName } from "../../lib/cli/diagram/resource-words";
import { svg } from "../../lib/cli/diagram/svg";
import type { LayerAnswer, ReachPath } from "../../lib/topology";
import { finding, verification } from "./values";

const inspected: ReachPath["layers"] = [
  { layer: "name", opens: "aws_route53_resolver_firewall_rule.allow" },
  { layer: "security group", opens: "aws_vpc_security_group_egress_rule.https" },
  { layer: "route", opens: "aws_route.out" },
  { layer: "filter", opens: "aws_networkfirewall_rule_group.list sid 1" },
  { layer: "route", opens: "aws_nat_gateway.nat" },
];
const around: ReachPath["layers"] = [
  { layer: "security group", opens: "aws_vpc_security_group_egress_rule.https" },
  { layer: "route", opens: "aws_route.shortcut" },
];
const refusal: LayerAnswer = { layer: "name", allows: "no", address: "aws_dns.deny", says: "refuses the name" };

interface Parts {
  readonly name?: string;
  readonly agents?: { readonly [agent: string]: readonly ReachPath[] };
  readonly services?: string[];
  readonly layers?: LayerAnswer[];
  readonly isViolated?: boolean;
}

function topology({
  name = "stack",
  agents = {},
  services = [],
  layers = [refusal],
  isViolated,
}: Parts): DrawnTopology {
  const findings = isViolated === true ? [finding()] : [];
  return {
    name,
    agents: Object.keys(agents),
    paths: (agent) => [...(agents[agent] ?? [])],
    services: () => services,
    explain: (agent, target) => ({ agent, target, reaches: false, layers }),
    certificate: () => ({
      agents: Object.keys(agents).map((agent) => ({ agent, sources: ["10.0.1.0/24"], reach: [] })),
    }),
    verify: () => verification({ stack: name, findings, verdict: findings.length > 0 ? "VIOLATED" : "PROVED" }),
  };
}

const cells = (...agents: string[]): DrawnStack["cells"] => [
  { cell: "agents", tier: "inspected", agents: agents.map((agent) => ({ agent, mode: "enforce" })) },
];

const draw = (parts: Parts, declared: DrawnStack["cells"] = []): Drawing =>
  drawingOf([{ topology: topology(parts), cells: declared }]);

const titles = (drawing: Drawing): string[] =>
  drawing.stacks.flatMap(boxesOf).map((box) => `${box.kind} ${box.lines.join("/")}`);

/** Arrows as titles of their boxes. */
function ways(drawing: Drawing): string[] {
  const names = new Map(drawing.stacks.flatMap(boxesOf).map((box) => [box.id, box.lines[0]]));
  return drawing.arrows.map(({ from, to, kind }) => `${names.get(from)} ${kind} ${names.get(to)}`);
}

const reaches = (...destinations: string[]): ReachPath[] =>
  destinations.map((destination) => ({ destination, layers: inspected }));

describe("a drawing", () => {
  test("leads from an agent through its layers to what it reaches", () => {
    const drawing = draw({
      agents: { triage: reaches("a.example.com:443", "b.example.com:443") },
      services: ["com.amazonaws.eu-west-1.s3"],
    });
    expect(titles(drawing)).toEqual([
      "destination triage reaches/a.example.com:443/b.example.com:443",
      "agent triage/10.0.1.0/24",
      "layer resolver/answers listed names",
      "layer security group/https",
      "service private endpoints/s3",
      "layer firewall",
      "layer nat gateway/nat",
    ]);
    expect(ways(drawing)).toEqual([
      "triage asks resolver",
      "triage reaches security group",
      "security group reaches private endpoints",
      "security group reaches firewall",
      "firewall reaches nat gateway",
      "nat gateway reaches triage reaches",
    ]);
  });

  test("shows a way around inspection as one, beside the inspected one", () => {
    const drawing = draw({
      agents: { triage: [{ destination: "*", layers: around }, ...reaches("a.example.com:443")] },
    });
    expect(titles(drawing)).toContain("danger triage reaches/anything");
    expect(titles(drawing)).toContain("destination triage reaches/a.example.com:443");
    expect(ways(drawing)).toContain("security group danger triage reaches");
    expect(drawing.arrows.find((one) => one.kind === "danger")?.label).toBe("not inspected");
  });

  test("shows anything as a danger, also through a firewall", () => {
    expect(titles(draw({ agents: { coder: reaches("*", "a.example.com:443") } }))).toContain(
      "danger coder reaches/anything/a.example.com:443",
    );
  });

  test("says that there is no way out", () => {
    const refused: LayerAnswer = { layer: "security group", allows: "no", address: "aws_security_group.a", says: "" };
    const drawing = draw({ agents: { analyst: [] }, layers: [refusal, refused] });
    expect(titles(drawing)).toContain("layer security group/opens nothing outside");
    expect(ways(drawing)).toContain("security group stopped no way out");
  });

  test("marks a resolver that answers every name", () => {
    const open: LayerAnswer = { ...refusal, allows: "yes" };
    expect(titles(draw({ agents: { triage: [] }, layers: [open] }))).toContain("danger resolver/answers every name");
    expect(titles(draw({ agents: { triage: [] }, layers: [] })).join()).not.toContain("resolver");
  });

  test("counts what a list holds beyond eight destinations", () => {
    const many = reaches(...[..."abcdefghij"].map((letter) => `${letter}.com:443`));
    const [box] = draw({ agents: { triage: many } }).stacks.flatMap(boxesOf);
    expect(box?.lines).toHaveLength(10);
    expect(box?.lines.at(-1)).toBe("and 2 more");
    const [all] = draw({ agents: { triage: many.slice(0, 9) } }).stacks.flatMap(boxesOf);
    expect(all?.lines.at(-1)).toBe("i.com:443");
  });

  test("frames cells, with agents that no cell declares by themselves, and shares the firewall of a cell", () => {
    const agents = { coder: reaches("a.com:443"), other: reaches("b.com:443"), triage: reaches("c.com:443") };
    const [stack] = draw({ agents, isViolated: true }, cells("coder", "triage", "gone")).stacks;
    expect(stack?.title).toBe("stack: VIOLATED, 1 finding");
    expect(stack?.groups.map((cell) => [cell.title, cell.boxes.filter((box) => box.kind === "agent").length])).toEqual([
      ["cell agents, tier inspected", 2],
      ["agents", 1],
    ]);
    const firewalls = stack?.groups.map((cell) => cell.boxes.filter((box) => box.lines[0] === "firewall").length);
    expect(firewalls).toEqual([1, 1]);
  });

  test("says that an agent is only watched", () => {
    const watched = [{ cell: "agents", tier: "inspected", agents: [{ agent: "coder", mode: "monitor" }] }];
    expect(titles(draw({ agents: { coder: [] } }, watched))).toContain("agent coder/monitor mode/10.0.1.0/24");
  });

  test("gives every box of every stack an id of its own", () => {
    const one = { topology: topology({ agents: { a: reaches("x.com:443"), b: [] } }), cells: cells("a", "b") };
    const ids = drawingOf([one, one])
      .stacks.flatMap(boxesOf)
      .map((box) => box.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("names in a drawing", () => {
  test.each([
    ["aws_nat_gateway.Agents_Network_nat-eu-west-1a_53C8DDB9", "nat gateway", "nat-eu-west-1a", false],
    ["module.net.aws_ec2_transit_gateway.main[0]", "transit gateway", "main[0]", false],
    ['aws_route.out["a.b"]', "route", 'out["a.b"]', true],
    ["aws_route_table.agents", "route table", "agents", true],
    ["aws_networkfirewall_rule_group.list sid 9", "networkfirewall rule group", "list", false],
    ["google_compute_route.default", "route", "default", true],
    ["nonsense", "nonsense", "nonsense", false],
  ])("%s is a %s called %s", (address, kind, name, route) => {
    expect([kindOf(address), nameOf(address), isRoute(address)]).toEqual([kind, name, route]);
  });

  test("of services lose what all of them share", () => {
    expect(serviceName("com.amazonaws.eu-west-1.ecr.api")).toBe("ecr.api");
    expect(serviceName("storage.googleapis.com")).toBe("storage.googleapis.com");
  });
});

const EVIL = '</text><script>alert(1)</script>"];x -> y;\n%% `|#quot; end <b>&lt;\\" \\N \u001b';

const evil = (text: string): Drawing =>
  draw({ name: text, agents: { [text]: reaches(text) }, services: [text] }, [
    { cell: text, tier: text, agents: [{ agent: text, mode: "enforce" }] },
  ]);

describe("names that would steer a drawing are drawn", () => {
  test("in SVG, which holds neither scripts nor links", async () => {
    const drawn = await svg(evil(EVIL));
    expect(drawn).not.toMatch(/<script|<a |xlink:href|href=|<image/i);
    expect(drawn).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(drawn).toContain("\\u001b");
  });

  test("in Mermaid, each in one line of a known form", () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(EVIL), fc.string({ unit: "binary" })), (text) => {
        const label = String.raw`"(?:<b>[A-Za-z0-9 .:\/,#;-]*<\/b>|<br\/>|[A-Za-z0-9 .:\/,#;-])*"`;
        const known = new RegExp(
          [
            "^flowchart LR$",
            String.raw`^ *subgraph \w+\[${label}\]$`,
            "^ *(?:direction LR|end)$",
            String.raw`^ *\w+\[${label}\]:::\w+$`,
            String.raw`^  \w+ (?:-->|-\.->|--x)(?:\|${label}\|)? \w+$`,
            "^  (?:classDef|style|linkStyle) [\\w ,:#-]+$",
            "^$",
          ].join("|"),
        );
        expect(
          mermaid(evil(text))
            .split("\n")
            .filter((line) => !known.test(line)),
        ).toEqual([]);
      }),
    );
  });

  test("in DOT, which Graphviz reads whole", async () => {
    const { instance } = await import("@viz-js/viz");
    const viz = await instance();
    fc.assert(
      fc.property(fc.oneof(fc.constant(EVIL), fc.string({ unit: "binary" })), (text) => {
        const drawing = evil(text);
        const { errors, output } = viz.render(dot(drawing), { format: "json0" });
        // It knows the widths of ASCII alone.
        expect(errors.filter(({ message }) => !message.includes("width of non-ASCII"))).toEqual([]);
        const { objects = [], edges = [] } = JSON.parse(output ?? "{}");
        const nodes = objects.filter((one: { nodes?: unknown }) => one.nodes === undefined);
        expect([nodes.length, edges.length]).toEqual([drawing.stacks.flatMap(boxesOf).length, drawing.arrows.length]);
      }),
      { numRuns: 40 },
    );
  });

  test("the same each time", async () => {
    const drawing = draw({ agents: { triage: reaches("a.com:443") } });
    expect(await svg(drawing)).toBe(await svg(drawing));
  });
});
