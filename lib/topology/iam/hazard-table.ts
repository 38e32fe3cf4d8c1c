/** Something that an agent's identity must not be able to do. */
export interface Hazard {
  /** Stable name: `iam-change`. */
  readonly id: string;
  readonly title: string;
  /** What goes wrong if an agent can do it. */
  readonly why: string;
  /** Actions by their full names. */
  readonly actions: readonly string[];
  /** `any`: on no resource at all. `unnamed`: on nothing but resources that a policy names one by one. */
  readonly on: "any" | "unnamed";
  /** A resource to show in requests. */
  readonly example: string;
  /** Entries of the OWASP Top 10 for Agentic Applications (2026). */
  readonly owasp: readonly string[];
  /** Techniques of MITRE ATT&CK for cloud. */
  readonly attack: readonly string[];
}

const of = (service: string, names: string): string[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `${service}:${name}`);

const IDENTITY_CHANGE = [
  ...of(
    "iam",
    `AddClientIDToOpenIDConnectProvider AddRoleToInstanceProfile AddUserToGroup AttachGroupPolicy AttachRolePolicy
     AttachUserPolicy CreateGroup CreateInstanceProfile CreateOpenIDConnectProvider CreatePolicy CreatePolicyVersion
     CreateRole CreateSAMLProvider CreateUser DeleteGroupPolicy DeleteOpenIDConnectProvider DeletePolicy
     DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DeleteSAMLProvider DeleteUser
     DeleteUserPermissionsBoundary DeleteUserPolicy DetachGroupPolicy DetachRolePolicy DetachUserPolicy
     EnableOutboundWebIdentityFederation PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy
     PutUserPermissionsBoundary PutUserPolicy RemoveRoleFromInstanceProfile SetDefaultPolicyVersion TagRole TagUser
     UntagRole UpdateAccountPasswordPolicy UpdateAssumeRolePolicy UpdateOpenIDConnectProviderThumbprint UpdateRole
     UpdateSAMLProvider UpdateUser`,
  ),
  ...of(
    "rolesanywhere",
    "CreateProfile CreateTrustAnchor EnableProfile EnableTrustAnchor UpdateProfile UpdateTrustAnchor",
  ),
  ...of(
    "sso",
    "CreateAccountAssignment CreatePermissionSet PutInlinePolicyToPermissionSet AttachManagedPolicyToPermissionSet",
  ),
  ...of("identitystore", "CreateGroupMembership CreateUser UpdateUser"),
  ...of("eks", "AssociateAccessPolicy CreateAccessEntry CreatePodIdentityAssociation UpdatePodIdentityAssociation"),
];

const KEY_CREATION = [
  ...of(
    "iam",
    `CreateAccessKey CreateLoginProfile CreateServiceSpecificCredential DeactivateMFADevice EnableMFADevice
     ResetServiceSpecificCredential UpdateAccessKey UpdateLoginProfile UploadSigningCertificate UploadSSHPublicKey`,
  ),
];

