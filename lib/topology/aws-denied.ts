import { readFirewall } from "./aws-firewall";
import { allowedNames } from "./aws-names";
import type { SecurityRule } from "./aws-security-rules";
import { resourcesOf, type TerraformJson, text } from "./terraform-json";

/** What stops everything else, each with the resource or rule that does it. */
export function deniedBy(
  json: TerraformJson,
  agent: { vpc: string; rules: SecurityRule[]; watched: boolean },
): string[] {
  const drops = agent.watched
    ? []
    : resourcesOf(json, "aws_networkfirewall_firewall")
        .filter((firewall) => text(firewall.values["vpc_id"]) === agent.vpc)
        .flatMap((firewall) =>
          readFirewall(json, firewall.address).groups.flatMap((group) =>
            [...(group.rules ?? "").matchAll(/^(?:drop|reject) .*?msg:"([^"]*)".*?sid:\s*(\d+)/gm)].map(
              ([, message, sid]) => `${message?.replace(/^cordon deny /, "")} (filter: sid ${sid})`,
            ),
          ),
        );
  const names = allowedNames(json, agent.vpc).has("*") ? [] : ["any other name (name: the resolver refuses it)"];
  const inbound = agent.rules.some((rule) => rule.side === "ingress")
    ? []
    : ["connections from anybody, other agents included (security group: no inbound rule)"];
  return [...names, ...inbound, ...drops];
}
