import { endpointStatements, isOpenStatement } from "./endpoint-policy";
import type { LintContext } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { finding, isAbsent, isReference, isTrue, items, shown } from "./values";

/** Endpoint services of other accounts, which take no policy and no private name of AWS. */
const FOREIGN_SERVICE = /(^|\.)vpce-svc-[0-9a-f]+$/;

function endpoints(context: LintContext): { endpoint: TerraformResource; type: unknown; isForeign: boolean }[] {
  return context.ofType("aws_vpc_endpoint").map((endpoint) => ({
    endpoint,
    type: endpoint.values["vpc_endpoint_type"] ?? "Gateway",
    isForeign: FOREIGN_SERVICE.test(String(endpoint.values["service_name"])),
  }));
}

/** CORDON-088. An interface endpoint stands in a subnet and answers the service's own names. Unknown subnets are skipped: an empty list is no opening. */
export function interfaceEndpoints(context: LintContext): LintFinding[] {
  const placed = attached(context, "aws_vpc_endpoint_subnet_association");
  return endpoints(context).flatMap(({ endpoint, type, isForeign }) => {
    if (type !== "Interface") return [];
    const {
      subnet_ids: subnets,
      subnet_configuration: configuration,
      private_dns_enabled: privateDns,
    } = endpoint.values;
    const hasSubnets = items(subnets).length + items(configuration).length > 0 || placed.has(endpoint.address);
    return [
      ...(hasSubnets
        ? []
        : [
            finding(
              "CORDON-088",
              endpoint,
              "AWS makes an interface endpoint without subnets, and nothing can reach it",
              "set subnet_ids, one subnet per zone",
            ),
          ]),
      ...(isTrue(privateDns) || isForeign
        ? []
        : [
            finding(
              "CORDON-088",
              endpoint,
              `private_dns_enabled is ${shown(privateDns)}, so AWS resolves the service's name to public addresses`,
              "set private_dns_enabled to true",
            ),
          ]),
    ];
  });
}

/**
 * CORDON-089. An endpoint has a policy that does not allow the resources of every account: AWS gives full access to one
 * without a policy. A policy that can't be read at synth is a finding.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
export function endpointPolicies(context: LintContext): LintFinding[] {
  const separate = new Map(
    context
      .ofType("aws_vpc_endpoint_policy")
      .map((policy) => [context.identity(policy.values["vpc_endpoint_id"]), policy]),
  );
  return endpoints(context).flatMap(({ endpoint, type, isForeign }) => {
    if ((type !== "Interface" && type !== "Gateway") || isForeign) return [];
    const owner = separate.get(endpoint.address);
    const text = owner === undefined ? endpoint.values["policy"] : owner.values["policy"];
    const report = (problem: string, fix: string) => [finding("CORDON-089", owner ?? endpoint, problem, fix)];
    if (isAbsent(text)) {
      return report(
        "AWS lets every principal reach every resource of every account through an endpoint without a policy",
        "set a policy that pins the account or organisation",
      );
    }
    const statements = endpointStatements(context, text);
    if (statements === undefined) {
      return report(
        `the endpoint policy can't be read${isReference(text) ? "" : `: ${shown(text)}`}, so it may let any account through`,
        "write the policy as JSON text, or as aws_iam_policy_document of this stack",
      );
    }
    return statements.flatMap((statement, index) =>
      isOpenStatement(statement)
        ? report(
            `statement ${index + 1} of the endpoint policy allows the resources of every account without a condition`,
            "add a condition such as aws:ResourceOrgID or aws:ResourceAccount",
          )
        : [],
    );
  });
}

function attached(context: LintContext, type: string): Set<string> {
  return new Set(context.ofType(type).map((resource) => context.identity(resource.values["vpc_endpoint_id"])));
}
