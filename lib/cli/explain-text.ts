import type { Explanation, LayerAnswer } from "../topology";
import { printable } from "./printable";
import type { Colours } from "./streams";

const MARKS: { readonly [answer in LayerAnswer["allows"]]: string } = {
  yes: "+",
  no: "-",
  unknown: "?",
  "not asked": " ",
};

/** The answer of `cordon explain`, layer by layer. */
export function explainText({ agent, target, reaches, layers }: Explanation, colours: Colours): string {
  const width = Math.max(0, ...layers.map((one) => one.layer.length));
  const lines = layers.flatMap(({ layer, allows, address, says }) => {
    const text = `${MARKS[allows]} ${layer.padEnd(width)}  ${printable(says)}`;
    const painted = allows === "no" ? colours.red(text) : allows === "unknown" ? colours.yellow(text) : text;
    return [`  ${painted}`, `    ${" ".repeat(width)}  ${colours.dim(printable(address))}`];
  });
  const verdict = reaches === false ? colours.green("does not reach") : colours.yellow(VERBS[`${reaches}`]);
  return `${[`agent ${printable(agent)} ${verdict} ${printable(target)}`, ...lines].join("\n")}\n`;
}

const VERBS = { true: "reaches", unknown: "may reach" };
