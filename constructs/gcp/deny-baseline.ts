import { IamDenyPolicy } from "@cdktf/provider-google/lib/iam-deny-policy";
import { Construct } from "constructs";
import { gcpName } from "./names";
import type { GcpScope } from "./project";

/**
 * What no agent may do whatever is granted to it, as IAM's deny policies write it: change networks, firewalls, proxies and
 * names, other identities and their rights, what records, or its own machine's tags and metadata.
 *
 * @see https://cloud.google.com/iam/docs/deny-permissions-support
 */
export const DENIED: readonly string[] = [
  "cloudresourcemanager.googleapis.com/projects.setIamPolicy",
  "compute.googleapis.com/firewallPolicies.create",
  "compute.googleapis.com/firewallPolicies.delete",
  "compute.googleapis.com/firewallPolicies.update",
  "compute.googleapis.com/firewallPolicies.use",
  "compute.googleapis.com/firewalls.create",
  "compute.googleapis.com/firewalls.delete",
  "compute.googleapis.com/firewalls.update",
  "compute.googleapis.com/instances.addAccessConfig",
  "compute.googleapis.com/instances.setMetadata",
  "compute.googleapis.com/instances.setServiceAccount",
  "compute.googleapis.com/instances.setTags",
  "compute.googleapis.com/networks.addPeering",
  "compute.googleapis.com/networks.create",
  "compute.googleapis.com/networks.delete",
  "compute.googleapis.com/networks.setFirewallPolicy",
  "compute.googleapis.com/networks.updatePolicy",
  "compute.googleapis.com/routers.create",
  "compute.googleapis.com/routers.update",
  "compute.googleapis.com/routes.create",
  "compute.googleapis.com/routes.delete",
  "compute.googleapis.com/subnetworks.create",
  "compute.googleapis.com/subnetworks.delete",
  "compute.googleapis.com/subnetworks.update",
  "dns.googleapis.com/managedZones.create",
  "dns.googleapis.com/managedZones.delete",
  "dns.googleapis.com/managedZones.update",
  "dns.googleapis.com/policies.update",
  "dns.googleapis.com/resourceRecordSets.create",
  "dns.googleapis.com/resourceRecordSets.delete",
  "dns.googleapis.com/resourceRecordSets.update",
  "iam.googleapis.com/roles.create",
  "iam.googleapis.com/roles.update",
  "iam.googleapis.com/serviceAccountKeys.create",
  "iam.googleapis.com/serviceAccounts.actAs",
  "iam.googleapis.com/serviceAccounts.getAccessToken",
  "iam.googleapis.com/serviceAccounts.implicitDelegation",
  "iam.googleapis.com/serviceAccounts.setIamPolicy",
  "iam.googleapis.com/serviceAccounts.signBlob",
  "iam.googleapis.com/serviceAccounts.signJwt",
  "logging.googleapis.com/buckets.delete",
  "logging.googleapis.com/buckets.update",
  "logging.googleapis.com/sinks.delete",
  "logging.googleapis.com/sinks.update",
  "networksecurity.googleapis.com/gatewaySecurityPolicies.update",
  "networksecurity.googleapis.com/gatewaySecurityPolicyRules.create",
  "networksecurity.googleapis.com/gatewaySecurityPolicyRules.delete",
  "networksecurity.googleapis.com/gatewaySecurityPolicyRules.update",
  "networkservices.googleapis.com/gateways.delete",
  "networkservices.googleapis.com/gateways.update",
];

/** The same for permissions that a user would grant: whole services and verbs that no agent needs. */
export const FORBIDDEN: readonly RegExp[] = [
  /\.(setIamPolicy|setMetadata|setTags|setServiceAccount|addAccessConfig|addPeering|setFirewallPolicy)$/,
  /^iam\./,
  /^(resourcemanager|orgpolicy|accesscontextmanager|serviceusage|billing)\./,
  /^(networksecurity|networkservices|networkconnectivity|dns|privateca)\./,
  /^compute\.(firewall|network|subnetwork|route|vpn|interconnect|forwardingRule|globalAddress|address|serviceAttachment)/,
  /^logging\.(buckets|sinks|exclusions|settings|cmekSettings|views|links)\./,
];

export interface GcpDenyBaselineProps {
  readonly cellName: string;
  readonly scope: GcpScope;
}

/**
 * A deny policy of the project that holds for the cell's agents whatever roles they are given. Who deploys it needs the
 * right to manage deny policies, which only an organisation can give.
 *
 * @see https://cloud.google.com/iam/docs/deny-overview
 */
export class GcpDenyBaseline extends Construct {
  public readonly policy: IamDenyPolicy;

  public constructor(scope: Construct, id: string, props: GcpDenyBaselineProps & { readonly emails: string[] }) {
    super(scope, id);
    this.policy = new IamDenyPolicy(this, "Resource", {
      parent: `cloudresourcemanager.googleapis.com%2Fprojects%2F${props.scope.project}`,
      name: gcpName("resource", props.cellName, "agents"),
      displayName: `Agents of cell ${props.cellName}`,
      rules: [
        {
          description: "Agents do not change what contains them",
          denyRule: {
            deniedPrincipals: props.emails.map(
              (email) => `principal://iam.googleapis.com/projects/-/serviceAccounts/${email}`,
            ),
            deniedPermissions: [...DENIED],
          },
        },
      ],
    });
  }
}
