import type { AddressSet } from "../sets/address-set";
import { App, type Flow, FlowSet, TCP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import type { RangeSet } from "../sets/range-set";

/** Where flows come from and go to. One object for one header, so that rules with the same header are told by it. */
export interface Ends {
  readonly sources: AddressSet;
  readonly destinations: AddressSet;
  readonly protocols: RangeSet;
  readonly ports: RangeSet;
}

/** The flows between some ends whose application and name are among these. */
export interface Piece {
  readonly ends: Ends;
  readonly apps: readonly App[];
  readonly names: NameSet;
}

/** The flows of many pieces; those with the same ends become one region, whatever their number. */
export function flowsOf(pieces: readonly Piece[]): FlowSet {
  const byEnds = new Map<Ends, Map<string, Piece[]>>();
  for (const piece of pieces) {
    const byApps = byEnds.get(piece.ends) ?? new Map<string, Piece[]>();
    if (byApps.size === 0) byEnds.set(piece.ends, byApps);
    const key = piece.apps.join();
    const same = byApps.get(key);
    if (same === undefined) byApps.set(key, [piece]);
    else same.push(piece);
  }
  const sets: FlowSet[] = [];
  for (const [ends, byApps] of byEnds) {
    for (const same of byApps.values()) {
      const [first] = same;
      if (first === undefined) continue;
      const names = same.length === 1 ? first.names : NameSet.unionAll(same.map((piece) => piece.names));
      sets.push(FlowSet.of({ ...ends, apps: first.apps, names }));
    }
  }
  return FlowSet.unionAll(sets);
}

/** One flow, looked for in many pieces. */
export class Probe {
  private readonly between = new Map<Ends, boolean>();

  public constructor(public readonly flow: Flow) {}

  /** Whether one of the pieces has the flow; the same answer as of their `flowsOf`. */
  public isIn(pieces: readonly Piece[]): boolean {
    const { app, name, protocol } = this.flow;
    return pieces.some(
      ({ ends, apps, names }) =>
        apps.includes(app) &&
        (app === App.OTHER ? !names.isEmpty : protocol === TCP && names.has(name)) &&
        this.isBetween(ends),
    );
  }

  private isBetween(ends: Ends): boolean {
    const known = this.between.get(ends);
    if (known !== undefined) return known;
    const { source, destination, protocol, port } = this.flow;
    const isOf = ends.protocols.has(protocol) && ends.ports.has(port);
    const found = isOf && ends.sources.has(source) && ends.destinations.has(destination);
    this.between.set(ends, found);
    return found;
  }
}
