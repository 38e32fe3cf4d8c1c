import { HostMatch, type HostPattern } from "../names/host-pattern";

/**
 * Public resolvers that answer DNS over HTTPS; whoever may reach one resolves any name past the cell's resolver. A name
 * stands for those below it as well: several of them give each customer a name of its own.
 */
const RESOLVERS = new Set([
  "cloudflare-dns.com",
  "cloudflare-gateway.com",
  "one.one.one.one",
  "dns.google",
  "dns64.dns.google",
  "quad9.net",
  "doh.opendns.com",
  "doh.umbrella.com",
  "dns.umbrella.com",
  "adguard-dns.com",
  "nextdns.io",
  "cleanbrowsing.org",
  "mullvad.net",
  "controld.com",
  "dns.sb",
  "dns.alidns.com",
  "doh.pub",
  "doh.360.cn",
  "dns.switch.ch",
  "doh.li",
  "dns0.eu",
  "libredns.gr",
]);

const RESOLVERS_AND_ABOVE = new Set([...RESOLVERS].flatMap(upwards));

/** Whether a pattern stands for a name of a well-known public resolver. */
export function isResolver(host: HostPattern): boolean {
  const isBelowOne = upwards(host.name).some((name) => RESOLVERS.has(name));
  return isBelowOne || (host.match === HostMatch.SUBDOMAINS && RESOLVERS_AND_ABOVE.has(host.name));
}

// dns.example.com, example.com, com
function upwards(name: string): string[] {
  const labels = name.split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}
