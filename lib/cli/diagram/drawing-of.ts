import { CellDrawing } from "./cell-drawing";
import type { Arrow, Drawing, Group } from "./drawing";
import type { DrawnCell, DrawnStack, DrawnTopology } from "./drawn-stack";

/** Draws stacks: a frame for each, with a frame for each of its cells. */
export function drawingOf(stacks: readonly DrawnStack[]): Drawing {
  const arrows: Arrow[] = [];
  const groups = stacks.map((stack, index): Group => {
    const cells = cellsOf(stack).map((cell, place) => new CellDrawing(`s${index}c${place}`, cell, stack.topology));
    arrows.push(...cells.flatMap((cell) => cell.arrows));
    return {
      title: titleOf(stack.topology),
      boxes: cells.flatMap((cell) => cell.outside),
      groups: cells.map((cell) => cell.group),
    };
  });
  return { stacks: groups, arrows };
}

function titleOf(topology: DrawnTopology): string {
  const { verdict, findings } = topology.verify();
  const count = findings.length === 0 ? "" : `, ${findings.length} ${findings.length === 1 ? "finding" : "findings"}`;
  return `${topology.name}: ${verdict}${count}`;
}

// Agents that no cell declares stand in a frame of their own.
function cellsOf({ topology, cells }: DrawnStack): DrawnCell[] {
  const isThere = new Set(topology.agents);
  const declared = cells.map((cell) => ({ ...cell, agents: cell.agents.filter(({ agent }) => isThere.has(agent)) }));
  const known = new Set(declared.flatMap((cell) => cell.agents.map(({ agent }) => agent)));
  const others = topology.agents.filter((agent) => !known.has(agent)).map((agent) => ({ agent, mode: "enforce" }));
  return [...declared, ...(others.length === 0 ? [] : [{ cell: "", tier: "", agents: others }])].filter(
    (cell) => cell.agents.length > 0,
  );
}