const NETWORK_CHANGE = of(
  "ec2",
  `AcceptTransitGatewayPeeringAttachment AcceptTransitGatewayVpcAttachment AcceptVpcPeeringConnection
   AllocateAddress AssignIpv6Addresses AssociateAddress AssociateDhcpOptions AssociateNatGatewayAddress
   AssociateRouteTable AssociateSecurityGroupVpc AssociateSubnetCidrBlock AssociateTransitGatewayRouteTable
   AssociateVpcCidrBlock AttachInternetGateway AttachNetworkInterface AttachVpnGateway AuthorizeSecurityGroupEgress
   AuthorizeSecurityGroupIngress CreateCarrierGateway CreateClientVpnEndpoint CreateClientVpnRoute CreateDefaultVpc
   CreateDhcpOptions CreateEgressOnlyInternetGateway CreateInstanceConnectEndpoint CreateInternetGateway
   CreateNatGateway CreateNetworkAcl CreateNetworkAclEntry CreateNetworkInterfacePermission CreateRoute
   CreateRouteTable CreateSecurityGroup CreateSubnet CreateTransitGateway CreateTransitGatewayConnect
   CreateTransitGatewayPeeringAttachment CreateTransitGatewayRoute CreateTransitGatewayVpcAttachment CreateVpc
   CreateVpcBlockPublicAccessExclusion CreateVpcEndpoint CreateVpcEndpointServiceConfiguration
   CreateVpcPeeringConnection CreateVpnConnection CreateVpnConnectionRoute CreateVpnGateway DeleteNetworkAcl
   DeleteNetworkAclEntry DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet DeleteVpcEndpoints
   DisassociateRouteTable EnableVgwRoutePropagation EnableTransitGatewayRouteTablePropagation
   ModifyInstanceAttribute ModifyManagedPrefixList ModifyNetworkInterfaceAttribute ModifySecurityGroupRules
   ModifySubnetAttribute ModifyTransitGateway ModifyTransitGatewayVpcAttachment ModifyVpcAttribute
   ModifyVpcBlockPublicAccessOptions ModifyVpcEndpoint ModifyVpcPeeringConnectionOptions ReplaceNetworkAclAssociation
   ReplaceNetworkAclEntry ReplaceRoute ReplaceRouteTableAssociation ReplaceTransitGatewayRoute
   RevokeSecurityGroupEgress RevokeSecurityGroupIngress`,
);

const FIREWALL_CHANGE = of(
  "network-firewall",
  `AssociateAvailabilityZones AssociateFirewallPolicy AssociateSubnets CreateFirewall CreateFirewallPolicy
   CreateRuleGroup CreateTLSInspectionConfiguration CreateVpcEndpointAssociation DeleteFirewall DeleteFirewallPolicy
   DeleteResourcePolicy DeleteRuleGroup DeleteTLSInspectionConfiguration DeleteVpcEndpointAssociation
   DisassociateAvailabilityZones DisassociateSubnets PutResourcePolicy UpdateFirewallAnalysisSettings
   UpdateFirewallDeleteProtection UpdateFirewallEncryptionConfiguration UpdateFirewallPolicy
   UpdateFirewallPolicyChangeProtection UpdateLoggingConfiguration UpdateProxy UpdateProxyConfiguration UpdateProxyRule
   UpdateProxyRulePriorities UpdateRuleGroup UpdateSubnetChangeProtection UpdateTLSInspectionConfiguration`,
);

const RESOLVER_CHANGE = [
  ...of(
    "route53resolver",
    `AssociateFirewallRuleGroup AssociateResolverEndpointIpAddress AssociateResolverRule CreateFirewallDomainList
     CreateFirewallRule CreateFirewallRuleGroup CreateResolverEndpoint CreateResolverRule DeleteFirewallDomainList
     DeleteFirewallRule DeleteFirewallRuleGroup DeleteResolverRule DisassociateFirewallRuleGroup
     DisassociateResolverRule ImportFirewallDomains PutFirewallRuleGroupPolicy PutResolverRulePolicy
     UpdateFirewallConfig UpdateFirewallDomains UpdateFirewallRule UpdateFirewallRuleGroupAssociation
     UpdateResolverConfig UpdateResolverEndpoint UpdateResolverRule`,
  ),
  ...of(
    "route53profiles",
    "AssociateProfile AssociateResourceToProfile DisassociateProfile DisassociateResourceFromProfile",
  ),
  ...of(
    "route53",
    `AssociateVPCWithHostedZone ChangeResourceRecordSets CreateHostedZone CreateVPCAssociationAuthorization
     DeleteHostedZone DisassociateVPCFromHostedZone`,
  ),
];

