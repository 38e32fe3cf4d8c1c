import { isBase64Starting } from "../checks/structure";
import type { SecretRule } from "../detector";
import { b36, b62, b64, hex, keyed, rule, token, UUID, upper, url } from "./pattern";

const CIRCLECI = "https://circleci.com/docs/guides/toolkit/managing-api-tokens/";
const SONAR = "https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens/";
const HARNESS = "https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/";
const DATADOG = "https://docs.datadoghq.com/account_management/api-app-keys/";
const NEW_RELIC = "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/";
const GRAFANA = "https://grafana.com/docs/grafana/latest/administration/service-accounts/";
const GRAFANA_CLOUD =
  "https://grafana.com/docs/grafana-cloud/security-and-account-management/authentication-and-permissions/access-policies/";
const SENTRY = "https://docs.sentry.io/account/auth-tokens/";
const LAUNCHDARKLY = "https://launchdarkly.com/docs/home/account/api";

/** Build and delivery. */
export const DELIVERY: readonly SecretRule[] = [
  token("circleci-personal-token", "CircleCI personal API token", CIRCLECI, "CCIPAT_", `${b62(22)}_${hex(40)}`),
  token("circleci-project-token", "CircleCI project API token", CIRCLECI, "CCIPRJ_", `${b62(22)}_${hex(40)}`),
  token(
    "buildkite-token",
    "Buildkite API access token",
    "https://buildkite.com/docs/apis/managing-api-tokens",
    "bkua_",
    hex(40),
  ),
  rule(
    "harness-personal-token",
    "Harness personal access token",
    HARNESS,
    `pat\\.${url(22)}\\.${b62(24)}\\.${b62(20)}`,
    { keywords: ["pat."] },
  ),
  rule(
    "harness-service-token",
    "Harness service account token",
    HARNESS,
    `sat\\.${url(22)}\\.${b62(24)}\\.${b62(20)}`,
    { keywords: ["sat."] },
  ),
  token(
    "octopus-api-key",
    "Octopus Deploy API key",
    "https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key",
    "API-",
    upper(25, 36),
  ),
  token("sonarqube-user-token", "SonarQube user token", SONAR, "squ_", hex(40)),
  token("sonarqube-project-token", "SonarQube project analysis token", SONAR, "sqp_", hex(40)),
  token("sonarqube-global-token", "SonarQube global analysis token", SONAR, "sqa_", hex(40)),
  keyed("travis-token", "Travis CI token", "https://docs.travis-ci.com/user/triggering-builds/", ["travis"], b62(22)),
  keyed("codecov-token", "Codecov upload token", "https://docs.codecov.com/docs/codecov-tokens", ["codecov"], UUID),
  keyed("snyk-token", "Snyk API token", "https://docs.snyk.io/snyk-api/authentication-for-api", ["snyk"], UUID),
];

/** Monitoring and feature flags. */
export const MONITORING: readonly SecretRule[] = [
  keyed("datadog-api-key", "Datadog API key", DATADOG, ["datadog", "dd_api", "dd-api"], hex(32)),
  keyed("datadog-application-key", "Datadog application key", DATADOG, ["datadog", "dd_app", "dd-app"], hex(40)),
  token("new-relic-user-key", "New Relic user key", NEW_RELIC, "NRAK-", upper(27)),
  rule("new-relic-license-key", "New Relic license key", NEW_RELIC, `${hex(36)}NRAL`, {
    keywords: ["NRAL"],
    before: 36,
  }),
  token("new-relic-insert-key", "New Relic insert key", NEW_RELIC, "NRII-", url(32)),
  token(
    "grafana-service-account-token",
    "Grafana service account token",
    GRAFANA,
    "glsa_",
    `${b62(32)}_[0-9A-Fa-f]{8}`,
  ),
  token("grafana-cloud-token", "Grafana Cloud access policy token", GRAFANA_CLOUD, "glc_", `eyJ${b64(50, 200)}`, {
    check: (secret) => isBase64Starting('{"')(secret.slice(4)),
    right: "none",
    tail: "base64",
  }),
  token("grafana-api-key", "Grafana API key", GRAFANA, "eyJrIjoi", b62(60, 120), {
    check: (secret) => isBase64Starting('{"k":"')(secret),
    right: "none",
    tail: "base64",
  }),
  token("sentry-organization-token", "Sentry organization token", SENTRY, "sntrys_", "eyJ[A-Za-z0-9+/=_-]{80,200}", {
    check: (secret) => isBase64Starting('{"iat":')(secret.slice(7)),
    right: "none",
    tail: "base64",
  }),
  token("sentry-user-token", "Sentry user token", SENTRY, "sntryu_", hex(64)),
  rule(
    "dynatrace-token",
    "Dynatrace token",
    "https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens",
    "dt0[a-z][0-9]{2}\\.[A-Z2-7]{24}\\.[A-Z2-7]{64}",
    {
      keywords: ["dt0"],
      examples: ["dt0c01.ST2EY72KQINMH574WMNVI7YN.G3DFPBEJYMODIDAEX454M7YWBUVEFOWKPRVMWFASS64NFH52PX6BNDVFFM572RZM"],
    },
  ),
  token(
    "honeycomb-ingest-key",
    "Honeycomb ingest key",
    "https://docs.honeycomb.io/configure/environments/manage-api-keys/",
    "hcaik_",
    b36(58),
  ),
  rule("axiom-token", "Axiom token", "https://axiom.co/docs/reference/tokens", `xa[ap]t-${UUID}`, {
    keywords: ["xaat-", "xapt-"],
  }),
  keyed(
    "pagerduty-api-key",
    "PagerDuty API key",
    "https://support.pagerduty.com/main/docs/api-access-keys",
    ["pagerduty"],
    url(20),
  ),
  keyed(
    "rollbar-access-token",
    "Rollbar access token",
    "https://docs.rollbar.com/docs/access-tokens",
    ["rollbar"],
    hex(32),
  ),
  keyed(
    "algolia-api-key",
    "Algolia API key",
    "https://www.algolia.com/doc/guides/security/api-keys/",
    ["algolia"],
    hex(32),
  ),
  token(
    "checkly-api-key",
    "Checkly API key",
    "https://www.checklyhq.com/docs/accounts-and-users/creating-api-key/",
    "cu_",
    hex(32),
  ),
  token("posthog-personal-key", "PostHog personal API key", "https://posthog.com/docs/api", "phx_", b62(43, 48)),
  rule("launchdarkly-sdk-key", "LaunchDarkly SDK key", LAUNCHDARKLY, `sdk-${UUID}`, { keywords: ["sdk-"] }),
  rule("launchdarkly-api-token", "LaunchDarkly API access token", LAUNCHDARKLY, `api-${UUID}`, { keywords: ["api-"] }),
];
