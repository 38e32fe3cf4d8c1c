import { CordonError } from "../../errors/cordon-error";
import { EgressProtocol, type EgressRule } from "../../policy/egress";

/** What the firewall of a cell can do. */
export interface Engine {
  /** `basic`, `standard` or `premium`. */
  readonly sku: string;
  readonly inspectsTls: boolean;
}

/** Ports at which the firewall reads names; a network rule there would come before every name. */
const NAMED_PORTS = [80, 443, 1433];
/** The last port that an application rule takes. */
const LAST_PORT = 64_000;

/** Refuses what the firewall's rules can't say, instead of widening it. @throws CORDON-051 */
export function checkExpressible(rules: readonly EgressRule[], engine: Engine, at: string): void {
  for (const rule of rules) {
    const found = problemOf(rule, engine);
    if (found !== undefined) throw new CordonError("CORDON-051", at, `${rule.id}: ${found[0]}`, found[1]);
  }
}

function problemOf(rule: EgressRule, engine: Engine): [problem: string, fix: string] | undefined {
  const { host, cidr, port, protocol } = rule;
  const isUnnamed = protocol === EgressProtocol.TCP || protocol === EgressProtocol.UDP;
  if (cidr?.version === 6) return ["Azure Firewall has no IPv6", "use an IPv4 block"];
  if (!isUnnamed && port > LAST_PORT) {
    return [`rules by name take ports up to ${LAST_PORT}`, "use another port"];
  }
  if (isUnnamed && protocol === EgressProtocol.TCP && NAMED_PORTS.includes(port)) {
    return [
      "a rule for addresses at this port comes before the rules by name, for whatever lives there",
      "use Egress.https, Egress.tls or Egress.http with a name",
    ];
  }
  if (protocol === EgressProtocol.UDP && port === 80) {
    return ["datagrams at this port can be HTTP/3, which hides names", "use Egress.http; clients fall back to TCP"];
  }
  if (isUnnamed && host !== undefined) {
    return [
      "raw TCP has no name in it, and a rule by name passes whatever lives at the name's addresses",
      "use Egress.tls if it speaks TLS, or Egress.cidr for addresses of your own",
    ];
  }
  return requestProblem(rule, engine);
}

function requestProblem(
  { requests, protocol }: EgressRule,
  { sku, inspectsTls }: Engine,
): [string, string] | undefined {
  if (requests.length === 0) return undefined;
  if (sku !== "premium" || (protocol !== EgressProtocol.HTTP && !inspectsTls)) {
    return [
      "requests are read by AzureEgressTier.PREMIUM with tlsInspection alone",
      "use that tier, or leave requests out",
    ];
  }
  const method = requests.find((request) => request.method !== "*");
  if (method !== undefined) {
    return [
      `Azure Firewall reads paths, not methods, and "${method}" names one`,
      `write "* ${method.path}${method.isPrefix ? "*" : ""}", or leave requests out`,
    ];
  }
  return undefined;
}
