import type { AgentFault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, isFalse, isTrue, numberOf, textOf } from "../read/values";
import type { Resolvers } from "./dns";
import type { Firewalls } from "./firewalls";
import type { Drawn } from "./router";

/** Shorter than this, nobody has looked yet when the record is gone. */
const SHORTEST_DAYS = 30;

/** What is missing of the records of agents' networks: flows, refusals, translations, names. A proxy's are always kept. */
export function readRecords(
  inventory: Inventory,
  drawn: readonly Drawn[],
  firewalls: Firewalls,
  resolvers: Resolvers,
): AgentFault[] {
  const subnets = [...new Set(drawn.map(({ point }) => point.subnet))].sort();
  const networks = [...new Set(drawn.map(({ point }) => point.network))].sort();
  const nats = [...new Set(drawn.flatMap((one) => one.nats.map((nat) => nat.address)))].sort();
  return [
    ...subnets.flatMap((subnet) => flows(inventory, subnet)),
    ...distinct(drawn.flatMap((one) => refusals(one, firewalls))),
    ...networks
      .filter((network) => inventory.get(network)?.mode === "managed" && !resolvers.isLogged(network))
      .map((address) => ({
        address,
        problem: "the names that it asks for are not recorded",
        fix: "add google_dns_policy with enable_logging for it",
      })),
    ...nats.flatMap((address) => translations(inventory, address)),
    ...excluded(inventory),
    ...retention(inventory),
  ];
}

function flows(inventory: Inventory, address: string): AgentFault[] {
  const resource = inventory.get(address);
  if (resource?.type !== "google_compute_subnetwork" || resource.mode === "data") return [];
  const value = resource.values["log_config"];
  const fix = "set log_config on it";
  const [config] = blocksOf(value);
  if (config === undefined) {
    const isKept = hasUnknown(value) && inventory.countsUnknown("restricts", address, "log_config", value);
    return isKept ? [] : [{ address, problem: "its flows are not recorded", fix }];
  }
  if (numberOf(config["flow_sampling"]) === 0)
    return [{ address, problem: "it records none of its flows", fix: "set flow_sampling above 0" }];
  const filter = textOf(config["filter_expr"]);
  return filter === undefined || filter === "true"
    ? []
    : [
        {
          address,
          problem: `it records the flows alone that its filter takes: ${filter}`,
          fix: "leave filter_expr out",
        },
      ];
}

// Who tried and was refused is what a record is for.
function refusals({ point }: Drawn, firewalls: Firewalls): AgentFault[] {
  const layers = firewalls.layersOf(point.network, point.region);
  return layers.flatMap((layer) =>
    layer.rules
      .filter((rule) => rule.action === "deny" && !rule.isLogged)
      .filter((rule) => !rule.extent(point).wide.isEmpty)
      .map((rule) => ({
        address: rule.address,
        problem: `what rule ${rule.label} refuses is not recorded`,
        fix: "set enable_logging on the rule; for a classic one, log_config",
      })),
  );
}

function translations(inventory: Inventory, address: string): AgentFault[] {
  const value = inventory.get(address)?.values["log_config"];
  const [config] = blocksOf(value);
  if (isTrue(config?.["enable"]) && textOf(config?.["filter"]) !== "ERRORS_ONLY") return [];
  if (config === undefined && hasUnknown(value) && inventory.countsUnknown("restricts", address, "log_config", value))
    return [];
  return [
    { address, problem: "what it translates is not recorded", fix: 'set log_config { enable = true, filter = "ALL" }' },
  ];
}

const NETWORK_LOGS = /vpc_flows|firewall|dns_quer|nat_flows|gateway_requests|dns_query|gce_subnetwork|nat_gateway/;

// An exclusion drops entries before anybody keeps them.
function excluded(inventory: Inventory): AgentFault[] {
  const drops = (value: string | undefined): boolean =>
    value === undefined || value.trim() === "" || NETWORK_LOGS.test(value);
  const project = inventory
    .of(
      "grants",
      "google_logging_project_exclusion",
      "google_logging_folder_exclusion",
      "google_logging_organization_exclusion",
    )
    .filter((one) => !isTrue(one.values["disabled"]) && drops(textOf(one.values["filter"])))
    .map(({ address }) => ({ address, problem: "it drops records of the agents' network", fix: "remove it" }));
  const sinks = inventory.of("grants", "google_logging_project_sink").flatMap(({ address, values }) => {
    const isForRecords = NETWORK_LOGS.test(textOf(values["filter"]) ?? textOfTemplate(values["filter"]));
    if (!isForRecords) return [];
    const faults: AgentFault[] = [];
    if (isTrue(values["disabled"]))
      faults.push({ address, problem: "it is switched off, so it keeps nothing", fix: "set disabled to false" });
    const own = blocksOf(values["exclusions"]).filter(
      (one) => !isTrue(one["disabled"]) && drops(textOf(one["filter"])),
    );
    if (own.length > 0)
      faults.push({ address, problem: "it drops records of the agents' network", fix: "remove its exclusions" });
    return faults;
  });
  return [...project, ...sinks];
}

function retention(inventory: Inventory): AgentFault[] {
  return inventory
    .of("grants", "google_logging_project_bucket_config")
    .flatMap(({ address, values }: PlannedResource) => {
      const value = values["retention_days"];
      const days = numberOf(value);
      if (isAbsent(value) || isFalse(value) || (days !== undefined && days >= SHORTEST_DAYS)) return [];
      if (days === undefined && !inventory.countsUnknown("grants", address, "retention_days", value)) return [];
      return [
        {
          address,
          severity: "medium" as const,
          problem: `it keeps the agents' records for ${days ?? "an unknown number of"} days`,
          fix: `keep them for ${SHORTEST_DAYS} days or more`,
        },
      ];
    });
}

const textOfTemplate = (value: unknown): string =>
  typeof value === "object" && value !== null && "text" in value ? String(value.text) : "";

function distinct(faults: readonly AgentFault[]): AgentFault[] {
  const seen = new Set<string>();
  return faults.filter(
    ({ address, problem }) => !seen.has(`${address} ${problem}`) && seen.add(`${address} ${problem}`) !== undefined,
  );
}
