import { createHash } from "node:crypto";
import { draw, type Flaw, type Random } from "./random";

type Maker = (random: Random, flaw: Flaw) => string;
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

const bytes = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
const password = (random: Random, flaw: Flaw): string =>
  flaw === "short"
    ? "ab"
    : flaw === "alphabet"
      ? "<pass>"
      : flaw === "checksum"
        ? "password"
        : `${draw(random, "b62", 9)}7xQ`;
const connection =
  (start: string): Maker =>
  (random, flaw) =>
    `${start}app:${password(random, flaw)}@db.corp.net/main`;

/** Base64 of so many bytes, or of one less. */
const base64Of =
  (start: string, length: number): Maker =>
  (random, flaw) => {
    const text = bytes(random, flaw === "checksum" ? length - 3 : length).toString("base64");
    return start + (flaw === "short" ? text.slice(1) : flaw === "alphabet" ? `!${text.slice(1)}` : text);
  };

/** A prefix and base64 of a text that begins in a known way, or in another. */
const begins =
  (prefix: string, start: string, length: number): Maker =>
  (random, flaw) => {
    const text = Buffer.from(
      (flaw === "checksum" ? start.toUpperCase().replace(/[{"]/g, "[") : start) + draw(random, "b62", length),
    ).toString("base64url");
    if (flaw === "alphabet") return `${prefix}${text.slice(0, 12)}!${text.slice(13)}`;
    return prefix + (flaw === "short" ? text.slice(0, 24) : text);
  };

const jwt: Maker = (random, flaw) => {
  const header = Buffer.from(
    JSON.stringify(flaw === "checksum" ? { typ: "JWT", kid: "a" } : { alg: "RS256", typ: "JWT" }),
  ).toString("base64url");
  const payload = Buffer.from(JSON.stringify({ sub: draw(random, "b62", 20) })).toString("base64url");
  const body = flaw === "short" ? payload.slice(0, 15) : flaw === "alphabet" ? `!${payload}` : payload;
  return `${header}.${body}${flaw === "short" ? "" : `.${draw(random, "url", 43)}`}`;
};

const pair = (random: Random, flaw: Flaw): string => {
  const text = `svc:${draw(random, "b62", 14)}`;
  const encoded = Buffer.from(flaw === "checksum" ? text.replace(":", "-") : text).toString("base64");
  return flaw === "short" ? encoded.slice(0, 11) : flaw === "alphabet" ? `!${encoded.slice(1)}` : encoded;
};

function bech32(prefix: string, random: Random, flaw: Flaw): string {
  const data = Array.from({ length: 52 }, () => Math.floor(random() * 32));
  const head = [...prefix].map((letter) => letter.charCodeAt(0));
  const step = (check: number, value: number): number => {
    const top = check >>> 25;
    return [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].reduce(
      (sum, part, bit) => ((top >>> bit) & 1 ? sum ^ part : sum),
      ((check & 0x1ffffff) << 5) ^ value,
    );
  };
  const input = [...head.map((code) => code >> 5), 0, ...head.map((code) => code & 31), ...data, 0, 0, 0, 0, 0, 0];
  const check = input.reduce(step, 1) ^ 1;
  const digits = [...data, ...[0, 1, 2, 3, 4, 5].map((i) => (check >>> (5 * (5 - i))) & 31)];
  if (flaw === "checksum") digits[3] = ((digits[3] ?? 0) + 1) % 32;
  const text = `${prefix}1${digits.map((digit) => BECH32[digit]).join("")}`;
  return spoil(text, flaw, "b");
}

function spoil(text: string, flaw: Flaw, foreign: string): string {
  if (flaw === "short") return text.slice(0, -1);
  return flaw === "alphabet" ? `${text.slice(0, -9)}${foreign}${text.slice(-8)}` : text;
}

const extendedKey: Maker = (random, flaw) => {
  const body = Buffer.concat([Buffer.from("0488ade4", "hex"), bytes(random, 74)]);
  const digest = (data: Buffer): Buffer => createHash("sha256").update(data).digest();
  const check = digest(digest(body)).subarray(0, 4);
  if (flaw === "checksum") check[0] = (check[0] ?? 0) ^ 1;
  let value = BigInt(`0x${Buffer.concat([body, check]).toString("hex")}`);
  let text = "";
  for (; value > 0n; value /= 58n) text = (BASE58[Number(value % 58n)] ?? "") + text;
  return spoil(text, flaw, "0");
};

/** Kinds whose values are more than letters: each with its own maker. `checksum` spoils what the check looks at. */
export const MADE: { readonly [id: string]: Maker } = {
  "aws-bedrock-long-term-key": begins("ABSK", "BedrockAPIKey-", 90),
  "aws-bedrock-short-term-key": begins("bedrock-api-key-", "bedrock.amazonaws.com/?Action=", 90),
  "azure-storage-account-key": base64Of("AccountName=a;AccountKey=", 64),
  "azure-shared-access-key": base64Of("SharedAccessKeyName=a;SharedAccessKey=", 32),
  "azure-shared-access-signature": (random, flaw) =>
    base64Of("https://a.blob.core.windows.net/b?sv=2024-11-04&sig=", 32)(random, flaw).replace(/\/(?=[^/]*$)/, "%2F"),
  "wireguard-private-key": (random, flaw) =>
    flaw === "checksum" ? `PrivateKey = ${"A".repeat(43)}=` : base64Of("PrivateKey = ", 32)(random, flaw),
  "pypi-token": (random, flaw) => {
    const host = flaw === "checksum" ? "pypi.net" : "pypi.org";
    const text = Buffer.concat([Buffer.from(`\u0002\u0001\u0008${host}`), bytes(random, 60)]).toString("base64url");
    return `pypi-${flaw === "short" ? text.slice(0, 60) : flaw === "alphabet" ? `${text.slice(0, 12)}!${text.slice(13)}` : text}`;
  },
  "grafana-cloud-token": begins("glc_", '{"o":"1","n":"', 50),
  "grafana-api-key": begins("", '{"k":"', 60),
  "sentry-organization-token": begins("sntrys_", '{"iat":17', 80),
  "discord-bot-token": (random, flaw) => {
    const id = Buffer.from(
      flaw === "checksum" ? draw(random, "b36", 18).replace(/\d/g, "x") : `1${draw(random, "dig", 17)}`,
    ).toString("base64url");
    const rest = draw(random, "url", flaw === "short" ? 26 : 27);
    return `Authorization: Bot ${id}.${flaw === "alphabet" ? "ab!cde" : draw(random, "url", 6)}.${rest}`;
  },
  "zapier-webhook": (random, flaw) => {
    const hook =
      flaw === "short"
        ? "a7bc1"
        : flaw === "checksum"
          ? "abcdefg"
          : flaw === "alphabet"
            ? "abc!def"
            : `7${draw(random, "b36", 6)}`;
    return `https://hooks.zapier.com/hooks/catch/1234567/${hook}`;
  },
  "postgres-url": connection("postgresql://"),
  "mysql-url": connection("mysql://"),
  "mongodb-url": connection("mongodb+srv://"),
  "redis-url": connection("rediss://"),
  "amqp-url": connection("amqps://"),
  "clickhouse-url": connection("clickhouse://"),
  "sqlserver-url": connection("mssql://"),
  "nats-url": connection("nats://"),
  "ldap-url": connection("ldaps://"),
  "smtp-url": connection("smtp://"),
  "ftp-url": connection("sftp://"),
  "http-url-credentials": connection("https://"),
  "ado-connection-password": (random, flaw) =>
    `Server=db;User Id=app;Password=${flaw === "alphabet" ? '"' : ""}${flaw === "short" ? "x7Qab" : flaw === "checksum" ? "password" : draw(random, "b62", 12)};`,
  "jdbc-password": (random, flaw) =>
    `jdbc:postgresql://db.corp.net/app?user=a&password=${flaw === "short" ? "x7Q" : flaw === "checksum" ? "secret" : flaw === "alphabet" ? "<x>" : draw(random, "b62", 12)}`,
  "age-secret-key": (random, flaw) => bech32("age-secret-key-", random, flaw).toUpperCase(),
  "nostr-secret-key": (random, flaw) => bech32("nsec", random, flaw),
  "bip32-private-key": extendedKey,
  "json-web-token": jwt,
  "http-basic-credentials": (random, flaw) => `Authorization: Basic ${pair(random, flaw)}`,
  "container-registry-auth": (random, flaw) => `{"auths":{"registry.corp.net":{"auth":"${pair(random, flaw)}"}}}`,
  "netrc-password": (random, flaw) =>
    `machine git.corp.net login bot password ${flaw === "short" ? "x7Q" : flaw === "checksum" ? "changeme" : flaw === "alphabet" ? "<here>" : draw(random, "b62", 12)}`,
  "assigned-password": (random, flaw) =>
    `db_password: "${flaw === "short" ? "aB3$x7Q" : flaw === "checksum" ? "password123" : flaw === "alphabet" ? "<aB3$x7Qaa>" : `aB3$${draw(random, "b62", 8)}`}"`,
};
