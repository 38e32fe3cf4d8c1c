import { CordonError } from "../errors/cordon-error";
import { HostMatch, type HostPattern } from "../names/host-pattern";
import { EgressProtocol, type EgressRule } from "../policy/egress";

/** What a `pass` rule looks at: its header without source, and the options that match a name. */
export interface SuricataMatcher {
  readonly protocol: "tls" | "http" | "tcp" | "udp";
  readonly destination: string;
  readonly port: number;
  readonly options: string[];
}

/**
 * Writes an allow list entry in the firewall's terms. A TLS server name is matched as the client wrote it, so without
 * regard to case; the engine lowers an HTTP host by itself and refuses `nocase` on it. A fragment carries no port, so no
 * entry passes one: a datagram to or from a listed block has to fit into a packet.
 *
 * @throws CORDON-051 for an entry that the engine can't express
 * @see https://docs.suricata.io/en/suricata-7.0.10/rules/tls-keywords.html
 */
export function suricataMatcher(rule: EgressRule, at: string): SuricataMatcher {
  const { protocol, host, cidr, port, requests } = rule;
  if (requests.length > 0) {
    throw new CordonError(
      "CORDON-051",
      at,
      `it names requests, ${requests.join(", ")}, and AWS Network Firewall does not look into TLS here`,
      "leave requests out, or use a tier that does: GcpEgressTier.PROXY_TLS, AzureEgressTier.PREMIUM",
    );
  }
  if (cidr !== undefined) {
    if (cidr.version === 6) {
      throw new CordonError(
        "CORDON-051",
        at,
        `${cidr} is IPv6, and a cell on AWS has IPv4 alone`,
        "name the service's IPv4 block, or a rule by name",
      );
    }
    return { protocol: protocol === EgressProtocol.UDP ? "udp" : "tcp", destination: String(cidr), port, options: [] };
  }
  switch (protocol) {
    case EgressProtocol.HTTPS:
    case EgressProtocol.TLS:
      return {
        protocol: "tls",
        destination: "$EXTERNAL_NET",
        port,
        options: ["tls.sni", ...nameOptions(host), "nocase"],
      };
    case EgressProtocol.HTTP:
      return { protocol: "http", destination: "$EXTERNAL_NET", port, options: ["http.host", ...nameOptions(host)] };
    default:
      throw new CordonError(
        "CORDON-051",
        at,
        "raw TCP carries no name, and AWS Network Firewall matches names in the traffic",
        "use Egress.tls if the service speaks TLS, or Egress.cidr with its address",
      );
  }
}

// A suffix that begins with a dot matches whole labels below the name; `dotprefix` would let the name itself pass too.
function nameOptions(host: HostPattern | undefined): string[] {
  const exact = host?.match === HostMatch.EXACT;
  return exact ? [`content:"${host.name}"`, "startswith", "endswith"] : [`content:".${host?.name}"`, "endswith"];
}
