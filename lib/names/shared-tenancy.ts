import { parse } from "tldts";

/**
 * Domains below which anybody can get a name, a bucket or a tenant of their own and which the public suffix list does not
 * have, or has only in part. Each is documented by its operator as the domain of customers' own content.
 */
const SHARED_DOMAINS = [
  "amazonaws.com", "api.aws", "on.aws", "awsapps.com", "awsglobalaccelerator.com", "cloudfront.net", "elasticbeanstalk.com",
  "googleapis.com", "googleusercontent.com", "appspot.com", "run.app", "web.app", "firebaseapp.com", "firebaseio.com", "cloudfunctions.net", "withgoogle.com",
  "windows.net", "azure.com", "azure-api.net", "azureedge.net", "azurefd.net", "azurewebsites.net", "azurestaticapps.net", "cloudapp.net", "trafficmanager.net", "azurecr.io", "microsoftonline.com", "sharepoint.com", "onmicrosoft.com",
  "cloudflare.net", "cloudflarestorage.com", "r2.dev", "workers.dev", "pages.dev", "trycloudflare.com",
  "akamaihd.net", "akamaized.net", "edgekey.net", "edgesuite.net", "fastly.net", "fastlylb.net",
  "github.io", "githubusercontent.com", "github.dev", "githubpreview.dev", "gitlab.io", "bitbucket.io",
  "vercel.app", "now.sh", "netlify.app", "netlify.com", "herokuapp.com", "onrender.com", "render.com", "fly.dev", "railway.app", "deno.dev", "glitch.me", "repl.co", "replit.dev", "replit.app", "codesandbox.io", "csb.app", "stackblitz.io", "webcontainer.io", "surge.sh",
  "supabase.co", "supabase.in", "neon.tech", "mongodb.net", "upstash.io", "planetscale.com", "redislabs.com", "snowflakecomputing.com", "databricks.com",
  "ngrok.io", "ngrok.app", "ngrok-free.app", "ngrok.dev", "loca.lt", "localtunnel.me", "serveo.net", "localhost.run", "pinggy.link", "devtunnels.ms", "ts.net", "bore.pub",
  "digitaloceanspaces.com", "ondigitalocean.app", "linodeobjects.com", "backblazeb2.com", "wasabisys.com", "ovh.net", "scw.cloud", "hetzner.cloud", "vultrobjects.com", "oraclecloud.com", "aliyuncs.com", "myqcloud.com",
  "zendesk.com", "atlassian.net", "salesforce.com", "force.com", "my.salesforce.com", "service-now.com", "freshdesk.com", "slack.com", "webflow.io", "wixsite.com", "wordpress.com", "blogspot.com", "myshopify.com", "squarespace.com", "notion.site", "hubspotpagebuilder.com",
  "huggingface.co", "hf.space", "gradio.live", "streamlit.app", "modal.run", "beam.cloud", "runpod.net", "pipedream.net", "requestbin.net", "webhook.site", "oast.pro", "oast.fun", "oastify.com", "interact.sh", "burpcollaborator.net", "dnslog.cn",
  "nip.io", "sslip.io", "duckdns.org", "no-ip.org", "dyndns.org", "ddns.net",
];

/**
 * Why strangers can have names below a domain: it is a public suffix, it is a domain shared by tenants, or one lies below
 * it. Undefined for a domain that one owner holds alone.
 */
export function sharedBelow(domain: string): string | undefined {
  const suffix = parse(domain, { allowPrivateDomains: true }).publicSuffix;
  if (suffix === domain) return `${domain} is a public suffix`;
  const shared = SHARED_DOMAINS.find((one) => domain === one || domain.endsWith(`.${one}`) || one.endsWith(`.${domain}`));
  if (shared === undefined) return undefined;
  return shared === domain ? `anybody can get a name below ${domain}` : `anybody can get a name below ${shared}`;
}
