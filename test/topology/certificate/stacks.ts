import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Testing } from "cdktf";
import { AgentsAws } from "../../../examples/aws/agents-aws";
import { AgentsAwsSealed } from "../../../examples/aws-sealed/agents-aws-sealed";
import type { Certificate } from "../../../lib/topology/certificate/certificate";
import type { Configuration } from "../../../lib/topology/load/configuration";
import { fromObject, loadPath } from "../../../lib/topology/load/load";
import type { World } from "../../../lib/topology/rules/rule";
import { StackReading } from "../../../lib/topology/stack-reading";
import { synthStack } from "../../../lib/topology/synth-stack";
import { Topology } from "../../../lib/topology/topology";
import { freshPlan } from "../rules/weakened";

const REFERENCES = join(__dirname, "..", "reference");
const today = "2026-01-15";

/** A stack with its certificate, and what the certificate is about. */
export interface Certified {
  readonly name: string;
  readonly topology: Topology;
  readonly certificate: Certificate;
  readonly world: World;
}

/** The examples, the reference topologies, and a cell with two agents. */
export function certifiedStacks(): Certified[] {
  const examples = [
    new AgentsAws(Testing.app(), "agents-aws"),
    new AgentsAwsSealed(Testing.app(), "agents-aws-sealed"),
  ].map((stack) => ofJson(stack.node.id, synthStack(stack)));
  const references = readdirSync(REFERENCES, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .flatMap(({ name }) => ofFolder(name));
  return [twoAgents(), ...examples, ...references];
}

/** A cell in which one agent has a list and the other none. */
export const twoAgents = (): Certified => ofJson("two-agents", freshPlan() as unknown as ReturnType<typeof synthStack>);

function ofJson(name: string, json: ReturnType<typeof synthStack>): Certified {
  return certified(name, Topology.fromJson(json, { name, today }), fromObject(json, { name }));
}

function ofFolder(name: string): Certified[] {
  const folder = join(REFERENCES, name);
  const configurations = loadPath(folder);
  return Topology.load(folder, { today }).flatMap((topology, index) => {
    const configuration = configurations[index];
    return configuration === undefined ? [] : [certified(name, topology, configuration)];
  });
}

function certified(name: string, topology: Topology, configuration: Configuration): Certified {
  const { world } = new StackReading(configuration, { today });
  return { name, topology, certificate: topology.certificate(), world };
}
