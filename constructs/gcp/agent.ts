import type { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { CordonError } from "../../lib/errors/cordon-error";
import type { CidrBlock } from "../../lib/names/cidr-block";
import { plainText } from "../../lib/names/plain-text";
import { parsePort } from "../../lib/names/port";
import { ContainmentPolicy } from "../../lib/policy/containment-policy";
import type { EgressRule } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import type { GcpAgentHost } from "./agent-host";
import { GcpAgentIdentity } from "./agent-identity";
import { GcpAttribution } from "./attribution";
import type { GcpTrust } from "./trust";

/** What an agent may reach and who it is. */
export interface GcpAgentProps {
  /** What the agent may reach. @default - nothing but the cell's services */
  readonly policy?: ContainmentPolicy;
  /**
   * `MONITOR` lets the agent's traffic through the proxy (in tier FQDN: the firewall) and logs what would be refused; the
   * layers that can't watch (names, identity, perimeter) stay closed.
   * @default Mode.ENFORCE
   */
  readonly mode?: Mode;
  /** Who may use the agent's service account. @default GcpTrust.attached() - instances that have it attached */
  readonly trust?: GcpTrust;
  /** By what the firewall and the proxy know the agent. @default GcpAttribution.SERVICE_ACCOUNT */
  readonly attribution?: GcpAttribution;
  /** Place of the agent's subnet in the cell's address plan. @default - from the agent's name */
  readonly slot?: number;
}

/** An opening between two agents of a cell. */
export interface GcpAgentOpening {
  /** TCP port that the other agent listens on. */
  readonly port: number;
  readonly reason: string;
}

/** A port that one agent may call another on. */
export interface GcpPeering {
  readonly to: GcpAgent;
  readonly port: number;
  readonly reason: string;
}

/** One contained agent: a subnet that nobody else uses, an identity and an allow list of its own. */
export class GcpAgent extends Construct {
  public readonly agentName: string;
  public readonly mode: Mode;
  public readonly attribution: GcpAttribution;
  /** Put the workload's interface here, without an access config. */
  public readonly subnet: ComputeSubnetwork;
  public readonly cidr: CidrBlock;
  public readonly identity: GcpAgentIdentity;
  /** Number of the agent's place in the cell; rules of the firewall get their priorities from it. */
  public readonly slot: number;
  /** Ports of other agents that it may call. */
  public readonly peerings: GcpPeering[] = [];
  private current: ContainmentPolicy;

  /** @internal Made by `GcpAgentCell.addAgent`. */
  public constructor(
    private readonly cell: GcpAgentHost,
    agentName: string,
    props: GcpAgentProps,
    place: { readonly cidr: CidrBlock; readonly slot: number },
  ) {
    super(cell, `agent-${agentName}`);
    this.agentName = agentName;
    this.mode = props.mode ?? Mode.ENFORCE;
    this.attribution = props.attribution ?? GcpAttribution.SERVICE_ACCOUNT;
    this.current = props.policy ?? ContainmentPolicy.denyAll(agentName);
    this.cidr = place.cidr;
    this.slot = place.slot;
    this.subnet = cell.network.agentSubnet(this, agentName, place.cidr, cell.closure);
    this.identity = new GcpAgentIdentity(this, "Identity", {
      owner: [cell.cellName, agentName],
      scope: cell.scope,
      services: cell.services,
      at: this.place,
      ...(props.trust === undefined ? {} : { trust: props.trust }),
    });
  }

  /** The agent's allow list, with what `allowEgress` added. */
  public get policy(): ContainmentPolicy {
    return this.current;
  }

  /** The agent's source addresses: in flow and firewall logs they tell who it was. */
  public get sources(): CidrBlock[] {
    return [this.cidr];
  }

  /** Openings to other agents, by name and port. */
  public get peers(): { readonly agent: string; readonly port: number }[] {
    return this.peerings.map(({ to, port }) => ({ agent: to.agentName, port }));
  }

  /**
   * What the workload's clients need in their environment: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Empty where there
   * is no proxy.
   */
  public get clientEnvironment(): { [name: string]: string } {
    return this.cell.clientEnvironment;
  }

  /** What has to be in place before the workload starts; pass it to `dependsOn`. */
  public get readiness(): ITerraformDependable[] {
    return [this.subnet, ...this.identity.readiness, ...this.cell.readiness];
  }

  /** The agent in the words of an error message. */
  public get place(): string {
    return `${this.cell.place}, agent '${this.agentName}'`;
  }

  /**
   * Widens this agent's allow list; other agents that share its policy keep theirs.
   * @throws CORDON-107 in a sealed cell, CORDON-17x for what the tier can't hold
   */
  public allowEgress(...rules: EgressRule[]): this {
    const widened = this.current.allow(...rules);
    this.cell.checkHolds(this.agentName, this.mode, rules);
    this.current = widened;
    this.cell.changed();
    return this;
  }

  /**
   * Opens one TCP port from this agent to another of the same cell, in both directions of the firewall; agents are closed
   * to each other otherwise. The traffic stays inside of the network and does not pass the proxy.
   */
  public allowTo(other: GcpAgent, opening: GcpAgentOpening): this {
    const at = `${this.place}, allowTo '${other.agentName}'`;
    if (other === this || other.cell !== this.cell) {
      throw new CordonError(
        "CORDON-118",
        at,
        other === this ? "an agent can't be opened to itself" : "the other agent is in another cell",
        "name another agent of the same cell",
      );
    }
    const port = parsePort(opening.port, at);
    if (this.peerings.some((one) => one.to === other && one.port === port)) {
      throw new CordonError("CORDON-118", at, `port ${port} is open already`, "open each port once");
    }
    this.peerings.push({ to: other, port, reason: plainText(opening.reason, at, "the reason") });
    return this;
  }
}
