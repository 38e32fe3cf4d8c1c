import { hasEntropy, isPlaceholder, isRandom } from "../checks/randomness";
import { isBase64Starting } from "../checks/structure";
import type { SecretRule } from "../detector";
import { b62, b64, hex, keyed, rule, token, url } from "./pattern";

const IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html";
const IAM_KEYS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html";
const STS = "https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html";
const SIGV4 = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html";
const BEDROCK = "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html";
const GOOGLE_KEYS = "https://cloud.google.com/docs/authentication/api-keys";
const GOOGLE_OAUTH = "https://developers.google.com/identity/protocols/oauth2";
const GOOGLE_ACCOUNTS = "https://cloud.google.com/iam/docs/keys-create-delete";

/** Amazon Web Services. */
export const AMAZON: readonly SecretRule[] = [
  rule("aws-access-key-id", "AWS access key id", IAM, "A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}", {
    keywords: ["AKIA", "ASIA", "ABIA", "ACCA"],
    // Documentation ends its own in EXAMPLE.
    check: (id) => isRandom(id.slice(4)) && !id.endsWith("EXAMPLE"),
    examples: ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE"],
  }),
  keyed(
    "aws-secret-access-key",
    "AWS secret access key",
    IAM_KEYS,
    ["aws_secret", "secret_access_key", "secretaccesskey", "secret access key", "aws_sk", "secret-access-key"],
    b64(40),
    {
      check: hasEntropy(4),
      examples: ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"],
    },
  ),
  keyed(
    "aws-session-token",
    "AWS session token",
    STS,
    ["session_token", "sessiontoken", "session-token", "security-token"],
    "(?:IQoJ|FwoG|FQoG|AQoD)[A-Za-z0-9+/]{96,150}",
    { check: (secret) => isRandom(secret) && !isPlaceholder(secret), right: "none", tail: "base64" },
  ),
  rule("aws-presigned-request", "AWS request signed in its query", SIGV4, `X-Amz-Signature=(${hex(64)})`, {
    keywords: ["x-amz-signature="],
    examples: [
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
      "733255ef022bec3f2a8701cd61d4b371f3f28c9f193a1f02279211d48d5193d7",
    ],
    ignoreCase: true,
  }),
  token("aws-bedrock-long-term-key", "Amazon Bedrock long-term API key", BEDROCK, "ABSK", b64(100, 160), {
    check: (secret) => isBase64Starting("BedrockAPIKey-")(secret.slice(4)),
    right: "none",
    tail: "base64",
  }),
  token("aws-bedrock-short-term-key", "Amazon Bedrock short-term API key", BEDROCK, "bedrock-api-key-", b64(100, 200), {
    check: (secret) => isBase64Starting("bedrock.amazonaws.com")(secret.slice(16)),
    right: "none",
    tail: "base64",
  }),
];

/** Google Cloud. */
export const GOOGLE: readonly SecretRule[] = [
  token("google-api-key", "Google API key", GOOGLE_KEYS, "AIza", url(35), {
    examples: ["AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe", "AIzaSyClzfrOzB818x55FASHvX4JuGQciR9lv7q"],
  }),
  token("google-oauth-client-secret", "Google OAuth client secret", GOOGLE_OAUTH, "GOCSPX-", url(28)),
  token("google-oauth-access-token", "Google OAuth access token", GOOGLE_OAUTH, "ya29.", url(40, 200), {
    right: "none",
    tail: "token",
  }),
  token("google-oauth-refresh-token", "Google OAuth refresh token", GOOGLE_OAUTH, "1//0", url(60, 110)),
  keyed("google-private-key-id", "Google service account key", GOOGLE_ACCOUNTS, ["private_key_id"], hex(40)),
  keyed(
    "google-hmac-secret",
    "Google Cloud Storage HMAC secret",
    "https://cloud.google.com/storage/docs/authentication/hmackeys",
    ["gcs_secret", "hmac_secret", "gs_secret_access_key"],
    b64(40),
    { check: hasEntropy(4), examples: ["bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ"] },
  ),
  keyed(
    "firebase-cloud-messaging-key",
    "Firebase Cloud Messaging server key",
    "https://firebase.google.com/docs/cloud-messaging/auth-server",
    ["fcm", "firebase", "server_key", "authorization: key"],
    `AAAA${url(7)}:${url(140)}`,
  ),
];

/** Platforms by other clouds whose keys have a form of their own. */
export const OTHER_CLOUDS: readonly SecretRule[] = [
  token(
    "alibaba-access-key-id",
    "Alibaba Cloud access key id",
    "https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair",
    "LTAI",
    b62(16, 20),
  ),
  keyed(
    "alibaba-access-key-secret",
    "Alibaba Cloud access key secret",
    "https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair",
    ["alibaba", "aliyun", "accesskeysecret", "access_key_secret"],
    b62(30),
    { check: hasEntropy(3.3) },
  ),
  token(
    "tencent-secret-id",
    "Tencent Cloud secret id",
    "https://www.tencentcloud.com/document/product/598/32675",
    "AKID",
    b62(32),
  ),
  keyed(
    "ibm-cloud-api-key",
    "IBM Cloud API key",
    "https://cloud.ibm.com/docs/account?topic=account-userapikey",
    ["ibmcloud", "ibm_cloud", "bluemix", "ibm-cloud"],
    url(44),
    { check: hasEntropy(3.5) },
  ),
  token(
    "oracle-cloud-session-token",
    "Oracle Cloud session token",
    "https://docs.oracle.com/en-us/iaas/Content/API/SDKDocs/clitoken.htm",
    "ST$",
    `eyJ${url(60, 200)}`,
    { right: "none", tail: "token" },
  ),
];
