import type { LintFinding } from "../aws-lint/terraform-resource";
import { block, finding, isAbsent } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

/**
 * CORDON-239. No private key passes through Terraform: whoever reads the state has it.
 *
 * @see https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys
 */
export function keys(context: GcpContext): LintFinding[] {
  return [
    ...context
      .ofType("google_service_account_key", "google_storage_hmac_key")
      .map((key) =>
        finding(
          "CORDON-239",
          key,
          "its key works from anywhere, never expires, and is in the state",
          "remove it, and attach the account or federate",
        ),
      ),
    ...context
      .ofType("google_certificate_manager_certificate")
      .filter(({ values }) =>
        ["pem_private_key", "private_key_pem"].some((name) => !isAbsent(block(values, "self_managed")?.[name])),
      )
      .map((certificate) =>
        finding(
          "CORDON-239",
          certificate,
          "its private key is in the state",
          "let clients ask the proxy over HTTP inside of the network, or upload the certificate outside of Terraform",
        ),
      ),
    ...context
      .ofType("google_compute_ssl_certificate", "google_compute_region_ssl_certificate")
      .map((certificate) =>
        finding("CORDON-239", certificate, "its private key is in the state", "use a managed certificate"),
      ),
  ];
}
