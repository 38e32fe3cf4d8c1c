import { AwsEgressTier, AwsEndpointKind, AwsService } from "../../../constructs/aws";
import { ContainmentPolicy, Egress } from "../../../lib";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { cellOf, Plan } from "../../support/aws-plan";
import { refusal } from "../../support/refusal";

const all = [AwsService.SECRETS_MANAGER, AwsService.ECR_DOCKER, AwsService.S3];

describe("private endpoints", () => {
  const cell = cellOf({ services: all });
  cell.addAgent("triage");
  const plan = Plan.of(cell);
  const role = `\${${plan.one("aws_iam_role", "agent-triage").address}.arn}`;
  const owner = `\${${plan.one("aws_vpc").address}.owner_id}`;

  test("exist for the listed services and no other, in every zone, with private names", () => {
    expect(
      plan
        .all("aws_vpc_endpoint")
        .map((one) => one.values["service_name"])
        .sort(),
    ).toEqual([
      "com.amazonaws.eu-west-1.ecr.dkr",
      "com.amazonaws.eu-west-1.s3",
      "com.amazonaws.eu-west-1.secretsmanager",
    ]);
    const { values } = plan.one("aws_vpc_endpoint", "secretsmanager");
    expect(values).toMatchObject({ vpc_endpoint_type: "Interface", private_dns_enabled: true });
    expect((values["subnet_ids"] as string[]).map(referenceOf).sort()).toEqual(
      plan.subnets("endpoint").map((one) => one.address),
    );
  });

  test("let the owner's principals reach the owner's resources alone", () => {
    expect(plan.policy("aws_vpc_endpoint", "secretsmanager").Statement).toEqual([
      {
        Sid: "AgentsToOwnResources",
        Effect: "Allow",
        Principal: "*",
        Action: "secretsmanager:*",
        Resource: "*",
        Condition: {
          StringEquals: { "aws:PrincipalAccount": owner, "aws:ResourceAccount": owner },
          ArnEquals: { "aws:PrincipalArn": [role] },
        },
      },
      {
        Sid: "ServicesForTheOwner",
        Effect: "Allow",
        Principal: "*",
        Action: "secretsmanager:*",
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceAccount": owner }, Bool: { "aws:PrincipalIsAWSService": "true" } },
      },
    ]);
  });

  test("pin the organisation where one is given", () => {
    const other = cellOf({ services: [AwsService.SQS], organizationId: "o-a1b2c3d4e5" });
    other.addAgent("triage");
    expect(
      Plan.of(other)
        .policy("aws_vpc_endpoint", "sqs")
        .Statement.map((one) => one["Condition"]),
    ).toEqual([
      expect.objectContaining({
        StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:ResourceOrgID": "o-a1b2c3d4e5" },
      }),
      expect.objectContaining({ StringEquals: { "aws:ResourceOrgID": "o-a1b2c3d4e5" } }),
    ]);
  });

  test("refuse presigned use of S3, but for the image layers where images are pulled", () => {
    const layers = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*";
    const { Statement } = plan.policy("aws_vpc_endpoint", "_s3_");
    expect(Statement.find((one) => one.Sid === "ImageLayers")).toMatchObject({
      Action: "s3:GetObject",
      Resource: layers,
    });
    expect(Statement.find((one) => one.Sid === "NoPresignedUse")).toMatchObject({
      Effect: "Deny",
      NotResource: [layers],
    });
    const without = cellOf({ services: [AwsService.S3] });
    without.addAgent("triage");
    const plain = Plan.of(without).policy("aws_vpc_endpoint", "_s3_").Statement;
    expect(plain.find((one) => one.Sid === "ImageLayers")).toBeUndefined();
    expect(plain.find((one) => one.Sid === "NoPresignedUse")).toMatchObject({ Effect: "Deny", Resource: "*" });
  });

  test("admit a role that is no agent's to the named services alone", () => {
    const other = cellOf({ services: [AwsService.ECR_API, AwsService.SQS, AwsService.BEDROCK_RUNTIME] });
    other.addAgent("triage");
    const execution = "arn:aws:iam::123456789012:role/execution";
    other.privateEndpoints.admitRole(execution, { services: [AwsService.ECR_API], reason: "pulls the image" });
    const otherPlan = Plan.of(other);
    expect(JSON.stringify(otherPlan.policy("aws_vpc_endpoint", "ecr").Statement)).toContain(execution);
    expect(JSON.stringify(otherPlan.policy("aws_vpc_endpoint", "sqs").Statement)).not.toContain(execution);
    const admit =
      (service: AwsService, arn = execution, reason = "x") =>
      (): void =>
        other.privateEndpoints.admitRole(arn, { services: [service], reason });
    const at = "cell 'Agents', admitRole";
    expect(refusal(admit(AwsService.KMS))).toBe(
      `CORDON-126: ${at}: the cell has no endpoint of kms; add the service to the cell's services`,
    );
    expect(refusal(admit(AwsService.BEDROCK_RUNTIME))).toBe(
      `CORDON-126: ${at}: the endpoint of bedrock-runtime takes what is granted to agents alone; grant it to an agent's identity`,
    );
    expect(refusal(admit(AwsService.SQS, "*"))).toBe(
      `CORDON-101: ${at}: the role's ARN "*" is not an identifier; pass the id, or a reference to the resource`,
    );
    expect(refusal(admit(AwsService.SQS, execution, ""))).toBe(
      `CORDON-021: ${at}: the reason is empty; write a sentence`,
    );
  });

  test("are closed to everybody while the cell has no agent or nothing is granted", () => {
    const nobody = { Sid: "Nobody", Effect: "Deny", Principal: "*", Action: "*", Resource: "*" };
    expect(Plan.of(cellOf({ services: [AwsService.SQS] })).policy("aws_vpc_endpoint", "sqs").Statement).toEqual([
      nobody,
    ]);
    const ungranted = cellOf({ services: [AwsService.BEDROCK_RUNTIME] });
    ungranted.addAgent("triage");
    expect(Plan.of(ungranted).policy("aws_vpc_endpoint", "bedrock").Statement).toEqual([nobody]);
  });

  test("take port 443 from the agents' security groups, and send nothing", () => {
    const group = plan.one("aws_security_group", "PrivateEndpoints").address;
    const into = plan
      .all("aws_vpc_security_group_ingress_rule")
      .filter((rule) => referenceOf(rule.values["security_group_id"]) === group);
    expect(
      into.map(({ values }) => [
        values["from_port"],
        values["to_port"],
        referenceOf(values["referenced_security_group_id"]),
      ]),
    ).toEqual([[443, 443, plan.one("aws_security_group", "agent-triage").address]]);
    expect(
      plan
        .all("aws_vpc_security_group_egress_rule")
        .filter((rule) => referenceOf(rule.values["security_group_id"]) === group),
    ).toEqual([]);
  });

  test("of the gateway kind are routes in the agents' tables alone, opened by their prefix list", () => {
    const { values } = plan.one("aws_vpc_endpoint", "_s3_");
    const tables = plan.all("aws_route_table").filter((table) => table.address.includes("agent-triage"));
    expect((values["route_table_ids"] as string[]).map(referenceOf).sort()).toEqual(tables.map((one) => one.address));
    expect(plan.one("aws_vpc_security_group_egress_rule", "to-s3").values["prefix_list_id"]).toBe(
      `\${${plan.one("aws_vpc_endpoint", "_s3_").address}.prefix_list_id}`,
    );
  });
});

