/** What a permission or role would let an identity do. */
export interface Hazard {
  readonly title: string;
  /** It changes what the proof stands on: nobody beside the deployer should. */
  readonly isFoundation: boolean;
}

const hazard = (title: string, isFoundation = true): Hazard => ({ title, isFoundation });

const IAM = hazard("it changes who may do what");
const IDENTITY = hazard("it takes or makes other identities");
const NETWORK = hazard("it changes networks, routes or firewalls");
const SELF = hazard("it changes the machine that the agent runs on: its tags, account, metadata or interfaces");
const PROXY = hazard("it changes the proxy or its rules");
const NAMES = hazard("it changes which names are answered");
const LOGS = hazard("it changes or deletes records");
const RUN = hazard("it runs code as another identity");
const ORG = hazard("it changes policies of the organisation or of the perimeter");
const DATA = hazard("it reaches all data of its kind in the project", false);
const SECRETS = hazard("it reads every secret of the project", false);
const KEYS = hazard("it decrypts with every key of the project", false);
const EVERYTHING = hazard("it administers a whole service", false);

/** Permissions, by the first that fits. @see https://cloud.google.com/iam/docs/permissions-reference */
const PERMISSIONS: readonly (readonly [RegExp, Hazard])[] = [
  [/\.setIamPolicy$|^iam\.(roles|denypolicies|policybindings|principalaccessboundarypolicies)\.(?!get|list)/, IAM],
  [
    /^iam\.serviceAccounts\.(actAs|getAccessToken|getOpenIdToken|implicitDelegation|signBlob|signJwt|create|update|enable|undelete)$/,
    IDENTITY,
  ],
  [
    /^iam\.(serviceAccountKeys|workloadIdentityPool\w*|workforcePool\w*|oauthClient\w*)\.(create|update|upload|undelete)/,
    IDENTITY,
  ],
  [
    /^compute\.instances\.(setMetadata|setTags|setServiceAccount|addAccessConfig|updateNetworkInterface|create|update|attachDisk|setDiskAutoDelete|updateAccessConfig|createTagBinding|deleteTagBinding)$/,
    SELF,
  ],
  [/^compute\.projects\.setCommonInstanceMetadata$|^compute\.instanceTemplates\.create$/, SELF],
  [
    /^compute\.(firewall\w*|networks|subnetworks|routes|routers|vpnTunnels|vpnGateways|externalVpnGateways|interconnect\w*|globalAddresses|addresses|forwardingRules|globalForwardingRules|serviceAttachments|networkAttachments|packetMirrorings|securityPolicies|regionFirewallPolicies|globalNetworkEndpointGroups)\.(?!get|list|use$)/,
    NETWORK,
  ],
  [/^networkconnectivity\.\w+\.(?!get|list)|^vpcaccess\.connectors\.(?!get|list|use)/, NETWORK],
  [/^(networksecurity|networkservices|privateca)\.\w+\.(?!get|list)/, PROXY],
  [
    /^dns\.\w+\.(create|update|delete|bind\w*)|^servicedirectory\.\w+\.(create|update|delete|associatePrivateZone)/,
    NAMES,
  ],
  [/^logging\.(buckets|sinks|exclusions|settings|cmekSettings|views|links|logs)\.(?!get|list|use)/, LOGS],
  [
    /^(orgpolicy|accesscontextmanager|resourcemanager|serviceusage|billing)\.\w+(\.\w+)?\.?(?!get|list)(create|update|delete|set|move|enable|disable|use)/,
    ORG,
  ],
  [
    /^(run\.(services|jobs)\.(create|update|run)|cloudfunctions\.functions\.(create|update|sourceCodeSet)|cloudbuild\.builds\.create|deploymentmanager\.deployments\.(create|update)|container\.(pods|deployments|clusters)\.(create|update|exec)|cloudscheduler\.jobs\.(create|update)|workflows\.workflows\.(create|update)|dataproc\.\w+\.create|composer\.environments\.(create|update))/,
    RUN,
  ],
  [/^secretmanager\.versions\.access$/, SECRETS],
  [/^cloudkms\.cryptoKeyVersions\.(useToDecrypt|useToSign|viaDelegation\w*)$/, KEYS],
  [
    /^storage\.(objects|buckets)\.(get|list|create|delete|update)$|^bigquery\.tables\.(getData|updateData|export)$|^datastore\.entities\.|^spanner\.(sessions|databases)\.|^bigtable\.tables\./,
    DATA,
  ],
];

