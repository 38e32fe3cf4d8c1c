import type { TerraformStack } from "cdktf";
import { CordonError, quoted } from "../errors/cordon-error";
import { readAwsAgents } from "./aws-reader";
import type { AgentReach, ReachPath } from "./model";
import { snapshotOf } from "./snapshot";
import { synthStack } from "./synth-stack";
import type { TerraformJson } from "./terraform-json";

/**
 * What a stack lets its agents reach, read back from the Terraform that it synthesizes, not from the arguments it was
 * given. Where the reading is in doubt it says more, never less.
 */
export class Topology {
  private readonly agentsByName: Map<string, AgentReach>;

  private constructor(private readonly json: TerraformJson) {
    this.agentsByName = new Map(readAwsAgents(json).map((agent) => [agent.agent, agent]));
  }

  /** Synthesizes a stack, with its validations, and reads the result. */
  public static of(stack: TerraformStack): Topology {
    return new Topology(synthStack(stack));
  }

  /** Reads a synthesized stack: the content of a `cdk.tf.json`. */
  public static fromJson(json: TerraformJson): Topology {
    return new Topology(json);
  }

  /** Names of the agents, sorted. */
  public get agents(): string[] {
    return [...this.agentsByName.keys()].sort();
  }

  /**
   * Destinations on the internet that an agent reaches, sorted: a name or address with its port. `*` stands for anything:
   * an agent in monitor mode, or a route past the firewall.
   */
  public reach(agent: string): string[] {
    return [...new Set(this.paths(agent).map((path) => path.destination))].sort();
  }

  /** The ways out of an agent with the layers that each one passes. */
  public paths(agent: string): ReachPath[] {
    return this.agent(agent).paths;
  }

  /** What stops an agent's other traffic, layer by layer. */
  public denied(agent: string): string[] {
    return this.agent(agent).denied;
  }

  /** Private endpoints that an agent reaches, by service name, sorted. */
  public services(agent: string): string[] {
    return this.agent(agent).services;
  }

  /** The plan as text for a snapshot: sorted, with provider versions and asset hashes masked. */
  public snapshot(): string {
    return snapshotOf(this.json);
  }

  private agent(name: string): AgentReach {
    const found = this.agentsByName.get(name);
    if (found === undefined) {
      throw new CordonError(
        "CORDON-140",
        "topology",
        `the stack has no agent ${quoted(name)}`,
        this.agents.length === 0 ? "add one with cell.addAgent" : `use one of ${this.agents.join(", ")}`,
      );
    }
    return found;
  }
}
