import { App, type Flow, type FlowSet, type Region, TCP } from "../sets/flow-set";
import type { NameSet } from "../sets/name-set";

/** A destination for a reader, with one flow to it. */
export interface Destination {
  /** `api.example.com:443`, `*.example.com:443`, `203.0.113.8/32:5432`, or `*` for anything. */
  readonly text: string;
  readonly flow: Flow;
}

/** An address that nobody has, to stand for "any address on the internet": TEST-NET-3 of RFC 5737. */
export const SOMEWHERE = "203.0.113.80";

/** Destinations of a set of flows, sorted. @param answers names that can be resolved; others are not shown */
export function destinationsOf(flows: FlowSet, answers: NameSet): Destination[] {
  const found = new Map<string, Flow>();
  for (const region of flows.regions)
    for (const { text, flow } of ofRegion(region, answers)) if (!found.has(text)) found.set(text, flow);
  return [...found]
    .map(([text, flow]) => ({ text, flow }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
}

function ofRegion(region: Region, answers: NameSet): Destination[] {
  const source = region.sources.sample() ?? "0.0.0.0";
  const protocol = region.protocols.has(TCP) ? TCP : (region.protocols.sample() ?? TCP);
  const app = region.apps[0] ?? App.OTHER;
  const base = { source, protocol, app };
  const ports = region.ports.ranges;
  const isNameless = app === App.OTHER || region.names.has(undefined) || region.names.has("unlisted.invalid");
  if (isNameless && region.destinations.isNarrow) {
    return region.destinations.toCidrs().flatMap((block) =>
      ports.map(([first, last]) => ({
        text: `${block}${portText(first, last)}`,
        flow: { ...base, destination: block.split("/")[0] ?? block, port: first },
      })),
    );
  }
  const destination = region.destinations.has(SOMEWHERE) ? SOMEWHERE : (region.destinations.sample() ?? SOMEWHERE);
  if (isNameless) {
    const port = region.ports.has(443) ? 443 : (region.ports.sample() ?? 443);
    const name = app === App.OTHER ? undefined : region.names.sample();
    return [{ text: "*", flow: { ...base, destination, port, ...(name === undefined ? {} : { name }) } }];
  }
  const names = region.names
    .intersect(answers)
    .patterns()
    .filter((pattern) => !pattern.startsWith("!"));
  return names.flatMap((pattern) =>
    ports.map(([first, last]) => ({
      text: `${pattern}${portText(first, last)}`,
      flow: { ...base, destination, port: first, name: pattern.replace(/^\*/, "unlisted") },
    })),
  );
}

function portText(first: number, last: number): string {
  if (first === last) return `:${first}`;
  return first === 0 && last === 65_535 ? "" : `:${first}-${last}`;
}
