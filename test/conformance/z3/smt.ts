import type { Flow, FlowSet } from "../../../lib/topology/sets/flow-set";
import type { ListRule } from "./rule-list";

/** Free variables of every query, as bit vectors. */
export const DECLARATIONS = `
(declare-const src (_ BitVec 32))
(declare-const dst (_ BitVec 32))
(declare-const port (_ BitVec 16))
(declare-const proto (_ BitVec 8))`;

/** Whether a packet is accepted by a list, as nested choices: the rules as they stand, without any set. */
export function listTerm(rules: readonly ListRule[]): string {
  return rules.reduceRight(
    (rest, rule) => `(ite ${matchTerm(rule)} ${rule.accepts ? "true" : "false"} ${rest})`,
    "false",
  );
}

/** Whether a packet of IPv4 is in a flow set. */
export function setTerm(set: FlowSet): string {
  const regions = set.regions.map((region) =>
    all([
      any(region.sources.toCidrs().flatMap((block) => inBlock("src", block))),
      any(region.destinations.toCidrs().flatMap((block) => inBlock("dst", block))),
      any(region.ports.ranges.map((range) => within("port", 16, range))),
      any(region.protocols.ranges.map((range) => within("proto", 8, range))),
    ]),
  );
  return any(regions);
}

/** Whether a packet is this one. */
export function flowTerm({ source, destination, port, protocol }: Flow): string {
  return all([
    ...inBlock("src", `${source}/32`),
    ...inBlock("dst", `${destination}/32`),
    within("port", 16, [port, port]),
    within("proto", 8, [protocol, protocol]),
  ]);
}

function matchTerm({ source, destination, ports, protocol }: ListRule): string {
  return all([
    masked("src", source),
    masked("dst", destination),
    within("port", 16, ports),
    ...(protocol === undefined ? [] : [within("proto", 8, [protocol, protocol])]),
  ]);
}

function masked(name: string, [base, bits]: readonly [number, number]): string {
  const mask = bits === 0 ? 0 : 2 ** 32 - 2 ** (32 - bits);
  return `(= (bvand ${name} ${vector(mask, 32)}) ${vector(base, 32)})`;
}

// The packets of the queries are IPv4: blocks of IPv6 hold none of them.
function inBlock(name: string, block: string): string[] {
  if (block.includes(":")) return [];
  const [address = "", bits] = block.split("/");
  const base = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return [masked(name, [base, Number(bits)])];
}

function within(name: string, width: number, [first, last]: readonly [number, number]): string {
  return `(and (bvuge ${name} ${vector(first, width)}) (bvule ${name} ${vector(last, width)}))`;
}

const vector = (value: number, width: number): string => `(_ bv${value} ${width})`;
const all = (terms: readonly string[]): string => (terms.length === 0 ? "true" : `(and ${terms.join(" ")})`);
const any = (terms: readonly string[]): string => (terms.length === 0 ? "false" : `(or ${terms.join(" ")})`);
