import type { Layer } from "../model/result";
import type { AddressSet } from "../sets/address-set";
import type { Flow, FlowSet } from "../sets/flow-set";

export type NodeKind =
  /** Where an agent's interface stands. */
  | "workload"
  | "subnet"
  /** Inspects, and passes what it accepts. */
  | "firewall"
  /** The inside of a network: an end for who comes from another one. */
  | "local"
  /** Passes traffic on, and inspects nothing that the model can read. */
  | "hop"
  | "internet"
  /** Networks that nobody declared: peers, sites, other VPCs. */
  | "outside";

export interface GraphNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly address: string;
  readonly legs: readonly Leg[];
}

/** What decides about flows on a leg. */
export interface Filter {
  readonly layer: Layer;
  readonly flows: FlowSet;
  /** Who decides about one flow, and how it is put into words. */
  decide(flow: Flow): { readonly address: string; readonly says: string };
}

/** One way from a node to another. */
export interface Leg {
  readonly to: string;
  readonly layer: Layer;
  /** The resource that makes the way. */
  readonly address: string;
  readonly says: string;
  readonly flows: FlowSet;
  readonly filters: readonly Filter[];
  /** One of several ways, of which the plan does not say the one. */
  readonly isChoice?: boolean;
  /** The sources that replace those of the flows, as at a NAT gateway. */
  readonly translatesTo?: AddressSet;
}

/** Where traffic can go, by node id. Neutral to clouds: every reader draws into it. */
export class Graph {
  private readonly nodes = new Map<string, GraphNode>();

  public add(node: GraphNode): void {
    const known = this.nodes.get(node.id);
    this.nodes.set(node.id, known === undefined ? node : { ...node, legs: [...known.legs, ...node.legs] });
  }

  public has(id: string): boolean {
    return this.nodes.has(id);
  }

  public node(id: string): GraphNode | undefined {
    return this.nodes.get(id);
  }

  public get all(): GraphNode[] {
    return [...this.nodes.values()];
  }
}

/** An agent's attach point: an interface, or a subnet that is kept for its interfaces. */
export interface AttachPoint {
  readonly agent: string;
  /** Its node. */
  readonly node: string;
  /** The node of the place where it stands. */
  readonly place: string;
  /** The resource that stands for it. */
  readonly address: string;
  readonly subnet: string;
  readonly network: string;
  readonly zone: string | undefined;
  readonly sources: AddressSet;
  /** True where the plan does not say the addresses and {@link sources} is one that stands for them. */
  readonly isStandIn: boolean;
  /** What it may send inside of its network, where the filters of its legs do not say it. */
  readonly inside?: Filter;
}
