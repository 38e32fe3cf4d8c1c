import { AddressSet } from "../sets/address-set";
import { TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import { type Between, mapped, readAddresses, readPorts } from "./header";
import type { Ends } from "./piece";
import { WITH_PORTS } from "./protocols";
import type { RuleBody } from "./rule";
import type { Variables } from "./variables";

const ONLY_TCP = RangeSet.of(TCP);
const NOT_TCP = RangeSet.PROTOCOLS.subtract(ONLY_TCP);

/** Ends between which a rule can match, and those between which it surely does; undefined where there are none. */
export interface Way {
  /** All names in the header are declared. */
  readonly isKnown: boolean;
  readonly may: Ends | undefined;
  /** Whatever port the client sends from. */
  readonly sure: Ends | undefined;
  /** For a port that the client can choose. */
  readonly some: Ends | undefined;
}

/** By what flows a rule is met: packets of their client, and packets that come back. */
export interface Header {
  readonly there: Record<"tcp" | "rest", readonly Way[]>;
  readonly back: Record<"tcp" | "rest", readonly Way[]>;
}

/** The ways in which the header of a rule meets flows. */
export function readHeader(
  body: RuleBody,
  protocols: RangeSet,
  family: 4 | 6 | undefined,
  variables: Variables,
): Header {
  const address = (text: string): Between<AddressSet> => {
    const found = readAddresses(text, (name) => variables.addresses(name));
    return family === undefined
      ? found
      : mapped(found, (set) => set.intersect(family === 4 ? AddressSet.V4 : AddressSet.V6));
  };
  const port = (text: string): Between<RangeSet> => readPorts(text, (name) => variables.ports(name));
  const source = { addresses: address(body.source), ports: port(body.sourcePort) };
  const destination = { addresses: address(body.destination), ports: port(body.destinationPort) };
  const of = (from: typeof source, to: typeof source, part: RangeSet, turned: boolean): Way => {
    const ends = (limit: "upper" | "lower"): Ends | undefined => {
      const [sources, destinations, ports] = [from.addresses[limit], to.addresses[limit], to.ports[limit]];
      const hasPort = !from.ports[limit].equals(RangeSet.PORTS) || !ports.equals(RangeSet.PORTS);
      const among = protocols.intersect(part).intersect(hasPort ? WITH_PORTS : RangeSet.PROTOCOLS);
      const isNone = sources.isEmpty || destinations.isEmpty || ports.isEmpty || among.isEmpty;
      return isNone || from.ports[limit].isEmpty ? undefined : { sources, destinations, protocols: among, ports };
    };
    const isKnown = [from.addresses, to.addresses, to.ports, from.ports].every(({ upper, lower }) => upper === lower);
    const may = ends("upper");
    const some = isKnown ? may : ends("lower");
    const sure = from.ports.lower.equals(RangeSet.PORTS) ? some : undefined;
    return { isKnown, may, sure, some: turned ? sure : some };
  };
  const ways = (part: RangeSet, turned: boolean): Way[] => [
    ...(turned && !body.bothWays ? [] : [of(source, destination, part, turned)]),
    ...(turned || body.bothWays ? [of(destination, source, part, turned)] : []),
  ];
  const both = (turned: boolean): Header["there"] => ({ tcp: ways(ONLY_TCP, turned), rest: ways(NOT_TCP, turned) });
  return { there: both(false), back: both(true) };
}
