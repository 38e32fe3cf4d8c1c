import { hasBase62Checksum } from "../checks/checksums";
import { isRandom } from "../checks/randomness";
import { isBase64Starting } from "../checks/structure";
import type { SecretRule } from "../detector";
import { b36, b62, hex, rule, token, url } from "./pattern";

const GITHUB = "https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/";
const GITHUB_TYPES =
  "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats";
const GITLAB = "https://docs.gitlab.com/security/tokens/#token-prefixes";
const ATLASSIAN = "https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/";
const BITBUCKET = "https://support.atlassian.com/bitbucket-cloud/docs/access-tokens/";
const DOCKER = "https://docs.docker.com/security/access-tokens/";
const JFROG = "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens";

const checked = { check: hasBase62Checksum };
const gitlab = (id: string, title: string, prefix: string): SecretRule => token(id, title, GITLAB, prefix, url(20, 64));

/** Forges. */
export const CODE_HOSTING: readonly SecretRule[] = [
  token("github-personal-token", "GitHub personal access token (classic)", GITHUB, "ghp_", b62(36), checked),
  token("github-oauth-token", "GitHub OAuth access token", GITHUB, "gho_", b62(36), checked),
  token("github-user-token", "GitHub App user token", GITHUB, "ghu_", b62(36), checked),
  token("github-installation-token", "GitHub App installation token", GITHUB, "ghs_", b62(36), checked),
  // Refresh tokens are longer today, and the page gives no checksum for the longer form.
  rule("github-refresh-token", "GitHub App refresh token", GITHUB, "ghr_(?:[A-Za-z0-9]{76}|[A-Za-z0-9]{36})", {
    keywords: ["ghr_"],
    check: (secret) => (secret.length === 40 ? hasBase62Checksum(secret) : isRandom(secret)),
  }),
  token(
    "github-fine-grained-token",
    "GitHub fine-grained personal access token",
    GITHUB_TYPES,
    "github_pat_",
    `${b62(22)}_${b62(59)}`,
  ),
  rule(
    "gitlab-personal-token",
    "GitLab personal access token",
    GITLAB,
    "glpat-[A-Za-z0-9_-]{20,120}(?:\\.[0-9a-z]{2}\\.[0-9a-z]{9})?",
    {
      keywords: ["glpat-"],
      right: "token",
    },
  ),
  gitlab("gitlab-oauth-secret", "GitLab OAuth application secret", "gloas-"),
  gitlab("gitlab-deploy-token", "GitLab deploy token", "gldt-"),
  gitlab("gitlab-runner-token", "GitLab runner authentication token", "glrt-"),
  gitlab("gitlab-job-token", "GitLab CI/CD job token", "glcbt-"),
  gitlab("gitlab-trigger-token", "GitLab trigger token", "glptt-"),
  gitlab("gitlab-feed-token", "GitLab feed token", "glft-"),
  gitlab("gitlab-incoming-mail-token", "GitLab incoming mail token", "glimt-"),
  gitlab("gitlab-agent-token", "GitLab agent for Kubernetes token", "glagent-"),
  gitlab("gitlab-scim-token", "GitLab SCIM token", "glsoat-"),
  gitlab("gitlab-feature-flags-token", "GitLab feature flags client token", "glffct-"),
  rule("gitlab-runner-registration", "GitLab runner registration token", GITLAB, `GR1348941${url(20)}`, {
    keywords: ["GR1348941"],
    check: (secret) => isRandom(secret.slice(9)),
  }),
  token("atlassian-api-token", "Atlassian API token", ATLASSIAN, "ATATT3", "[A-Za-z0-9_=-]{160,220}", {
    right: "none",
    tail: "token",
  }),
  token("bitbucket-access-token", "Bitbucket access token", BITBUCKET, "ATCTT3", "[A-Za-z0-9_=-]{150,220}", {
    right: "none",
    tail: "token",
  }),
  token("bitbucket-app-password", "Bitbucket app password", BITBUCKET, "ATBB", b62(32)),
  token(
    "sourcegraph-token",
    "Sourcegraph access token",
    "https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token",
    "sgp_",
    `(?:local|${hex(16)})_${hex(40)}`,
  ),
];

/** Package registries. */
export const REGISTRIES: readonly SecretRule[] = [
  token("npm-token", "npm access token", "https://docs.npmjs.com/about-access-tokens", "npm_", b62(36)),
  rule(
    "npm-legacy-token",
    "npm token in a configuration",
    "https://docs.npmjs.com/cli/v11/configuring-npm/npmrc",
    "_authToken[ \\t]{0,2}=[ \\t]{0,2}([A-Za-z0-9_.=+/-]{20,120})",
    {
      keywords: ["_authToken"],
      left: "none",
      right: "token",
    },
  ),
  token("pypi-token", "PyPI token", "https://pypi.org/help/#apitoken", "pypi-AgE", url(60, 200), {
    check: (secret) =>
      ["pypi.org", "test.pypi.org"].some((host) =>
        isBase64Starting(`\u0002\u0001${String.fromCharCode(host.length)}${host}`)(secret.slice(5)),
      ),
    right: "none",
    tail: "token",
  }),
  token("rubygems-key", "RubyGems API key", "https://guides.rubygems.org/api-key-scopes/", "rubygems_", hex(48)),
  token(
    "crates-io-token",
    "crates.io token",
    "https://doc.rust-lang.org/cargo/reference/publishing.html",
    "cio",
    b62(32),
  ),
  rule(
    "nuget-key",
    "NuGet API key",
    "https://learn.microsoft.com/en-us/nuget/nuget-org/scoped-api-keys",
    `oy2${b36(43)}`,
    {
      keywords: ["oy2"],
    },
  ),
  token("docker-personal-token", "Docker personal access token", DOCKER, "dckr_pat_", url(27)),
  token("docker-organization-token", "Docker organization access token", DOCKER, "dckr_oat_", url(27, 36)),
  token("jfrog-reference-token", "JFrog reference token", JFROG, "cmVmdGtuOj", b62(54)),
  token("jfrog-api-key", "JFrog API key", JFROG, "AKCp", b62(69)),
  token(
    "clojars-token",
    "Clojars deploy token",
    "https://github.com/clojars/clojars-web/wiki/Deploy-Tokens",
    "CLOJARS_",
    b36(60),
  ),
  token(
    "hugging-face-token",
    "Hugging Face user access token",
    "https://huggingface.co/docs/hub/security-tokens",
    "hf_",
    b62(34),
  ),
  token(
    "packagist-token",
    "Private Packagist token",
    "https://packagist.com/docs/composer-authentication",
    "packagist_",
    `(?:ort|ack|out|uut)_${hex(40, 80)}`,
  ),
];
