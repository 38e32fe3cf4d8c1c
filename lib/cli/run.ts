import { Argument, Command, CommanderError, Option } from "commander";
import { CordonError } from "../errors/cordon-error";
import type { ExplainOptions } from "./commands/explain";
import type { VerifyOptions } from "./commands/verify";
import { addGatewayCommands } from "./gateway-commands";
import { type CommonOptions, withCommonOptions } from "./options";
import { printable } from "./printable";
import { type CliStreams, ExitCode } from "./streams";
import { packageVersion } from "./version";

/**
 * Runs the `cordon` command.
 * @param argv arguments without the interpreter and the program
 * @returns its exit code: 0 proven or yes, 1 findings or no, 2 unusable input
 */
export async function run(argv: readonly string[], streams: CliStreams): Promise<number> {
  let code = ExitCode.PROVEN;
  const program = programOf(streams, (one) => {
    code = one;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return refusedByParser(error, streams);
    streams.error(`${CordonError.isCordonError(error) ? printable(error.message) : defect(error)}\n`);
    return ExitCode.UNUSABLE;
  }
}

// Help and version end the parser too, without being refusals.
function refusedByParser({ code, exitCode, message }: CommanderError, streams: CliStreams): number {
  if (exitCode === 0) return ExitCode.PROVEN;
  if (code === "commander.help") return ExitCode.UNUSABLE;
  const problem = message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
  streams.error(`CORDON-151: command line: ${printable(problem)}; cordon --help lists commands and options\n`);
  return ExitCode.UNUSABLE;
}

const defect = (error: unknown): string =>
  `cordon: defect of this tool, no verdict: ${printable(error instanceof Error ? (error.stack ?? error.message) : String(error))}`;

type Exit = (code: ExitCode) => void;

// Each command is loaded when it runs: the help is there at once.
function programOf(streams: CliStreams, exit: Exit): Command {
  const program = new Command("cordon")
    .description("Proves what AI agents reach, from Terraform JSON and plans.")
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.error, outputError: () => {} })
    .addHelpText("after", "\nExit codes: 0 proven or yes, 1 findings or no, 2 unusable input.");
  withCommonOptions(program.command("verify"), ["text", "json", "sarif"])
    .description("check every stack under the paths against the rules")
    .addArgument(paths)
    .option("--certificate <file>", "also write the certificate of what was proved")
    .addOption(new Option("--unknown <kind>", "how SARIF shows UNKNOWN").choices(["fail", "open"]).default("fail"))
    .action((given: string[], options: VerifyOptions) => {
      const { verify } = require("./commands/verify") as typeof import("./commands/verify");
      exit(verify(given, options, streams));
    });
  withCommonOptions(program.command("explain"), ["text", "json"])
    .description("say whether an agent reaches a destination, and which layer decides")
    .addArgument(path)
    .requiredOption("--agent <name>", "the agent")
    .requiredOption("--to <destination>", "https://api.example.com, 10.0.0.5:22, udp://8.8.8.8:53, a name")
    .option("--stack <name>", "the stack, where several have such an agent")
    .action((given: string, options: ExplainOptions) => {
      const { explain } = require("./commands/explain") as typeof import("./commands/explain");
      exit(explain(given, options, streams));
    });
  withCommonOptions(program.command("diff"), ["markdown", "json"])
    .description("compare what agents reach before and after a change")
    .argument("<before>", "a stack, or a directory above several")
    .argument("<after>", "the same after the change")
    .action((before: string, after: string, options: CommonOptions) => {
      const { diff } = require("./commands/diff") as typeof import("./commands/diff");
      exit(diff(before, after, options, streams));
    });
  withCommonOptions(program.command("diagram"), ["mermaid", "svg", "dot"])
    .description("draw agents, layers and ways out")
    .addArgument(path)
    .action(async (given: string, options: CommonOptions) => {
      const { diagram } = require("./commands/diagram") as typeof import("./commands/diagram");
      await diagram(given, options, streams);
    });
  withCommonOptions(program.command("report"), ["markdown", "json"])
    .description("list agents, destinations and layers, with what remains")
    .addArgument(path)
    .action((given: string, options: CommonOptions) => {
      const { report } = require("./commands/report") as typeof import("./commands/report");
      report(given, options, streams);
    });
  addGatewayCommands(program, streams, exit);
  return program;
}

const path = new Argument(
  "<path>",
  "a stack's directory or file, a plan or state as JSON, or a directory above several",
);
const paths = new Argument("<path...>", path.description);
