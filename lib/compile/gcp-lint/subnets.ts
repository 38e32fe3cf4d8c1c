import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { blocks, finding, grouped, isAbsent, isFalse, isTrue, numberOf, shown } from "../aws-lint/values";
import { blockOf } from "./address-block";
import { associations, firewallRules } from "./firewall-rule";
import type { GcpContext } from "./gcp-context";
import { plainSubnets, workloadNetworks, workloadSubnets } from "./networks";

/**
 * CORDON-232. A subnet is made after its network's firewall is in force, or there is a moment without it. Rules that are
 * resources of their own count with their policy.
 */
export function subnetOrder(context: GcpContext): LintFinding[] {
  return workloadSubnets(context).flatMap((subnet) => {
    const network = context.identity(subnet.values["network"]);
    const bound = associations(context).filter(
      ({ values }) => context.identity(values["attachment_target"]) === network,
    );
    const policies = new Set(bound.map(({ values }) => context.identity(values["firewall_policy"])));
    const denials = firewallRules(context).filter(
      ({ owner, scope, action }) => policies.has(scope) && owner.address !== scope && action === "deny",
    );
    return [...bound, ...denials.map(({ owner }) => owner)]
      .filter(({ address }) => !context.waitsFor(subnet, address))
      .map(({ address }) =>
        finding(
          "CORDON-232",
          subnet,
          `it does not wait for ${address}, so for a moment nothing refuses what goes out of it`,
          `add ${address} to its depends_on`,
        ),
      );
  });
}

/**
 * CORDON-233. Subnets of workloads have IPv4 alone, record their flows, and reach Google APIs by their private address.
 * What only apply knows counts as the worse of the two.
 *
 * @see https://cloud.google.com/vpc/docs/subnets
 */
export function subnets(context: GcpContext): LintFinding[] {
  return [
    ...plainSubnets(context).flatMap(dualStack),
    ...workloadSubnets(context).flatMap(recorded),
    ...workloadNetworks(context).flatMap(ofNetwork),
  ];
}

function dualStack(subnet: TerraformResource): LintFinding[] {
  const { stack_type: stack, ipv6_access_type: access } = subnet.values;
  const problem =
    !isAbsent(stack) && stack !== "IPV4_ONLY"
      ? `stack_type is ${shown(stack)}`
      : isAbsent(access) || access === ""
        ? undefined
        : `ipv6_access_type is ${shown(access)}`;
  return problem === undefined
    ? []
    : [
        finding(
          "CORDON-233",
          subnet,
          `${problem}, and IPv6 goes around what is written for IPv4`,
          "set stack_type to IPV4_ONLY and leave ipv6_access_type out",
        ),
      ];
}

function recorded(subnet: TerraformResource): LintFinding[] {
  const { private_ip_google_access: access } = subnet.values;
  return [
    ...(isTrue(access)
      ? []
      : [
          finding(
            "CORDON-233",
            subnet,
            `private_ip_google_access is ${shown(access)}, so no interface without a public address reaches Google APIs`,
            "set it to true",
          ),
        ]),
    ...(blocks(subnet.values, "log_config").length > 0
      ? []
      : [finding("CORDON-233", subnet, "it has no log_config, so its flows leave no record", "add a log_config")]),
  ];
}

function ofNetwork(network: TerraformResource): LintFinding[] {
  const { auto_create_subnetworks: auto, enable_ula_internal_ipv6: ula } = network.values;
  return [
    ...(auto === false || auto === "false"
      ? []
      : [
          finding(
            "CORDON-233",
            network,
            `auto_create_subnetworks is ${shown(auto)}, so Google adds a subnet in every region, without logs`,
            "set it to false",
          ),
        ]),
    ...(isFalse(ula)
      ? []
      : [
          finding(
            "CORDON-233",
            network,
            `enable_ula_internal_ipv6 is ${shown(ula)}, and IPv6 goes around what is written for IPv4`,
            "leave it out",
          ),
        ]),
  ];
}

/**
 * CORDON-233. A proxy-only subnet is /26 or larger, has a role, neither logs nor private access, and is the one active one
 * of its network and region.
 *
 * @see https://cloud.google.com/load-balancing/docs/proxy-only-subnets
 */
export function managedProxySubnets(context: GcpContext): LintFinding[] {
  const all = context
    .ofType("google_compute_subnetwork")
    .filter(({ values }) => values["purpose"] === "REGIONAL_MANAGED_PROXY");
  const active = grouped(
    all.filter(({ values }) => values["role"] === "ACTIVE"),
    ({ values }) => `${context.identity(values["network"])} ${String(values["region"])}`,
  );
  return [
    ...all.flatMap((subnet) => proxyOnly(subnet)),
    ...[...active.values()].flatMap(([first, ...others]) =>
      others.map((subnet) =>
        finding(
          "CORDON-233",
          subnet,
          `${first?.address} is the active proxy-only subnet of its network and region, and Google refuses a second one`,
          "keep one of the two",
        ),
      ),
    ),
  ];
}

function proxyOnly(subnet: TerraformResource): LintFinding[] {
  const { role, ip_cidr_range: range } = subnet.values;
  const report = (problem: string, fix: string): LintFinding[] => [finding("CORDON-233", subnet, problem, fix)];
  const prefix = blockOf(String(range))?.prefix ?? numberOf(/\/(\d+)$/.exec(String(range))?.[1]);
  return [
    ...(isAbsent(role)
      ? report("it has no role, and Google refuses a proxy-only subnet without one", "set role to ACTIVE")
      : []),
    ...(prefix !== undefined && prefix > 26
      ? report(
          `${shown(range)} is smaller than /26, and Google refuses it for proxies`,
          "use /26 or larger, /23 where many requests come",
        )
      : []),
    ...(blocks(subnet.values, "log_config").length > 0
      ? report("it has a log_config, and Google refuses one for proxies", "leave log_config out")
      : []),
    ...(isFalse(subnet.values["private_ip_google_access"])
      ? []
      : report("it has private_ip_google_access, which proxies do not take", "leave it out")),
  ];
}
