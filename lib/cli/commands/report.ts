import { Topology } from "../../topology/topology";
import { type CommonOptions, topologyOptions } from "../options";
import { matrixOf } from "../report";
import { reportMarkdown } from "../report-markdown";
import { type CliStreams, emit, json } from "../streams";

/** `cordon report`: who reaches what through which layers, and what remains. */
export function report(path: string, options: CommonOptions, streams: CliStreams): void {
  const stacks = Topology.load(path, topologyOptions(options)).map(matrixOf);
  emit(options.format === "json" ? json(stacks) : reportMarkdown(stacks), streams, options.output);
}
