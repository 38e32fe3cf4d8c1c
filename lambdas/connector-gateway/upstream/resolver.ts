import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { GatewayProblem } from "../core/problem";
import { isPublicAddress } from "./address-rules";

/** Every address of a name. */
export type Lookup = (host: string) => Promise<readonly string[]>;

const TIMEOUT = 5_000;

/** What the machine's own resolver says. */
export const systemLookup: Lookup = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * An address of a name that may be connected to. One that may not be is enough to refuse the name: who answers for it decides
 * which is given when. @throws destination_refused, upstream_failed
 */
export async function checkedAddress(
  host: string,
  isAllowed: (address: string) => boolean = () => false,
  find: Lookup = systemLookup,
): Promise<string> {
  requireName(host);
  const addresses = await withinTime(find(host), host);
  const [first] = addresses;
  if (first === undefined) throw unresolved(host);
  if (addresses.every((address) => isPublicAddress(address) || isAllowed(address))) return first;
  throw refused(host);
}

/** Policies allow names. @throws destination_refused for an address in place of one */
export function requireName(host: string): void {
  if (isIP(host) !== 0) throw refused(host);
}

async function withinTime(answer: Promise<readonly string[]>, host: string): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unresolved(host)), TIMEOUT).unref();
  });
  try {
    return await Promise.race([answer, late]);
  } catch {
    throw unresolved(host);
  } finally {
    clearTimeout(timer);
  }
}

const refused = (host: string): GatewayProblem =>
  new GatewayProblem("destination_refused", `${host} is at an address that is not on the internet.`);
const unresolved = (host: string): GatewayProblem =>
  new GatewayProblem("upstream_failed", `The name ${host} has no address.`);
