import { IPv4, IPv6 } from "ipaddr.js";
import { EvaluationError } from "../inspect";
import type { Value } from "../symbolic";
import { type FunctionTable, integerOf, textOf } from "./table";

interface Block {
  readonly bits: 32 | 128;
  readonly address: bigint;
  readonly prefix: number;
}

export const NETWORK_FUNCTIONS: FunctionTable = new Map<string, (args: readonly Value[]) => Value | undefined>([
  ["cidrsubnet", (args) => written(subnet(parsed(textOf(args, 0)), integerOf(args, 1), BigInt(integerOf(args, 2))))],
  [
    "cidrsubnets",
    (args) =>
      subnets(
        parsed(textOf(args, 0)),
        args.slice(1).map((_, n) => integerOf(args, n + 1)),
      ),
  ],
  ["cidrhost", (args) => host(parsed(textOf(args, 0)), BigInt(integerOf(args, 1)))],
  ["cidrnetmask", (args) => netmask(parsed(textOf(args, 0)))],
]);

function parsed(text: string): Block {
  const [, address = "", digits = ""] = /^([^/]+)\/([0-9]{1,3})$/.exec(text) ?? [];
  const isFour = IPv4.isValidFourPartDecimal(address);
  if (!isFour && !IPv6.isValid(address)) throw new EvaluationError(`${JSON.stringify(text)} is no address block`);
  const bits = isFour ? 32 : 128;
  const prefix = Number(digits);
  if (prefix > bits) throw new EvaluationError(`${JSON.stringify(text)} is no address block`);
  const bytes = isFour ? IPv4.parse(address).toByteArray() : IPv6.parse(address).toByteArray();
  const whole = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const below = BigInt(bits - prefix);
  return { bits, address: (whole >> below) << below, prefix };
}

function spelledAddress(bits: 32 | 128, address: bigint): string {
  const bytes = Array.from({ length: bits / 8 }, (_, n) => Number((address >> BigInt(bits - 8 * (n + 1))) & 255n));
  return bits === 32 ? new IPv4(bytes).toString() : new IPv6(bytes).toString();
}

const written = ({ bits, address, prefix }: Block): string => `${spelledAddress(bits, address)}/${prefix}`;

function subnet(block: Block, newBits: number, number: bigint): Block {
  const prefix = block.prefix + newBits;
  if (newBits < 0 || prefix > block.bits) throw new EvaluationError("no room for so many subnets");
  if (number < 0n || number >> BigInt(newBits) !== 0n) throw new EvaluationError("no subnet of that number");
  return { bits: block.bits, address: block.address | (number << BigInt(block.bits - prefix)), prefix };
}

// Each subnet starts at the next address that its size allows.
function subnets(block: Block, newBits: readonly number[]): string[] {
  const end = block.address + (1n << BigInt(block.bits - block.prefix));
  let next = block.address;
  return newBits.map((more) => {
    const prefix = block.prefix + more;
    if (more < 1 || prefix > block.bits) throw new EvaluationError("no room for so many subnets");
    const size = 1n << BigInt(block.bits - prefix);
    const address = ((next + size - 1n) / size) * size;
    next = address + size;
    if (next > end) throw new EvaluationError("no room for so many subnets");
    return written({ bits: block.bits, address, prefix });
  });
}

function host({ bits, address, prefix }: Block, number: bigint): string {
  const size = 1n << BigInt(bits - prefix);
  const offset = number < 0n ? size + number : number;
  if (offset < 0n || offset >= size) throw new EvaluationError("no host of that number");
  return spelledAddress(bits, address + offset);
}

function netmask({ bits, prefix }: Block): string {
  if (bits !== 32) throw new EvaluationError("IPv6 has no netmask");
  return spelledAddress(32, ((1n << BigInt(prefix)) - 1n) << BigInt(32 - prefix));
}
