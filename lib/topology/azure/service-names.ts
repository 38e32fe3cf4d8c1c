import { NameSet } from "../sets/name-set";

const below = (...names: string[]): NameSet => NameSet.unionAll(names.map((name) => NameSet.below(name)));

/** Names that lead to a service, by what a service endpoint calls it. */
const BY_ENDPOINT: { readonly [service: string]: NameSet } = {
  "microsoft.storage": below("core.windows.net"),
  "microsoft.storage.global": below("core.windows.net"),
  "microsoft.keyvault": below("vault.azure.net"),
  "microsoft.sql": below("database.windows.net", "sql.azuresynapse.net", "postgres.database.azure.com"),
  "microsoft.azurecosmosdb": below("documents.azure.com"),
  "microsoft.servicebus": below("servicebus.windows.net"),
  "microsoft.eventhub": below("servicebus.windows.net"),
  "microsoft.web": below("azurewebsites.net"),
  "microsoft.containerregistry": below("azurecr.io"),
  "microsoft.cognitiveservices": below(
    "cognitiveservices.azure.com",
    "openai.azure.com",
    "services.ai.azure.com",
    "api.cognitive.microsoft.com",
  ),
};

/** @returns every name for a service that is not known */
export const endpointNames = (service: string): NameSet => BY_ENDPOINT[service.toLowerCase()] ?? NameSet.NAMED;

/** What a private endpoint leads to, by type of the target and part of it. */
interface PrivateService {
  readonly domains: readonly string[];
  /** How its own zone is called. */
  readonly zones: readonly string[];
}

const BY_PART: { readonly [part: string]: PrivateService } = {
  vault: { domains: ["vault.azure.net"], zones: ["privatelink.vaultcore.azure.net"] },
  sql: { domains: ["documents.azure.com"], zones: ["privatelink.documents.azure.com"] },
  registry: { domains: ["azurecr.io"], zones: ["privatelink.azurecr.io"] },
  account: {
    domains: ["cognitiveservices.azure.com", "openai.azure.com", "services.ai.azure.com"],
    zones: [
      "privatelink.cognitiveservices.azure.com",
      "privatelink.openai.azure.com",
      "privatelink.services.ai.azure.com",
    ],
  },
  namespace: { domains: ["servicebus.windows.net"], zones: ["privatelink.servicebus.windows.net"] },
  sites: { domains: ["azurewebsites.net"], zones: ["privatelink.azurewebsites.net"] },
  gateway: { domains: ["azure-api.net"], zones: ["privatelink.azure-api.net"] },
  searchservice: { domains: ["search.windows.net"], zones: ["privatelink.search.windows.net"] },
  configurationstores: { domains: ["azconfig.io"], zones: ["privatelink.azconfig.io"] },
  sqlserver: { domains: ["database.windows.net"], zones: ["privatelink.database.windows.net"] },
  azuremonitor: {
    domains: ["monitor.azure.com", "oms.opinsights.azure.com", "ods.opinsights.azure.com"],
    zones: ["privatelink.monitor.azure.com", "privatelink.oms.opinsights.azure.com"],
  },
};

/** Names that lead to a part of a target, one of them where the target's own name is known. */
export function privateNames(part: string | undefined, name: string | undefined): NameSet {
  const storage = /^(blob|queue|table|file|dfs|web)(_secondary)?$/i.exec(part ?? "")?.[1]?.toLowerCase();
  const known =
    storage === undefined
      ? BY_PART[part?.toLowerCase() ?? ""]
      : { domains: [`${storage}.core.windows.net`], zones: [`privatelink.${storage}.core.windows.net`] };
  if (known === undefined) return NameSet.NONE;
  const all = [...known.domains, ...known.zones];
  return name === undefined ? below(...all) : NameSet.unionAll(all.map((zone) => NameSet.exact(`${name}.${zone}`)));
}
