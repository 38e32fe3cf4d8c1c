import { parse } from "ipaddr.js";

/**
 * A reference matcher of Azure Firewall, written from its documentation and not from the compiler. It reads what Terraform
 * would be given: policies and rule collection groups of the azurerm provider.
 */

/** One attempt as the firewall sees it. */
export interface FirewallAttempt {
  readonly source: string;
  /** The address that the packet is for. */
  readonly destination: string;
  readonly protocol: "TCP" | "UDP" | "ICMP";
  readonly port: number;
  /** What is spoken: the name of a TLS hello or the Host of a request; undefined where nothing is said. */
  readonly tls?: { readonly serverName?: string };
  readonly http?: { readonly host: string; readonly path: string };
}

export interface FirewallVerdict {
  readonly passes: boolean;
  /** `group/collection/rule`, `infrastructure names`, or `default`. */
  readonly by: string;
}

type Values = { readonly [argument: string]: unknown };

/** What decides: SKU, TLS inspection, and groups of rules with their policy's depth (a parent is 0). */
export interface FirewallConfiguration {
  readonly sku: "Basic" | "Standard" | "Premium";
  readonly inspectsTls: boolean;
  readonly groups: readonly Values[];
  readonly parentGroups?: readonly Values[];
  /** Addresses of IP groups, by the text that refers to them. */
  readonly ipGroups?: { readonly [reference: string]: readonly string[] };
}

/** Names that are allowed after every rule and before the firewall denies. https://learn.microsoft.com/azure/firewall/infrastructure-fqdns */
const INFRASTRUCTURE = ["*.blob.core.windows.net", "management.core.windows.net", "*.update.microsoft.com"];

/** Judges one attempt. */
export function askFirewall(configuration: FirewallConfiguration, attempt: FirewallAttempt): FirewallVerdict {
  const network = decide(configuration, "network_rule_collection", (rule) =>
    networkMatches(configuration, rule, attempt),
  );
  // Network rules are processed before application rules, whatever the priorities say, and end the processing.
  // https://learn.microsoft.com/azure/firewall/rule-processing
  if (network !== undefined) return network;
  const named = nameOf(attempt);
  if (attempt.protocol !== "TCP" || named === undefined) return { passes: false, by: "default" };
  const application = decide(configuration, "application_rule_collection", (rule) =>
    applicationMatches(configuration, rule, attempt, named),
  );
  if (application !== undefined) return application;
  // https://learn.microsoft.com/azure/firewall/infrastructure-fqdns
  const isInfrastructure = INFRASTRUCTURE.some((pattern) => fits(pattern, named.name));
  return isInfrastructure ? { passes: true, by: "infrastructure names" } : { passes: false, by: "default" };
}

/** What the firewall reads of a name: HTTP's Host, or the server name of TLS. Without one an application rule can't match. */
function nameOf({ tls, http }: FirewallAttempt): { name: string; type: "Http" | "Https" } | undefined {
  if (tls !== undefined) return tls.serverName === undefined ? undefined : { name: tls.serverName, type: "Https" };
  return http === undefined ? undefined : { name: http.host, type: "Http" };
}

// A parent policy's groups go first, then groups by priority, then collections by priority; the first match ends it.
// https://learn.microsoft.com/azure/firewall/rule-processing
function decide(
  { groups, parentGroups = [] }: FirewallConfiguration,
  kind: string,
  matches: (rule: Values) => boolean,
): FirewallVerdict | undefined {
  for (const policy of [parentGroups, groups]) {
    for (const group of byPriority(policy)) {
      for (const collection of byPriority(listOf(group[kind]))) {
        const rule = listOf(collection["rule"]).find(matches);
        if (rule === undefined) continue;
        const by = [group, collection, rule].map(({ name }) => String(name)).join("/");
        return { passes: collection["action"] === "Allow", by };
      }
    }
  }
  return undefined;
}

const byPriority = (all: readonly Values[]): Values[] =>
  [...all].sort((a, b) => Number(a["priority"]) - Number(b["priority"]));

