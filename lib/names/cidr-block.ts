import ipaddr from "ipaddr.js";
import { CordonError, quoted } from "../errors/cordon-error";

/** A block of addresses in CIDR notation, canonical: host bits are zero and there is one spelling for each block. */
export class CidrBlock {
  private constructor(
    public readonly version: 4 | 6,
    public readonly prefix: number,
    /** The first address as a number. */
    public readonly first: bigint,
  ) {
    Object.freeze(this);
  }

  /**
   * Reads `10.0.0.0/8` or `2001:db8::/32`. An address without a prefix is refused: say how many addresses are meant.
   * @throws CORDON-010
   * @see https://www.rfc-editor.org/rfc/rfc4632
   */
  public static parse(text: unknown, at: string): CidrBlock {
    const refuse = (problem: string, fix: string): never => {
      throw new CordonError("CORDON-010", at, problem, fix);
    };
    if (typeof text !== "string") return refuse(`${quoted(text)} is not a CIDR block`, "write text like 10.0.0.0/16");
    const [, address = "", length = ""] = /^([0-9A-Fa-f:.]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
    const v4 = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(address) && ipaddr.IPv4.isValid(address);
    const v6 = address.includes(":") && !address.includes(".") && ipaddr.IPv6.isValid(address);
    if (!v4 && !v6)
      return refuse(
        `${quoted(text)} is not a CIDR block`,
        "write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48",
      );
    const version = v4 ? 4 : 6;
    const prefix = Number(length);
    if (prefix > bitsOf(version))
      return refuse(`${quoted(text)} has a prefix longer than the address`, `use /0 to /${bitsOf(version)}`);
    const value = ipaddr
      .parse(address)
      .toByteArray()
      .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const size = 1n << BigInt(bitsOf(version) - prefix);
    const first = value - (value % size);
    const block = new CidrBlock(version, prefix, first);
    if (first !== value) return refuse(`${quoted(text)} has host bits set`, `use ${block}`);
    return block;
  }

  /** Number of addresses. */
  public get size(): bigint {
    return 1n << BigInt(bitsOf(this.version) - this.prefix);
  }

  /** Whether every address of the block is a public unicast address: none lies in a special-purpose registry of IANA. */
  public get isPublic(): boolean {
    return (
      SPECIAL_PURPOSE[this.version].every((text) => !parseLiteral(text).overlaps(this)) &&
      (this.version === 4 || GLOBAL_V6().contains(this))
    );
  }

  public contains(other: CidrBlock): boolean {
    return this.version === other.version && this.first <= other.first && other.last <= this.last;
  }

  public overlaps(other: CidrBlock): boolean {
    return this.version === other.version && this.first <= other.last && other.first <= this.last;
  }

  /** The block of a longer prefix at an index inside of this one. */
  public subnet(prefix: number, index: number): CidrBlock {
    const size = 1n << BigInt(bitsOf(this.version) - prefix);
    const first = this.first + BigInt(index) * size;
    if (prefix < this.prefix || prefix > bitsOf(this.version) || index < 0 || first + size - 1n > this.last) {
      throw new RangeError(`no block ${index} of /${prefix} in ${this}`);
    }
    return new CidrBlock(this.version, prefix, first);
  }

  public toString(): string {
    const bytes = Array.from({ length: bitsOf(this.version) / 8 }, (_, i) =>
      Number((this.first >> BigInt(bitsOf(this.version) - 8 * (i + 1))) & 255n),
    );
    return `${ipaddr.fromByteArray(bytes).toString()}/${this.prefix}`;
  }

  /** The last address as a number. */
  public get last(): bigint {
    return this.first + this.size - 1n;
  }
}

const bitsOf = (version: 4 | 6): number => (version === 4 ? 32 : 128);

const literals = new Map<string, CidrBlock>();
function parseLiteral(text: string): CidrBlock {
  const block = literals.get(text) ?? CidrBlock.parse(text, "special-purpose registry");
  literals.set(text, block);
  return block;
}
const GLOBAL_V6 = (): CidrBlock => parseLiteral("2000::/3");

/**
 * Blocks that the public internet does not route to one holder. The blocks for documentation are left out: nothing
 * answers there, and examples need them.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export const SPECIAL_PURPOSE: { readonly 4: readonly string[]; readonly 6: readonly string[] } = {
  4: [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
  ],
  6: ["2001::/23", "2002::/16", "2620:4f:8000::/48"],
};