const LOG_TAMPERING = [
  ...of(
    "logs",
    `AssociateKmsKey DeleteAccountPolicy DeleteDataProtectionPolicy DeleteDelivery DeleteDeliveryDestination
     DeleteDeliverySource DeleteDestination DeleteLogGroup DeleteLogStream DeleteMetricFilter DeleteResourcePolicy
     DeleteRetentionPolicy DeleteSubscriptionFilter DisassociateKmsKey PutAccountPolicy PutDataProtectionPolicy
     PutDestinationPolicy PutLogGroupDeletionProtection PutResourcePolicy PutRetentionPolicy PutSubscriptionFilter
     UpdateLogDelivery`,
  ),
  ...of("ec2", "DeleteFlowLogs"),
  ...of("route53resolver", "DeleteResolverQueryLogConfig DisassociateResolverQueryLogConfig"),
  ...of(
    "cloudtrail",
    `DeleteEventDataStore DeleteTrail PutEventConfiguration PutEventSelectors PutInsightSelectors StopLogging
     StopEventDataStoreIngestion UpdateEventDataStore UpdateTrail`,
  ),
  ...of(
    "config",
    "DeleteConfigurationRecorder DeleteDeliveryChannel PutConfigurationRecorder StopConfigurationRecorder",
  ),
  ...of("guardduty", "DeleteDetector DisassociateFromAdministratorAccount UpdateDetector CreateFilter"),
  ...of("securityhub", "DisableSecurityHub BatchUpdateFindings UpdateFindings"),
  ...of("firehose", "DeleteDeliveryStream UpdateDestination"),
  ...of(
    "s3",
    `BypassGovernanceRetention PutBucketLogging PutBucketObjectLockConfiguration PutBucketVersioning
     PutLifecycleConfiguration PutObjectLegalHold PutObjectRetention PutReplicationConfiguration`,
  ),
  ...of("kms", "DisableKey ScheduleKeyDeletion"),
];

const SHARING = [
  ...of(
    "s3",
    "DeleteBucketPolicy PutAccessPointPolicy PutBucketAcl PutBucketPolicy PutBucketPublicAccessBlock PutObjectAcl",
  ),
  ...of("kms", "CreateGrant PutKeyPolicy"),
  ...of("secretsmanager", "PutResourcePolicy ReplicateSecretToRegions"),
  ...of("dynamodb", "PutResourcePolicy"),
  ...of("ec2", "ModifyImageAttribute ModifySnapshotAttribute"),
  ...of("rds", "ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute"),
  ...of("ecr", "SetRepositoryPolicy PutRegistryPolicy PutReplicationConfiguration"),
  ...of("sqs", "AddPermission SetQueueAttributes"),
  ...of("sns", "AddPermission SetTopicAttributes"),
  ...of("lambda", "AddLayerVersionPermission AddPermission"),
  ...of("events", "PutPermission"),
  ...of("ram", "AssociateResourceShare CreateResourceShare"),
];

const COMPUTE = [
  ...of(
    "ec2",
    `AssociateIamInstanceProfile CreateFleet CreateLaunchTemplate CreateLaunchTemplateVersion ModifyInstanceMetadataDefaults
     ModifyInstanceMetadataOptions ReplaceIamInstanceProfileAssociation RequestSpotFleet RequestSpotInstances RunInstances`,
  ),
  ...of("autoscaling", "CreateAutoScalingGroup CreateLaunchConfiguration UpdateAutoScalingGroup"),
  ...of("ecs", "CreateService ExecuteCommand RegisterTaskDefinition RunTask StartTask UpdateService"),
  ...of("eks", "CreateFargateProfile CreateNodegroup UpdateClusterConfig"),
  ...of("ssm", "CreateAssociation ResumeSession SendCommand StartAutomationExecution StartSession"),
  ...of("ec2-instance-connect", "SendSSHPublicKey SendSerialConsoleSSHPublicKey"),
  ...of("cloudformation", "CreateChangeSet CreateStack CreateStackSet ExecuteChangeSet UpdateStack UpdateStackSet"),
  ...of("codebuild", "CreateProject StartBuild UpdateProject"),
  ...of("glue", "CreateDevEndpoint CreateJob UpdateJob"),
  ...of("sagemaker", "CreateNotebookInstance CreatePresignedNotebookInstanceUrl CreateProcessingJob CreateTrainingJob"),
  ...of("batch", "RegisterJobDefinition SubmitJob"),
  ...of("apprunner", "CreateService UpdateService"),
  ...of("states", "CreateStateMachine UpdateStateMachine"),
  ...of(
    "bedrock-agentcore",
    `CreateAgentRuntime CreateBrowser CreateCodeInterpreter CreateGateway CreateGatewayTarget UpdateAgentRuntime
     UpdateGateway UpdateGatewayTarget`,
  ),
];

