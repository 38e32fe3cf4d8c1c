import { printable } from "../printable";
import type { Arrow, ArrowKind, Box, BoxKind, Drawing, Group } from "./drawing";
import { FILLS, LINES } from "./palette";

/** A drawing in Graphviz's language. @see https://graphviz.org/doc/info/lang.html */
export function dot({ stacks, arrows }: Drawing): string {
  const lines = [
    "digraph cordon {",
    '  rankdir=LR; bgcolor="white"; pad=0.3; nodesep=0.3; ranksep=0.6; compound=true;',
    '  fontname="Helvetica"; fontsize=16; fontcolor="#0f172a";',
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=14, fontcolor="#0f172a", margin="0.16,0.1"];',
    '  edge [fontname="Helvetica", fontsize=12, arrowsize=0.7];',
    ...stacks.flatMap((stack, index) => cluster(stack, `s${index}`, "  ")),
    ...arrows.map((arrow) => `  ${edge(arrow)}`),
    "}",
    "",
  ];
  return lines.join("\n");
}

function cluster(group: Group, id: string, indent: string): string[] {
  const isOuter = !id.includes("_");
  return [
    `${indent}subgraph cluster_${id} {`,
    `${indent}  label=<<b>${html(group.title)}</b>>; labeljust=l; style="rounded${isOuter ? "" : ",filled"}"; ` +
      `color="${isOuter ? "#cbd5e1" : "#94a3b8"}"; fillcolor="#f8fafc"; margin=14;`,
    ...group.boxes.map((box) => `${indent}  ${node(box)}`),
    ...group.groups.flatMap((inner, index) => cluster(inner, `${id}_${index}`, `${indent}  `)),
    `${indent}}`,
  ];
}

function node({ id, kind, lines }: Box): string {
  const [title = "", ...rest] = lines;
  const text = [`<b>${html(title)}</b>`, ...rest.map(html)].join('<br align="left"/>');
  return `${id} [label=<${text}<br align="left"/>>, fillcolor="${FILLS[kind]}", color="${LINES[lineOf(kind)]}"];`;
}

const lineOf = (kind: BoxKind): ArrowKind => (kind === "danger" ? "danger" : "reaches");

const HEADS: { readonly [kind in ArrowKind]: string } = {
  reaches: "",
  asks: ', style="dashed"',
  danger: ", penwidth=2",
  stopped: ', arrowhead="tee"',
};

function edge({ from, to, kind, label }: Arrow): string {
  const color = LINES[kind];
  const text = label === undefined ? "" : `, label=<${html(label)}>, fontcolor="${color}"`;
  return `${from} -> ${to} [color="${color}"${HEADS[kind]}${text}];`;
}

const ENTITIES: { readonly [letter: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// An empty label is no label in this language.
const html = (text: string): string =>
  printable(text).replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? letter) || " ";
