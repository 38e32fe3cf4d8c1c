import type { LintContext } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { finding, isAbsent, isFalse, isTrue, shown } from "./values";

const VPC_IPV6_FLAGS = ["assign_generated_ipv6_cidr_block"];
const VPC_IPV6_VALUES = ["ipv6_cidr_block", "ipv6_ipam_pool_id", "ipv6_netmask_length"];
const SUBNET_IPV6_FLAGS = ["assign_ipv6_address_on_creation", "ipv6_native", "enable_dns64"];
const SUBNET_IPV6_VALUES = ["ipv6_cidr_block"];

/**
 * CORDON-093. No address of the internet by default: subnets give out no public IPv4 address, and nothing has IPv6, whose
 * routes the firewall is not in. Unknown is on.
 */
export function publicAddresses(context: LintContext): LintFinding[] {
  const subnets = context.ofType("aws_subnet");
  return [
    ...subnets
      .filter((subnet) => !isFalse(subnet.values["map_public_ip_on_launch"]))
      .map((subnet) =>
        finding(
          "CORDON-093",
          subnet,
          `map_public_ip_on_launch is ${shown(subnet.values["map_public_ip_on_launch"])}, so AWS gives each interface a public address`,
          "set it to false",
        ),
      ),
    ...subnets.flatMap((subnet) => ipv6(subnet, SUBNET_IPV6_FLAGS, SUBNET_IPV6_VALUES)),
    ...context.ofType("aws_vpc").flatMap((vpc) => ipv6(vpc, VPC_IPV6_FLAGS, VPC_IPV6_VALUES)),
    ...context
      .ofType("aws_vpc_ipv6_cidr_block_association")
      .map((association) =>
        finding("CORDON-093", association, "AWS routes IPv6 of the VPC around the firewall", "remove the IPv6 block"),
      ),
  ];
}

function ipv6(resource: TerraformResource, flags: string[], values: string[]): LintFinding[] {
  const set = [
    ...flags.filter((name) => !isFalse(resource.values[name])),
    ...values.filter((name) => !isAbsent(resource.values[name])),
  ];
  return set.map((name) =>
    finding(
      "CORDON-093",
      resource,
      `${name} is ${shown(resource.values[name])}, and AWS routes IPv6 around the firewall`,
      `remove ${name}`,
    ),
  );
}

/** CORDON-094. The VPC's resolver answers, and endpoints can have private names. Unknown is off. */
export function vpcDns(context: LintContext): LintFinding[] {
  return context.ofType("aws_vpc").flatMap((vpc) => {
    const { enable_dns_support: support, enable_dns_hostnames: hostnames } = vpc.values;
    return [
      ...(isTrue(support) || isAbsent(support)
        ? []
        : [
            finding(
              "CORDON-094",
              vpc,
              `enable_dns_support is ${shown(support)}, so DNS Firewall sees no query and private names do not resolve`,
              "set it to true",
            ),
          ]),
      ...(isTrue(hostnames)
        ? []
        : [
            finding(
              "CORDON-094",
              vpc,
              `enable_dns_hostnames is ${shown(hostnames)}, so AWS refuses private names for endpoints (InvalidParameter)`,
              "set it to true",
            ),
          ]),
    ];
  });
}
