import type { TerraformStack } from "cdktf";
import { CordonError, quoted } from "../errors/cordon-error";
import { ASSUMPTIONS } from "./assumptions";
import { type Certificate, certify } from "./certificate/certificate";
import { recheck } from "./certificate/recheck";
import { destinationsOf } from "./explain/destinations";
import { explain } from "./explain/explain";
import { refusedProbes } from "./explain/probes";
import { parseTarget } from "./explain/target";
import type { AttachPoint } from "./graph/graph";
import type { Configuration } from "./load/configuration";
import { fromObject, loadPath } from "./load/load";
import type { DeclaredRisk } from "./model/declaration";
import type { ReachPath } from "./model/reach";
import type { Explanation, Finding, Verification } from "./model/result";
import { FlowSet } from "./sets/flow-set";
import { NameSet } from "./sets/name-set";
import { snapshotOf } from "./snapshot";
import { StackReading, type TopologyOptions } from "./stack-reading";
import type { TerraformJson } from "./terraform-json";
import { verdictOf, verdictsOf } from "./verify";

/**
 * What a stack lets its agents reach, and the proof that it is nothing else: read back from the Terraform that it
 * synthesizes, not from the arguments it was given. Where the reading is in doubt it says more, never less.
 */
export class Topology {
  private readonly reading: StackReading;

  private constructor(
    private readonly configuration: Configuration,
    private readonly json: TerraformJson | undefined,
    options: TopologyOptions,
  ) {
    this.reading = new StackReading(configuration, options);
  }

  /** Synthesizes a stack, with its validations and its gate, and reads the result. */
  public static of(stack: TerraformStack, options: TopologyOptions = {}): Topology {
    // Loaded here alone: who reads files needs no CDKTF.
    const { synthStack } = require("./synth-stack") as typeof import("./synth-stack");
    return Topology.fromJson(synthStack(stack), options);
  }

  /** Reads parsed JSON: a `cdk.tf.json`, a `*.tf.json`, or the output of `terraform show -json`. */
  public static fromJson(json: TerraformJson, options: TopologyOptions = {}): Topology {
    return new Topology(fromObject(json, options), json, options);
  }

  /** Reads every stack of a file or directory, sorted by name. @throws CordonError for what can't be read */
  public static load(path: string, options: TopologyOptions = {}): Topology[] {
    return loadPath(path).map((configuration) => new Topology(configuration, undefined, options));
  }

  public get name(): string {
    return this.configuration.name;
  }

  /** The file or directory that was read; `synth` for a stack of this program. */
  public get source(): string {
    return this.configuration.source;
  }

  /** Names of the agents, sorted. */
  public get agents(): string[] {
    return [...new Set(this.reading.facts.points.map((point) => point.agent))].sort();
  }

  /** Those in monitor mode: they reach what the layers that can watch let through, which is recorded and not refused. */
  public get watched(): string[] {
    const agents = this.reading.declaration?.cells.flatMap((cell) => cell.agents) ?? [];
    return agents
      .filter(({ mode }) => mode === "monitor")
      .map(({ agent }) => agent)
      .sort();
  }

  /**
   * Destinations outside of its network that an agent reaches, sorted: a name or address with its port. `*` stands for
   * anything: an agent in monitor mode, or a route past the firewall.
   */
  public reach(agent: string): string[] {
    return this.ways(agent).map(({ text }) => text);
  }

  /** The ways out of an agent, each with the layers that it passes. */
  public paths(agent: string): ReachPath[] {
    const points = this.pointsOf(agent);
    return this.ways(agent).map(({ text, flow }) => {
      const { layers } = explain(this.reading.facts, points, { text, flow });
      return {
        destination: text,
        layers: layers.filter((one) => one.allows === "yes").map(({ layer, address }) => ({ layer, opens: address })),
      };
    });
  }

  /** What stops an agent's other traffic: who refuses what no list names. */
  public denied(agent: string): string[] {
    return refusedProbes(this.reading.facts, this.pointsOf(agent));
  }

