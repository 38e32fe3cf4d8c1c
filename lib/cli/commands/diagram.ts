import { loadPath } from "../../topology/load/load";
import { readDeclaration } from "../../topology/model/read-declaration";
import { Topology } from "../../topology/topology";
import { dot } from "../diagram/dot";
import { drawingOf } from "../diagram/drawing-of";
import { mermaid } from "../diagram/mermaid";
import { svg } from "../diagram/svg";
import { type CommonOptions, topologyOptions } from "../options";
import { type CliStreams, emit } from "../streams";

const LANGUAGES: { readonly [format: string]: typeof svg | typeof dot } = { mermaid, svg, dot };

/** `cordon diagram`: agents, layers and ways out of every stack, in one drawing. */
export async function diagram(path: string, options: CommonOptions, streams: CliStreams): Promise<void> {
  const common = topologyOptions(options);
  const cells = loadPath(path).map(
    ({ declaration, source }) => readDeclaration(common.declaration ?? declaration, source)?.cells ?? [],
  );
  const stacks = Topology.load(path, common).map((topology, index) => ({ topology, cells: cells[index] ?? [] }));
  const language = LANGUAGES[options.format] ?? mermaid;
  emit(await language(drawingOf(stacks)), streams, options.output);
}
