import { CordonError, quoted } from "../errors/cordon-error";
import { CidrBlock } from "../names/cidr-block";
import { HostPattern } from "../names/host-pattern";
import { plainText } from "../names/plain-text";
import { parsePort } from "../names/port";
import { EgressRequest } from "./egress-request";

/** What speaks on a connection, as far as enforcers can tell it. */
export enum EgressProtocol {
  /** HTTP over TLS, matched by TLS server name. */
  HTTPS = "https",
  /** Any protocol over TLS, matched by TLS server name. */
  TLS = "tls",
  /** HTTP in the clear, matched by its Host. */
  HTTP = "http",
  /** TCP without a name in it. */
  TCP = "tcp",
  UDP = "udp",
}

/** Arguments that every egress rule takes. */
export interface EgressOptions {
  /** Why the destination is needed; stands in reports and policy files. */
  readonly reason: string;
  /** Accepts a wildcard over names that strangers can register, with the reason. @default - such a wildcard is refused */
  readonly sharedTenancy?: string;
}

/** Arguments of a rule with a usual port. */
export interface EgressNameOptions extends EgressOptions {
  /** @default 443 for https and tls, 80 for http */
  readonly port?: number;
}

/** Arguments of a rule for HTTP. */
export interface EgressHttpOptions extends EgressNameOptions {
  /**
   * The only requests that are passed, as in `GET /v1/*` or `* /v1/items`. Inside of TLS that needs a tier that looks into
   * it, and in clear text a proxy; others refuse the rule. @default - every request
   */
  readonly requests?: string[];
}

/** Arguments of a rule without a usual port. */
export interface EgressPortOptions extends EgressOptions {
  readonly port: number;
}

/** Arguments of {@link Egress.cidr}. */
export interface EgressCidrOptions {
  readonly port: number;
  readonly reason: string;
  /** `EgressProtocol.TCP` or `EgressProtocol.UDP`. @default EgressProtocol.TCP */
  readonly protocol?: EgressProtocol;
}

/** What a rule is made of, after its checks. */
type CheckedRule = Pick<EgressRule, "protocol" | "host" | "cidr" | "port" | "reason" | "sharedTenancy" | "requests">;

// The rule's constructor is private, so that every rule has passed the checks of the factories below.
let ruleOf: (checked: CheckedRule) => EgressRule;

/** One destination that the network lets through. Made by {@link Egress}. */
export class EgressRule {
  static {
    ruleOf = ({ protocol, host, cidr, port, reason, sharedTenancy, requests }) =>
      new EgressRule(protocol, host, cidr, port, reason, sharedTenancy, requests);
  }

  private constructor(
    public readonly protocol: EgressProtocol,
    /** Names of the destination. Exactly one of `host` and `cidr` is set. */
    public readonly host: HostPattern | undefined,
    /** Addresses of the destination. */
    public readonly cidr: CidrBlock | undefined,
    public readonly port: number,
    public readonly reason: string,
    public readonly sharedTenancy: string | undefined,
    /** The only requests that are passed, sorted; empty where all are. */
    public readonly requests: readonly EgressRequest[],
  ) {
    Object.freeze(requests);
    Object.freeze(this);
  }

  /** Identity of the rule, from its content: `https:api.example.com:443`. */
  public get id(): string {
    return `${this.protocol}:${this.destination}`;
  }

  /** `api.example.com:443` or `203.0.113.8/32:5432`. */
  public get destination(): string {
    return `${this.host ?? this.cidr}:${this.port}`;
  }

  /** The same destination with another reason. @throws CORDON-021 */
  public withReason(reason: string): EgressRule {
    return this.with(reason, this.sharedTenancy);
  }

  /** The same destination with the reasons of both rules. @throws CORDON-021 if they are too long together */
  public withReasonsOf(other: EgressRule): EgressRule {
    return this.with(
      joined(this.reason, other.reason),
      this.sharedTenancy === undefined || other.sharedTenancy === undefined
        ? (this.sharedTenancy ?? other.sharedTenancy)
        : joined(this.sharedTenancy, other.sharedTenancy),
    );
  }

  private with(reason: string, sharedTenancy: string | undefined): EgressRule {
    const at = `rule '${this.id}'`;
    if (sharedTenancy !== undefined) plainText(sharedTenancy, at, "sharedTenancy");
    return ruleOf({
      protocol: this.protocol,
      host: this.host,
      cidr: this.cidr,
      port: this.port,
      reason: plainText(reason, at, "the reason"),
      sharedTenancy,
      requests: this.requests,
    });
  }
}

/** Two reasons as one: their parts in one order, each once. */
function joined(one: string, other: string): string {
  return one === other ? one : [...new Set([one, other].flatMap((reason) => reason.split("; ")))].sort().join("; ");
}

