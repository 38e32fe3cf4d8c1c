import type { Arrival } from "../graph/arrivals";
import type { AttachPoint, Filter, Graph } from "../graph/graph";
import type { AddressSet } from "../sets/address-set";
import type { Flow, FlowSet } from "../sets/flow-set";
import type { NameSet } from "../sets/name-set";
import type { Doubt } from "./doubt";
import type { Assumption, RequestWitness, Severity, Step } from "./result";

/** What is wrong with something, as a reader found it. */
export interface Fault {
  readonly address: string;
  /** What it is about, where one address has several. */
  readonly subject?: string;
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
  /** Names that the agents need not ask for: a proxy resolves them. @default - none */
  readonly unasked?: NameSet;
  /** How to close it, in its cloud's words. @default - as for rules in order */
  readonly closing?: string;
  /** Whether a name on its lists stands for every name below it too. @default false */
  readonly coversBelow?: boolean;
  /** Id of the residual risk with which a cell says that its resolver answers every name. @default - none */
  readonly openRisk?: string;
  /** Queries that go elsewhere, a filter that opens when it fails, and the like. */
  readonly faults: Fault[];
  decide(name: string): { readonly address: string; readonly says: string };
}

/** A private way to a cloud's service. */
export interface EndpointFacts {
  readonly address: string;
  /** Service name as the cloud writes it. */
  readonly service: string;
  /** Names that lead to it. @default - from the service's name */
  readonly hosts?: NameSet;
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
  /** Those of one agent, where addresses do not tell agents apart. @default - by their sources */
  acceptedOf?(agent: string): FlowSet;
  /** Destinations that its rules can mean at all: those that it takes for outside. */
  readonly reachable: FlowSet;
  /** Whether it tells TLS from HTTP; where it does not, a listed name stands for both. @default true */
  readonly tellsApps?: boolean;
  /** What it passes or refuses beside its flows: requests of a name that the list does not have, and the like. @default - nothing */
  readonly beside?: AgentFault[];
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
  /** What the verdict rests on beside what every one does. @default - nothing */
  readonly assumptions?: readonly Assumption[];
  /** Addresses of the agents' networks. */
  readonly inside: AddressSet;
  /** Addresses of one network. */
  insideOf(network: string): AddressSet;
  construct(address: string): string | undefined;
}
