/** Something that the chosen tier does not stop, stated in the report instead of hidden. */
export interface ResidualRisk {
  /** Stable across releases: `R01`. */
  readonly id: string;
  readonly title: string;
  /** The agent that it concerns. @default - all of the cell's agents */
  readonly agent?: string;
  /** The destination that it concerns, as in `api.example.com:443`. @default - all destinations */
  readonly destination?: string;
  readonly detail: string;
}
