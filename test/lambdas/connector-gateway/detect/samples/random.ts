import { base62Checksum } from "../../../../../lambdas/connector-gateway/core/detect/checks/checksums";

export const ALPHABETS: { readonly [name: string]: string } = {
  dig: "0123456789",
  hex: "0123456789abcdef",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  b32: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  low32: "abcdefghijklmnopqrstuvwxyz234567",
  b36: "abcdefghijklmnopqrstuvwxyz0123456789",
  b62: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  b64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  url: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
};

/** Numbers from 0 to 1 that a seed gives (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type Random = () => number;

export function draw(random: Random, alphabet: string, length: number): string {
  const letters = ALPHABETS[alphabet] ?? alphabet;
  let text = "";
  // Ends that are letters or digits keep a value apart from the punctuation around it.
  for (let i = 0; i < length; i += 1) {
    const edge = i === 0 || i === length - 1 ? letters.replace(/[+/_-]/g, "") : letters;
    text += edge[Math.floor(random() * edge.length)] ?? "";
  }
  return text;
}

const SLOT = /\{([a-z0-9]+)(?::(\d+))?\}/g;

/** How a sample is spoiled. */
export type Flaw = "none" | "short" | "alphabet" | "checksum";

/**
 * Fills the slots of a template: `{hex:32}` is 32 hexadecimal digits, `{uuid}` a UUID, `{crc}` six digits of GitHub's checksum over
 * the slot before. A flaw spoils the longest slot by one character, or the checksum.
 */
export function fill(template: string, random: Random, flaw: Flaw = "none"): string {
  const slots = [...template.matchAll(SLOT)];
  const longest = slots.reduce(
    (best, slot) => (lengthOf(slot) > lengthOf(best) ? slot : best),
    slots[0] ?? fail(template),
  );
  let last = "";
  return template.replace(SLOT, (whole, name: string, length: string | undefined, at: number) => {
    if (name === "crc") return flaw === "checksum" ? flip(base62Checksum(last)) : base62Checksum(last);
    const spoil = at === longest.index ? flaw : "none";
    if (name === "uuid") {
      const uuid = [8, 4, 4, 4, 12].map((count) => draw(random, "hex", count)).join("-");
      return spoil === "short"
        ? uuid.slice(0, -1)
        : spoil === "alphabet"
          ? `${uuid.slice(0, -5)}~${uuid.slice(-4)}`
          : uuid;
    }
    if (ALPHABETS[name] === undefined) throw new Error(`${whole} is no slot`);
    last = draw(random, name, Number(length));
    if (spoil === "short") return last.slice(0, -1);
    if (spoil === "alphabet") return `${last.slice(0, last.length >> 1)}!${last.slice((last.length >> 1) + 1)}`;
    return last;
  });
}

function lengthOf(slot: RegExpMatchArray): number {
  return slot[1] === "uuid" ? 36 : Number(slot[2] ?? 0);
}

function flip(text: string): string {
  return (text.startsWith("0") ? "1" : "0") + text.slice(1);
}

function fail(template: string): never {
  throw new Error(`${template} has no slot`);
}
