import type { Values } from "../support/changed-plan";
import { each, type Generator, list } from "./mutation";

const GROUP = "azurerm_firewall_policy_rule_collection_group";
const isEnforced = (_: Values, name: string): boolean => name.includes("_agent-") && !name.includes("_agent-coder");
const own = (values: Values, kind: string): Values | undefined =>
  list(values[`${kind}_rule_collection`]).find(
    ({ name }) => String(name).startsWith("agent-") && !String(name).endsWith("-coder"),
  );

/** Values that a plan of a cell on Azure does not say, in places that open. */
export const unknownsAzure: Generator = (plan) => [
  ...each(
    plan,
    GROUP,
    "unknown names in the first list of",
    ["CORDON-P02"],
    (values) => {
      const [rule] = list(own(values, "application")?.["rule"]);
      if (rule !== undefined) rule["destination_fqdns"] = "${var.names}";
    },
    (values) => own(values, "application") !== undefined,
  ),
  ...each(
    plan,
    GROUP,
    "unknown addresses in the first list of",
    ["CORDON-P02", "CORDON-P01"],
    (values) => {
      const [rule] = list(own(values, "network")?.["rule"]);
      if (rule !== undefined) rule["destination_addresses"] = "${var.addresses}";
    },
    (values) => own(values, "network") !== undefined,
  ),
  ...each(
    plan,
    "azurerm_route",
    "unknown next hop of",
    ["CORDON-P01", "CORDON-P02"],
    (values) => {
      values["next_hop_type"] = "${var.hop}";
    },
    isEnforced,
  ),
  ...each(
    plan,
    "azurerm_subnet",
    "unknown outbound access of",
    ["CORDON-P01", "CORDON-P10", "CORDON-P02"],
    (values) => {
      values["default_outbound_access_enabled"] = "${var.open}";
    },
    isEnforced,
  ),
  ...each(plan, "azurerm_network_watcher_flow_log", "unknown state of", ["CORDON-P08"], (values) => {
    values["enabled"] = "${var.logs}";
  }),
  ...each(plan, "azurerm_virtual_network_dns_servers", "unknown resolver of", ["CORDON-P03"], (values) => {
    values["dns_servers"] = "${var.resolvers}";
  }),
];
