import { CordonError, quoted } from "../../errors/cordon-error";
import { Topology } from "../../topology/topology";
import { explainText } from "../explain-text";
import { type CommonOptions, topologyOptions } from "../options";
import { type CliStreams, coloursOf, ExitCode, emit, json } from "../streams";

export interface ExplainOptions extends CommonOptions {
  readonly agent: string;
  readonly to: string;
  readonly stack?: string;
}

/** `cordon explain`: whether an agent reaches a destination. What is not known counts as yes. */
export function explain(path: string, options: ExplainOptions, streams: CliStreams): ExitCode {
  const topology = stackWith(Topology.load(path, topologyOptions(options)), path, options);
  const explanation = topology.explain(options.agent, options.to);
  const isJson = options.format === "json";
  const text = isJson ? json(explanation) : explainText(explanation, coloursOf(streams, options.output));
  emit(text, streams, options.output);
  return explanation.reaches === false ? ExitCode.FOUND : ExitCode.PROVEN;
}

function stackWith(topologies: readonly Topology[], path: string, { agent, stack }: ExplainOptions): Topology {
  const named = topologies.filter((one) => stack === undefined || one.name === stack);
  if (named.length === 0) {
    const names = topologies.map((one) => one.name).join(", ");
    throw new CordonError(
      "CORDON-151",
      "--stack",
      `${quoted(path)} has no stack ${quoted(stack)}`,
      `use one of ${names}`,
    );
  }
  const [first, second] = named.filter((one) => one.agents.includes(agent));
  if (second !== undefined) {
    const names = named.filter((one) => one.agents.includes(agent)).map((one) => one.name);
    throw new CordonError(
      "CORDON-151",
      "--agent",
      `the stacks ${names.join(", ")} all have an agent ${quoted(agent)}`,
      "choose with --stack, or name the directory of one",
    );
  }
  if (first !== undefined) return first;
  const agents = [...new Set(named.flatMap((one) => one.agents))].sort();
  throw new CordonError(
    "CORDON-140",
    quoted(path),
    `no stack has an agent ${quoted(agent)}`,
    agents.length === 0 ? "name agents with --name triage=aws_subnet.a" : `use one of ${agents.join(", ")}`,
  );
}
