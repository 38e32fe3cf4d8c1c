import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { createColors } from "picocolors";
import { CordonError } from "../errors/cordon-error";
import type { JsonValue, TopologyOptions } from "../topology";
import { Topology } from "../topology";
import { loadPath } from "../topology/load/load";
import { dot, drawingOf, mermaid, svg } from "./diagram";
import { diffMarkdown, diffOf, isWider } from "./diff";
import { explainText } from "./explain-text";
import { matrixOf, reportMarkdown } from "./report";
import { sarif, type UnknownKind } from "./sarif";
import { verifyText } from "./verify-text";

/** What a run of the command is connected to. */
export interface CliStreams {
  out(text: string): void;
  error(text: string): void;
  readonly isTerminal: boolean;
}

/** Nothing stands against the rules. */
const PROVEN = 0;
/** Something does, or the answer is no. */
const FOUND = 1;
/** The question could not be asked. */
const UNUSABLE = 2;

interface CommonOptions {
  readonly format: string;
  readonly output?: string;
  readonly assume?: { [token: string]: JsonValue };
  readonly name?: { [agent: string]: string[] };
  readonly declared?: string;
}

/** Runs the `cordon` command. @returns its exit code: 0 proven, 1 findings, 2 unusable input */
export async function run(argv: readonly string[], streams: CliStreams): Promise<number> {
  let code = PROVEN;
  const program = new Command("cordon")
    .description("Proves what AI agents reach, from Terraform JSON and plans.")
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.error })
    .showHelpAfterError();
  const write = (text: string, output: string | undefined): void => {
    if (output === undefined) streams.out(text);
    else writeFileSync(output, text);
  };
  addVerify(program, streams, write, (one) => {
    code = one;
  });
  addQuestions(program, streams, write, (one) => {
    code = one;
  });
  addPictures(program, write);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? PROVEN : UNUSABLE;
    streams.error(`${error instanceof CordonError ? error.message : `cordon failed: ${String(error)}`}\n`);
    return UNUSABLE;
  }
}

type Write = (text: string, output: string | undefined) => void;
type Exit = (code: number) => void;

function addVerify(program: Command, streams: CliStreams, write: Write, exit: Exit): void {
  common(program.command("verify").description("check every stack under a path against the rules"), [
    "text",
    "json",
    "sarif",
  ])
    .argument("<path...>", "a stack's directory or file, a plan's JSON, or a directory above several")
    .option("--certificate <file>", "also write the certificate of what was proved")
    .addOption(
      new Option("--unknown <kind>", "how SARIF shows what is not known").choices(["fail", "open"]).default("fail"),
    )
    .action((paths: string[], options: CommonOptions & { certificate?: string; unknown: UnknownKind }) => {
      const topologies = paths.flatMap((path) => Topology.load(path, topologyOptions(options)));
      const stacks = topologies.map((topology) => ({
        verification: topology.verify(),
        reach: Object.fromEntries(topology.agents.map((agent) => [agent, topology.reach(agent)])),
      }));
      const verifications = stacks.map((one) => one.verification);
      if (options.format === "json")
        write(json(stacks.map(({ verification, reach }) => ({ ...verification, reach }))), options.output);
      else if (options.format === "sarif")
        write(json(sarif(verifications, version(), options.unknown)), options.output);
      else write(verifyText(stacks, coloursOf(streams, options.output)), options.output);
      if (options.certificate !== undefined)
        writeFileSync(options.certificate, json(topologies.map((one) => one.certificate())));
      exit(verifications.every((one) => one.verdict === "PROVED") ? PROVEN : FOUND);
    });
}

function addQuestions(program: Command, streams: CliStreams, write: Write, exit: Exit): void {
  common(
    program.command("explain").description("say whether an agent reaches a destination, and which layer decides"),
    ["text", "json"],
  )
    .argument("<path>", "a stack, or a directory above several")
    .requiredOption("--agent <name>", "the agent")
    .requiredOption("--to <destination>", "https://api.example.com, 10.0.0.5:22, udp://8.8.8.8:53, a name")
    .action((path: string, options: CommonOptions & { agent: string; to: string }) => {
      const topologies = Topology.load(path, topologyOptions(options));
      const own = topologies.filter((one) => one.agents.includes(options.agent));
      const [first = topologies[0]] = own;
      const explanation = first?.explain(options.agent, options.to);
      if (explanation === undefined) return exit(UNUSABLE);
      write(
        options.format === "json" ? json(explanation) : explainText(explanation, coloursOf(streams, options.output)),
        options.output,
      );
      exit(explanation.reaches === false ? FOUND : PROVEN);
    });
  common(program.command("diff").description("compare what agents reach before and after a change"), [
    "markdown",
    "json",
  ])
    .argument("<before>")
    .argument("<after>")
    .action((before: string, after: string, options: CommonOptions) => {
      const diffs = diffOf(
        Topology.load(before, topologyOptions(options)),
        Topology.load(after, topologyOptions(options)),
      );
      write(options.format === "json" ? json(diffs) : diffMarkdown(diffs), options.output);
      exit(isWider(diffs) ? FOUND : PROVEN);
    });
}

