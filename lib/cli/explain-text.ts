import type { Explanation } from "../topology";
import { printable } from "./printable";
import type { Colours } from "./verify-text";

/** The answer of `cordon explain`, layer by layer. */
export function explainText({ agent, target, reaches, layers }: Explanation, colours: Colours): string {
  const verdict =
    reaches === true
      ? colours.yellow("reaches")
      : reaches === "unknown"
        ? colours.yellow("may reach")
        : colours.green("does not reach");
  const width = Math.max(0, ...layers.map((one) => one.layer.length));
  const lines = layers.map(({ layer, allows, address, says }) => {
    const mark = allows === "yes" ? "+" : allows === "no" ? "-" : "?";
    const text = `${mark} ${layer.padEnd(width)}  ${printable(says)}`;
    return `  ${allows === "no" ? colours.red(text) : text}\n    ${" ".repeat(width)}${colours.dim(printable(address))}`;
  });
  return `agent ${printable(agent)} ${verdict} ${printable(target)}\n${lines.join("\n")}\n`;
}
