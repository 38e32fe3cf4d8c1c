import { Token } from "cdktf";
import { literal } from "../../lib/cell/agent-cell-base";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { CidrBlock } from "../../lib/names/cidr-block";
import { HostMatch, HostPattern } from "../../lib/names/host-pattern";

/** Where a cell's resources are. */
export interface AzureScope {
  /** Region in Azure's short form: `westeurope`. */
  readonly location: string;
  readonly resourceGroupName: string;
  readonly resourceGroupId: string;
}

/** Addresses that a virtual network of a cell may have: everything else has a holder on the internet. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/** Checks the name of a region. @throws CORDON-300 */
export function checkedLocation(location: string, at: string): string {
  const name = literal(location, at, "location");
  if (typeof name !== "string" || !/^[a-z]+[0-9]?[a-z]*[0-9]?$/.test(name)) {
    const short = String(name).toLowerCase().replace(/\s+/g, "");
    throw new CordonError(
      "CORDON-300",
      at,
      `location ${quoted(name)} is not a region in its short form`,
      /^[a-z0-9]+$/.test(short) && short !== "undefined" ? `write it as ${short}` : "e.g. westeurope",
    );
  }
  return name;
}

/**
 * Refuses addresses that are not private: the firewall would pass them on as the internet's.
 * @throws CORDON-301
 */
export function checkPrivate(cidr: CidrBlock, at: string): void {
  if (PRIVATE.some((text) => CidrBlock.parse(text, "private addresses").contains(cidr))) return;
  throw new CordonError(
    "CORDON-301",
    at,
    `${cidr} is not private address space`,
    `use a block inside of ${PRIVATE.join(", ")}`,
  );
}

/** Checks a domain that listed names lead to. @throws CORDON-316 for a pattern; CORDON-001 for what is no name */
export function checkedDomain(text: string, at: string): string {
  const { match, name } = HostPattern.parse(text, `${at}, cnameSuffixes`);
  if (match === HostMatch.EXACT) return name;
  throw new CordonError(
    "CORDON-316",
    at,
    `cnameSuffixes ${quoted(text)} is a pattern`,
    `write ${name}; names below it count too`,
  );
}

/** Checks the name of a resource group that exists. @throws CORDON-101 */
export function checkedResourceGroup(name: string, at: string): string {
  if (Token.isUnresolved(name) || (/^[\w().-]{1,90}$/.test(name) && !name.endsWith("."))) return name;
  throw new CordonError(
    "CORDON-101",
    at,
    `resourceGroupName ${quoted(name)} is not a resource group's name`,
    "pass its name, or a reference to the resource",
  );
}

/** Checks the availability zones of the firewall and its addresses. @throws CORDON-302 */
export function checkedZones(zones: readonly string[], at: string): string[] {
  const bad = zones.find((zone) => !["1", "2", "3"].includes(zone));
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  if (bad !== undefined || twice !== undefined) {
    throw new CordonError(
      "CORDON-302",
      at,
      bad === undefined ? `zone ${quoted(twice)} is listed twice` : `${quoted(bad)} is not an availability zone`,
      'use "1", "2" and "3", each once',
    );
  }
  return [...zones].sort();
}
