import type { AgentFault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, isFalse, numberOf, textOf } from "../read/values";
import type { AzureAttachPoint } from "./agents";
import { apiResources } from "./api-resources";
import { asksOthers } from "./dns";
import type { AzureFirewall } from "./firewalls";
import { idOf } from "./own";

/** Shorter than this, nobody has looked yet when the record is gone. */
const SHORTEST_DAYS = 30;

/** What a firewall records, by its own tables or by those that were before them. */
const VERDICTS: readonly { readonly what: string; readonly categories: readonly string[] }[] = [
  {
    what: "which names it allows and denies",
    categories: ["AZFWApplicationRule", "AzureFirewallApplicationRule"],
  },
  { what: "which addresses it allows and denies", categories: ["AZFWNetworkRule", "AzureFirewallNetworkRule"] },
];
const NAMES = ["AZFWDnsQuery", "AzureFirewallDnsProxy"];

/**
 * What is missing of the records of agents' networks: flows, the firewall's verdicts, names.
 * @param isVouched whether somebody stands for a hub that is not in the stack
 */
export function readRecords(
  inventory: Inventory,
  points: readonly AzureAttachPoint[],
  firewalls: readonly AzureFirewall[],
  isVouched: boolean,
): AgentFault[] {
  const networks = [...new Set(points.map((point) => point.network))].sort();
  const own = firewalls.filter((one) => one.resource !== undefined);
  return [
    // What a hub is asked, its owner records.
    ...networks.flatMap((network) => [
      ...flowLogs(inventory, network, points),
      ...(isVouched && asksOthers(inventory, network) ? [] : queryLogs(inventory, network, own)),
    ]),
    ...own.flatMap((firewall) => verdicts(inventory, firewall)),
    ...retentions(inventory, networks, own),
  ];
}

function flowLogs(inventory: Inventory, network: string, points: readonly AzureAttachPoint[]): AgentFault[] {
  const logs = logsOf(inventory).filter((log) => {
    const on = log.values["enabled"];
    if (isAbsent(on) || isFalse(on)) return false;
    return !hasUnknown(on) || inventory.countsUnknown("restricts", log.address, "enabled", on);
  });
  const covers = (place: string): boolean => logs.some((log) => idOf(log.values["target_resource_id"]) === place);
  if (covers(network)) return [];
  const subnets = [...new Set(points.filter((one) => one.network === network).map((one) => one.subnet))].sort();
  const [missing] = subnets.filter((subnet) => !covers(subnet));
  if (missing === undefined) return [];
  const off = logsOf(inventory).find((log) => idOf(log.values["target_resource_id"]) === network);
  const problem = off === undefined ? "its flows are not recorded" : "it is off, so flows are not recorded";
  const fix = "add azurerm_network_watcher_flow_log with the network as its target";
  return [{ address: off?.address ?? (subnets.length > 1 ? network : missing), problem, fix }];
}

const logsOf = (inventory: Inventory): PlannedResource[] =>
  inventory.of("restricts", "azurerm_network_watcher_flow_log");

// Names are recorded by the policy on the network, or by the proxy that it asks.
function queryLogs(inventory: Inventory, network: string, firewalls: readonly AzureFirewall[]): AgentFault[] {
  const policies = apiResources(inventory, "microsoft.network/dnsresolverpolicies/virtualnetworklinks")
    .filter(({ properties }) => idOf(blocksOf(properties["virtualNetwork"])[0]?.["id"]) === network)
    .flatMap(({ resource }) => idOf(resource.values["parent_id"]) ?? []);
  const isLogged =
    policies.some((policy) => records(inventory, policy, ["DnsResponse"])) ||
    firewalls.some((firewall) => records(inventory, firewall.address, NAMES));
  const problem = "the names that it asks for are not recorded";
  const fix = "record DnsResponse of its DNS security policy, or AZFWDnsQuery of the firewall that it asks";
  return isLogged ? [] : [{ address: network, problem, fix }];
}

function verdicts(inventory: Inventory, { address }: AzureFirewall): AgentFault[] {
  return VERDICTS.filter(({ categories }) => !records(inventory, address, categories)).map(({ what, categories }) => ({
    address,
    problem: `${what} is not recorded`,
    fix: `add ${categories[0]} to an azurerm_monitor_diagnostic_setting of it`,
  }));
}

function records(inventory: Inventory, target: string, categories: readonly string[]): boolean {
  return inventory
    .of("restricts", "azurerm_monitor_diagnostic_setting")
    .filter((one) => idOf(one.values["target_resource_id"]) === target)
    .some((one) => {
      const logs = [...blocksOf(one.values["enabled_log"]), ...blocksOf(one.values["log"])];
      const isUnsaid =
        hasUnknown(one.values["enabled_log"]) &&
        inventory.countsUnknown("restricts", one.address, "enabled_log", one.values["enabled_log"]);
      return (
        isUnsaid ||
        logs.some(
          (log) =>
            !isFalse(log["enabled"]) &&
            (categories.includes(textOf(log["category"]) ?? "") || textOf(log["category_group"]) === "allLogs"),
        )
      );
    });
}

function retentions(
  inventory: Inventory,
  networks: readonly string[],
  firewalls: readonly AzureFirewall[],
): AgentFault[] {
  const flow = logsOf(inventory)
    .filter((log) => networks.includes(idOf(log.values["target_resource_id"]) ?? ""))
    .flatMap((log) =>
      blocksOf(log.values["retention_policy"])
        .filter((one) => !isFalse(one["enabled"]))
        .flatMap((one) => shortly(inventory, log, "retention_policy.days", one["days"])),
    );
  const targets = new Set(firewalls.map((one) => one.address));
  const sinks = new Set(
    inventory
      .of("grants", "azurerm_monitor_diagnostic_setting")
      .filter((one) => targets.has(idOf(one.values["target_resource_id"]) ?? ""))
      .flatMap((one) => idOf(one.values["log_analytics_workspace_id"]) ?? []),
  );
  const workspaces = inventory
    .of("grants", "azurerm_log_analytics_workspace")
    .filter((one) => sinks.has(one.address))
    .flatMap((one) => shortly(inventory, one, "retention_in_days", one.values["retention_in_days"]));
  return [...flow, ...workspaces];
}

function shortly(
  inventory: Inventory,
  { address }: PlannedResource,
  argument: string,
  value: PlannedResource["values"][string] | undefined,
): AgentFault[] {
  const days = numberOf(value);
  if (days === undefined && (isAbsent(value) || !inventory.countsUnknown("grants", address, argument, value)))
    return [];
  if (days !== undefined && (days === 0 || days >= SHORTEST_DAYS)) return [];
  const problem = `it keeps the agents' records for ${days ?? "an unknown number of"} days`;
  return [{ address, severity: "medium", problem, fix: `keep them for ${SHORTEST_DAYS} days or more` }];
}
