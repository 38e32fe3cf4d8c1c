/**
 * How a cell's way out is enforced, and what that costs while idle.
 *
 * @see https://cloud.google.com/secure-web-proxy/docs/overview
 * @see https://cloud.google.com/firewall/docs/fqdn-objects-overview
 */
export enum GcpEgressTier {
  /** No internet at all: no default route, no proxy, no NAT. Agents reach the Google APIs of `services` only. */
  SEALED = "sealed",
  /**
   * Firewall rules by name, and Cloud NAT. Approximate: the firewall resolves the listed names and passes their addresses,
   * so whatever else lives there is reached too. No wildcards. Billed by traffic; nothing but NAT while idle.
   */
  FQDN = "fqdn",
  /** Secure Web Proxy: agents ask it for names, and it passes those of their lists. Billed by the hour. */
  PROXY = "proxy",
  /** The same with TLS inspection by a private CA: methods and paths are judged too, and fronting is refused. */
  PROXY_TLS = "proxy-tls",
}

/** Whether agents of a tier go out through Secure Web Proxy. */
export function isProxied(tier: GcpEgressTier): boolean {
  return tier === GcpEgressTier.PROXY || tier === GcpEgressTier.PROXY_TLS;
}
