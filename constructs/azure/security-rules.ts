import { CidrBlock } from "../../lib/names/cidr-block";
import type { EgressRule } from "../../lib/policy/egress";
import { EgressProtocol } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import { type AzureRuntime, needsOf } from "./runtime";

/** A rule of a security group, as the cell thinks of it. */
export interface AzureSecurityRule {
  readonly name: string;
  readonly priority: number;
  readonly direction: "Inbound" | "Outbound";
  readonly access: "Allow" | "Deny";
  readonly protocol: "Tcp" | "Udp" | "*";
  /** Blocks; `*`, or one service tag. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Ports or ranges of the destination; `*` for all. */
  readonly ports: readonly string[];
}

/** Another agent, and what is open between the two. */
export interface PeerOpening {
  readonly agent: string;
  readonly cidr: string;
  /** Its place in the cell's addresses; one to each agent. */
  readonly slot: number;
  readonly ports: readonly number[];
}

/** What an agent's rules follow from. */
export interface SecurityContext {
  readonly runtime: AzureRuntime;
  readonly mode: Mode;
  readonly rules: readonly EgressRule[];
  readonly own: string;
  readonly cell: string;
  /** Where names are asked; empty where Azure's own resolver is. */
  readonly resolvers: readonly string[];
  /** Whether there is anything to ask Azure's own resolver for. */
  readonly asksPlatform: boolean;
  readonly endpoints: { readonly cidr: string; readonly ports: readonly number[] };
  readonly calls: readonly PeerOpening[];
  readonly calledBy: readonly PeerOpening[];
}

/** Private address space: other networks that a peering or gateway may lead to. */
const PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];
const ANY = ["*"];

/** Priorities 100 to 109 are a quarantine's; peers stand in 1000 to 2999, each at its own place. */
const FIRST_PEER = 1000;

/**
 * The rules of an agent's security group. Addresses are written out: the tag `VirtualNetwork` would hold what routes lead
 * to as well. Names are the firewall's to judge; these rules narrow ports, and addresses where a rule has them.
 *
 * @see https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
 */
export function securityRules(context: SecurityContext): AzureSecurityRule[] {
  return [...outbound(context), ...inbound(context)];
}

function outbound(context: SecurityContext): AzureSecurityRule[] {
  const { runtime, own, cell, resolvers, asksPlatform, endpoints, calls } = context;
  const { intraSubnet, platformDns } = needsOf(runtime);
  const out = ruleOf("Outbound", [own]);
  const closesPlatformDns = !platformDns && !asksPlatform;
  return [
    ...(resolvers.length === 0 ? [] : [out("allow-names", 110, "Allow", "*", resolvers, ["53"])]),
    ...(endpoints.ports.length === 0
      ? []
      : [out("allow-endpoints", 120, "Allow", "Tcp", [endpoints.cidr], endpoints.ports.map(String))]),
    ...(intraSubnet ? [out("allow-own-subnet", 130, "Allow", "*", [own], ANY)] : []),
    ...calls.map(({ agent, cidr, slot, ports }) =>
      out(`allow-to-${agent}`, FIRST_PEER + slot, "Allow", "Tcp", [cidr], ports.map(String)),
    ),
    out("deny-private", 3000, "Deny", "*", apart([cell, ...PRIVATE]), ANY),
    // Left out, and not allowed, where it has to stay open: the platform's traffic asks for no rule.
    ...(closesPlatformDns ? [out("deny-platform-names", 3010, "Deny", "*", ["AzurePlatformDNS"], ANY)] : []),
    out("deny-platform-licensing", 3020, "Deny", "*", ["AzurePlatformLKM"], ANY),
    ...towardsTheFirewall(context, out),
    { ...out("deny-outbound", 4096, "Deny", "*", ANY, ANY), from: ANY },
  ];
}

type Outbound = ReturnType<typeof ruleOf>;

// The packet still carries the public address that it is for; the route leads it to the firewall.
function towardsTheFirewall({ mode, rules }: SecurityContext, out: Outbound): AzureSecurityRule[] {
  if (mode === Mode.MONITOR) return [out("allow-watched", 3100, "Allow", "*", ["0.0.0.0/0"], ANY)];
  const portsOf = (some: readonly EgressRule[]): string[] =>
    [...new Set(some.map(({ port }) => port))].sort((a, b) => a - b).map(String);
  const blocksOf = (some: readonly EgressRule[]): string[] => apart(some.map(({ cidr }) => String(cidr)));
  const named = rules.filter(({ host }) => host !== undefined);
  const tcp = rules.filter(({ cidr, protocol }) => cidr !== undefined && protocol !== EgressProtocol.UDP);
  const udp = rules.filter(({ cidr, protocol }) => cidr !== undefined && protocol === EgressProtocol.UDP);
  return [
    ...(named.length === 0 ? [] : [out("allow-listed-names", 3100, "Allow", "Tcp", ["0.0.0.0/0"], portsOf(named))]),
    ...(tcp.length === 0 ? [] : [out("allow-listed-tcp", 3110, "Allow", "Tcp", blocksOf(tcp), portsOf(tcp))]),
    ...(udp.length === 0 ? [] : [out("allow-listed-udp", 3120, "Allow", "Udp", blocksOf(udp), portsOf(udp))]),
  ];
}

function inbound({ runtime, own, calledBy }: SecurityContext): AzureSecurityRule[] {
  const { intraSubnet, probedPorts } = needsOf(runtime);
  const to = (
    name: string,
    priority: number,
    from: readonly string[],
    ports: readonly string[],
  ): AzureSecurityRule => ({
    ...ruleOf("Inbound", from)(name, priority, "Allow", "Tcp", [own], ports),
  });
  return [
    ...(probedPorts === undefined ? [] : [to("allow-probes", 110, ["AzureLoadBalancer"], [probedPorts])]),
    ...(intraSubnet ? [{ ...to("allow-from-own-subnet", 130, [own], ANY), protocol: "*" as const }] : []),
    ...calledBy.map(({ agent, cidr, slot, ports }) =>
      to(`allow-from-${agent}`, FIRST_PEER + slot, [cidr], ports.map(String)),
    ),
    ruleOf("Inbound", ANY)("deny-inbound", 4096, "Deny", "*", ANY, ANY),
  ];
}

const ruleOf =
  (direction: "Inbound" | "Outbound", from: readonly string[]) =>
  (
    name: string,
    priority: number,
    access: "Allow" | "Deny",
    protocol: "Tcp" | "Udp" | "*",
    to: readonly string[],
    ports: readonly string[],
  ): AzureSecurityRule => ({ name, priority, direction, access, protocol, from, to, ports });

// Azure refuses a rule with two blocks of which one holds the other.
function apart(texts: readonly string[]): string[] {
  const blocks = [...new Set(texts)].sort().map((text) => CidrBlock.parse(text, "security rules"));
  return blocks.filter((one) => !blocks.some((other) => other !== one && other.contains(one))).map(String);
}