describe("services", () => {
  test("of every kind in the catalogue have the endpoint's name and its host names", () => {
    expect(AwsService.ECR_API.serviceName("eu-west-1")).toBe("com.amazonaws.eu-west-1.ecr.api");
    expect(AwsService.ECR_API.hostNames("eu-west-1")).toEqual(["api.ecr.eu-west-1.amazonaws.com"]);
    expect(AwsService.EKS_AUTH.hostNames("eu-west-1")).toEqual(["eks-auth.eu-west-1.api.aws"]);
    expect(AwsService.S3.hostNames("eu-west-1")).toEqual([
      "s3.eu-west-1.amazonaws.com",
      "*.s3.eu-west-1.amazonaws.com",
    ]);
    expect(AwsService.BASELINE.map((one) => one.name)).toEqual(["sts", "kms", "logs", "s3"]);
  });

  test("that the catalogue lacks are named in AWS's own form; others are refused", () => {
    const glue = AwsService.of({ name: "glue", iamPrefix: "glue" });
    expect(glue.hostNames("us-east-1")).toEqual(["glue.us-east-1.amazonaws.com"]);
    const fix = "write it as the AWS PrivateLink table does, e.g. bedrock-runtime";
    expect(refusal(() => AwsService.of({ name: "com.amazonaws.*", iamPrefix: "x" }))).toBe(
      `CORDON-110: AwsService.of: name "com.amazonaws.*" is malformed; ${fix}`,
    );
    expect(refusal(() => AwsService.of({ name: "glue", iamPrefix: "*" }))).toBe(
      `CORDON-110: AwsService.of: iamPrefix "*" is malformed; ${fix}`,
    );
    expect(refusal(() => AwsService.of({ name: "glue", iamPrefix: "glue", hostLabels: ["*"] }))).toBe(
      `CORDON-110: AwsService.of: hostLabels "*" is malformed; ${fix}`,
    );
    expect(refusal(() => AwsService.of({ name: "glue", iamPrefix: "glue", kind: AwsEndpointKind.GATEWAY }))).toBe(
      `CORDON-110: AwsService.of: "glue" has no gateway endpoint; only s3 and dynamodb do; leave kind out`,
    );
    expect(refusal(() => cellOf({ services: [AwsService.SQS, AwsService.SQS] }))).toBe(
      "CORDON-111: cell 'Agents': service 'sqs' is listed twice; list each service once",
    );
  });
});

