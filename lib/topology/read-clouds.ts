import { readAws } from "./aws/read-aws";
import { readAzure } from "./azure/read-azure";
import { readGcp } from "./gcp/read-gcp";
import { Graph } from "./graph/graph";
import type { Configuration } from "./load/configuration";
import type { CloudFacts } from "./model/facts";
import type { ReadOptions } from "./model/read-options";
import { AddressSet } from "./sets/address-set";

/** One reader for each provider, by the beginning of its resources' types. */
const READERS: readonly { readonly prefix: string; read(of: Configuration, options: ReadOptions): CloudFacts }[] = [
  { prefix: "aws_", read: readAws },
  { prefix: "google_", read: readGcp },
  { prefix: "azurerm_", read: readAzure },
];

/** Reads a stack with the reader of every provider that it has resources of. */
export function readClouds(configuration: Configuration, options: ReadOptions): CloudFacts {
  const used = READERS.filter(({ prefix }) => configuration.resources.some(({ type }) => type.startsWith(prefix)));
  const facts = (used.length > 0 ? used : READERS.slice(0, 1)).map(({ read }) => read(configuration, options));
  const [first, ...others] = facts;
  if (first === undefined) throw new Error("no reader");
  return others.reduce(merged, first);
}

function merged(one: CloudFacts, other: CloudFacts): CloudFacts {
  const graph = new Graph();
  for (const node of [...one.graph.all, ...other.graph.all]) graph.add(node);
  return {
    graph,
    points: [...one.points, ...other.points],
    arrivals: [...one.arrivals, ...other.arrivals],
    routed: [...one.routed, ...other.routed],
    firewalls: [...one.firewalls, ...other.firewalls],
    resolvers: [...one.resolvers, ...other.resolvers],
    endpoints: [...one.endpoints, ...other.endpoints],
    interiors: [...one.interiors, ...other.interiors],
    inbound: [...one.inbound, ...other.inbound],
    between: [...one.between, ...other.between],
    exposed: [...one.exposed, ...other.exposed],
    identities: [...one.identities, ...other.identities],
    otherIdentities: [...one.otherIdentities, ...other.otherIdentities],
    records: [...one.records, ...other.records],
    returns: [...one.returns, ...other.returns],
    portsOut: [...one.portsOut, ...other.portsOut],
    unmodelled: [...one.unmodelled, ...other.unmodelled],
    doubts: [...one.doubts, ...other.doubts],
    assumptions: [...(one.assumptions ?? []), ...(other.assumptions ?? [])],
    inside: AddressSet.unionAll([one.inside, other.inside]),
    insideOf: (network) => one.insideOf(network).union(other.insideOf(network)),
    construct: (address) => one.construct(address) ?? other.construct(address),
  };
}