const LAMBDA_CODE = of(
  "lambda",
  `CreateCodeSigningConfig CreateEventSourceMapping CreateFunction CreateFunctionUrlConfig DeleteFunctionCodeSigningConfig
   PublishLayerVersion PutFunctionCodeSigningConfig PutRuntimeManagementConfig UpdateAlias UpdateEventSourceMapping
   UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionUrlConfig`,
);

/**
 * What an agent's identity must not be able to do. Action names are those of the AWS service authorization reference;
 * those that open something or take a protection away are listed, not every one that writes.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const HAZARDS: readonly Hazard[] = [
  {
    id: "iam-change",
    title: "changes identities or their permissions",
    why: "the identity could give itself, or another it can reach, any permission",
    actions: IDENTITY_CHANGE,
    on: "any",
    example: "arn:aws:iam::111122223333:role/example",
    owasp: ["ASI03"],
    attack: ["T1098.003", "T1136.003"],
  },
  {
    id: "pass-role",
    title: "hands a role to a service",
    why: "the service would act with the role's permissions on the agent's behalf",
    actions: ["iam:PassRole"],
    on: "any",
    example: "arn:aws:iam::111122223333:role/example",
    owasp: ["ASI03"],
    attack: ["T1548.005"],
  },
  {
    id: "assume-role",
    title: "takes another role",
    why: "the permissions of the other role are not those that were reviewed for the agent",
    actions: of(
      "sts",
      "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot GetFederationToken GetSessionToken",
    ),
    on: "any",
    example: "arn:aws:iam::111122223333:role/example",
    owasp: ["ASI03"],
    attack: ["T1548.005", "T1078.004"],
  },
  {
    id: "key-creation",
    title: "creates lasting credentials",
    why: "a key outlives the agent's session and works from anywhere",
    actions: KEY_CREATION,
    on: "any",
    example: "arn:aws:iam::111122223333:user/example",
    owasp: ["ASI03", "ASI10"],
    attack: ["T1098.001"],
  },
  {
    id: "secrets-wildcard",
    title: "reads secrets that are not named one by one",
    why: "secrets of other workloads, also those made later, would be readable",
    actions: [
      ...of("secretsmanager", "BatchGetSecretValue GetSecretValue"),
      ...of("ssm", "GetParameter GetParameterHistory GetParameters GetParametersByPath"),
      ...of("kms", "Decrypt ReEncryptFrom"),
    ],
    on: "unnamed",
    example: "arn:aws:secretsmanager:us-east-1:111122223333:secret:example-AbCdEf",
    owasp: ["ASI03"],
    attack: ["T1555.006"],
  },
  {
    id: "data-wildcard",
    title: "reads or writes data that is not named one by one",
    why: "data of other workloads would be readable, and a store of somebody else could take what the agent sends",
    actions: [
      ...of(
        "s3",
        "DeleteObject DeleteObjectVersion GetObject GetObjectVersion PutObject ReplicateObject RestoreObject",
      ),
      ...of(
        "dynamodb",
        `BatchGetItem BatchWriteItem DeleteItem DeleteTable ExportTableToPointInTime GetItem GetRecords PartiQLDelete
         PartiQLInsert PartiQLSelect PartiQLUpdate PutItem Query Scan UpdateItem`,
      ),
      ...of("sqs", "ReceiveMessage SendMessage"),
      ...of("sns", "Publish"),
      ...of("kinesis", "GetRecords PutRecord PutRecords"),
      ...of("firehose", "PutRecord PutRecordBatch"),
      ...of("events", "PutEvents"),
      ...of("lambda", "InvokeFunction"),
      ...of("rds-data", "BatchExecuteStatement ExecuteStatement"),
      ...of("elasticfilesystem", "ClientMount ClientRootAccess ClientWrite"),
    ],
    on: "unnamed",
    example: "arn:aws:s3:::example/object",
    owasp: ["ASI02", "ASI03"],
    attack: ["T1530", "T1537"],
  },
  {
    id: "sharing",
    title: "opens resources to other accounts",
    why: "a resource policy or a share lets strangers in without any packet of the agent",
    actions: SHARING,
    on: "any",
    example: "arn:aws:s3:::example",
    owasp: ["ASI02"],
    attack: ["T1537"],
  },
  {
    id: "network-change",
    title: "changes the network",
    why: "a route, a gateway, an address or an opened group leads around the firewall",
    actions: NETWORK_CHANGE,
    on: "any",
    example: "arn:aws:ec2:us-east-1:111122223333:route-table/rtb-0123456789abcdef0",
    owasp: ["ASI02", "ASI10"],
    attack: ["T1562.007", "T1578.005"],
  },
  {
    id: "firewall-change",
    title: "changes the firewall",
    why: "the list of destinations would be the agent's own to write",
    actions: FIREWALL_CHANGE,
    on: "any",
    example: "arn:aws:network-firewall:us-east-1:111122223333:firewall-policy/example",
    owasp: ["ASI02", "ASI10"],
    attack: ["T1562.007"],
  },
  {
    id: "resolver-change",
    title: "changes how names resolve",
    why: "names that are not on the list would resolve, or names on it would lead elsewhere",
    actions: RESOLVER_CHANGE,
    on: "any",
    example: "arn:aws:route53resolver:us-east-1:111122223333:firewall-rule-group/rslvr-frg-example",
    owasp: ["ASI02", "ASI10"],
    attack: ["T1562.007", "T1584.002"],
  },
  {
    id: "log-tampering",
    title: "stops, deletes or shortens logs",
    why: "what the agent did could no longer be read",
    actions: LOG_TAMPERING,
    on: "any",
    example: "arn:aws:logs:us-east-1:111122223333:log-group:example",
    owasp: ["ASI10"],
    attack: ["T1562.008", "T1070"],
  },
  {
    id: "compute",
    title: "starts or commands other machines",
    why: "what runs there stands in another subnet, with another role, outside of the cell",
    actions: COMPUTE,
    on: "any",
    example: "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0",
    owasp: ["ASI05", "ASI10"],
    attack: ["T1578.002", "T1651", "T1552.005"],
  },
  {
    id: "lambda-code",
    title: "changes functions",
    why: "code of the agent's choice would run with the function's role and network",
    actions: LAMBDA_CODE,
    on: "any",
    example: "arn:aws:lambda:us-east-1:111122223333:function:example",
    owasp: ["ASI05"],
    attack: ["T1648"],
  },
  {
    id: "organization-change",
    title: "changes the organisation or the account",
    why: "limits that stand above the account would fall",
    actions: [
      ...of(
        "organizations",
        `AcceptHandshake AttachPolicy CreateAccount CreatePolicy DeletePolicy DetachPolicy DisablePolicyType
         InviteAccountToOrganization LeaveOrganization MoveAccount RegisterDelegatedAdministrator
         RemoveAccountFromOrganization UpdatePolicy`,
      ),
      ...of("account", "CloseAccount DisableRegion EnableRegion PutAlternateContact PutContactInformation"),
    ],
    on: "any",
    example: "arn:aws:organizations::111122223333:policy/o-exampleorgid/service_control_policy/p-example111",
    owasp: ["ASI03"],
    attack: ["T1098", "T1666"],
  },
];
