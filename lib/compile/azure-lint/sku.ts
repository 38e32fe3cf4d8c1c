import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { block, blocks, finding, isAbsent, isReference, isTrue } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { firewallRules, onRule } from "./firewall-rule";
import { plain, written } from "./places";

/** Something that not every SKU has. */
interface Feature {
  readonly what: string;
  readonly argument: string;
  readonly skus: readonly string[];
  readonly isUsed: (values: Record<string, unknown>) => boolean;
}

const NOT_BASIC = ["standard", "premium"];
const PREMIUM = ["premium"];
const isWritten =
  (argument: string) =>
  (values: Record<string, unknown>): boolean =>
    written(values[argument]).length > 0;

const OF_POLICY: Feature[] = [
  {
    what: "a DNS proxy",
    argument: "dns",
    skus: NOT_BASIC,
    isUsed: (values) => isTrue(block(values, "dns")?.["proxy_enabled"]),
  },
  {
    what: "resolvers of one's own",
    argument: "dns.servers",
    skus: NOT_BASIC,
    isUsed: (values) => written(block(values, "dns")?.["servers"]).length > 0,
  },
  {
    what: "threat intelligence that denies",
    argument: "threat_intelligence_mode",
    skus: NOT_BASIC,
    isUsed: (values) => values["threat_intelligence_mode"] === "Deny",
  },
  {
    what: "intrusion detection",
    argument: "intrusion_detection",
    skus: PREMIUM,
    isUsed: (values) => blocks(values, "intrusion_detection").some(({ mode }) => mode !== "Off"),
  },
  {
    what: "a certificate to look into TLS with",
    argument: "tls_certificate",
    skus: PREMIUM,
    isUsed: (values) => blocks(values, "tls_certificate").length > 0,
  },
];

const OF_RULE: Feature[] = [
  {
    what: "names in network rules",
    argument: "destination_fqdns",
    skus: NOT_BASIC,
    isUsed: isWritten("destination_fqdns"),
  },
  { what: "web categories", argument: "web_categories", skus: NOT_BASIC, isUsed: isWritten("web_categories") },
  { what: "rules of URLs", argument: "destination_urls", skus: PREMIUM, isUsed: isWritten("destination_urls") },
  {
    what: "looking into TLS",
    argument: "terminate_tls",
    skus: PREMIUM,
    isUsed: (values) => isTrue(values["terminate_tls"]),
  },
];

/**
 * CORDON-274. A policy and its rules use what their SKU has. An SKU that only apply knows is Azure's to judge.
 *
 * @see https://learn.microsoft.com/azure/firewall/features-by-sku
 */
export function skuFeatures(context: AzureContext): LintFinding[] {
  const lacks = (engine: TerraformResource | undefined, { skus }: Feature): string | undefined => {
    const sku = skuOf(engine);
    return sku === undefined || skus.includes(sku.toLowerCase()) ? undefined : sku;
  };
  const fix = ({ argument, skus }: Feature): string =>
    `leave ${argument} out, or use SKU ${skus === PREMIUM ? "Premium" : "Standard or Premium"}`;
  return [
    ...context.ofType("azurerm_firewall_policy").flatMap((policy) =>
      OF_POLICY.flatMap((feature) => {
        const sku = feature.isUsed(policy.values) ? lacks(policy, feature) : undefined;
        return sku === undefined
          ? []
          : [finding("CORDON-274", policy, `SKU ${sku} has no ${bare(feature)}`, fix(feature))];
      }),
    ),
    ...firewallRules(context).flatMap((rule) =>
      OF_RULE.flatMap((feature) => {
        const isUsed = feature.isUsed(rule.values) && !(isNames(feature) && rule.kind !== "network");
        const sku = isUsed ? lacks(rule.engine, feature) : undefined;
        return sku === undefined
          ? []
          : [onRule("CORDON-274", rule, `uses ${feature.what}, which SKU ${sku} does not have`, fix(feature))];
      }),
    ),
  ];
}

const isNames = ({ argument }: Feature): boolean => argument === "destination_fqdns";

const bare = ({ what }: Feature): string => what.replace(/^an? /, "");

function skuOf(engine: TerraformResource | undefined): string | undefined {
  if (engine === undefined) return undefined;
  const sku = engine.values[engine.type === "azurerm_firewall" ? "sku_tier" : "sku"];
  if (isReference(sku)) return undefined;
  return isAbsent(sku) ? "Standard" : plain(sku);
}
