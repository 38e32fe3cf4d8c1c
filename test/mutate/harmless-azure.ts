import type { MutablePlan } from "../support/changed-plan";
import { adding, each, type Generator, list, put } from "./mutation";

const NONE: readonly string[] = [];
const GROUP = "azurerm_firewall_policy_rule_collection_group";
const RULE = "azurerm_network_security_rule";

/** Changes to a cell on Azure that open nothing. */
export const harmlessAzure: Generator = (plan: MutablePlan) => [
  ...each(plan, GROUP, "another name of", NONE, (values) => (values["name"] = "mutant")),
  ...each(plan, GROUP, "one more refusal in", NONE, (values) => {
    const rule = {
      name: "mutant",
      source_addresses: ["10.64.0.0/20"],
      protocols: [{ type: "Https", port: 443 }],
      destination_fqdns: ["evil.net"],
    };
    const refusal = { name: "mutant", priority: 300, action: "Deny", rule: [rule] };
    values["application_rule_collection"] = [...list(values["application_rule_collection"]), refusal];
  }),
  ...each(plan, RULE, "another name of", NONE, (values) => (values["name"] = `${String(values["name"])}-mutant`)),
  ...each(plan, RULE, "a description of", NONE, (values) => (values["description"] = "changed")),
  ...each(plan, "azurerm_virtual_network", "a tag of", NONE, (values) => (values["tags"] = { mutant: "yes" })),
  ...each(plan, "azurerm_network_watcher_flow_log", "kept longer", NONE, (values) => {
    values["retention_policy"] = { enabled: true, days: 730 };
  }),
  ...each(plan, "azurerm_private_endpoint", "another name of", NONE, (values) => (values["name"] = "pe-mutant")),
  adding("an unrelated network", NONE, (json) => {
    put(json, "azurerm_virtual_network", { name: "other", address_space: ["192.168.0.0/16"], location: "westeurope" });
    put(json, "azurerm_subnet", {
      name: "other",
      virtual_network_name: "${azurerm_virtual_network.Mutant.name}",
      address_prefixes: ["192.168.1.0/24"],
    });
  }),
];
