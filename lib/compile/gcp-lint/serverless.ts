import { quoted } from "../../errors/cordon-error";
import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { type Block, block, blocks, finding, isAbsent, isFalse, isReference, items, shown } from "../aws-lint/values";
import { blockOf } from "./address-block";
import type { GcpContext } from "./gcp-context";
import { interfaces, proxies, serverlessTemplates } from "./networks";

const INSIDE = ["INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"];

/**
 * CORDON-238. A serverless workload sends everything through its network, from a subnet of its own that is /26 or larger,
 * and is called from inside alone. What only apply knows counts as the wider of the two.
 *
 * @see https://cloud.google.com/run/docs/configuring/vpc-direct-vpc
 */
export function serverless(context: GcpContext): LintFinding[] {
  return [
    ...serverlessTemplates(context).flatMap(({ workload, template }) => run(context, workload, template)),
    ...context.ofType("google_cloudfunctions2_function").flatMap(cloudFunction),
    ...context.ofType("google_compute_network_attachment").flatMap((attachment) => attached(context, attachment)),
  ];
}

function report(at: TerraformResource, problem: string, fix: string): LintFinding {
  return finding("CORDON-238", at, problem, fix);
}

function run(context: GcpContext, workload: TerraformResource, template: Block | undefined): LintFinding[] {
  const { ingress, invoker_iam_disabled: open } = workload.values;
  const isService = workload.type === "google_cloud_run_v2_service";
  const access = block(template, "vpc_access");
  const subnets = blocks(access, "network_interfaces").map((one) => one["subnetwork"]);
  return [
    ...(access?.["egress"] === "ALL_TRAFFIC"
      ? []
      : [
          report(
            workload,
            `vpc_access.egress is ${shown(access?.["egress"])}, so it has a way to the internet of its own`,
            "set it to ALL_TRAFFIC",
          ),
        ]),
    ...(isService && !INSIDE.includes(String(ingress))
      ? [
          report(
            workload,
            `ingress is ${shown(ingress)}, so the internet may call it`,
            "set it to INGRESS_TRAFFIC_INTERNAL_ONLY",
          ),
        ]
      : []),
    ...(isService && !isFalse(open)
      ? [
          report(
            workload,
            `invoker_iam_disabled is ${shown(open)}, so nobody who calls it is asked who they are`,
            "set it to false",
          ),
        ]
      : []),
    ...subnets.flatMap((subnet) => shared(context, workload, subnet)),
  ];
}

function shared(context: GcpContext, workload: TerraformResource, value: unknown): LintFinding[] {
  const subnet = context.resolve(value);
  if (subnet === undefined) return [];
  const others = [
    ...interfaces(context).map(({ machine, values }) => ({ by: machine, subnet: values["subnetwork"] })),
    ...proxies(context).map((by) => ({ by, subnet: by.values["subnetwork"] })),
  ];
  const other = others.find((one) => context.identity(one.subnet) === subnet.address)?.by;
  const prefix = blockOf(String(subnet.values["ip_cidr_range"]))?.prefix;
  return [
    ...(other === undefined
      ? []
      : [
          report(
            workload,
            `it shares ${subnet.address} with ${other.address}, and Google keeps its addresses there for hours after it is deleted`,
            "give it a subnet of its own",
          ),
        ]),
    ...(prefix !== undefined && prefix > 26
      ? [
          report(
            workload,
            `${subnet.address} is smaller than /26, and Google refuses it for direct access`,
            "use /26 or larger",
          ),
        ]
      : []),
  ];
}

function cloudFunction(one: TerraformResource): LintFinding[] {
  const service = block(one.values, "service_config");
  const { vpc_connector: connector, vpc_connector_egress_settings: egress, ingress_settings: ingress } = service ?? {};
  const isInside = !isAbsent(connector) && egress === "ALL_TRAFFIC";
  return [
    ...(isInside
      ? []
      : [
          report(
            one,
            `vpc_connector is ${shown(connector)} with egress ${shown(egress)}, so it has a way to the internet of its own`,
            "name a connector, and set vpc_connector_egress_settings to ALL_TRAFFIC",
          ),
        ]),
    ...(ingress === "ALLOW_INTERNAL_ONLY" || ingress === "ALLOW_INTERNAL_AND_GCLB"
      ? []
      : [
          report(
            one,
            `ingress_settings is ${shown(ingress)}, so the internet may call it`,
            "set it to ALLOW_INTERNAL_ONLY",
          ),
        ]),
  ];
}

// Google gives subnets back by their full link, and Terraform sees a difference to any other form.
function attached(context: GcpContext, attachment: TerraformResource): LintFinding[] {
  const isLink = (value: unknown): boolean => {
    const reference = context.reference(value);
    return reference === undefined
      ? isReference(value) || /^https:/.test(String(value))
      : reference.attribute === "self_link";
  };
  return items(attachment.values["subnetworks"])
    .filter((value) => !isLink(value))
    .map((value) =>
      report(
        attachment,
        `subnetworks has ${quoted(value)}, and Terraform shows a difference at every plan`,
        "use the subnet's self_link",
      ),
    );
}
