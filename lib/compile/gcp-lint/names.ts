import type { LintFinding } from "../aws-lint/terraform-resource";
import { finding, isReference, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

interface NameKind {
  readonly types: readonly string[];
  readonly argument: string;
  readonly form: RegExp;
  /** What a name looks like, in words. */
  readonly words: string;
}

const LABEL = {
  form: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
  words: "1 to 63 lower-case letters, digits and hyphens, a letter first, no hyphen last",
};
const LONG = {
  form: /^[a-z][-a-z0-9]{0,61}[a-z0-9]$/,
  words: "2 to 63 lower-case letters, digits and hyphens, a letter first, no hyphen last",
};
const POOL = {
  form: /^(?!gcp-)[0-9a-z-]{4,32}$/,
  words: "4 to 32 lower-case letters, digits and hyphens, not beginning with gcp-",
};
const CA = { form: /^[A-Za-z0-9_-]{1,63}$/, words: "1 to 63 letters, digits, hyphens and underscores" };

const KINDS: NameKind[] = [
  {
    types: [
      "google_compute_network",
      "google_compute_subnetwork",
      "google_compute_route",
      "google_compute_address",
      "google_compute_global_address",
      "google_compute_firewall",
      "google_compute_forwarding_rule",
      "google_compute_instance",
      "google_compute_service_attachment",
      "google_compute_network_attachment",
      "google_compute_network_firewall_policy",
      "google_compute_network_firewall_policy_with_rules",
      "google_compute_network_firewall_policy_association",
      "google_network_services_gateway",
      "google_network_security_gateway_security_policy",
      "google_network_security_gateway_security_policy_rule",
      "google_network_security_url_lists",
      "google_network_security_tls_inspection_policy",
      "google_dns_managed_zone",
      "google_dns_policy",
    ],
    argument: "name",
    ...LABEL,
  },
  { types: ["google_compute_router", "google_compute_router_nat"], argument: "name", ...LONG },
  {
    types: ["google_service_account"],
    argument: "account_id",
    form: /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
    words: "6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last",
  },
  {
    types: ["google_iam_workload_identity_pool", "google_iam_workload_identity_pool_provider"],
    argument: "workload_identity_pool_id",
    ...POOL,
  },
  { types: ["google_iam_workload_identity_pool_provider"], argument: "workload_identity_pool_provider_id", ...POOL },
  {
    types: ["google_storage_bucket"],
    argument: "name",
    form: /^(?!goog)(?!.*google)[a-z0-9]([a-z0-9._-]{1,61}[a-z0-9])$/,
    words: "3 to 63 lower-case letters, digits, dots, hyphens and underscores, without google in them",
  },
  {
    types: ["google_access_context_manager_service_perimeter"],
    argument: "name",
    form: /^accessPolicies\/.+\/servicePerimeters\/[A-Za-z][A-Za-z0-9_]{0,49}$/,
    words: "accessPolicies/<number>/servicePerimeters/<letters, digits and underscores, at most 50>",
  },
  {
    types: ["google_tags_tag_key", "google_tags_tag_value"],
    argument: "short_name",
    form: /^[A-Za-z0-9]([A-Za-z0-9._-]{0,254}[A-Za-z0-9])?$/,
    words: "1 to 256 letters, digits, dots, hyphens and underscores, a letter or digit at both ends",
  },
  {
    types: ["google_project_iam_custom_role"],
    argument: "role_id",
    form: /^[A-Za-z0-9_.]{3,64}$/,
    words: "3 to 64 letters, digits, dots and underscores",
  },
  { types: ["google_privateca_ca_pool"], argument: "name", ...CA },
  { types: ["google_privateca_certificate_authority"], argument: "certificate_authority_id", ...CA },
  {
    types: ["google_logging_project_bucket_config"],
    argument: "bucket_id",
    form: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/,
    words: "1 to 100 letters, digits, dots, hyphens and underscores",
  },
  {
    types: ["google_logging_project_sink"],
    argument: "name",
    form: /^[A-Za-z0-9_.-]{1,100}$/,
    words: "1 to 100 letters, digits, dots, hyphens and underscores",
  },
];

/**
 * CORDON-237. Names in the form and length of their kind. A name with a reference in it is skipped: Google refuses a wrong
 * one.
 *
 * @see https://cloud.google.com/compute/docs/naming-resources
 */
export function names(context: GcpContext): LintFinding[] {
  return KINDS.flatMap(({ types, argument, form, words }) =>
    context
      .ofType(...types)
      .filter(({ values }) => typeof values[argument] === "string" && !isReference(values[argument]))
      .filter(({ values }) => !form.test(String(values[argument])))
      .map((resource) =>
        finding(
          "CORDON-237",
          resource,
          `Google refuses ${argument} ${shown(resource.values[argument])}`,
          `use ${words}`,
        ),
      ),
  );
}