describe("the resolver", () => {
  const policy = ContainmentPolicy.denyAll("p").allow(
    Egress.https("api.example.com", { reason: "test" }),
    Egress.https("*.cdn.example.com", { reason: "test" }),
  );
  const cell = cellOf({ services: [AwsService.SECRETS_MANAGER] });
  cell.addAgent("triage", { policy });
  const plan = Plan.of(cell);
  const rule = (word: string): object => plan.one("aws_route53_resolver_firewall_rule", word).values;

  test("answers the names of policies and endpoints, and refuses every other", () => {
    expect(plan.one("aws_route53_resolver_firewall_domain_list", "allow").values["domains"]).toEqual([
      "*.cdn.example.com.",
      "api.example.com.",
      "secretsmanager.eu-west-1.amazonaws.com.",
    ]);
    expect(rule("allow")).toMatchObject({
      action: "ALLOW",
      priority: 200,
      firewall_domain_redirection_action: "TRUST_REDIRECTION_DOMAIN",
    });
    expect(rule("deny")).toMatchObject({ action: "BLOCK", block_response: "NXDOMAIN", priority: 9000 });
  });

  test("refuses the records that carry keys for an encrypted hello", () => {
    expect(rule("https-records")).toMatchObject({
      action: "BLOCK",
      block_response: "NODATA",
      q_type: "TYPE65",
      priority: 100,
    });
    expect(rule("svcb-records")).toMatchObject({
      action: "BLOCK",
      block_response: "NODATA",
      q_type: "TYPE64",
      priority: 110,
    });
    const lists = plan.all("aws_route53_resolver_firewall_rule").map((one) => one.values["firewall_domain_list_id"]);
    expect(new Set(lists).size).toBe(lists.length);
  });

  test("refuses all when it can't decide, logs every query, and is protected", () => {
    expect(plan.one("aws_route53_resolver_firewall_config").values).toMatchObject({ firewall_fail_open: "DISABLED" });
    expect(plan.one("aws_route53_resolver_firewall_rule_group_association").values).toMatchObject({
      priority: 101,
      mutation_protection: "ENABLED",
    });
    expect(plan.all("aws_route53_resolver_query_log_config_association")).toHaveLength(1);
  });

  test("gives every list a priority that another list never had, however the lists split", () => {
    const priorities = (count: number): Map<unknown, unknown> => {
      const many = Array.from({ length: count }, (_, i) => Egress.https(`h${i}.example.com`, { reason: "test" }));
      const large = cellOf();
      large.addAgent("triage", { policy: ContainmentPolicy.denyAll("p").allow(...many) });
      const rules = Plan.of(large)
        .all("aws_route53_resolver_firewall_rule")
        .filter((one) => one.values["action"] === "ALLOW");
      return new Map(rules.map((one) => [one.values["priority"], one.values["name"]]));
    };
    const [some, more] = [priorities(1900), priorities(2600)];
    expect(some.size).toBeGreaterThan(1);
    expect(more.size).toBeGreaterThan(some.size);
    for (const [priority, name] of more) expect(some.get(priority) ?? name).toBe(name);
  });

  test("knows a name that is added after a first synthesis", () => {
    const later = cellOf();
    const agent = later.addAgent("triage", { policy });
    Plan.of(later);
    agent.allowEgress(Egress.https("late.example.com", { reason: "test" }));
    expect(JSON.stringify(Plan.of(later).all("aws_route53_resolver_firewall_domain_list"))).toContain(
      "late.example.com.",
    );
  });

  test("forgets a name with its rule", () => {
    const fewer = cellOf();
    fewer.addAgent("triage", { policy: policy.without("https:api.example.com:443") });
    expect(JSON.stringify(Plan.of(fewer).json)).not.toContain("api.example.com");
  });
});

describe("maintenance", () => {
  const protections = (maintenance: boolean): unknown[] => {
    const plan = Plan.of(cellOf({ maintenance, tier: AwsEgressTier.INSPECTED }));
    const { delete_protection, subnet_change_protection, firewall_policy_change_protection } =
      plan.one("aws_networkfirewall_firewall").values;
    return [
      delete_protection,
      subnet_change_protection,
      firewall_policy_change_protection,
      plan.one("aws_route53_resolver_firewall_rule_group_association").values["mutation_protection"],
    ];
  };

  test("lifts every protection, and nothing else does", () => {
    expect(protections(false)).toEqual([true, true, true, "ENABLED"]);
    expect(protections(true)).toEqual([false, false, false, "DISABLED"]);
  });
});
