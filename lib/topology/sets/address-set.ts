import * as ipaddr from "ipaddr.js";
import {
  type Interval,
  type Intervals,
  includes,
  intersected,
  normalized,
  overlapping,
  same,
  subtracted,
} from "./intervals";

const FOUR_DECIMALS = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){3}$/;
const END_4 = 2 ** 32;
const END_6 = 1n << 128n;

/** A set of IPv4 and IPv6 addresses, exact. The two families never meet: a mapped address is no IPv4 address. */
export class AddressSet {
  public static readonly NONE = new AddressSet([], []);
  public static readonly V4 = new AddressSet([{ lo: 0, hi: END_4 }], []);
  public static readonly V6 = new AddressSet([], [{ lo: 0n, hi: END_6 }]);
  public static readonly ALL = new AddressSet([{ lo: 0, hi: END_4 }], [{ lo: 0n, hi: END_6 }]);

  private constructor(
    private readonly four: Intervals,
    private readonly six: Intervals,
  ) {}

  /** An address, or a block such as `10.0.0.0/8` or `2001:db8::/32`; undefined for any other text. */
  public static parse(text: string): AddressSet | undefined {
    const [address = "", prefix, ...more] = text.trim().split("/");
    if (more.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined;
    // Octal and hexadecimal parts, and zones: programs do not agree on what they mean.
    const isPlain = address.includes(":") ? !address.includes("%") : FOUR_DECIMALS.test(address);
    if (!isPlain || !ipaddr.isValid(address)) return undefined;
    const parsed = ipaddr.parse(address);
    const bits = parsed.kind() === "ipv4" ? 32 : 128;
    const length = prefix === undefined ? bits : Number(prefix);
    if (length > bits) return undefined;
    const value = parsed.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const size = 1n << BigInt(bits - length);
    const lo = (value / size) * size;
    return bits === 32
      ? new AddressSet([{ lo: Number(lo), hi: Number(lo + size) }], [])
      : new AddressSet([], [{ lo, hi: lo + size }]);
  }

  public static unionAll(sets: AddressSet[]): AddressSet {
    if (sets.length === 1 && sets[0] !== undefined) return sets[0];
    return new AddressSet(normalized(sets.flatMap((set) => set.four)), normalized(sets.flatMap((set) => set.six)));
  }

  public get isEmpty(): boolean {
    return this.four.length === 0 && this.six.length === 0;
  }

  public union(other: AddressSet): AddressSet {
    return AddressSet.unionAll([this, other]);
  }

  public intersect(other: AddressSet): AddressSet {
    if (this === other || other === AddressSet.ALL) return this;
    if (this === AddressSet.ALL) return other;
    return new AddressSet(intersected(this.four, other.four), intersected(this.six, other.six));
  }

  public subtract(other: AddressSet): AddressSet {
    return new AddressSet(subtracted(this.four, other.four), subtracted(this.six, other.six));
  }

  public complement(): AddressSet {
    return AddressSet.ALL.subtract(this);
  }

  public isSubsetOf(other: AddressSet): boolean {
    return this === other || this.subtract(other).isEmpty;
  }

  public overlaps(other: AddressSet): boolean {
    return overlapping(this.four, other.four) || overlapping(this.six, other.six);
  }

  public equals(other: AddressSet): boolean {
    return this === other || (same(this.four, other.four) && same(this.six, other.six));
  }

  /** Whether an address is in; text that is no address is not. */
  public has(address: string): boolean {
    const parts = FOUR_DECIMALS.test(address) ? address.split(".").map(Number) : undefined;
    if (parts !== undefined) {
      const value = parts.reduce((sum, part) => sum * 256 + part, 0);
      return parts.every((part) => part < 256) && includes(this.four, value);
    }
    const lo = AddressSet.parse(address)?.six[0]?.lo;
    return lo !== undefined && includes(this.six, lo);
  }

  /** The lowest address that is no network address of a class, if there is one; IPv4 first. */
  public sample(): string | undefined {
    const [four] = this.four;
    if (four !== undefined) return text4(four.lo === 0 && Number(four.hi) > 16_777_217 ? 16_777_217 : Number(four.lo));
    const [six] = this.six;
    return six === undefined ? undefined : text6(BigInt(six.lo) === 0n ? BigInt(six.hi) - 1n : BigInt(six.lo));
  }

  /** The fewest blocks that make up the set, IPv4 first, sorted. */
  public toCidrs(): string[] {
    return [
      ...this.four.flatMap((one) => blocksOf(one, 32).map(([lo, prefix]) => `${text4(Number(lo))}/${prefix}`)),
      ...this.six.flatMap((one) => blocksOf(one, 128).map(([lo, prefix]) => `${text6(lo)}/${prefix}`)),
    ];
  }

  /** Numbers that no IPv4 address of the set is outside of; everything where it holds IPv6 too, which has none. */
  public get span(): readonly [number, number] {
    if (this.six.length > 0) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return [Number(this.four[0]?.lo ?? 0), Number(this.four.at(-1)?.hi ?? 0)];
  }

  /** Whether it holds no more than a /16 of IPv4, or a /48 of IPv6: a list of places, not "anywhere". */
  public get isNarrow(): boolean {
    const size = (one: Interval): bigint => BigInt(one.hi) - BigInt(one.lo);
    const total = (family: Intervals): bigint => family.reduce((sum, one) => sum + size(one), 0n);
    return total(this.four) <= 1n << 16n && total(this.six) <= 1n << 80n;
  }

  /** A text of the content, the same for the same set. */
  public get key(): string {
    return [...this.four, ...this.six].map(({ lo, hi }) => `${lo}-${hi}`).join(" ");
  }
}

function blocksOf({ lo, hi }: Interval, bits: number): [bigint, number][] {
  const blocks: [bigint, number][] = [];
  const end = BigInt(hi);
  for (let at = BigInt(lo); at < end; ) {
    let free = 0;
    while (free < bits && (at >> BigInt(free)) % 2n === 0n && at + (1n << BigInt(free + 1)) <= end) free += 1;
    blocks.push([at, bits - free]);
    at += 1n << BigInt(free);
  }
  return blocks;
}

function text4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function text6(value: bigint): string {
  const bytes = Array.from({ length: 16 }, (_, index) => Number((value >> BigInt(120 - 8 * index)) & 255n));
  return new ipaddr.IPv6(bytes).toString();
}
