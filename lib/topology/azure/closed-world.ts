import type { AgentFault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, isTrue, textOf } from "../read/values";
import type { AzureAttachPoint } from "./agents";
import { apiTypeOf } from "./api-resources";
import type { AzureFirewall } from "./firewalls";
import { COMPUTE_TYPES, isInert, MODELLED_API_TYPES, MODELLED_TYPES } from "./resource-types";
import type { RouteTables } from "./route-tables";
import type { Walls } from "./walls";

/** Types of the agents' slice whose own references belong to it: what they stand on counts too. */
const CARRIERS = new Set([
  "azurerm_virtual_network",
  "azurerm_subnet",
  "azurerm_route_table",
  "azurerm_network_security_group",
  "azurerm_firewall",
  "azurerm_firewall_policy",
  "azurerm_firewall_policy_rule_collection_group",
  "azurerm_ip_group",
  "azurerm_subnet_network_security_group_association",
  "azurerm_subnet_route_table_association",
]);

/** What the closed world is read from. */
export interface WorldContext {
  readonly inventory: Inventory;
  readonly points: readonly AzureAttachPoint[];
  readonly firewalls: readonly AzureFirewall[];
  readonly tables: RouteTables;
  readonly walls: Walls;
}

/** Addresses of what contains the agents. */
export function sliceOf({ inventory, points, firewalls, tables, walls }: WorldContext): Set<string> {
  const queue = [
    ...points.flatMap((point) => [
      point.network,
      point.subnet,
      tables.tableOf(point.subnet) ?? "",
      ...walls.groupsOf(point),
    ]),
    ...firewalls.flatMap((one) => [one.address, ...one.parts, ...one.subnets, one.network ?? ""]),
  ];
  const slice = new Set<string>();
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (slice.has(next) || next === "") continue;
    slice.add(next);
    for (const one of inventory.referring(next)) {
      if (CARRIERS.has(one.type) && !slice.has(one.address)) queue.push(one.address);
    }
  }
  return slice;
}

/**
 * What touches the agents' network and is not part of the model: types without a reading, commands that run at apply,
 * changes that Terraform is told not to see, resources of another subscription. Each leaves the proof open.
 */
export function readUnmodelled(
  context: WorldContext,
  slice: ReadonlySet<string>,
  identities: readonly string[],
): AgentFault[] {
  const { inventory, points, firewalls } = context;
  const touching = new Set<PlannedResource>();
  for (const address of [...slice, ...identities]) {
    const own = inventory.get(address);
    if (own !== undefined) touching.add(own);
    for (const one of inventory.referring(address)) touching.add(one);
  }
  const home = inventory.get(points[0]?.network)?.loaded.provider;
  const unread = firewalls.flatMap(({ policy }) =>
    blocksOf(policy?.values["explicit_proxy"])
      .filter((one) => isTrue(one["enabled"]))
      .map(() => ({
        address: policy?.address ?? "",
        problem: "its explicit proxy is on, and the model does not know what it passes",
        fix: "turn it off, or acknowledge it with what it passes as the reason",
      })),
  );
  return [...touching]
    .filter((one) => one.mode === "managed")
    .sort((a, b) => (a.address < b.address ? -1 : 1))
    .flatMap((one) => faultsOf(inventory, one, home))
    .concat(unread)
    .concat(commands(inventory))
    .concat(
      inventory.configuration.notes.map((note) => ({
        address: inventory.configuration.name,
        problem: note,
        fix: "verify a plan instead: terraform show -json",
      })),
    );
}

function isModelled(resource: PlannedResource): boolean {
  const { type } = resource;
  if (type.startsWith("azapi_")) return type === "azapi_resource" && MODELLED_API_TYPES.has(apiTypeOf(resource));
  return MODELLED_TYPES.has(type) || COMPUTE_TYPES.has(type) || isInert(type);
}

function faultsOf(inventory: Inventory, resource: PlannedResource, home: string | undefined): AgentFault[] {
  const { address, type, values, loaded } = resource;
  const faults: AgentFault[] = [];
  if (!isModelled(resource)) {
    const what = type.startsWith("azapi_") ? `${type} ${textOf(values["type"]) ?? ""}`.trim() : type;
    faults.push({
      address,
      problem: `${what} touches the agents' network, and the model does not know what it does`,
      fix: "remove it, or acknowledge it with what it does as the reason",
    });
  }
  const ignored = ignoredArguments(loaded.ignoreChanges).filter((one) => !isQuarantine(inventory, resource, one));
  if (ignored.length > 0) {
    faults.push({
      address,
      problem: `Terraform is told not to see changes of ${ignored.join(", ")}`,
      fix: "remove them from ignore_changes, or acknowledge it",
    });
  }
  if (loaded.provider !== undefined && loaded.provider !== home && !type.startsWith("azapi_")) {
    faults.push({
      address,
      problem: `it belongs to ${loaded.provider}, another subscription than the agents' network`,
      fix: "keep the agents' network in one subscription",
    });
  }
  return faults;
}

// Addresses that only denying rules mean: whoever adds one closes something.
function isQuarantine(inventory: Inventory, { address, type }: PlannedResource, argument: string): boolean {
  if (type !== "azurerm_ip_group" || argument !== "cidrs") return false;
  return inventory.referring(address).every((one) => {
    if (!one.type.startsWith("azurerm_firewall_")) return true;
    const collections = ["network_rule_collection", "application_rule_collection"].flatMap((name) =>
      blocksOf(one.values[name]),
    );
    const using = collections.filter((collection) =>
      blocksOf(collection["rule"]).some((rule) =>
        [rule["source_ip_groups"], rule["destination_ip_groups"]].some(
          (groups) => Array.isArray(groups) && groups.some((group) => referenceAddress(group) === address),
        ),
      ),
    );
    return using.every((collection) => textOf(collection["action"])?.toLowerCase() === "deny");
  });
}

const referenceAddress = (value: unknown): string | undefined =>
  typeof value === "object" && value !== null && "address" in value ? String(value.address) : undefined;

function ignoredArguments(value: PlannedResource["loaded"]["ignoreChanges"]): string[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return list.map((one) => String(one)).filter((one) => !/^tags\b/.test(one));
}

// A command can make any route; no plan shows it.
function commands(inventory: Inventory): AgentFault[] {
  return inventory.all
    .filter((one) => one.loaded.provisioners === true)
    .map(({ address }) => ({
      address,
      problem: "it runs a command at apply that can change anything",
      fix: "remove the provisioner, or acknowledge it with what it does as the reason",
    }));
}
