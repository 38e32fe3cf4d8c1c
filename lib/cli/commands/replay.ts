import { readFileSync } from "node:fs";
import { CordonError, quoted } from "../../errors/cordon-error";
import { ContainmentPolicy } from "../../policy/containment-policy";
import { localGateway, readyExtension } from "../local-gateway";
import { type CliStreams, ExitCode } from "../streams";

export interface ReplayCommandOptions {
  readonly policy: string;
  readonly agent: string;
  readonly connector?: string;
  readonly extension?: string;
}

/** `cordon replay`: judges recorded traffic, one JSON line for each exchange. */
export async function replay(path: string, options: ReplayCommandOptions, streams: CliStreams): Promise<ExitCode> {
  const policy = ContainmentPolicy.fromFile(options.policy);
  const traffic = trafficOf(path);
  const kind = /^\s*\{\s*"log"\s*:/.test(traffic) ? "har" : "mcp";
  let code = ExitCode.PROVEN;
  const { replay: judged, UnreadableRecording } = localGateway();
  const lines = judged({
    policy: policy.toJSON(),
    agent: options.agent,
    traffic,
    kind,
    ...readyExtension(policy, options.extension),
    ...(options.connector === undefined ? {} : { connector: options.connector }),
  });
  try {
    for await (const { line, isDenied } of lines) {
      if (isDenied) code = ExitCode.FOUND;
      streams.out(`${line}\n`);
    }
  } catch (error) {
    if (!(error instanceof UnreadableRecording)) throw error;
    throw new CordonError("CORDON-142", quoted(path), error.message, "name a HAR file, or a file of MCP messages");
  }
  return code;
}

function trafficOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new CordonError(
      "CORDON-142",
      quoted(path),
      `it can't be read (${reason})`,
      "name a HAR file, or a file of MCP messages",
    );
  }
}
