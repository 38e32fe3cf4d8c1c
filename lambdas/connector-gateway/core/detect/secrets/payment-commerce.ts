import type { SecretRule } from "../detector";
import { b36, b62, hex, rule, token, UUID, url } from "./pattern";

const STRIPE = "https://docs.stripe.com/keys";
const SHOPIFY = "https://shopify.dev/docs/apps/build/authentication-authorization";
const SQUARE = "https://developer.squareup.com/docs/build-basics/access-tokens";
const FLUTTERWAVE = "https://developer.flutterwave.com/v3.0/docs/api-keys";
const EASYPOST = "https://docs.easypost.com/docs/authentication";
const STRIPE_EXAMPLES = [
  "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
  "sk_test_BQokikJOvBiI2HlWgH4olfQ2",
  "sk_test_tR3PYbcVNZZ796tH88S4VQ2u",
  "sk_test_26PHem9AhJZvU623DfE1x4sd",
];

/** Payment and shops. */
export const PAYMENT: readonly SecretRule[] = [
  token("stripe-live-secret-key", "Stripe secret key", STRIPE, "sk_live_", b62(24, 120)),
  token("stripe-test-secret-key", "Stripe secret key of a sandbox", STRIPE, "sk_test_", b62(24, 120), {
    examples: STRIPE_EXAMPLES,
  }),
  token("stripe-live-restricted-key", "Stripe restricted key", STRIPE, "rk_live_", b62(24, 120)),
  token("stripe-test-restricted-key", "Stripe restricted key of a sandbox", STRIPE, "rk_test_", b62(24, 120)),
  token(
    "stripe-webhook-secret",
    "Stripe webhook signing secret",
    "https://docs.stripe.com/webhooks",
    "whsec_",
    "[A-Za-z0-9+/]{32,64}",
  ),
  token("square-access-token", "Square access token", SQUARE, "EAAA", url(60), { right: "token" }),
  token("square-application-secret", "Square application secret", SQUARE, "sq0csp-", url(43)),
  token("square-legacy-token", "Square personal access token", SQUARE, "sq0atp-", url(22)),
  token("shopify-access-token", "Shopify admin API access token", SHOPIFY, "shpat_", "[0-9a-fA-F]{32}"),
  token("shopify-custom-app-token", "Shopify custom app access token", SHOPIFY, "shpca_", "[0-9a-fA-F]{32}"),
  token("shopify-private-app-password", "Shopify private app password", SHOPIFY, "shppa_", "[0-9a-fA-F]{32}"),
  token("shopify-shared-secret", "Shopify app shared secret", SHOPIFY, "shpss_", "[0-9a-fA-F]{32}"),
  rule(
    "braintree-access-token",
    "Braintree access token",
    "https://developer.paypal.com/braintree/docs/guides/extend/oauth/access-tokens",
    `access_token\\$(?:production|sandbox)\\$${b36(16)}\\$${hex(32)}`,
    { keywords: ["access_token$"] },
  ),
  rule(
    "plaid-access-token",
    "Plaid access token",
    "https://plaid.com/docs/api/tokens/",
    `access-(?:sandbox|development|production)-${UUID}`,
    {
      keywords: ["access-sandbox-", "access-development-", "access-production-"],
    },
  ),
  rule(
    "razorpay-key",
    "Razorpay key id",
    "https://razorpay.com/docs/api/authentication/",
    `rzp_(?:live|test)_${b62(14)}`,
    {
      keywords: ["rzp_live_", "rzp_test_"],
    },
  ),
  rule("flutterwave-secret-key", "Flutterwave secret key", FLUTTERWAVE, `FLWSECK(?:_TEST)?-${hex(32)}-X`, {
    keywords: ["FLWSECK"],
  }),
  rule(
    "mollie-api-key",
    "Mollie API key",
    "https://docs.mollie.com/reference/authentication",
    `(?:live|test)_${b62(30)}`,
    {
      keywords: ["live_", "test_"],
    },
  ),
  rule(
    "gocardless-access-token",
    "GoCardless access token",
    "https://developer.gocardless.com/api-reference/#making-requests",
    `(?:live|sandbox)_${url(40)}`,
    { keywords: ["live_", "sandbox_"] },
  ),
  rule(
    "paddle-api-key",
    "Paddle API key",
    "https://developer.paddle.com/api-reference/about/authentication",
    `pdl_(?:live|sdbx)_apikey_${b36(26)}_${b62(22)}_${b62(3)}`,
    { keywords: ["pdl_live_", "pdl_sdbx_"] },
  ),
  rule(
    "duffel-access-token",
    "Duffel access token",
    "https://duffel.com/docs/api/overview/test-your-integration",
    `duffel_(?:live|test)_${url(43)}`,
    {
      keywords: ["duffel_"],
    },
  ),
  token("easypost-production-key", "EasyPost production key", EASYPOST, "EZAK", b62(54)),
  token("easypost-test-key", "EasyPost test key", EASYPOST, "EZTK", b62(54)),
  rule(
    "shippo-token",
    "Shippo API token",
    "https://docs.goshippo.com/docs/guides_general/authentication/",
    `shippo_(?:live|test)_${hex(40)}`,
    {
      keywords: ["shippo_"],
    },
  ),
];
