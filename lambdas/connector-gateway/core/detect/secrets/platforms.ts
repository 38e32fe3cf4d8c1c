import type { SecretRule } from "../detector";
import { b36, b62, b64, hex, keyed, rule, token, UUID, upper, url } from "./pattern";

const DIGITALOCEAN = "https://docs.digitalocean.com/reference/api/create-personal-access-token/";
const DIGITALOCEAN_OAUTH = "https://docs.digitalocean.com/reference/api/oauth/";
const VERCEL = "https://vercel.com/docs/rest-api";
const FLY = "https://fly.io/docs/security/tokens/";
const VAULT = "https://developer.hashicorp.com/vault/docs/concepts/tokens";
const DOPPLER = "https://docs.doppler.com/reference/auth-token-formats";
const TAILSCALE = "https://tailscale.com/kb/1277/key-prefixes";
const CLOUDFLARE = "https://developers.cloudflare.com/fundamentals/api/get-started/";

/** Hosting, networks and secret stores. */
export const PLATFORMS: readonly SecretRule[] = [
  token("digitalocean-personal-token", "DigitalOcean personal access token", DIGITALOCEAN, "dop_v1_", hex(64)),
  token("digitalocean-oauth-token", "DigitalOcean OAuth token", DIGITALOCEAN_OAUTH, "doo_v1_", hex(64)),
  token("digitalocean-refresh-token", "DigitalOcean refresh token", DIGITALOCEAN_OAUTH, "dor_v1_", hex(64)),
  rule(
    "cloudflare-origin-ca-key",
    "Cloudflare origin CA key",
    `${CLOUDFLARE}ca-keys/`,
    `v1\\.0-(?:${hex(24)})-${hex(146)}`,
    {
      keywords: ["v1.0-"],
    },
  ),
  keyed(
    "cloudflare-api-token",
    "Cloudflare API token",
    `${CLOUDFLARE}create-token/`,
    ["cloudflare", "cf_api", "cf-api"],
    url(40),
  ),
  token("heroku-api-key", "Heroku API key", "https://devcenter.heroku.com/articles/oauth", "HRKU-", url(60)),
  token("fly-macaroon", "Fly.io access token", FLY, "fm2_", "[A-Za-z0-9+/=_-]{80,200}", {
    right: "none",
    tail: "base64",
  }),
  token("fly-personal-token", "Fly.io personal token", FLY, "fo1_", url(43)),
  rule("vercel-token", "Vercel token", VERCEL, `vc[piark]_${b62(24, 60)}`, {
    keywords: ["vcp_", "vci_", "vca_", "vcr_", "vck_"],
  }),
  token("netlify-token", "Netlify personal access token", "https://docs.netlify.com/api/get-started/", "nfp_", b62(36)),
  token("render-api-key", "Render API key", "https://render.com/docs/api", "rnd_", b62(28, 32)),
  token(
    "scaleway-access-key",
    "Scaleway access key",
    "https://www.scaleway.com/en/docs/iam/concepts/#api-key",
    "SCW",
    upper(17),
    { examples: ["SCWXXXXXXXXXXXXXXXXX"] },
  ),
  keyed(
    "scaleway-secret-key",
    "Scaleway secret key",
    "https://www.scaleway.com/en/docs/iam/concepts/#api-key",
    ["scw_secret", "scaleway_secret", "scaleway"],
    UUID,
  ),
  token("hashicorp-vault-service-token", "Vault service token", VAULT, "hvs.", url(24, 200), {
    right: "none",
    tail: "token",
  }),
  token("hashicorp-vault-batch-token", "Vault batch token", VAULT, "hvb.", url(100, 200), {
    right: "none",
    tail: "token",
  }),
  token("hashicorp-vault-recovery-token", "Vault recovery token", VAULT, "hvr.", url(24, 200), {
    right: "none",
    tail: "token",
  }),
  rule(
    "terraform-cloud-token",
    "HCP Terraform token",
    "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens",
    `${b62(14)}\\.atlasv1\\.${url(60, 70)}`,
    { keywords: [".atlasv1."], before: 14 },
  ),
  token(
    "pulumi-token",
    "Pulumi access token",
    "https://www.pulumi.com/docs/administration/access-identity/access-tokens/",
    "pul-",
    hex(40),
  ),
  token("doppler-cli-token", "Doppler CLI token", DOPPLER, "dp.ct.", b62(40, 44)),
  token("doppler-personal-token", "Doppler personal token", DOPPLER, "dp.pt.", b62(40, 44)),
  rule("doppler-service-token", "Doppler service token", DOPPLER, `dp\\.st\\.(?:[a-z0-9_-]{2,35}\\.)?${b62(40, 44)}`, {
    keywords: ["dp.st."],
  }),
  token("doppler-service-account-token", "Doppler service account token", DOPPLER, "dp.sa.", b62(40, 44)),
  token("doppler-scim-token", "Doppler SCIM token", DOPPLER, "dp.scim.", b62(40, 44)),
  token("doppler-audit-token", "Doppler audit token", DOPPLER, "dp.audit.", b62(40, 44)),
  token(
    "onepassword-service-account",
    "1Password service account token",
    "https://developer.1password.com/docs/service-accounts/security/",
    "ops_eyJ",
    b64(150, 230),
    { right: "none", tail: "base64" },
  ),
  rule(
    "onepassword-secret-key",
    "1Password secret key",
    "https://support.1password.com/secret-key/",
    "A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
    { keywords: ["A3-"] },
  ),
  rule("tailscale-auth-key", "Tailscale auth key", TAILSCALE, `tskey-auth-${b62(8, 20)}-${b62(20, 48)}`, {
    keywords: ["tskey-auth-"],
  }),
  rule("tailscale-api-key", "Tailscale API access token", TAILSCALE, `tskey-api-${b62(8, 20)}-${b62(20, 48)}`, {
    keywords: ["tskey-api-"],
  }),
  rule(
    "tailscale-client-secret",
    "Tailscale OAuth client secret",
    TAILSCALE,
    `tskey-client-${b62(8, 20)}-${b62(20, 48)}`,
    {
      keywords: ["tskey-client-"],
    },
  ),
  token(
    "postman-api-key",
    "Postman API key",
    "https://learning.postman.com/docs/developer/postman-api/authentication/",
    "PMAK-",
    `${hex(24)}-${hex(34)}`,
  ),
  token(
    "prefect-api-key",
    "Prefect API key",
    "https://docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys",
    "pnu_",
    b62(36),
  ),
  keyed(
    "okta-api-token",
    "Okta API token",
    "https://developer.okta.com/docs/guides/create-an-api-token/main/",
    ["okta", "ssws"],
    `00${url(40)}`,
  ),
  rule(
    "okta-authorization",
    "Okta API token in a header",
    "https://developer.okta.com/docs/reference/core-okta-api/",
    `SSWS (00${url(40)})`,
    {
      keywords: ["ssws "],
      ignoreCase: true,
    },
  ),
  token(
    "render-deploy-hook",
    "Render deploy hook",
    "https://render.com/docs/deploy-hooks",
    "https://api.render.com/deploy/srv-",
    `${b36(20)}\\?key=${url(11)}`,
    {
      keywords: ["api.render.com/deploy/srv-"],
      before: 8,
    },
  ),
];