function addPictures(program: Command, write: Write): void {
  common(program.command("diagram").description("draw agents, layers and ways out"), ["mermaid", "svg", "dot"])
    .argument("<path>")
    .action(async (path: string, options: CommonOptions) => {
      const drawings = Topology.load(path, topologyOptions(options)).map(drawingOf);
      const texts = await Promise.all(
        drawings.map((drawing) =>
          options.format === "svg" ? svg(drawing) : options.format === "dot" ? dot(drawing) : mermaid(drawing),
        ),
      );
      if (options.format === "svg" && texts.length > 1) {
        const names = drawings.map((one) => one.title).join(", ");
        throw new CordonError(
          "CORDON-150",
          path,
          `it holds ${texts.length} stacks, and an SVG shows one`,
          `name the directory of one of ${names}`,
        );
      }
      write(texts.join("\n"), options.output);
    });
  common(program.command("report").description("list agents, destinations and layers, with what remains"), [
    "markdown",
    "json",
  ])
    .argument("<path>")
    .action((path: string, options: CommonOptions) => {
      const stacks = Topology.load(path, topologyOptions(options)).map(matrixOf);
      write(options.format === "json" ? json(stacks) : reportMarkdown(stacks), options.output);
    });
}

function common(command: Command, formats: readonly string[]): Command {
  return command
    .addOption(new Option("--format <format>", "how to write it").choices(formats).default(formats[0]))
    .option("--output <file>", "write to a file instead")
    .option("--assume <token=value>", "take a reference for known, as in var.peer_cidr=10.9.0.0/16", assumption, {})
    .option("--declared <file>", "compare a plan or state with what this synthesized stack was asked to hold")
    .option("--name <agent=address,...>", "name an agent by its subnets, or by what runs in them", naming, {});
}

function assumption(text: string, known: { [token: string]: JsonValue }): { [token: string]: JsonValue } {
  const at = text.indexOf("=");
  if (at < 1)
    throw new CordonError(
      "CORDON-151",
      "--assume",
      `${JSON.stringify(text)} has no value`,
      "write it as var.peer_cidr=10.9.0.0/16",
    );
  const value = text.slice(at + 1);
  let parsed: JsonValue = value;
  try {
    parsed = JSON.parse(value) as JsonValue;
  } catch {
    // Text that is no JSON is text.
  }
  return { ...known, [text.slice(0, at)]: parsed };
}

function naming(text: string, known: { [agent: string]: string[] }): { [agent: string]: string[] } {
  const [agent = "", addresses = ""] = text.split("=");
  const list = addresses.split(",").filter((one) => one !== "");
  if (agent === "" || list.length === 0) {
    throw new CordonError(
      "CORDON-151",
      "--name",
      `${JSON.stringify(text)} names nothing`,
      "write it as triage=aws_subnet.a,aws_subnet.b",
    );
  }
  return { ...known, [agent]: [...(known[agent] ?? []), ...list] };
}

function topologyOptions({ assume, name, declared }: CommonOptions): TopologyOptions {
  return {
    ...(declared === undefined ? {} : { declaration: declarationOf(declared) }),
    ...(assume === undefined || Object.keys(assume).length === 0 ? {} : { assume }),
    ...(name === undefined || Object.keys(name).length === 0 ? {} : { agents: name }),
  };
}

function declarationOf(file: string): JsonValue {
  const [stack] = loadPath(file);
  if (stack?.declaration === undefined) {
    throw new CordonError(
      "CORDON-151",
      "--declared",
      `${file} carries no declaration`,
      "name the cdk.tf.json of a stack with a cell",
    );
  }
  return stack.declaration;
}

const coloursOf = (streams: CliStreams, output: string | undefined): ReturnType<typeof createColors> =>
  createColors(streams.isTerminal && output === undefined && process.env["NO_COLOR"] === undefined);

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function version(): string {
  // The package's own file, from `dist/lib/cli` as well as from `lib/cli`.
  for (const up of [
    ["..", ".."],
    ["..", "..", ".."],
  ]) {
    try {
      const own = JSON.parse(readFileSync(join(__dirname, ...up, "package.json"), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (own.name === "cdktf-cordon" && own.version !== undefined) return own.version;
    } catch {
      // The other place has it.
    }
  }
  return "0.0.0";
}
