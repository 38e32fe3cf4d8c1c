import type { Topology } from "../topology";
import { printable } from "./printable";

/** One box of a drawing. */
interface Box {
  readonly id: string;
  readonly lines: readonly string[];
  readonly kind: "agent" | "layer" | "destination" | "service" | "danger";
}

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A stack as boxes and arrows, from the agents on the left to what they reach on the right. */
export interface Drawing {
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** More destinations than this are drawn as a number. */
const DRAWN = 8;

export function drawingOf(topology: Topology): Drawing {
  const boxes = new Map<string, Box>();
  const arrows = new Map<string, Arrow>();
  const add = (box: Box): string => {
    if (!boxes.has(box.id)) boxes.set(box.id, box);
    return box.id;
  };
  const connect = (from: string, to: string, label = ""): void => {
    const known = arrows.get(`${from} ${to}`)?.label ?? "";
    const both = known === "" || known.split(", ").includes(label) ? known || label : `${known}, ${label}`;
    arrows.set(`${from} ${to}`, { from, to, label: both });
  };
  for (const agent of topology.agents) {
    const own = add({ id: `agent ${agent}`, lines: [agent, "agent, own subnets and group"], kind: "agent" });
    const paths = topology.paths(agent);
    for (const path of paths.slice(0, DRAWN)) {
      let last = own;
      for (const { layer, opens } of path.layers.filter(
        (one) => one.layer !== "name" && one.layer !== "security group",
      )) {
        const resource = opens.split(" ")[0] ?? opens;
        const next = layerBox(layer, resource);
        if (next === undefined || next.id === last) continue;
        connect(last, add(next));
        last = next.id;
      }
      const isAnything = path.destination === "*";
      const to = add({
        id: `to ${path.destination}`,
        lines: [isAnything ? "anything" : path.destination],
        kind: isAnything ? "danger" : "destination",
      });
      connect(last, to, agent);
    }
    if (paths.length > DRAWN) {
      const rest = add({
        id: `more ${agent}`,
        lines: [`${paths.length - DRAWN} more of ${agent}`],
        kind: "destination",
      });
      connect(own, rest);
    }
    for (const service of topology.services(agent)) {
      const endpoint = add({
        id: `service ${service}`,
        lines: [service.replace(/^com\.amazonaws\./, ""), "private endpoint"],
        kind: "service",
      });
      connect(own, endpoint);
    }
    if (paths.some((path) => path.layers.some((one) => one.layer === "name"))) {
      connect(own, add({ id: "resolver", lines: ["resolver", "answers listed names"], kind: "layer" }), "names");
    }
    if (paths.length === 0) connect(own, add({ id: "nothing", lines: ["no way out"], kind: "layer" }));
  }
  return { title: topology.name, boxes: [...boxes.values()], arrows: [...arrows.values()] };
}

// Routes are drawn as what they lead to; a firewall is what its rules stand for.
function layerBox(layer: string, resource: string): Box | undefined {
  const name = resource.split(".").at(-1) ?? resource;
  if (layer === "filter") return { id: "firewall", lines: ["firewall", "listed names alone"], kind: "layer" };
  if (/^aws_nat_gateway\./.test(resource)) return { id: "nat", lines: ["NAT gateway"], kind: "layer" };
  return layer === "route" ? undefined : { id: resource, lines: [name, layer], kind: "layer" };
}

/** A drawing in Graphviz's language. */
export function dot({ title, boxes, arrows }: Drawing): string {
  const fills: { [kind in Box["kind"]]: string } = {
    agent: "#dbeafe",
    layer: "#fef3c7",
    destination: "#dcfce7",
    service: "#ede9fe",
    danger: "#fecaca",
  };
  const ids = new Map(boxes.map((box, index) => [box.id, `n${index}`]));
  return [
    "digraph cordon {",
    '  rankdir=LR; bgcolor="white"; pad=0.3; nodesep=0.25; ranksep=0.7; labelloc=t; fontname="Helvetica"; fontsize=16;',
    `  label=${quoted(title)};`,
    '  node [shape=box, style="rounded,filled", color="#475569", fontname="Helvetica", fontsize=11, margin="0.25,0.1"];',
    '  edge [color="#64748b", fontname="Helvetica", fontsize=9, fontcolor="#475569", arrowsize=0.7];',
    ...boxes.map(
      (box) => `  ${ids.get(box.id)} [label=${quoted(box.lines.join("\n"))}, fillcolor="${fills[box.kind]}"];`,
    ),
    ...arrows.map(
      ({ from, to, label }) =>
        `  ${ids.get(from)} -> ${ids.get(to)}${label === "" ? "" : ` [label=${quoted(label)}]`};`,
    ),
    "}",
    "",
  ].join("\n");
}

const quoted = (text: string): string =>
  `"${text
    .split("\n")
    .map((line) => printable(line).replace(/[\\"]/g, "\\$&"))
    .join("\\n")}"`;

/** A drawing in Mermaid's language. @see https://mermaid.js.org/syntax/flowchart.html */
export function mermaid({ title, boxes, arrows }: Drawing): string {
  const ids = new Map(boxes.map((box, index) => [box.id, `n${index}`]));
  return [
    "---",
    `title: ${JSON.stringify(printable(title))}`,
    "---",
    "flowchart LR",
    ...boxes.map((box) => `  ${ids.get(box.id)}["${box.lines.map(entity).join("<br/>")}"]:::${box.kind}`),
    ...arrows.map(
      ({ from, to, label }) => `  ${ids.get(from)} -->${label === "" ? "" : `|"${entity(label)}"|`} ${ids.get(to)}`,
    ),
    "  classDef agent fill:#dbeafe,stroke:#475569,color:#0f172a",
    "  classDef layer fill:#fef3c7,stroke:#475569,color:#0f172a",
    "  classDef destination fill:#dcfce7,stroke:#475569,color:#0f172a",
    "  classDef service fill:#ede9fe,stroke:#475569,color:#0f172a",
    "  classDef danger fill:#fecaca,stroke:#b91c1c,color:#0f172a",
    "",
  ].join("\n");
}

// Mermaid reads its own syntax inside of quotes too.
const entity = (text: string): string =>
  printable(text).replace(/[^A-Za-z0-9 .:/_,-]/g, (letter) => `#${letter.codePointAt(0)};`);

/** A drawing as SVG. */
export async function svg(drawing: Drawing): Promise<string> {
  const { instance } = await import("@viz-js/viz");
  return (await instance()).renderString(dot(drawing), { format: "svg" });
}
