import { CordonError } from "../../lib/errors/cordon-error";
import { HostPattern } from "../../lib/names/host-pattern";
import type { EgressRule } from "../../lib/policy/egress";

/** Domains that AWS serves its interfaces from, for every account alike. */
const AWS_DOMAINS = ["amazonaws.com", "api.aws", "amazonaws.com.cn", "on.aws"].flatMap((domain) => [
  HostPattern.parse(domain, "AWS domains"),
  HostPattern.parse(`*.${domain}`, "AWS domains", { sharedTenancy: "every account's own names are below" }),
]);

/**
 * Refuses names of AWS interfaces on the allow list: behind one name lie all accounts, so a listed name lets data out to
 * a stranger's bucket or queue. A private endpoint pins the owner's account instead.
 */
export function refuseAwsHosts(rules: readonly EgressRule[], at: string): void {
  for (const { host, id, sharedTenancy } of rules) {
    if (host === undefined || sharedTenancy !== undefined) continue;
    if (AWS_DOMAINS.some((domain) => domain.covers(host))) {
      throw new CordonError(
        "CORDON-121",
        `${at}, rule ${id}`,
        `${host} answers for every AWS account, and the firewall sees only the name`,
        "add the service to the cell's services, which pins your account, or give sharedTenancy a reason",
      );
    }
  }
}
