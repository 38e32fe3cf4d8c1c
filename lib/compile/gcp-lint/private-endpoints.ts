import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { blocks, finding, isReference, shown } from "../aws-lint/values";
import { blockOf } from "./address-block";
import type { GcpContext } from "./gcp-context";

const BUNDLES = ["all-apis", "vpc-sc"];
const SHORT = /^[a-z][a-z0-9]{0,19}$/;

/**
 * CORDON-236. An endpoint for Google APIs has a short name, an address in no subnet, and says that it is no load balancer;
 * nothing that is forwarded or published is open to everybody. A load balancing scheme that only apply knows is public.
 *
 * @see https://cloud.google.com/vpc/docs/configure-private-service-connect-apis
 */
export function endpoints(context: GcpContext): LintFinding[] {
  return [
    ...context
      .ofType("google_compute_global_forwarding_rule", "google_compute_forwarding_rule")
      .flatMap((rule) => forwarding(rule)),
    ...context.ofType("google_compute_global_address").flatMap((address) => outside(context, address)),
    ...context.ofType("google_compute_service_attachment", "google_compute_network_attachment").flatMap(published),
  ];
}

function forwarding(rule: TerraformResource): LintFinding[] {
  const { name, target, load_balancing_scheme: scheme } = rule.values;
  const isBundle = typeof target === "string" && BUNDLES.includes(target);
  const isConnection = isBundle || /serviceAttachments|google_compute_service_attachment\./.test(String(target));
  const odd = isBundle && typeof name === "string" && !isReference(name) && !SHORT.test(name);
  const isPublic = /^EXTERNAL/.test(String(scheme ?? "EXTERNAL")) || isReference(scheme);
  return [
    ...(odd
      ? [
          finding(
            "CORDON-236",
            rule,
            `Google refuses the name ${shown(name)} for an endpoint of its APIs`,
            "use 1 to 20 lower-case letters and digits, a letter first, without hyphens",
          ),
        ]
      : []),
    ...(isConnection && scheme !== ""
      ? [
          finding(
            "CORDON-236",
            rule,
            `load_balancing_scheme is ${shown(scheme)}, and Google refuses an endpoint that is a load balancer`,
            'set it to ""',
          ),
        ]
      : []),
    ...(!isConnection && isPublic
      ? [
          finding(
            "CORDON-236",
            rule,
            `load_balancing_scheme is ${shown(scheme)}, so its address is one of the internet's`,
            "use an INTERNAL scheme",
          ),
        ]
      : []),
  ];
}

function outside(context: GcpContext, { values, ...rest }: TerraformResource): LintFinding[] {
  const address = blockOf(String(values["address"]));
  if (values["purpose"] !== "PRIVATE_SERVICE_CONNECT" || address === undefined) return [];
  const network = context.identity(values["network"]);
  return context
    .ofType("google_compute_subnetwork")
    .filter((subnet) => context.identity(subnet.values["network"]) === network)
    .flatMap((subnet) => {
      const ranges = [subnet.values, ...blocks(subnet.values, "secondary_ip_range")].map((one) =>
        String(one["ip_cidr_range"]),
      );
      const around = ranges.find((range) => blockOf(range)?.contains(address));
      return around === undefined
        ? []
        : [
            finding(
              "CORDON-236",
              { values, ...rest },
              `${String(values["address"])} lies in ${around} of ${subnet.address}, and Google refuses it for an endpoint`,
              "choose an address of no subnet in the network",
            ),
          ];
    });
}

function published(attachment: TerraformResource): LintFinding[] {
  const preference = attachment.values["connection_preference"];
  return preference === "ACCEPT_MANUAL"
    ? []
    : [
        finding(
          "CORDON-236",
          attachment,
          `connection_preference is ${shown(preference)}, so any project may connect to it`,
          "use ACCEPT_MANUAL and name the projects",
        ),
      ];
}
