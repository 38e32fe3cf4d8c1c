import { isSnowflakeToken } from "../checks/structure";
import type { SecretRule } from "../detector";
import { b36, b62, hex, keyed, rule, token, UUID, url } from "./pattern";

const SLACK = "https://docs.slack.dev/authentication/tokens/";
const SLACK_WEBHOOK = "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/";
const SLACK_ROTATION = "https://docs.slack.dev/authentication/using-token-rotation/";
const DISCORD = "https://discord.com/developers/docs/reference#authentication";
const DISCORD_WEBHOOK = "https://discord.com/developers/docs/resources/webhook";
const TWILIO = "https://www.twilio.com/docs/iam/api-keys";
const MAILGUN = "https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/api-key-mgmt";
const BREVO = "https://developers.brevo.com/docs/getting-started";
const TEAMS =
  "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook";

/** Chat, telephone and mail. */
export const MESSAGING: readonly SecretRule[] = [
  rule("slack-bot-token", "Slack bot token", SLACK, `xoxb-[0-9]{9,14}-(?:[0-9]{9,14}-)?${b62(24)}`, {
    keywords: ["xoxb-"],
  }),
  rule("slack-user-token", "Slack user token", SLACK, `xoxp-[0-9]{9,14}-[0-9]{9,14}-(?:[0-9]{9,14}-)?${hex(32)}`, {
    keywords: ["xoxp-"],
  }),
  rule("slack-app-token", "Slack app-level token", SLACK, `xapp-[0-9]-A[A-Z0-9]{8,12}-[0-9]{9,14}-${hex(64)}`, {
    keywords: ["xapp-"],
  }),
  rule("slack-rotated-token", "Slack token under rotation", SLACK_ROTATION, `xoxe\\.xox[bp]-[0-9]-${b62(140, 180)}`, {
    keywords: ["xoxe.xox"],
  }),
  rule("slack-refresh-token", "Slack refresh token", SLACK_ROTATION, `xoxe-[0-9]-${b62(140, 180)}`, {
    keywords: ["xoxe-"],
  }),
  rule(
    "slack-webhook",
    "Slack incoming webhook",
    SLACK_WEBHOOK,
    `hooks\\.slack\\.com\\/services\\/T[A-Z0-9]{8,12}\\/B[A-Z0-9]{8,12}\\/${b62(24)}`,
    { keywords: ["hooks.slack.com/services/"], left: "none" },
  ),
  rule(
    "discord-bot-token",
    "Discord bot token",
    DISCORD,
    `(?:[Bb]ot |[Dd][Ii][Ss][Cc][Oo][Rr][Dd][A-Za-z0-9_./-]{0,40}["'\`]{0,2}[ \\t]{0,4}[:=]{1,2}[ \\t]{0,4}["'\`]{0,2})([A-Za-z0-9_-]{23,28}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,38})`,
    { keywords: ["bot ", "discord"], anyCaseKeyword: true, check: isSnowflakeToken, right: "token" },
  ),
  rule(
    "discord-webhook",
    "Discord webhook",
    DISCORD_WEBHOOK,
    `discord(?:app)?\\.com\\/api\\/webhooks\\/[0-9]{17,20}\\/${url(60, 72)}`,
    {
      keywords: ["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
      left: "none",
    },
  ),
  rule(
    "telegram-bot-token",
    "Telegram bot token",
    "https://core.telegram.org/bots/api#authorizing-your-bot",
    `[0-9]{8,10}:AA${url(33)}`,
    {
      keywords: [":AA"],
      before: [8, 10],
    },
  ),
  token("twilio-api-key", "Twilio API key", TWILIO, "SK", hex(32)),
  keyed("twilio-auth-token", "Twilio auth token", "https://www.twilio.com/docs/iam/api/authtoken", ["twilio"], hex(32)),
  rule(
    "sendgrid-api-key",
    "SendGrid API key",
    "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
    `SG\\.${url(22)}\\.${url(43)}`,
    {
      keywords: ["SG."],
    },
  ),
  token("mailgun-private-key", "Mailgun private API key", MAILGUN, "key-", hex(32)),
  keyed("mailgun-sending-key", "Mailgun sending key", MAILGUN, ["mailgun", "mg_api"], `${hex(32)}-${hex(8)}-${hex(8)}`),
  rule(
    "mailchimp-api-key",
    "Mailchimp API key",
    "https://mailchimp.com/developer/marketing/guides/quick-start/",
    `${hex(32)}-us[0-9]{1,2}`,
    {
      keywords: ["-us"],
      before: 32,
    },
  ),
  token(
    "mandrill-api-key",
    "Mailchimp Transactional API key",
    "https://mailchimp.com/developer/transactional/guides/quick-start/",
    "md-",
    url(22),
  ),
  rule("brevo-api-key", "Brevo API key", BREVO, `xkeysib-${hex(64)}-${b62(16)}`, { keywords: ["xkeysib-"] }),
  rule(
    "brevo-smtp-key",
    "Brevo SMTP key",
    "https://developers.brevo.com/docs/smtp-integration",
    `xsmtpsib-${hex(64)}-${b62(16)}`,
    {
      keywords: ["xsmtpsib-"],
    },
  ),
  token(
    "resend-api-key",
    "Resend API key",
    "https://resend.com/docs/dashboard/api-keys/introduction",
    "re_",
    `${b62(8)}_${b62(24)}`,
  ),
  token(
    "mailersend-token",
    "MailerSend API token",
    "https://developers.mailersend.com/general.html#authentication",
    "mlsn.",
    hex(64),
  ),
  rule(
    "microsoft-teams-webhook",
    "Microsoft Teams incoming webhook",
    TEAMS,
    `webhook\\.office\\.com\\/webhookb2\\/${UUID}@${UUID}\\/IncomingWebhook\\/${hex(32)}\\/${UUID}`,
    { keywords: ["webhook.office.com/webhookb2/"], left: "none" },
  ),
  rule(
    "zapier-webhook",
    "Zapier webhook",
    "https://help.zapier.com/hc/en-us/articles/8496288690317",
    `hooks\\.zapier\\.com\\/hooks\\/catch\\/[0-9]{5,9}\\/${b36(6, 8)}`,
    {
      keywords: ["hooks.zapier.com/hooks/catch/"],
      left: "none",
      check: (secret) => /[0-9]/.test(secret.slice(secret.lastIndexOf("/"))),
    },
  ),
  token(
    "klaviyo-private-key",
    "Klaviyo private API key",
    "https://developers.klaviyo.com/en/docs/authenticate_",
    "pk_",
    hex(34),
  ),
  token(
    "onesignal-app-key",
    "OneSignal app API key",
    "https://documentation.onesignal.com/docs/en/keys-and-ids",
    "os_v2_app_",
    "[a-z2-7]{103}",
  ),
];

/** Work, design, customers and content. */
export const PRODUCTIVITY: readonly SecretRule[] = [
  token(
    "notion-token",
    "Notion integration token",
    "https://developers.notion.com/guides/get-started/create-a-notion-integration",
    "ntn_",
    b62(46),
  ),
  token(
    "notion-legacy-token",
    "Notion integration token (legacy)",
    "https://developers.notion.com/page/changelog",
    "secret_",
    b62(43),
  ),
  token(
    "figma-token",
    "Figma personal access token",
    "https://www.figma.com/developers/api#access-tokens",
    "figd_",
    url(40),
  ),
  token("linear-api-key", "Linear API key", "https://linear.app/developers/graphql", "lin_api_", b62(40)),
  token(
    "linear-oauth-token",
    "Linear OAuth token",
    "https://linear.app/developers/oauth-2-0-authentication",
    "lin_oauth_",
    hex(64),
  ),
  token(
    "typeform-token",
    "Typeform personal access token",
    "https://www.typeform.com/developers/get-started/personal-access-token/",
    "tfp_",
    url(40, 64),
  ),
  token(
    "contentful-management-token",
    "Contentful personal access token",
    "https://www.contentful.com/developers/docs/references/authentication/",
    "CFPAT-",
    url(43),
  ),
  token(
    "readme-api-key",
    "ReadMe API key",
    "https://docs.readme.com/main/reference/intro/authentication",
    "rdme_",
    b36(70),
  ),
  rule(
    "hubspot-private-app-token",
    "HubSpot private app token",
    "https://developers.hubspot.com/docs/guides/apps/private-apps/overview",
    `pat-(?:na|eu|ap)[0-9]-${UUID}`,
    {
      keywords: ["pat-na", "pat-eu", "pat-ap"],
    },
  ),
  token(
    "dropbox-short-token",
    "Dropbox short-lived access token",
    "https://developers.dropbox.com/oauth-guide",
    "sl.",
    url(130, 220),
    { right: "none", tail: "token" },
  ),
  rule(
    "airtable-token",
    "Airtable personal access token",
    "https://airtable.com/developers/web/guides/personal-access-tokens",
    `pat${b62(14)}\\.${hex(64)}`,
    {
      keywords: ["pat"],
      guard: (text, from) => text.charAt(from + 14) === ".",
    },
  ),
  rule(
    "salesforce-session",
    "Salesforce access token",
    "https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_access_tokens.htm",
    "00D[A-Za-z0-9]{12}![A-Za-z0-9._]{80,120}",
    {
      keywords: ["00D"],
      guard: (text, from) => text.charAt(from + 12) === "!",
    },
  ),
  token(
    "facebook-access-token",
    "Facebook access token",
    "https://developers.facebook.com/docs/facebook-login/guides/access-tokens",
    "EAA",
    b62(90, 240),
    { right: "none" },
  ),
  rule(
    "twitter-bearer-token",
    "X API app-only bearer token",
    "https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/application-only",
    "A{20,24}[A-Za-z0-9%]{60,120}",
    {
      keywords: ["AAAAAAAAAAAAAAAAAAAA"],
    },
  ),
  rule(
    "mapbox-secret-token",
    "Mapbox secret token",
    "https://docs.mapbox.com/help/glossary/access-token/",
    `sk\\.eyJ${url(50, 120)}\\.${url(22)}`,
    {
      keywords: ["sk.eyJ"],
    },
  ),
  token(
    "asana-token",
    "Asana personal access token",
    "https://developers.asana.com/docs/personal-access-token",
    "2/",
    `[0-9]{13,17}/[0-9]{13,17}:${hex(32)}`,
  ),
  token("wakatime-key", "WakaTime API key", "https://wakatime.com/developers#authentication", "waka_", UUID),
  keyed(
    "zendesk-api-token",
    "Zendesk API token",
    "https://developer.zendesk.com/api-reference/introduction/security-and-auth/",
    ["zendesk"],
    b62(40),
  ),
  keyed("shodan-api-key", "Shodan API key", "https://developer.shodan.io/api/requirements", ["shodan"], b62(32)),
  token(
    "twitch-stream-key",
    "Twitch stream key",
    "https://help.twitch.tv/s/article/twitch-stream-key-faq",
    "live_",
    `[0-9]{8,10}_${b62(30)}`,
  ),
];
