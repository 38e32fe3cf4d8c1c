import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { areBlocksUnknown, block, blocks, finding, isAbsent, isFalse, isTrue, items, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";
import { type Interface, interfaces, machines } from "./networks";

/**
 * CORDON-234. A machine has one interface, without a public address, IPv6 or an alias range, and forwards nothing for
 * others. What only apply knows counts as there.
 *
 * @see https://cloud.google.com/vpc/docs/create-use-multiple-interfaces
 */
export function instances(context: GcpContext): LintFinding[] {
  return [
    ...machines(context).flatMap(ofMachine),
    ...interfaces(context).flatMap(ofInterface),
    ...context.ofType("google_container_cluster").flatMap(ofCluster),
  ];
}

function ofMachine(machine: TerraformResource): LintFinding[] {
  const forward = machine.values["can_ip_forward"];
  const count = blocks(machine.values, "network_interface").length;
  const isUnknown = areBlocksUnknown(machine.values, "network_interface");
  return [
    ...(isFalse(forward)
      ? []
      : [
          finding(
            "CORDON-234",
            machine,
            `can_ip_forward is ${shown(forward)}, so it may send with addresses of others`,
            "set it to false",
          ),
        ]),
    ...(isUnknown
      ? [
          finding(
            "CORDON-234",
            machine,
            "its interfaces are known at plan only, so nothing shows which networks they join",
            "write one network_interface out",
          ),
        ]
      : []),
    ...(count > 1
      ? [
          finding(
            "CORDON-234",
            machine,
            `it has ${count} interfaces, and joins networks that are closed to each other`,
            "keep one network_interface",
          ),
        ]
      : []),
  ];
}

function ofInterface({ machine, values }: Interface): LintFinding[] {
  const report = (problem: string, fix: string): LintFinding => finding("CORDON-234", machine, problem, fix);
  const has = (name: string): boolean =>
    areBlocksUnknown(values, name) ||
    (Array.isArray(values[name]) ? items(values[name]).length > 0 : !isAbsent(values[name]));
  const stack = values["stack_type"];
  return [
    ...(has("access_config")
      ? [report("an interface has an access_config, so Google gives it a public address", "remove access_config")]
      : []),
    ...(has("ipv6_access_config") || (!isAbsent(stack) && stack !== "IPV4_ONLY")
      ? [
          report(
            "an interface has IPv6, which goes around what is written for IPv4",
            "remove ipv6_access_config and set stack_type to IPV4_ONLY",
          ),
        ]
      : []),
    ...(has("alias_ip_range")
      ? [
          report(
            "an interface has an alias_ip_range, whose addresses no rule knows as the agent's",
            "remove alias_ip_range",
          ),
        ]
      : []),
  ];
}

function ofCluster(cluster: TerraformResource): LintFinding[] {
  const nodes = block(cluster.values, "private_cluster_config")?.["enable_private_nodes"];
  return isTrue(nodes)
    ? []
    : [
        finding(
          "CORDON-234",
          cluster,
          `private_cluster_config.enable_private_nodes is ${shown(nodes)}, so Google gives nodes public addresses`,
          "set it to true",
        ),
      ];
}

const LINKS: Record<string, string> = {
  google_compute_network_peering: "joins its network with another one, past the firewall of a hop between them",
  google_network_connectivity_spoke: "joins its network with those of a hub",
  google_compute_vpn_gateway: "leads out of its network by a tunnel",
  google_compute_ha_vpn_gateway: "leads out of its network by a tunnel",
  google_compute_interconnect_attachment: "leads out of its network by an interconnect",
};

/** CORDON-234. Nothing else leads out of a network: no peering, no hub, no tunnel, no interconnect. */
export function networkLinks(context: GcpContext): LintFinding[] {
  return Object.entries(LINKS).flatMap(([type, what]) =>
    context
      .ofType(type)
      .map((link) =>
        finding("CORDON-234", link, `it ${what}`, "remove it, or publish one service by Private Service Connect"),
      ),
  );
}
