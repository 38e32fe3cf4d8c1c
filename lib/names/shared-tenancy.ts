import { parse } from "tldts";
import { INNER_SUFFIXES } from "./inner-suffixes";

/**
 * Domains with names of customers directly below, which the public suffix list does not have. What lies below a
 * customer's own name is that customer's.
 */
const TENANTS_BELOW = words(`
  azurecr.io azure-devices.net b2clogin.com ciamlogin.com onmicrosoft.com sharepoint.com visualstudio.com
  atlassian.net freshdesk.com okta.com service-now.com slack.com zendesk.com
  hs-sites.com hubspotpagebuilder.com medium.com squarespace.com substack.com tumblr.com weebly.com wordpress.com
  b-cdn.net imgix.net kxcdn.com
  gradio.live modal.run stackblitz.io upstash.io
  beeceptor.com lhr.life loca.lt loclx.io requestcatcher.com serveo.net webhook.site
  burpcollaborator.net dnslog.cn interact.sh oast.fun oast.live oast.me oast.online oast.pro oast.site oastify.com
`);

/**
 * Domains with names of customers at any depth, or whose customers' names hold dots, so that a name below a customer's
 * can be another customer's: bucket `b.a` next to bucket `a`. The public suffix list has some of their parts.
 */
const TENANTS_AT_ANY_DEPTH = words(`
  amazonaws.com amazonaws.com.cn amazoncognito.com api.aws cs.amazonlightsail.com on.amazonwebservices.com.cn
  on.amazonwebservices.eu on.aws sagemaker.aws sagemaker.com.cn
  firebasedatabase.app firebaseio.com googleapis.com googleusercontent.com
  azure.com azure.net azurecontainerapps.io azuredatabricks.net chinacloudapi.cn dynamics.com usgovcloudapi.net
  windows.net
  akamaiedge.net akamaihd.net akamaized.net cloudflare.net cloudflarestorage.com edgekey.net edgesuite.net fastly.net
  fastlylb.net
  aliyuncs.com backblazeb2.com linodeobjects.com myhuaweicloud.com myqcloud.com oraclecloud.com ovh.net scw.cloud
  vultrobjects.com wasabisys.com your-objectstorage.com
  cloud.databricks.com gcp.databricks.com mongodb.net neon.tech psdb.cloud redis-cloud.com redislabs.com
  snowflakecomputing.com
  auth0.com force.com my.salesforce.com my.salesforce-sites.com my.site.com sentry.io
  app.beam.cloud app.github.dev devtunnels.ms endpoints.huggingface.cloud pinggy.link pipedream.net requestbin.net
  runpod.net share.zrok.io webcontainer.io
  nip.io sslip.io traefik.me
`);

/**
 * Why strangers can have names below a domain: it is a public suffix, it is a domain shared by tenants, or one lies below
 * it. Undefined for a domain that one owner holds alone.
 */
export function sharedBelow(domain: string): string | undefined {
  // A name below tells more than the domain does: a rule such as *.kawasaki.jp makes suffixes of names that it leaves out.
  const suffix = parse(`a-tenant.${domain}`, { allowPrivateDomains: true }).publicSuffix ?? "";
  if (suffix === domain) return `${domain} is a public suffix`;
  if (suffix === `a-tenant.${domain}`) return `every name below ${domain} is a public suffix`;
  const deep = TENANTS_AT_ANY_DEPTH.find((one) => isAtOrBelow(domain, one));
  if (deep !== undefined) return `anybody can get a name below ${deep}`;
  const inner = [...TENANTS_BELOW, ...TENANTS_AT_ANY_DEPTH, ...INNER_SUFFIXES].find((one) => isAtOrBelow(one, domain));
  return inner === undefined ? undefined : `anybody can get a name below ${inner}`;
}

/** For tests of the table: every domain in it. */
export const SHARED_DOMAINS: readonly string[] = [...TENANTS_BELOW, ...TENANTS_AT_ANY_DEPTH];

const isAtOrBelow = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
