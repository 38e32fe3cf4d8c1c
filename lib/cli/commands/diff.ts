import { Topology } from "../../topology/topology";
import { diffMarkdown } from "../diff/diff-markdown";
import { diffOf, isWider } from "../diff/diff-of";
import { type CommonOptions, topologyOptions } from "../options";
import { type CliStreams, ExitCode, emit, json } from "../streams";

/** `cordon diff`: what a change makes reachable. */
export function diff(before: string, after: string, options: CommonOptions, streams: CliStreams): ExitCode {
  const common = topologyOptions(options);
  const stacks = diffOf(Topology.load(before, common), Topology.load(after, common));
  const text = options.format === "json" ? json({ wider: isWider(stacks), stacks }) : diffMarkdown(stacks);
  emit(text, streams, options.output);
  return isWider(stacks) ? ExitCode.FOUND : ExitCode.PROVEN;
}
