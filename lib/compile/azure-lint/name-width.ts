import { sharedBelow } from "../../names/shared-tenancy";
import type { LintFinding } from "../aws-lint/terraform-resource";
import { blocks, isTrue } from "../aws-lint/values";
import { TENANT_HOSTS } from "../azure/tenant-hosts";
import type { AzureContext } from "./azure-context";
import { type FirewallRule, onRule, passing } from "./firewall-rule";
import { plain, some } from "./places";
import { hostsOf, type RuleHost } from "./rule-hosts";

/** Names behind which anybody's files of a code host are. */
const RAW_FILES = [
  "codeload.github.com",
  "gist.githubusercontent.com",
  "media.githubusercontent.com",
  "objects.githubusercontent.com",
  "raw.githubusercontent.com",
];

/** Headers by which the sign-in service lets a proxy's own tenants in alone. */
const RESTRICTIONS = ["restrict-access-to-tenants", "sec-restrict-tenant-access-policy"];

/** CORDON-267. A rule by name says which. A name that only apply knows may be every one, but for one of a resource. */
export function everyName(context: AzureContext): LintFinding[] {
  return named(context).flatMap(({ rule, hosts }) => {
    const wide = hosts.filter(({ host, isOwn }) => (host === undefined ? !isOwn : host === "*"));
    return wide.length === 0
      ? []
      : [onRule("CORDON-267", rule, `passes every name: ${some(wide.map(({ text }) => text))}`, "write the names out")];
  });
}

/** CORDON-268. A wildcard is above names of one owner, and no name holds everybody's files, unless a policy lists it. */
export function sharedNames(context: AzureContext): LintFinding[] {
  return named(context).flatMap(({ rule, hosts }) =>
    hosts.flatMap(({ text, host = "" }) => {
      if (context.isListed(host)) return [];
      const why = host.startsWith("*.") ? sharedBelow(host.slice(2)) : undefined;
      if (why === undefined && !RAW_FILES.includes(host)) return [];
      return [
        onRule(
          "CORDON-268",
          rule,
          `passes ${text}, and ${why ?? "anybody can put files there"}`,
          "name the exact hosts, or list it in the agent's policy with a reason and sharedTenancy",
        ),
      ];
    }),
  );
}

/**
 * CORDON-269. Sign-in and management are one name for every tenant, so that a key of somebody else's tenant works there:
 * unless the rule restricts tenants, or a policy lists the name and the report says what it means.
 *
 * @see https://learn.microsoft.com/entra/identity/enterprise-apps/tenant-restrictions
 */
export function tenantHosts(context: AzureContext): LintFinding[] {
  return named(context)
    .filter(({ rule }) => !restrictsTenants(rule))
    .flatMap(({ rule, hosts }) =>
      hosts.flatMap(({ text, host = "" }) => {
        const first = TENANT_HOSTS.find((one) => holds(host, one));
        if (first === undefined || host === "*" || context.isListed(host)) return [];
        const what = first === host ? "which serves" : `and ${first} serves`;
        return [
          onRule(
            "CORDON-269",
            rule,
            `passes ${text}, ${what} every tenant of Azure`,
            "list it in the agent's policy, or restrict tenants: http_headers with Restrict-Access-To-Tenants and terminate_tls",
          ),
        ];
      }),
    );
}

function named(context: AzureContext): { rule: FirewallRule; hosts: RuleHost[] }[] {
  return [...passing(context, "application"), ...passing(context, "network")]
    .filter((rule) => !rule.isWatched)
    .map((rule) => ({ rule, hosts: hostsOf(context, rule) }));
}

const holds = (host: string, name: string): boolean =>
  host === name || (host.startsWith("*") && name.endsWith(host.slice(1)));

// Headers go into what the firewall reads: a rule for HTTPS has to look into TLS.
function restrictsTenants({ values }: FirewallRule): boolean {
  const headers = blocks(values, "http_headers").map(({ name }) => plain(name).toLowerCase());
  return isTrue(values["terminate_tls"]) && RESTRICTIONS.some((one) => headers.includes(one));
}
