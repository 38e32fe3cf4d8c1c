import { dot } from "./dot";
import type { Drawing } from "./drawing";

/** A drawing as SVG, without scripts, links or files from elsewhere. */
export async function svg(drawing: Drawing): Promise<string> {
  const { instance } = await import("@viz-js/viz");
  const drawn = (await instance()).renderString(dot(drawing), { format: "svg" });
  return drawn
    .replace(/font-size="([\d.]+)"/g, (_, size: string) => `font-size="${(Number(size) * SHRINK).toFixed(2)}"`)
    .replace(/font-family="[^"]*"/g, 'font-family="Helvetica,Arial,sans-serif"');
}

// Boxes are measured for Helvetica. Where a reader's system has a wider font instead, text has to stay in its box.
const SHRINK = 0.9;
