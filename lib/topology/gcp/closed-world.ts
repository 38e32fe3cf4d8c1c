import type { AgentFault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import type { GcpAttachPoint } from "./agents";
import { COMPUTE_TYPES } from "./placements";
import { CARRIERS, isKnownType } from "./resource-types";

/**
 * What touches the agents' network and is not part of the model: types without a reading, commands that run at apply,
 * changes that Terraform is told not to see, resources of another project. Each leaves the proof open.
 */
export function readUnmodelled(
  inventory: Inventory,
  points: readonly GcpAttachPoint[],
  parts: readonly string[],
  identities: readonly string[],
): AgentFault[] {
  const slice = sliceOf(inventory, points, parts);
  const touching = new Set<PlannedResource>();
  for (const address of [...slice, ...identities]) for (const one of inventory.referring(address)) touching.add(one);
  const members = [...slice].flatMap((address) => inventory.get(address) ?? []);
  const home = inventory.get(points[0]?.network)?.loaded.provider;
  return [...new Set([...members, ...touching])]
    .filter((one) => one.mode === "managed")
    .flatMap((one) => faultsOf(one, home))
    .concat(commands(inventory))
    .concat(
      inventory.configuration.notes.map((note) => ({
        address: inventory.configuration.name,
        problem: note,
        fix: "verify a plan instead: terraform show -json",
      })),
    );
}

function sliceOf(inventory: Inventory, points: readonly GcpAttachPoint[], parts: readonly string[]): Set<string> {
  const queue = [...points.flatMap((point) => [point.network, point.subnet]), ...parts];
  const slice = new Set<string>();
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (slice.has(next)) continue;
    slice.add(next);
    for (const one of inventory.referring(next))
      if (CARRIERS.some((form) => form.test(one.type)) && !slice.has(one.address)) queue.push(one.address);
  }
  return slice;
}

function faultsOf(resource: PlannedResource, home: string | undefined): AgentFault[] {
  const { address, type, loaded } = resource;
  const faults: AgentFault[] = [];
  if (type.startsWith("google_") && !isKnownType(type) && !COMPUTE_TYPES.has(type)) {
    faults.push({
      address,
      problem: `${type} touches the agents' network, and the model does not know what it does`,
      fix: "remove it, or acknowledge it with what it does as the reason",
    });
  }
  const ignored = ignoredArguments(loaded.ignoreChanges);
  if (ignored.length > 0) {
    faults.push({
      address,
      problem: `Terraform is told not to see changes of ${ignored.join(", ")}`,
      fix: "remove them from ignore_changes, or acknowledge it",
    });
  }
  if (loaded.provider !== undefined && loaded.provider !== home && !/^google-beta$/.test(loaded.provider)) {
    faults.push({
      address,
      problem: `it belongs to ${loaded.provider}, another project or region than the agents' network`,
      fix: "keep the agents' network in one project and region",
    });
  }
  return faults;
}

function ignoredArguments(value: PlannedResource["loaded"]["ignoreChanges"]): string[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return list.map((one) => String(one)).filter((one) => !/^(labels|effective_labels|terraform_labels)\b/.test(one));
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
