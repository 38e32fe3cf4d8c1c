import { BUSINESS } from "./business";
import { CLOUDS } from "./clouds";
import { DEVELOPMENT } from "./development";
import { MADE } from "./made";
import { MODELS_AND_DATA } from "./models-and-data";
import { type Flaw, fill, randomFrom } from "./random";

const TEMPLATES: { readonly [id: string]: string } = { ...CLOUDS, ...DEVELOPMENT, ...BUSINESS, ...MODELS_AND_DATA };

/** Kinds that a sample is known of. */
export const SAMPLED: readonly string[] = [...Object.keys(TEMPLATES), ...Object.keys(MADE)].sort();

/** Flaws that a kind's samples can have. */
export function flawsOf(id: string): readonly Flaw[] {
  const hasCheck = MADE[id] !== undefined || TEMPLATES[id]?.includes("{crc}") === true;
  return hasCheck ? ["short", "alphabet", "checksum"] : ["short", "alphabet"];
}

/** A value of a kind with what stands around it. */
export function sample(id: string, seed: number, flaw: Flaw = "none"): string {
  const maker = MADE[id];
  if (maker !== undefined) return maker(randomFrom(seed), flaw);
  const template = TEMPLATES[id];
  if (template === undefined) throw new Error(`no sample of ${id}`);
  return fill(template, randomFrom(seed), flaw);
}
