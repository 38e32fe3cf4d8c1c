import * as ipaddr from "ipaddr.js";

/** Whether an address is in a block, by its bits. */
export function inBlock(block: string, address: string): boolean {
  const [base = "", bits = ""] = block.split("/");
  return (
    bitsOf(address).length === bitsOf(base).length && bitsOf(address).startsWith(bitsOf(base).slice(0, Number(bits)))
  );
}

const KNOWN = new Map<string, string>();

// The bits of an address as text: 32 or 128.
function bitsOf(address: string): string {
  const known = KNOWN.get(address);
  if (known !== undefined) return known;
  const bits = ipaddr
    .parse(address)
    .toByteArray()
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  KNOWN.set(address, bits);
  return bits;
}

/** The first and last address of a block, and those beside it. */
export function neighboursOf(block: string): string[] {
  const [range, bits] = ipaddr.parseCIDR(block);
  const bytes = range.toByteArray();
  const width = BigInt(bytes.length * 8);
  const first = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const last = first + (1n << (width - BigInt(bits))) - 1n;
  return [first - 1n, first, last, last + 1n]
    .filter((value) => value >= 0n && value < 1n << width)
    .map((value) => textOf(value, bytes.length));
}

/** Names that a pattern means, and names close to it. */
export function namesAround(pattern: string): string[] {
  const name = pattern.replace(/^!?\*?\.?/, "");
  if (name === "" || name === "-") return [];
  return [
    name,
    `x.${name}`,
    `a.b.${name}`,
    `evil${name}`,
    `${name}.invalid`,
    name.split(".").slice(1).join("."),
  ].filter((one) => one.includes("."));
}

function textOf(value: bigint, length: number): string {
  const bytes = Array.from({ length }, (_, index) => Number((value >> BigInt(8 * (length - 1 - index))) & 255n));
  return ipaddr.fromByteArray(bytes).toString();
}