/** Predefined roles, by the first that fits. @see https://cloud.google.com/iam/docs/roles-permissions */
const ROLES: readonly (readonly [RegExp, Hazard])[] = [
  [/^roles\/(owner|editor)$/, hazard("it is a basic role, and holds nearly everything in the project")],
  [
    /^roles\/(viewer|browser|reader|writer|admin)$/,
    hazard("it is a basic role, and reads nearly everything in the project", false),
  ],
  [
    /^roles\/iam\.(securityAdmin|roleAdmin|organizationRoleAdmin|denyAdmin|principalAccessBoundaryAdmin)$|^roles\/resourcemanager\.\w*(Admin|Mover|Creator|Deleter)$|^roles\/(iap\.admin|securitycenter\.admin)$/,
    IAM,
  ],
  [/^roles\/iam\.(serviceAccount\w+|workloadIdentity\w*|workforcePool\w*)$/, IDENTITY],
  [/^roles\/compute\.(admin|instanceAdmin(\.v1)?)$/, SELF],
  [
    /^roles\/compute\.(network\w*Admin|securityAdmin|xpnAdmin|orgFirewallPolicyAdmin|orgSecurityPolicyAdmin|orgSecurityResourceAdmin|loadBalancerAdmin|packetMirroringAdmin|networkUser)$|^roles\/(networkconnectivity\.|vpcaccess\.admin|servicenetworking\.)/,
    NETWORK,
  ],
  [/^roles\/(networksecurity|networkservices|privateca)\.\w*(Admin|admin|Manager|Operator)/, PROXY],
  [/^roles\/(dns|servicedirectory)\.(admin|editor)$/, NAMES],
  [/^roles\/logging\.(admin|configWriter|bucketWriter|linkViewer)$/, LOGS],
  [/^roles\/(orgpolicy|accesscontextmanager|serviceusage\.serviceUsageAdmin|billing)/, ORG],
  [
    /^roles\/(run|cloudfunctions|cloudbuild|container|dataproc|dataflow|composer|workflows|cloudscheduler|deploymentmanager|appengine|notebooks|batch|cloudtasks)\.[\w.]*(admin|Admin|developer|editor|Editor|builder|runner|deployer)/,
    RUN,
  ],
  [/^roles\/secretmanager\.(secretAccessor|admin)$/, SECRETS],
  [/^roles\/cloudkms\.(admin|cryptoKeyDecrypter|cryptoKeyEncrypterDecrypter|signer\w*|cryptoOperator)$/, KEYS],
  [
    /^roles\/(storage|bigquery|datastore|spanner|bigtable|firebase|cloudsql|alloydb|pubsub|artifactregistry)\.(?!metadataViewer|jobUser|viewer$|resourceViewer|readSessionUser)/,
    DATA,
  ],
  [/\.(\w*Admin|admin|owner)$/, EVERYTHING],
];

/** What a predefined role would let an identity do; undefined for one that holds nothing of the kind. */
export const hazardOfRole = (role: string): Hazard | undefined => ROLES.find(([form]) => form.test(role))?.[1];

/** The first permission of a custom role that lets an identity do something of the kind. */
export function hazardOfPermissions(
  permissions: readonly string[],
): { permission: string; hazard: Hazard } | undefined {
  for (const [form, found] of PERMISSIONS) {
    const permission = permissions.find((one) => form.test(one));
    if (permission !== undefined) return { permission, hazard: found };
  }
  return undefined;
}