  /** Private endpoints that an agent reaches, by service name, sorted. */
  public services(agent: string): string[] {
    this.pointsOf(agent);
    const { endpoints } = this.reading.facts;
    return endpoints
      .filter((one) => one.agents.includes(agent))
      .map((one) => one.service)
      .sort();
  }

  /** Whether an agent reaches a destination: `https://api.example.com`, `10.0.0.5:22`, `udp://8.8.8.8:53`. Unknown counts as yes. */
  public canReach(agent: string, target: string): boolean {
    return this.explain(agent, target).reaches !== false;
  }

  /** Whether an agent reaches a destination, and which layer decides by which rule or resource. */
  public explain(agent: string, target: string): Explanation {
    const points = this.pointsOf(agent);
    const { reaches, layers } = explain(this.reading.facts, points, parseTarget(target));
    return { agent, target, reaches, layers };
  }

  /** What stands against the rules, without what is acknowledged; empty is the proof. */
  public findings(): Finding[] {
    return this.reading.findings.filter((finding) => finding.acknowledged === undefined);
  }

  /** The verdict with everything that it rests on. */
  public verify(): Verification {
    const all = this.reading.findings;
    const findings = this.findings();
    const assumed = Object.entries(this.reading.assumed).map(([token, value]) => ({
      id: token,
      text: `${token} is ${JSON.stringify(value)}`,
    }));
    return {
      stack: this.name,
      source: this.source,
      agents: this.agents,
      verdict: verdictOf(findings),
      rules: verdictsOf(all),
      findings,
      acknowledged: all.filter((finding) => finding.acknowledged !== undefined),
      assumptions: [...ASSUMPTIONS, ...(this.reading.facts.assumptions ?? []), ...assumed],
      unknowns: this.reading.facts.doubts,
    };
  }

  /** The verdict as a document that another program can check again. */
  public certificate(): Certificate {
    return certify(this.configuration, this.reading.world, this.verify());
  }

  /** Checks a certificate with single packets and another algorithm. @returns what the two disagree on; empty is agreement */
  public recheck(certificate: Certificate): string[] {
    return recheck(certificate, this.reading.world);
  }

  /** What the cells' tiers do not stop, as their synth wrote it down. */
  public residual(agent?: string): DeclaredRisk[] {
    const risks = this.reading.declaration?.cells.flatMap((cell) => cell.risks) ?? [];
    return agent === undefined ? risks : risks.filter((risk) => risk.agent === undefined || risk.agent === agent);
  }

  /** The plan as text for a snapshot: sorted, with provider versions and asset hashes masked. */
  public snapshot(): string {
    if (this.json === undefined) {
      throw new CordonError(
        "CORDON-141",
        this.source,
        "a snapshot is of one parsed plan",
        "read it with Topology.fromJson",
      );
    }
    return snapshotOf(this.json);
  }

  private ways(agent: string): { text: string; flow: import("./sets/flow-set").Flow }[] {
    const points = this.pointsOf(agent);
    const { arrivals, facts } = this.reading.world;
    const networks = new Set(points.map((point) => point.network));
    const answers = NameSet.unionAll(
      facts.resolvers
        .filter((one) => networks.has(one.network))
        .flatMap((one) => [one.answers, ...(one.unasked === undefined ? [] : [one.unasked])]),
    );
    const flows = FlowSet.unionAll(
      arrivals.filter(({ point }) => point.agent === agent).map(({ arrival }) => arrival.flows),
    );
    return destinationsOf(flows, answers);
  }

  private pointsOf(agent: string): AttachPoint[] {
    const points = this.reading.facts.points.filter((point) => point.agent === agent);
    if (points.length === 0) {
      throw new CordonError(
        "CORDON-140",
        "topology",
        `the stack has no agent ${quoted(agent)}`,
        this.agents.length === 0 ? "add one with cell.addAgent" : `use one of ${this.agents.join(", ")}`,
      );
    }
    return points;
  }
}
