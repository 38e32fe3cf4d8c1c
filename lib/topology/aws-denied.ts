import { firewallGroups } from "./aws-firewall";
import { allowedNames } from "./aws-names";
import { type Resource, referenceOf, resourcesOf, type TerraformJson } from "./terraform-json";

/** What stops everything else, each with the resource or rule that does it. */
export function deniedBy(json: TerraformJson, securityGroups: Resource[], watched: boolean): string[] {
  const drops = watched
    ? []
    : resourcesOf(json, "aws_networkfirewall_firewall").flatMap((firewall) =>
        firewallGroups(json, firewall.address).flatMap((group) =>
          [...group.rules.matchAll(/^(?:drop|reject) .*?msg:"([^"]*)".*?sid:\s*(\d+)/gm)].map(
            ([, message, sid]) => `${message?.replace(/^cordon deny /, "")} (filter: sid ${sid})`,
          ),
        ),
      );
  const names = allowedNames(json).has("*") ? [] : ["any other name (name: the resolver refuses it)"];
  const isOwn = (address: string | undefined): boolean => securityGroups.some((group) => group.address === address);
  const admitted = resourcesOf(json, "aws_vpc_security_group_ingress_rule").some((rule) =>
    isOwn(referenceOf(rule.values["security_group_id"])),
  );
  const inbound = admitted ? [] : ["connections from anybody, other agents included (security group: no inbound rule)"];
  return [...names, ...inbound, ...drops];
}
