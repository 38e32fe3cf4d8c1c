import { CidrBlock } from "../names/cidr-block";

/**
 * Whether a rule's source holds a subnet. Lists, negations, unknown variables and addresses that can't be read count as
 * holding it.
 *
 * @param source `any`, a variable without its `$`, or an address
 * @param ipSets addresses by variable name, as the rule group and its policy declare them
 */
export function holdsSource(source: string, ipSets: Map<string, string[]>, subnet: string): boolean {
  const home = ipSets.get("HOME_NET");
  if (source === "EXTERNAL_NET" && !ipSets.has(source)) return home !== undefined && !overlapsAny(home, subnet);
  if (/^[0-9]/.test(source)) return overlapsAny([source], subnet);
  const addresses = ipSets.get(source);
  return addresses === undefined || overlapsAny(addresses, subnet);
}

function overlapsAny(addresses: string[], subnet: string): boolean {
  return addresses.some((address) => {
    try {
      const block = CidrBlock.parse(address.includes("/") ? address : `${address}/32`, "topology");
      return block.overlaps(CidrBlock.parse(subnet, "topology"));
    } catch {
      return true;
    }
  });
}
