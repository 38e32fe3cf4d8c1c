import { GatewayProblem } from "../problem";
import type { OpenedFormat } from "./format";
import { ContentNode } from "./node";
import { utf8Bytes, utf8Text } from "./utf8";

interface Cell {
  readonly node: ContentNode;
  readonly source: string;
}
interface Row {
  readonly cells: readonly Cell[];
  /** What ends the line: CRLF, LF, or nothing at the end of the text. */
  readonly ending: string;
}

const PLAIN = /[^",\r\n]*/y;
const QUOTED = /"[^"]*"/y;
const ENDING = /\r\n|\n|$/y;

/**
 * Rows of cells by the names in the first row, or by their index with `header=absent`. A removed cell is empty; a row that is
 * removed is gone. @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function openCsv(bytes: Uint8Array, hasHeader: boolean): OpenedFormat {
  const text = utf8Text(bytes);
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const rows = parseRows(text.slice(mark.length));
  const width = rows[0]?.cells.length ?? 0;
  if (rows.some(({ cells }) => cells.length !== width)) throw malformed("has rows of different lengths");
  const header = hasHeader ? rows[0] : undefined;
  const names = header?.cells.map(({ node }) => node.text) ?? Array.from({ length: width }, (_, index) => `${index}`);
  if (new Set(names).size < names.length) throw malformed("has a column's name twice");
  const body = rows.slice(header === undefined ? 0 : 1).map((row) => ({
    ...row,
    node: ContentNode.object(row.cells.map(({ node }, index) => [names[index] ?? "", node] as const)),
  }));
  const root = ContentNode.array(body.map(({ node }) => node));
  const fixed = header === undefined ? [] : names.map((name) => ({ pointer: "", text: name }));
  const render = (): Uint8Array => {
    const head = header === undefined ? "" : header.cells.map(({ source }) => source).join(",") + header.ending;
    if (root.edit !== undefined)
      return utf8Bytes(mark + head + (root.edit.kind === "text" ? quoted(root.edit.text) : ""));
    return utf8Bytes(mark + head + body.map((row) => renderRow(row, row.node)).join(""));
  };
  return { kind: "csv", root, fixed, render };
}

function renderRow({ cells, ending }: Row, { edit }: ContentNode): string {
  if (edit?.kind === "remove") return "";
  if (edit !== undefined) return cells.map(() => quoted(edit.text)).join(",") + ending;
  const texts = cells.map(({ node, source }) => {
    if (node.edit === undefined) return source;
    return node.edit.kind === "text" ? quoted(node.edit.text) : "";
  });
  return texts.join(",") + ending;
}

function parseRows(text: string): Row[] {
  const rows: Row[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  while (at < text.length) {
    const cells: Cell[] = [];
    do {
      if (cells.length > 0) at++;
      const start = at;
      let cell = "";
      if (text[at] === '"') {
        // Each closed quote that another follows at once is a quote of the cell.
        for (let part = take(QUOTED); part !== undefined; part = text[at] === '"' ? take(QUOTED) : undefined) {
          cell += (cell === "" && at - part.length === start ? "" : '"') + part.slice(1, -1);
        }
        if (at === start || text[at] === '"') throw malformed("has a quote without an end");
      } else cell = take(PLAIN) ?? "";
      cells.push({ node: ContentNode.string(cell), source: text.slice(start, at) });
    } while (text[at] === ",");
    const ending = take(ENDING);
    if (ending === undefined) throw malformed("has a quote or a line end inside of a cell");
    rows.push({ cells, ending });
  }
  return rows;
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const malformed = (what: string): GatewayProblem => new GatewayProblem("malformed_request", `The CSV ${what}.`);
