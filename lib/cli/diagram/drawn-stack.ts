import type { Certificate, Topology } from "../../topology";

/** What is drawn of a stack; a `Topology` is one. */
export type DrawnTopology = Pick<Topology, "name" | "agents" | "paths" | "services" | "explain" | "verify"> & {
  certificate(): Pick<Certificate, "agents">;
};

/** A cell as its stack declares it. */
export interface DrawnCell {
  readonly cell: string;
  readonly tier: string;
  readonly agents: readonly { readonly agent: string; readonly mode: string }[];
}

/** A stack with its cells; Terraform that this library did not write has none. */
export interface DrawnStack {
  readonly topology: DrawnTopology;
  readonly cells: readonly DrawnCell[];
}
