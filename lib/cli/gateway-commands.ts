import { type Command, Option } from "commander";
import { CordonError, quoted } from "../errors/cordon-error";
import type { ApproveOptions, GatewayAddress } from "./commands/approvals";
import type { GatewayOptions } from "./commands/gateway";
import type { ReplayCommandOptions } from "./commands/replay";
import type { CliStreams, ExitCode } from "./streams";

/** Adds the commands around the connector gateway. */
export function addGatewayCommands(program: Command, streams: CliStreams, exit: (code: ExitCode) => void): void {
  program
    .command("gateway")
    .description("run an agent's connectors and allow list on this machine")
    .requiredOption("--policy <file>", "the policy, as JSON or YAML")
    .requiredOption("--agent <name>", "the agent, as records name it")
    .option("--port <number>", "the port on 127.0.0.1; 0 takes any", "8080")
    .option("--state <file>", "keep limits and approvals in a SQLite file that several gateways share")
    .option("--certificate <file>", "where to write the session's certificate", "cordon-ca.pem")
    .addOption(
      new Option("--approver <group=name,...>", "who may approve for a group; anybody without it")
        .argParser(approvers)
        .default({}, "anybody"),
    )
    .addOption(
      new Option("--allow-private <block>", "let connectors be at private addresses, such as 127.0.0.0/8")
        .argParser(several)
        .default([], "none"),
    )
    .addOption(
      new Option("--connect-to <host:port=address:port>", "connect there instead, as to a fake of a host")
        .argParser(several)
        .default([], "none"),
    )
    .option("--trust <file>", "certificates that connectors' hosts are checked against as well")
    .option("--extension <file>", "detectors and a handler of yours, as TypeScript or JavaScript")
    .action(async (options: GatewayOptions) => {
      const { gateway } = require("./commands/gateway") as typeof import("./commands/gateway");
      const running = await gateway(options, streams);
      await streams.stopped?.();
      await running.close();
    });
  program
    .command("replay")
    .description("judge recorded traffic by a policy, one JSON line for each exchange")
    .argument("<traffic>", "a HAR file, or MCP messages one on each line")
    .requiredOption("--policy <file>", "the policy, as JSON or YAML")
    .requiredOption("--agent <name>", "the agent")
    .option("--connector <name>", "the connector of MCP messages, where the policy has several")
    .option("--extension <file>", "detectors and a handler of yours, as TypeScript or JavaScript")
    .action(async (traffic: string, options: ReplayCommandOptions) => {
      const { replay } = require("./commands/replay") as typeof import("./commands/replay");
      exit(await replay(traffic, options, streams));
    });
  withAddress(program.command("approvals"))
    .description("list requests that wait for approval")
    .action(async (options: GatewayAddress) => {
      const { approvals } = require("./commands/approvals") as typeof import("./commands/approvals");
      await approvals(options, streams);
    });
  withAddress(program.command("approve"))
    .description("approve one request, or deny it")
    .argument("<id>", "as approvals lists it")
    .option("--deny", "deny it instead")
    .option("--reason <text>", "why", "")
    .option("--as <name>", "who approves, at a gateway on this machine")
    .action(async (id: string, options: ApproveOptions) => {
      const { approve } = require("./commands/approvals") as typeof import("./commands/approvals");
      await approve(id, options, streams);
    });
}

const withAddress = (command: Command): Command =>
  command
    .requiredOption("--gateway <url>", "the gateway: http://127.0.0.1:8080, or its URL in the cloud")
    .option("--key <key>", "the key that a gateway on this machine has printed");

function approvers(text: string, known: GatewayOptions["approver"]): GatewayOptions["approver"] {
  const [, group, names] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(text) ?? [];
  if (group === undefined || names === undefined) {
    throw new CordonError("CORDON-151", "--approver", `${quoted(text)} has no group and names`, "write leads=ann,ben");
  }
  return { ...known, [group]: names.split(",").map((name) => name.trim()) };
}

const several = (text: string, known: readonly string[]): string[] => [...known, text];
