import type { AddressSet } from "../../topology/sets/address-set";
import { App, type FlowSet, type Region, TCP, UDP } from "../../topology/sets/flow-set";
import type { RangeSet } from "../../topology/sets/range-set";

/** More ways to anywhere than this are "anything". */
const FEW = 3;

/**
 * Flows for a reader, sorted: `api.example.com:443`, `*.example.com:443`, `203.0.113.8/32:123 (UDP)`, `*:53 (UDP)` for
 * any address, `*` for anything.
 */
export function flowTexts(flows: FlowSet): string[] {
  const texts = new Set(flows.regions.flatMap((region) => regionTexts(region)));
  const wide = [...texts].filter((text) => text === "*" || text.startsWith("*:") || text.startsWith("* "));
  if (wide.length > FEW || texts.has("*")) {
    for (const text of wide) texts.delete(text);
    texts.add("*");
  }
  return [...texts].sort();
}

function regionTexts({ destinations, protocols, ports, apps, names }: Region): string[] {
  const where = namesIn({ apps, names }) ?? blocksIn(destinations);
  const note = noteOn(protocols);
  return where.flatMap((place) => portsIn(ports).map((port) => `${place}${port}${note}`));
}

// A list of names that some connection needs; undefined where none is needed.
function namesIn({ apps, names }: Pick<Region, "apps" | "names">): string[] | undefined {
  if (apps.includes(App.OTHER)) return undefined;
  const patterns = names.patterns();
  const isOpen = patterns.includes("*") || patterns.includes("-");
  return isOpen ? undefined : patterns.filter((pattern) => !pattern.startsWith("!"));
}

// Everything but some networks is many wide blocks, which say nothing to a reader.
function blocksIn(destinations: AddressSet): string[] {
  const blocks = destinations.toCidrs();
  return destinations.isNarrow || (blocks.length <= FEW && !blocks.some((one) => one.endsWith("/0"))) ? blocks : ["*"];
}

function portsIn(ports: RangeSet): string[] {
  return ports.ranges.map(([first, last]) => {
    if (first === last) return `:${first}`;
    return first <= 1 && last === 65_535 ? "" : `:${first}-${last}`;
  });
}

function noteOn(protocols: RangeSet): string {
  const [first = [TCP, TCP], ...others] = protocols.ranges;
  const [lowest, highest] = first;
  if (others.length > 0 || lowest !== highest) return protocols.has(TCP) ? "" : " (not TCP)";
  if (lowest === TCP) return "";
  return lowest === UDP ? " (UDP)" : ` (${PROTOCOLS[lowest] ?? `protocol ${lowest}`})`;
}

const PROTOCOLS: { readonly [number: number]: string } = { 1: "ICMP", 47: "GRE", 50: "ESP", 58: "ICMPv6" };
