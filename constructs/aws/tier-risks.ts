import type { ResidualRisk } from "../../lib/compile/residual-risk";
import { AwsEgressTier } from "./egress-tier";
import type { AwsService } from "./service";

/** What the layers of a cell on AWS leave open whatever the policies say. */
export function tierRisks(cell: { tier: AwsEgressTier; services: AwsService[]; existingVpc: boolean }): ResidualRisk[] {
  const always: ResidualRisk[] = [
    {
      id: "R40",
      title: "link-local services",
      detail:
        "Security groups and routes do not filter the instance metadata service, the VPC resolver and the time service. The boundary refuses credentials from version 1 of the metadata service; launch instances with http_tokens required and a hop limit of 1.",
    },
    {
      id: "R41",
      title: "changes from outside of this stack",
      detail:
        "Another stack or person may add a route, a peering or a security group rule to the VPC. Keep such rights from everybody but the deployer by a service control policy.",
    },
  ];
  const endpoints: ResidualRisk[] =
    cell.services.length === 0
      ? []
      : [
          {
            id: "R42",
            title: "private endpoints reach the owner's resources",
            detail: `Endpoint policies pin the owner, not the resource: what an agent may do at ${cell.services.map((service) => service.name).join(", ")} is up to its identity's grants.`,
          },
        ];
  const oneZone: ResidualRisk[] =
    cell.tier === AwsEgressTier.INSPECTED_ONE_ZONE
      ? [
          {
            id: "R43",
            title: "one zone carries the way out",
            detail:
              "If the first zone fails, no agent reaches anything by name; traffic of the other zones crosses to it and is billed for that.",
          },
        ]
      : [];
  const existing: ResidualRisk[] = cell.existingVpc
    ? [
        {
          id: "R44",
          title: "a VPC that the cell did not make",
          detail:
            "Its default security group, main route table and the routes of the given public route tables are not in this stack and were not checked. Other hosts of the VPC are near: an agent reaches them on its open ports if their security groups let it. Only agents' subnets are in the flow logs.",
        },
      ]
    : [];
  return [...endpoints, ...oneZone, ...existing, ...always];
}
