import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { blocks, finding, grouped, isFalse, isReference, isTrue, items, literals, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";
import { workloadNetworks } from "./networks";

const NAMED_DATA = ["CNAME", "NS", "PTR", "MX", "SRV", "DNAME"];
const DELEGATIONS = ["forwarding_config", "peering_config"];
const ROOTS = [".", "*."];

const report = (at: TerraformResource, problem: string, fix: string): LintFinding =>
  finding("CORDON-242", at, problem, fix);

/**
 * CORDON-242. Names end in a dot, or Google refuses them. One that only apply knows is skipped.
 *
 * @see https://cloud.google.com/dns/docs/records
 */
export function dnsNames(context: GcpContext): LintFinding[] {
  const at = (resource: TerraformResource, argument: string, value: unknown): LintFinding[] =>
    typeof value !== "string" || isReference(value) || value.endsWith(".")
      ? []
      : [
          report(
            resource,
            `${argument} ${shown(value)} has no dot at its end, and Google refuses it`,
            `write "${value}."`,
          ),
        ];
  return [
    ...context.ofType("google_dns_managed_zone").flatMap((zone) => at(zone, "dns_name", zone.values["dns_name"])),
    ...context
      .ofType("google_dns_record_set")
      .flatMap((record) => [
        ...at(record, "name", record.values["name"]),
        ...(NAMED_DATA.includes(String(record.values["type"]))
          ? literals(record.values["rrdatas"]).flatMap((data) => at(record, "rrdatas", data))
          : []),
      ]),
    ...context
      .ofType("google_dns_response_policy_rule")
      .flatMap((rule) => [
        ...at(rule, "dns_name", rule.values["dns_name"]),
        ...localData(rule).flatMap((data) => [
          ...at(rule, "local_datas.name", data["name"]),
          ...sameName(rule, data["name"]),
        ]),
      ]),
  ];
}

function localData(rule: TerraformResource): Record<string, unknown>[] {
  return blocks(rule.values, "local_data").flatMap((data) => blocks(data, "local_datas"));
}

function sameName(rule: TerraformResource, name: unknown): LintFinding[] {
  const expected = rule.values["dns_name"];
  return name === expected || isReference(name) || isReference(expected)
    ? []
    : [
        report(
          rule,
          `its local data is for ${shown(name)} and the rule for ${shown(expected)}, and Google refuses it`,
          "use one name for both",
        ),
      ];
}

/** CORDON-242. A network has one response policy and one policy; rules refer to theirs, so that they are deleted before it. */
export function dnsOwners(context: GcpContext): LintFinding[] {
  const policies = context.ofType("google_dns_response_policy");
  const byName = new Map(policies.map((policy) => [policy.values["response_policy_name"], policy]));
  return [
    ...context.ofType("google_dns_response_policy_rule").flatMap((rule) => {
      const policy = byName.get(rule.values["response_policy"]);
      return policy === undefined || context.waitsFor(rule, policy.address)
        ? []
        : [
            report(
              rule,
              `it names ${policy.address} by text, so Terraform deletes the policy first and Google refuses that`,
              `use \${${policy.address}.response_policy_name}`,
            ),
          ];
    }),
    ...["google_dns_response_policy", "google_dns_policy"].flatMap((type) => onePerNetwork(context, type)),
  ];
}

function onePerNetwork(context: GcpContext, type: string): LintFinding[] {
  const bound = context.ofType(type).flatMap((policy) =>
    blocks(policy.values, "networks").map((network) => ({
      policy,
      network: context.identity(network["network_url"]),
    })),
  );
  return [...grouped(bound, ({ network }) => network)].flatMap(([network, [first, ...others]]) =>
    others.map(({ policy }) =>
      report(
        policy,
        `${network} has ${first?.policy.address} already, and Google takes one for a network`,
        "keep one of the two",
      ),
    ),
  );
}

/**
 * CORDON-242. In a network of workloads every name that nobody listed is unknown: a private zone for the root, or a
 * response to all names, answers it, and nothing is asked before them. Zones are private unless they say otherwise in vain.
 *
 * @see https://cloud.google.com/dns/docs/vpc-name-res-order
 */
export function openNames(context: GcpContext): LintFinding[] {
  const closed = new Set([
    ...context
      .ofType("google_dns_managed_zone")
      .filter(
        ({ values }) =>
          values["dns_name"] === "." &&
          values["visibility"] === "private" &&
          DELEGATIONS.every((name) => items(values[name]).length === 0),
      )
      .flatMap((zone) =>
        blocks(zone.values, "private_visibility_config").flatMap((config) => blocks(config, "networks")),
      )
      .map((network) => context.identity(network["network_url"])),
    ...context
      .ofType("google_dns_response_policy")
      .filter((policy) => answersAll(context, policy))
      .flatMap((policy) => blocks(policy.values, "networks"))
      .map((network) => context.identity(network["network_url"])),
  ]);
  return [
    ...workloadNetworks(context)
      .filter(({ address }) => !closed.has(address))
      .map((network) =>
        report(
          network,
          "its resolver answers every name, and names carry data out",
          'add a private google_dns_managed_zone for "." to the network',
        ),
      ),
    ...context
      .ofType("google_dns_managed_zone")
      .filter(({ values }) => values["visibility"] !== "private")
      .map((zone) =>
        report(
          zone,
          `visibility is ${shown(zone.values["visibility"])}, so Google publishes the zone`,
          "set it to private",
        ),
      ),
    ...context
      .ofType("google_dns_policy")
      .filter(({ values }) => items(values["alternative_name_server_config"]).length > 0)
      .map((policy) =>
        report(
          policy,
          "its alternative name servers are asked before any zone, so names that nobody listed are answered",
          "remove alternative_name_server_config",
        ),
      ),
  ];
}

function answersAll(context: GcpContext, policy: TerraformResource): boolean {
  return context
    .ofType("google_dns_response_policy_rule")
    .filter(({ values }) =>
      [policy.address, String(policy.values["response_policy_name"])].includes(
        context.identity(values["response_policy"]),
      ),
    )
    .some((rule) => ROOTS.includes(String(rule.values["dns_name"])) && localData(rule).length > 0);
}

/** CORDON-242. Queries are recorded, and nobody from outside of the network may ask its resolver. Unknown is off, and on. */
export function queryLogs(context: GcpContext): LintFinding[] {
  return context.ofType("google_dns_policy").flatMap((policy) => {
    const { enable_logging: logs, enable_inbound_forwarding: inbound } = policy.values;
    return [
      ...(isTrue(logs)
        ? []
        : [report(policy, `enable_logging is ${shown(logs)}, so queries leave no record`, "set it to true")]),
      ...(isFalse(inbound)
        ? []
        : [
            report(
              policy,
              `enable_inbound_forwarding is ${shown(inbound)}, so Google opens the resolver to networks that are joined`,
              "set it to false",
            ),
          ]),
    ];
  });
}
