import type { ArrowKind, BoxKind } from "./drawing";

/** Fills of boxes; dark text is readable on each. */
export const FILLS: { readonly [kind in BoxKind]: string } = {
  agent: "#dbeafe",
  layer: "#fef3c7",
  service: "#ede9fe",
  destination: "#dcfce7",
  danger: "#fecaca",
  nothing: "#f1f5f9",
};

/** Colours of arrows and borders. */
export const LINES: { readonly [kind in ArrowKind]: string } = {
  reaches: "#475569",
  asks: "#64748b",
  danger: "#b91c1c",
  stopped: "#94a3b8",
};
