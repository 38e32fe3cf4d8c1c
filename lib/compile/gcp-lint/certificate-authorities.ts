import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { block, finding, isAbsent, isFalse, isTrue, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

const FORCED = ["skip_grace_period", "ignore_active_certificates_on_deletion"];

/**
 * CORDON-240. An authority is protected while it is in use, and can be deleted at once during maintenance: otherwise its
 * pool stays behind for a month, and its name with it. A switch that only apply knows is set wrong.
 *
 * @see https://cloud.google.com/certificate-authority-service/docs/deleting-certificate-authorities
 */
export function certificateAuthorities(context: GcpContext): LintFinding[] {
  const authorities = context.ofType("google_privateca_certificate_authority");
  return [
    ...authorities.flatMap((authority) =>
      context.options.maintenance === true ? deletable(authority) : protectedOne(authority),
    ),
    ...authorities.flatMap(signing),
    ...context.ofType("google_privateca_ca_pool").flatMap(pool),
  ];
}

const report = (at: TerraformResource, problem: string, fix: string): LintFinding =>
  finding("CORDON-240", at, problem, fix);

function protectedOne(authority: TerraformResource): LintFinding[] {
  const { deletion_protection: protection } = authority.values;
  return isAbsent(protection) || isTrue(protection)
    ? []
    : [
        report(
          authority,
          `deletion_protection is ${shown(protection)}, so one call takes away what clients trust`,
          "set it to true, or declare maintenance",
        ),
      ];
}

function deletable(authority: TerraformResource): LintFinding[] {
  const { deletion_protection: protection } = authority.values;
  return [
    ...(!isAbsent(protection) && isFalse(protection)
      ? []
      : [
          report(
            authority,
            `deletion_protection is ${shown(protection)}, so Terraform can't delete it during maintenance`,
            "set it to false",
          ),
        ]),
    ...FORCED.filter((name) => !isTrue(authority.values[name])).map((name) =>
      report(
        authority,
        `${name} is ${shown(authority.values[name])}, so Google keeps it and its pool for 30 days`,
        `set ${name} to true during maintenance`,
      ),
    ),
  ];
}

function signing(authority: TerraformResource): LintFinding[] {
  const x509 = block(block(authority.values, "config"), "x509_config");
  const isCa = block(x509, "ca_options")?.["is_ca"];
  const usage = block(block(x509, "key_usage"), "base_key_usage");
  return isTrue(isCa) && isTrue(usage?.["cert_sign"])
    ? []
    : [
        report(
          authority,
          `is_ca is ${shown(isCa)} and cert_sign is ${shown(usage?.["cert_sign"])}, so no client takes what it signs`,
          "set both to true",
        ),
      ];
}

function pool(one: TerraformResource): LintFinding[] {
  const publishes = block(one.values, "publishing_options")?.["publish_crl"];
  return one.values["tier"] === "DEVOPS" && isTrue(publishes)
    ? [
        report(
          one,
          "Google refuses publish_crl in a pool of tier DEVOPS, which knows no revocation",
          "set publish_crl to false",
        ),
      ]
    : [];
}
