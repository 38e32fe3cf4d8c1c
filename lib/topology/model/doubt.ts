/**
 * How what is not known counts. `open`: an unknown opening opens everything, an unknown restriction nothing, so that no
 * way is missed. `closed`: the other way round, so that every way found is one without doubt.
 */
export type Reading = "open" | "closed";

/** Something that the plan does not say. */
export interface Doubt {
  /** The resource in which it stands. */
  readonly address: string;
  readonly what: string;
  /** References that can't be followed, as in `var.peer_cidr`; empty where nothing could be assumed. */
  readonly tokens: readonly string[];
}
