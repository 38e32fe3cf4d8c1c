import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { AgentsAws } from "../../../examples/aws/agents-aws";
import { AgentsAwsSealed } from "../../../examples/aws-sealed/agents-aws-sealed";
import { AgentsConnectors } from "../../../examples/connectors/agents-connectors";
import type { StackJson } from "./plan-json";

/** The example stacks, as `cdktf synth` writes them. */
export function synthesizedExamples(): { name: string; stack: StackJson }[] {
  const outdir = mkdtempSync(join(tmpdir(), "cordon-examples-"));
  const app = new App({ outdir });
  const stacks = [
    new AgentsAws(app, "agents-aws"),
    new AgentsAwsSealed(app, "agents-aws-sealed"),
    new AgentsConnectors(app, "agents-connectors"),
  ];
  app.synth();
  const read = (name: string): StackJson =>
    JSON.parse(readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8"));
  const synthesized = stacks.map(({ node }) => ({ name: node.id, stack: read(node.id) }));
  rmSync(outdir, { recursive: true });
  return synthesized;
}

/** One example stack, free to change. */
export function example(name: "agents-aws" | "agents-aws-sealed"): StackJson {
  const found = synthesizedExamples().find((one) => one.name === name);
  if (found === undefined) throw new Error(`no example ${name}`);
  return found.stack;
}

/** The only resource of a type in a stack, or the first by name. */
export function first(stack: StackJson, type: string): [string, { [argument: string]: unknown }] {
  const [found] = Object.entries(stack.resource?.[type] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (found === undefined) throw new Error(`no ${type} in the stack`);
  return found;
}
