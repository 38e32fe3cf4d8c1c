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

/** Whether one of the pieces has a flow; the same answer as of their `flowsOf`. */
export function hasFlow(pieces: readonly Piece[], flow: Flow): boolean {
  return pieces.some(
    ({ ends, apps, names }) =>
      apps.includes(flow.app) &&
      ends.protocols.has(flow.protocol) &&
      ends.ports.has(flow.port) &&
      (flow.app === App.OTHER ? !names.isEmpty : flow.protocol === TCP && names.has(flow.name)) &&
      ends.sources.has(flow.source) &&
      ends.destinations.has(flow.destination),
  );
}
