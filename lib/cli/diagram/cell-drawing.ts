import type { Arrow, ArrowKind, Box, BoxKind, Group } from "./drawing";
import type { DrawnCell, DrawnTopology } from "./drawn-stack";
import { isRoute, kindOf, nameOf, serviceName } from "./resource-words";

/** More lines than this in a box become a number. */
const LINES = 8;
const RULES = 3;

/** A name that nobody lists: who refuses it, filters names. */
const UNLISTED = "https://unlisted.invalid";

interface Way {
  /** Boxes that the traffic passes behind the agent's own rules, from the inside out. */
  readonly passes: readonly { readonly key: string; readonly kind: BoxKind; readonly lines: readonly string[] }[];
  readonly isInspected: boolean;
  readonly destinations: string[];
}

/** One cell as boxes and arrows. */
export class CellDrawing {
  public readonly arrows: Arrow[] = [];
  /** Boxes that stand outside of the cell: what its agents reach. */
  public readonly outside: Box[] = [];
  private readonly boxes = new Map<string, Box>();
  private readonly connected = new Set<string>();
  private readonly sources: ReadonlyMap<string, readonly string[]>;

  public constructor(
    private readonly prefix: string,
    private readonly cell: DrawnCell,
    private readonly topology: DrawnTopology,
  ) {
    this.sources = new Map(topology.certificate().agents.map(({ agent, sources }) => [agent, sources]));
    for (const { agent, mode } of cell.agents) this.drawAgent(agent, mode);
  }

  public get group(): Group {
    const { cell, tier } = this.cell;
    const title = cell === "" ? "agents" : `cell ${cell}${tier === "" ? "" : `, tier ${tier}`}`;
    return { title, boxes: [...this.boxes.values()], groups: [] };
  }

  private drawAgent(agent: string, mode: string): void {
    const own = this.add(`agent ${agent}`, "agent", [
      agent,
      ...(mode === "monitor" ? ["monitor mode"] : []),
      ...shortened(this.sources.get(agent) ?? [], RULES),
    ]);
    this.drawResolver(agent, own);
    const paths = this.topology.paths(agent);
    const rules = [...new Set(paths.flatMap((path) => openersOf(path.layers, "security group")))];
    const hasGroup = rules.length > 0 || this.refuses(agent, "security group");
    const lines = rules.length === 0 ? ["opens nothing outside"] : shortened(rules.map(nameOf), RULES);
    const group = hasGroup ? this.add(`group ${agent}`, "layer", ["security group", ...lines]) : own;
    if (hasGroup) this.connect(own, group, "reaches");
    this.drawServices(agent, group);
    if (paths.length === 0) this.connect(group, this.add(`nothing ${agent}`, "nothing", ["no way out"]), "stopped");
    for (const way of waysOf(paths)) this.drawWay(agent, group, way);
  }

  private drawWay(agent: string, from: string, { passes, isInspected, destinations }: Way): void {
    const kind: ArrowKind = isInspected ? "reaches" : "danger";
    let last = from;
    for (const { key, kind: boxKind, lines } of passes) {
      const next = this.add(key, boxKind, lines);
      this.connect(last, next, kind);
      last = next;
    }
    const isOpen = destinations.includes("*");
    const named = destinations.filter((one) => one !== "*");
    const lines = [`${agent} reaches`, ...(isOpen ? ["anything"] : []), ...shortened(named, LINES)];
    const to = this.addOutside(isOpen || !isInspected ? "danger" : "destination", lines);
    this.connect(last, to, kind, isInspected ? undefined : "not inspected");
  }

  private drawServices(agent: string, from: string): void {
    const services = [...new Set(this.topology.services(agent).map(serviceName))];
    if (services.length === 0) return;
    const box = this.add(`services ${services}`, "service", ["private endpoints", ...shortened(services, LINES)]);
    this.connect(from, box, "reaches");
  }

  private drawResolver(agent: string, own: string): void {
    const answer = this.topology.explain(agent, UNLISTED).layers.find((one) => one.layer === "name");
    if (answer === undefined) return;
    const isFiltered = answer.allows === "no";
    const lines = ["resolver", isFiltered ? "answers listed names" : "answers every name"];
    const box = this.add(`resolver ${isFiltered}`, isFiltered ? "layer" : "danger", lines);
    this.connect(own, box, "asks", "names");
  }

  private refuses(agent: string, layer: string): boolean {
    return this.topology.explain(agent, UNLISTED).layers.some((one) => one.layer === layer && one.allows === "no");
  }

  private add(key: string, kind: BoxKind, lines: readonly string[]): string {
    const known = this.boxes.get(key);
    const id = known?.id ?? `${this.prefix}b${this.boxes.size}`;
    if (known === undefined) this.boxes.set(key, { id, kind, lines });
    return id;
  }

  private addOutside(kind: BoxKind, lines: readonly string[]): string {
    const id = `${this.prefix}o${this.outside.length}`;
    this.outside.push({ id, kind, lines });
    return id;
  }

  private connect(from: string, to: string, kind: ArrowKind, label?: string): void {
    const key = `${from} ${to} ${kind}`;
    if (this.connected.has(key)) return;
    this.connected.add(key);
    this.arrows.push({ from, to, kind, ...(label === undefined ? {} : { label }) });
  }
}

type Layers = ReturnType<DrawnTopology["paths"]>[number]["layers"];

const openersOf = (layers: Layers, layer: string): string[] =>
  layers.filter((one) => one.layer === layer).map((one) => one.opens);

/** Destinations by the way that leads there. */
function waysOf(paths: ReturnType<DrawnTopology["paths"]>): Way[] {
  const ways = new Map<string, Way>();
  for (const { destination, layers } of paths) {
    const passes = layers
      .flatMap(({ layer, opens }) => passOf(layer, opens) ?? [])
      .filter((one, index, all) => one.key !== all[index - 1]?.key);
    const key = passes.map((one) => one.key).join("\u0000");
    const known = ways.get(key);
    if (known !== undefined) known.destinations.push(destination);
    else {
      const isInspected = layers.some((one) => one.layer === "filter");
      ways.set(key, { passes, isInspected, destinations: [destination] });
    }
  }
  return [...ways.values()];
}

// Routes are drawn as what they lead to, a firewall as one box for all of its rules; the agent's own rules are drawn already.
function passOf(layer: string, opens: string): Way["passes"][number] | undefined {
  if (layer === "name" || layer === "security group") return undefined;
  if (layer === "filter") return { key: "firewall", kind: "layer", lines: ["firewall"] };
  if (layer === "route" && isRoute(opens)) return undefined;
  return { key: `${layer} ${opens}`, kind: "layer", lines: [kindOf(opens), nameOf(opens)] };
}

function shortened(lines: readonly string[], most: number): string[] {
  return lines.length <= most + 1 ? [...lines] : [...lines.slice(0, most), `and ${lines.length - most} more`];
}
