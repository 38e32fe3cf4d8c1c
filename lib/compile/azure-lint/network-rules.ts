import type { LintFinding } from "../aws-lint/terraform-resource";
import { isReference, items, shown } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { type FirewallRule, onRule, passing } from "./firewall-rule";
import { plain, some, written } from "./places";

/** Ports at which rules by name read names; a network rule comes before every one of them. */
const NAMED = [80, 443, 1433];
/** Ports of HTTP/3. */
const QUIC = [443, 80];

/**
 * CORDON-260. A network rule is asked before every rule by name: at the ports where names are read it passes whatever
 * lives at its addresses, for watched agents too. A port, protocol or address that only apply knows counts as every one.
 *
 * @see https://learn.microsoft.com/azure/firewall/rule-processing
 */
export function namedPorts(context: AzureContext): LintFinding[] {
  return passing(context, "network").flatMap((rule) => {
    const ports = NAMED.filter((port) => speaks(rule, "tcp") && covers(rule, port));
    const places = publicPlaces(rule);
    return ports.length === 0 || places.length === 0
      ? []
      : [
          onRule(
            "CORDON-260",
            rule,
            `passes TCP ${ports.join(", ")} to ${some(places)} before any rule by name is asked`,
            "use an application rule with the names",
          ),
        ];
  });
}

/** CORDON-261. A rule says which protocols it passes. One that only apply knows counts as any. */
export function anyProtocol(context: AzureContext): LintFinding[] {
  return passing(context, "network").flatMap((rule) =>
    protocols(rule)
      .filter((one) => one === "any" || isReference(one))
      .map((one) =>
        onRule(
          "CORDON-261",
          rule,
          one === "any" ? "passes any protocol" : `passes protocol ${shown(one)}`,
          "write TCP or UDP",
        ),
      ),
  );
}

/**
 * CORDON-262. What passes by address is bounded by addresses: fewer than a policy may name, unless the agent is watched.
 * What only apply knows may be everything.
 */
export function everywhere(context: AzureContext): LintFinding[] {
  return passing(context, "network").flatMap((rule) => {
    const wide = rule.isWatched ? [] : rule.destinations.filter((place) => place.isWide).map(({ text }) => text);
    return wide.length === 0
      ? []
      : [
          onRule(
            "CORDON-262",
            rule,
            `passes traffic to ${some(wide)}`,
            "name the addresses, or use an application rule with the names",
          ),
        ];
  });
}

/**
 * CORDON-265. Datagrams at the ports of HTTP/3 pass the reader of names by.
 *
 * @see https://learn.microsoft.com/azure/firewall/firewall-known-issues
 */
export function datagrams(context: AzureContext): LintFinding[] {
  return passing(context, "network").flatMap((rule) => {
    const ports = QUIC.filter((port) => speaks(rule, "udp") && covers(rule, port));
    const places = publicPlaces(rule);
    return rule.isWatched || ports.length === 0 || places.length === 0
      ? []
      : [
          onRule(
            "CORDON-265",
            rule,
            `passes UDP ${ports.join(", ")} to ${some(places)}, where HTTP/3 hides its names`,
            "leave UDP out; clients fall back to TCP",
          ),
        ];
  });
}

/** CORDON-266. A rule that passes something says for whom, in addresses. What only apply knows may be everybody. */
export function anySource(context: AzureContext): LintFinding[] {
  return [...passing(context, "network"), ...passing(context, "application")].flatMap((rule) => {
    const wide = rule.sources.filter((place) => place.isWide).map(({ text }) => text);
    return wide.length === 0
      ? []
      : [onRule("CORDON-266", rule, `holds for ${some(wide)}`, "name the agent's subnet as its source")];
  });
}

/** CORDON-264. Translation lets somebody in: the firewall's public address answers for what stands behind it. */
export function translations(context: AzureContext): LintFinding[] {
  return passing(context, "nat").map((rule) =>
    onRule(
      "CORDON-264",
      rule,
      `lets connections in to ${shown(rule.values["translated_address"] ?? rule.values["translated_fqdn"])}`,
      "remove it; agents ask, and nobody asks them",
    ),
  );
}

function publicPlaces({ destinations, values }: FirewallRule): string[] {
  return [
    ...destinations.filter((place) => place.isPublic).map(({ text }) => text),
    ...written(values["destination_fqdns"]).map((name) => (isReference(name) ? shown(name) : plain(name))),
  ];
}

const protocols = ({ values }: FirewallRule): string[] =>
  written(values["protocols"]).map((one) => (isReference(one) ? plain(one) : plain(one).toLowerCase()));

const speaks = (rule: FirewallRule, protocol: string): boolean =>
  protocols(rule).some((one) => one === protocol || one === "any" || isReference(one));

function covers({ values }: FirewallRule, port: number): boolean {
  return items(values["destination_ports"]).some((value) => {
    const [, from, to] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(plain(value)) ?? [];
    return from === undefined || (Number(from) <= port && port <= Number(to ?? from));
  });
}