/**
 * Destinations that agents may open connections to. Each becomes a firewall pass rule and an entry of the resolver's list
 * in every cell whose agent has it; anything else is dropped and logged.
 */
export class Egress {
  /** HTTPS to a host, or to every name below one with `*.example.com`. */
  public static https(host: string, options: EgressHttpOptions): EgressRule {
    return named(EgressProtocol.HTTPS, host, options, 443);
  }

  /** Any protocol over TLS to a host. */
  public static tls(host: string, options: EgressNameOptions): EgressRule {
    return named(EgressProtocol.TLS, host, options, 443);
  }

  /** HTTP in the clear to a host. What it carries can be read and changed on the way. */
  public static http(host: string, options: EgressHttpOptions): EgressRule {
    return named(EgressProtocol.HTTP, host, options, 80);
  }

  /** A TCP service by name. Only engines that resolve names themselves can hold it; a tier that can't refuses it. */
  public static tcp(host: string, options: EgressPortOptions): EgressRule {
    return named(EgressProtocol.TCP, host, options, undefined);
  }

  /**
   * A service by address. No name is checked, so the block has to be public and narrower than /24 (IPv6: /56). On AWS a
   * datagram has to fit into one packet: fragments carry no port and are dropped.
   * @throws CORDON-033 for a wider or private block, CORDON-034 for UDP on 443, which hides names (QUIC)
   */
  public static cidr(block: string, options: EgressCidrOptions): EgressRule {
    const at = `Egress.cidr(${quoted(block)})`;
    const cidr = CidrBlock.parse(block, at);
    refuseNoOptions(options, at);
    const protocol = options.protocol ?? EgressProtocol.TCP;
    if (protocol !== EgressProtocol.TCP && protocol !== EgressProtocol.UDP) {
      throw new CordonError(
        "CORDON-030",
        at,
        `protocol ${quoted(protocol)} can't be told by address`,
        "use tcp or udp, or a rule by name",
      );
    }
    const widest = cidr.version === 4 ? 24 : 56;
    if (cidr.prefix <= widest) {
      throw new CordonError(
        "CORDON-033",
        at,
        `${cidr} holds ${cidr.size} addresses, and no name is checked`,
        `use blocks narrower than /${widest}, or a rule by name`,
      );
    }
    if (!cidr.isPublic) {
      throw new CordonError(
        "CORDON-033",
        at,
        `${cidr} is not public`,
        "use private endpoints for services in your network",
      );
    }
    const port = safePort(options.port, at);
    if (protocol === EgressProtocol.UDP && port === 443) {
      throw new CordonError(
        "CORDON-034",
        at,
        "UDP on port 443 is QUIC, which hides names from the firewall",
        "use Egress.https; clients fall back to TCP",
      );
    }
    const reason = plainText(options.reason, at, "the reason");
    return ruleOf({ protocol, host: undefined, cidr, port, reason, sharedTenancy: undefined, requests: [] });
  }
}

function named(
  protocol: EgressProtocol,
  host: string,
  options: EgressHttpOptions,
  usualPort: number | undefined,
): EgressRule {
  const at = `Egress.${protocol}(${quoted(host)})`;
  refuseNoOptions(options, at);
  const { sharedTenancy } = options;
  const pattern = HostPattern.parse(host, at, { sharedTenancy });
  const reason = plainText(options.reason, at, "the reason");
  const port = safePort(options.port ?? usualPort, at);
  const requests = options.requests === undefined ? [] : EgressRequest.parseAll(options.requests, at);
  const [first] = requests;
  if (first !== undefined && protocol !== EgressProtocol.HTTPS && protocol !== EgressProtocol.HTTP) {
    throw new CordonError(
      "CORDON-035",
      at,
      `request ${quoted(String(first))} is of HTTP, and the rule is for ${protocol}`,
      "use Egress.https, or leave requests out",
    );
  }
  return ruleOf({ protocol, host: pattern, cidr: undefined, port, reason, sharedTenancy, requests });
}

// Programs in JavaScript can leave the argument out.
function refuseNoOptions(options: unknown, at: string): void {
  if (typeof options === "object" && options !== null) return;
  throw new CordonError("CORDON-030", at, `its options are ${quoted(options)}`, 'pass at least { reason: "..." }');
}

// The cell's resolver has to stay the only one that an agent can ask.
function safePort(value: unknown, at: string): number {
  const port = parsePort(value, at);
  if (port === 53 || port === 853) {
    throw new CordonError(
      "CORDON-034",
      at,
      `port ${port} is for DNS, and another resolver would answer any name`,
      "leave it out; the cell's resolver answers the policy's names",
    );
  }
  return port;
}
