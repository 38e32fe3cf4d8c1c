import { printable } from "../printable";
import type { Arrow, ArrowKind, Box, BoxKind, Drawing, Group } from "./drawing";
import { FILLS, LINES } from "./palette";

/** A drawing in Mermaid's language. @see https://mermaid.js.org/syntax/flowchart.html */
export function mermaid({ stacks, arrows }: Drawing): string {
  const dangers = arrows.flatMap(({ kind }, index) => (kind === "danger" ? [index] : []));
  const lines = [
    "flowchart LR",
    ...stacks.flatMap((stack, index) => subgraph(stack, `s${index}`, "  ")),
    ...arrows.map((arrow) => `  ${edge(arrow)}`),
    ...(Object.keys(FILLS) as BoxKind[]).map(
      (kind) => `  classDef ${kind} fill:${FILLS[kind]},stroke:${LINES[borderOf(kind)]},color:#0f172a,text-align:left`,
    ),
    ...stacks.flatMap(({ groups }, index) => [
      `  style s${index} fill:#ffffff,stroke:#cbd5e1,color:#0f172a`,
      ...groups.map((_, inner) => `  style s${index}_${inner} fill:#f8fafc,stroke:#94a3b8,color:#0f172a`),
    ]),
    ...(dangers.length === 0 ? [] : [`  linkStyle ${dangers.join(",")} stroke:${LINES.danger},stroke-width:2px`]),
    "",
  ];
  return lines.join("\n");
}

const borderOf = (kind: BoxKind): ArrowKind => (kind === "danger" ? "danger" : "reaches");

function subgraph(group: Group, id: string, indent: string): string[] {
  return [
    `${indent}subgraph ${id}["${entities(group.title)}"]`,
    `${indent}  direction LR`,
    ...group.boxes.map((box) => `${indent}  ${node(box)}`),
    ...group.groups.flatMap((inner, index) => subgraph(inner, `${id}_${index}`, `${indent}  `)),
    `${indent}end`,
  ];
}

function node({ id, kind, lines }: Box): string {
  const [title = "", ...rest] = lines;
  return `${id}["${[`<b>${entities(title)}</b>`, ...rest.map(entities)].join("<br/>")}"]:::${kind}`;
}

const SHAFTS: { readonly [kind in ArrowKind]: string } = {
  reaches: "-->",
  asks: "-.->",
  danger: "-->",
  stopped: "--x",
};

const edge = ({ from, to, kind, label }: Arrow): string =>
  `${from} ${SHAFTS[kind]}${label === undefined ? "" : `|"${entities(label)}"|`} ${to}`;

// Mermaid reads its own syntax inside of quotes too, and Markdown; codes of letters are safe from both.
const entities = (text: string): string =>
  printable(text).replace(/[^A-Za-z0-9 .:/,-]/gu, (letter) => `#${letter.codePointAt(0)};`);
