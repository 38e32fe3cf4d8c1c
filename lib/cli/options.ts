import { type Command, Option } from "commander";
import { CordonError, quoted } from "../errors/cordon-error";
import type { JsonValue, TopologyOptions } from "../topology";
import type { Configuration } from "../topology/load/configuration";

/** What every command takes. */
export interface CommonOptions {
  readonly format: string;
  readonly output?: string;
  readonly assume: { readonly [token: string]: JsonValue };
  readonly name: { readonly [agent: string]: readonly string[] };
  readonly declared?: string;
}

/** Adds the options that every command takes. @param formats the first is the default */
export function withCommonOptions(command: Command, formats: readonly string[]): Command {
  return command
    .addOption(new Option("--format <format>", "how to write it").choices(formats).default(formats[0]))
    .option("--output <file>", "write to a file instead")
    .option("--assume <token=value>", "take a reference for known, as in var.peer_cidr=10.9.0.0/16", assumption, {})
    .option("--name <agent=address,...>", "name an agent by its subnets, or by what runs in them", naming, {})
    .option("--declared <file>", "the synthesized stack that says what a plan or state was asked to hold");
}

/** A value is JSON where it reads as such, else text. */
function assumption(text: string, known: CommonOptions["assume"]): CommonOptions["assume"] {
  const at = text.indexOf("=");
  if (at < 1) {
    throw new CordonError(
      "CORDON-151",
      "--assume",
      `${quoted(text)} has no reference and value`,
      "write it as var.peer_cidr=10.9.0.0/16",
    );
  }
  return { ...known, [text.slice(0, at)]: parsed(text.slice(at + 1)) };
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function naming(text: string, known: CommonOptions["name"]): CommonOptions["name"] {
  const at = text.indexOf("=");
  const addresses = text.slice(at + 1).split(",");
  if (at < 1 || addresses.some((one) => one.trim() === "")) {
    throw new CordonError(
      "CORDON-151",
      "--name",
      `${quoted(text)} has no agent and addresses`,
      "write it as triage=aws_subnet.a,aws_subnet.b",
    );
  }
  const agent = text.slice(0, at);
  return { ...known, [agent]: [...(known[agent] ?? []), ...addresses.map((one) => one.trim())] };
}

/** @throws CORDON-151 for a `--declared` file that is no synthesized stack with a cell */
export function topologyOptions({ assume, name, declared }: CommonOptions): TopologyOptions {
  return {
    ...(declared === undefined ? {} : { declaration: declarationOf(declared) }),
    ...(Object.keys(assume).length === 0 ? {} : { assume }),
    ...(Object.keys(name).length === 0 ? {} : { agents: name }),
  };
}

function declarationOf(path: string): JsonValue {
  const { loadPath } = require("../topology/load/load") as typeof import("../topology/load/load");
  const declarations = loadPath(path).flatMap(({ declaration }: Configuration) => declaration ?? []);
  const [declaration, ...others] = declarations;
  if (declaration === undefined || others.length > 0) {
    const what = others.length > 0 ? "holds several stacks with a declaration" : "carries no declaration";
    throw new CordonError(
      "CORDON-151",
      "--declared",
      `${quoted(path)} ${what}`,
      "name the cdk.tf.json of one stack with a cell",
    );
  }
  return declaration;
}
