import { parse, parseCIDR } from "ipaddr.js";

/** Whether an address is in one of the blocks that the owner has opened, such as `127.0.0.1/32`. */
export function allowedAddresses(blocks: readonly string[]): (address: string) => boolean {
  const ranges = blocks.map((block) => parseCIDR(block));
  return (address) => {
    const read = parse(address);
    return ranges.some(([network, prefix]) => network.kind() === read.kind() && read.match(network, prefix));
  };
}