function networkMatches(configuration: FirewallConfiguration, rule: Values, attempt: FirewallAttempt): boolean {
  const protocols = textsOf(rule["protocols"]);
  return (
    sourceMatches(configuration, rule, attempt) &&
    protocols.some((protocol) => protocol === "Any" || protocol === attempt.protocol) &&
    textsOf(rule["destination_addresses"]).some((text) => holds(text, attempt.destination)) &&
    (attempt.protocol === "ICMP" || textsOf(rule["destination_ports"]).some((text) => holdsPort(text, attempt.port)))
  );
}

function applicationMatches(
  configuration: FirewallConfiguration,
  rule: Values,
  attempt: FirewallAttempt,
  { name, type }: { name: string; type: "Http" | "Https" },
): boolean {
  const speaks = listOf(rule["protocols"]).some((one) => one["type"] === type && Number(one["port"]) === attempt.port);
  if (!speaks || !sourceMatches(configuration, rule, attempt)) return false;
  const urls = textsOf(rule["destination_urls"]);
  if (urls.length > 0) return urls.some((url) => urlMatches(configuration, url, rule, attempt, name));
  // With TLS inspection the request inside is looked at as well. https://learn.microsoft.com/azure/firewall/premium-features
  const inside = isTerminated(configuration, rule) ? (attempt.http?.host ?? name) : name;
  return textsOf(rule["destination_fqdns"]).some((pattern) => fits(pattern, name) && fits(pattern, inside));
}

// URL filtering is of Premium, and over TLS needs inspection. https://learn.microsoft.com/azure/firewall/premium-features#url-filtering
function urlMatches(
  configuration: FirewallConfiguration,
  url: string,
  rule: Values,
  attempt: FirewallAttempt,
  name: string,
): boolean {
  if (configuration.sku !== "Premium") return false;
  if (attempt.tls !== undefined && !isTerminated(configuration, rule)) return false;
  if (attempt.http === undefined) return false;
  const [host = "", ...path] = url.split("/");
  const wanted = `/${path.join("/")}`;
  const asked = attempt.http.path.split("?")[0] ?? "";
  const isUnder = wanted.endsWith("*") ? asked.startsWith(wanted.slice(0, -1)) : asked === wanted;
  return fits(host, name) && fits(host, attempt.http.host) && isUnder;
}

const isTerminated = ({ sku, inspectsTls }: FirewallConfiguration, rule: Values): boolean =>
  sku === "Premium" && inspectsTls && rule["terminate_tls"] === true;

// A wildcard stands at the left alone and means any depth, not the name itself.
// https://learn.microsoft.com/azure/firewall/firewall-faq
function fits(pattern: string, name: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), name.toLowerCase()];
  if (wanted === "*") return true;
  return wanted.startsWith("*")
    ? given.endsWith(wanted.slice(1)) && given.length > wanted.length - 1
    : wanted === given;
}

function sourceMatches({ ipGroups = {} }: FirewallConfiguration, rule: Values, { source }: FirewallAttempt): boolean {
  const groups = textsOf(rule["source_ip_groups"]).flatMap((reference) => ipGroups[reference] ?? []);
  return [...textsOf(rule["source_addresses"]), ...groups].some((text) => holds(text, source));
}

function holds(text: string, address: string): boolean {
  if (text === "*") return true;
  const [block = "", prefix] = text.split("/");
  const [from = "", to] = block.split("-");
  const value = numberOf(address);
  if (to !== undefined) return value >= numberOf(from) && value <= numberOf(to);
  const size = 2 ** (32 - Number(prefix ?? 32));
  const first = Math.floor(numberOf(from) / size) * size;
  return value >= first && value < first + size;
}

const numberOf = (address: string): number =>
  parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);

function holdsPort(text: string, port: number): boolean {
  if (text === "*") return true;
  const [from, to = from] = text.split("-").map(Number);
  return port >= (from ?? Number.NaN) && port <= (to ?? Number.NaN);
}

const listOf = (value: unknown): Values[] => (Array.isArray(value) ? (value as Values[]) : []);
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
