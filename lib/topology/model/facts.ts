import type { Arrival } from "../graph/arrivals";
import type { AttachPoint, Filter, Graph } from "../graph/graph";
import type { AddressSet } from "../sets/address-set";
import type { Flow, FlowSet } from "../sets/flow-set";
import type { NameSet } from "../sets/name-set";
import type { Doubt } from "./doubt";
import type { RequestWitness, Severity, Step } from "./result";

/** What is wrong with something, as a reader found it. */
export interface Fault {
  readonly address: string;
  readonly problem: string;
  readonly fix: string;
  readonly severity?: Severity;
  readonly path?: Step[];
  readonly request?: RequestWitness;
  readonly flow?: Flow;
}

/** A fault that concerns one agent; without one it concerns the whole stack. */
export interface AgentFault extends Fault {
  readonly agent?: string;
}

/** A network's way to resolve names. */
export interface ResolverFacts {
  readonly network: string;
  /** The resource that filters, or the network where none does. */
  readonly address: string;
  /** What it answers. */
  readonly answers: NameSet;
  /** Queries that go elsewhere, a filter that opens when it fails, and the like. */
  readonly faults: Fault[];
  decide(name: string): { readonly address: string; readonly says: string };
}

/** A private way to a cloud's service. */
export interface EndpointFacts {
  readonly address: string;
  /** Service name as the cloud writes it. */
  readonly service: string;
  /** Agents that reach it. */
  readonly agents: string[];
  readonly faults: Fault[];
}

/** A firewall on the way out. */
export interface FirewallFacts {
  readonly address: string;
  readonly networks: string[];
  /** Flows that it accepts. */
  readonly accepted: FlowSet;
  /** Destinations that its rules can mean at all: those that it takes for outside. */
  readonly reachable: FlowSet;
  decide(flow: Flow): { readonly address: string; readonly says: string };
  /** Why the firewall may not enforce, by agent. */
  readonly liveness: AgentFault[];
  /** How it behaves when it can't inspect. */
  readonly failure: Fault[];
  /** Other things that stand in its subnets. */
  readonly neighbours: Fault[];
  /** Switched off protections. */
  readonly unprotected: Fault[];
}

/** One way of one agent. */
export interface Way {
  readonly point: AttachPoint;
  readonly arrival: Arrival;
}

/** Everything that the rules look at, whatever the cloud. */
export interface CloudFacts {
  readonly graph: Graph;
  readonly points: readonly AttachPoint[];
  /** Ways that agents' traffic takes; and as the routes alone would have it, whatever the attach points let out. */
  readonly arrivals: readonly Way[];
  readonly routed: readonly Way[];
  readonly firewalls: FirewallFacts[];
  readonly resolvers: ResolverFacts[];
  readonly endpoints: EndpointFacts[];
  /** What stands inside of the agents' networks, and whom it admits. */
  readonly interiors: readonly { readonly address: string; readonly addresses: AddressSet; readonly ingress: Filter }[];
  /** What lets others connect to an agent. */
  readonly inbound: AgentFault[];
  /** What lets agents connect to each other, past what is declared. */
  readonly between: AgentFault[];
  /** Public addresses, translation without inspection, metadata without its guard. */
  readonly exposed: AgentFault[];
  /** What an agent's identity could do, and who could take it. */
  readonly identities: AgentFault[];
  /** What other identities of the stack could change. */
  readonly otherIdentities: Fault[];
  readonly records: AgentFault[];
  /** Returns that miss the firewall's endpoint of the way out. */
  readonly returns: AgentFault[];
  /** What security groups (or their like) let out beyond a declared list. */
  readonly portsOut: { readonly agent: string; readonly address: string; readonly flows: FlowSet }[];
  /** Parts of the stack that no reader interprets. */
  readonly unmodelled: AgentFault[];
  readonly doubts: Doubt[];
  /** Addresses of the agents' networks. */
  readonly inside: AddressSet;
  /** Addresses of one network. */
  insideOf(network: string): AddressSet;
  construct(address: string): string | undefined;
}
