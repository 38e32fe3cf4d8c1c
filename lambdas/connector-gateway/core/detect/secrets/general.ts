import { hasEntropy, isPassword } from "../checks/randomness";
import { isBasicCredential, isSignedJwt } from "../checks/structure";
import type { SecretRule } from "../detector";
import { keyed, rule } from "./pattern";

const HTTP = "https://www.rfc-editor.org/rfc/rfc9110#section-11";

/** What is secret by the place where it stands, whoever made it. */
export const GENERAL: readonly SecretRule[] = [
  rule(
    "json-web-token",
    "JSON Web Token",
    "https://www.rfc-editor.org/rfc/rfc7519",
    "eyJ[A-Za-z0-9_-]{10,120}\\.[A-Za-z0-9_-]{16,110}",
    {
      keywords: ["eyJ"],
      right: "none",
      tail: "token",
      check: isSignedJwt,
      examples: [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiYWRtaW4iOnRydWUsImlhdCI6MTUxNjIzOTAyMn0",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiYWRtaW4iOnRydWV9",
      ],
    },
  ),
  rule(
    "http-basic-credentials",
    "HTTP Basic credentials",
    "https://www.rfc-editor.org/rfc/rfc7617",
    "Basic ([A-Za-z0-9+/=]{12,160})",
    {
      keywords: ["Basic "],
      ignoreCase: true,
      right: "none",
      check: isBasicCredential,
      // Aladdin:open sesame, of the standard.
      examples: ["QWxhZGRpbjpvcGVuIHNlc2FtZQ=="],
    },
  ),
  rule(
    "http-bearer-token",
    "HTTP bearer token",
    "https://www.rfc-editor.org/rfc/rfc6750#section-2.1",
    "Bearer ([A-Za-z0-9_.~+/-]{24,180})",
    {
      keywords: ["Bearer "],
      ignoreCase: true,
      right: "none",
      tail: "token",
      check: (secret) =>
        hasEntropy(3.7)(secret) && /[0-9]/.test(secret) && (!secret.startsWith("eyJ") || isSignedJwt(secret)),
      examples: ["AbCdEf123456", "mF_9.B5f-4.1JqM"],
    },
  ),
  rule(
    "container-registry-auth",
    "Registry credentials of a Docker configuration",
    "https://docs.docker.com/reference/cli/docker/login/",
    '"auth"[ ]{0,2}:[ ]{0,2}"([A-Za-z0-9+/=]{12,200})"',
    {
      keywords: ['"auth"'],
      left: "none",
      right: "none",
      check: isBasicCredential,
    },
  ),
  rule(
    "netrc-password",
    "Password of a netrc file",
    "https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html",
    "machine[ ]{1,4}[A-Za-z0-9.-]{3,80}\\s{1,4}login\\s{1,4}[^\\s]{1,60}\\s{1,4}password\\s{1,4}([^\\s]{4,80})",
    {
      keywords: ["machine "],
      right: "none",
      check: isPassword,
    },
  ),
  keyed(
    "assigned-secret",
    "Random value assigned to the name of a secret",
    HTTP,
    [
      "api_key",
      "apikey",
      "api-key",
      "client_secret",
      "clientsecret",
      "client-secret",
      "secret_key",
      "secretkey",
      "access_token",
      "accesstoken",
      "auth_token",
      "authtoken",
      "refresh_token",
      "private_token",
      "signing_secret",
      "signing_key",
      "encryption_key",
      "webhook_secret",
    ],
    "[A-Za-z0-9_+/=.~-]{20,128}",
    {
      right: "token",
      check: (secret) =>
        hasEntropy(3.3)(secret) &&
        /[0-9]/.test(secret) &&
        /[A-Za-z]/.test(secret) &&
        !/[a-z]{12}|^https?:|\.(?:com|net|org|io|ts|js|py)\b/.test(secret),
    },
  ),
  keyed(
    "assigned-password",
    "Value assigned to the name of a password",
    HTTP,
    ["password", "passwd", "passphrase", "db_pass"],
    "[^\\s\"'`<>\\\\,;(){}]{8,64}",
    {
      right: "none",
      check: (secret) =>
        isPassword(secret) &&
        hasEntropy(2.8)(secret) &&
        /[0-9]/.test(secret) &&
        /[A-Za-z]/.test(secret) &&
        (/[^A-Za-z0-9_.[\]-]/.test(secret) ||
          (/[a-z]/.test(secret) && /[A-Z]/.test(secret) && !/[_.[\]]/.test(secret))) &&
        !/^https?:|\/\/|[[\]=|]/.test(secret),
    },
  ),
];
