import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { App } from "cdktf";
import type { ResidualRisk } from "cdktf-cordon";
import type { AwsAgentCell } from "cdktf-cordon/aws";
import { type ReachPath, Topology } from "cdktf-cordon/testing";
import { AgentsAws } from "../examples/aws/agents-aws";

const WIDTH = 44;

/** Synthesizes the AWS example and says what its agents can reach, read back from the plan. */
function main(): void {
  const app = new App({ outdir: "cdktf.out" });
  const stack = new AgentsAws(app, "agents-aws");
  app.synth();
  const plan = join(app.outdir, "stacks", "agents-aws", "cdk.tf.json");
  const topology = Topology.fromJson(JSON.parse(readFileSync(plan, "utf8")));
  const { cell } = stack;

  print(`Cell '${cell.cellName}' in ${cell.region}, tier ${cell.tier}, agents ${topology.agents.join(" and ")}`);
  for (const agent of cell.agents) printAgent(cell, agent.agentName, topology);
  printResidual(cell.residualRisks());
  print("");
  print(`The plan: ${relative(process.cwd(), plan)}`);
  print("Deploy it: npx cdktf deploy agents-aws   (needs Terraform and AWS credentials)");
}

function printAgent(cell: AwsAgentCell, name: string, topology: Topology): void {
  const agent = cell.agents.find((one) => one.agentName === name);
  if (agent === undefined) return;
  print("");
  print(`Agent '${name}' (${agent.mode}), from ${agent.sources.join(" and ")}`);
  const paths = topology.paths(name);
  print(`${"  reaches".padEnd(WIDTH + 5)}by which layer`);
  for (const { destination, layers } of paths) {
    const opens = new Map(layers.map((one) => [one.layer, one.opens]));
    print(
      `    ${(destination === "*" ? "* (any public address)" : destination).padEnd(WIDTH)} name: ${opens.get("name") ?? "any"}`,
    );
    print(`    ${"".padEnd(WIDTH)} filter: ${opens.get("filter") ?? "none"}`);
  }
  for (const [layer, opens] of shared(paths))
    print(`    ${`(each through its ${layer})`.padEnd(WIDTH)} ${layer}: ${opens}`);
  for (const service of topology.services(name)) {
    const grants = agent.identity.granted.filter((one) => one.iamPrefixes.some((prefix) => service.includes(prefix)));
    print(`    ${service.padEnd(WIDTH)} endpoint: private, pinned to the owner's account`);
    print(`    ${"".padEnd(WIDTH)} identity: ${grants.map((one) => one.label).join(", ") || "nothing granted yet"}`);
  }
  print("  is denied:");
  for (const line of topology.denied(name)) print(`    ${line}`);
}

function shared(paths: ReachPath[]): [string, string][] {
  const pairs = paths.flatMap(({ layers }) =>
    layers.filter(({ layer }) => layer === "route" || layer === "security group"),
  );
  return [...new Map(pairs.map(({ layer, opens }) => [layer, opens]))];
}

function printResidual(risks: ResidualRisk[]): void {
  print("");
  print("What these layers do not stop:");
  for (const { id, title, agent, destination, detail } of risks) {
    const about = [agent, destination].filter((part) => part !== undefined).join(" -> ");
    print(`  ${id} ${title}${about === "" ? "" : ` (${about})`}: ${detail}`);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main();
