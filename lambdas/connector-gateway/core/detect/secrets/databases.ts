import { isPassword, isRandom } from "../checks/randomness";
import type { SecretRule } from "../detector";
import { b36, b62, hex, rule, token, url } from "./pattern";

const PLANETSCALE = "https://planetscale.com/docs/api/reference/service-tokens";
const URI = "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1";

/** A userinfo ends before the host: cheap to see, and rare. */
function hasUserinfo(text: string, from: number): boolean {
  const end = Math.min(text.length, from + 200);
  for (let at = from; at < end; at += 1) {
    const letter = text.charAt(at);
    if (letter === "@") return true;
    if (/[\s"'`<>/?#\\]/.test(letter)) return false;
  }
  return false;
}

/** A connection string with a password in it. */
function connection(id: string, title: string, source: string, schemes: readonly string[]): SecretRule {
  const scheme = schemes.map((name) => name.replaceAll("+", "\\+")).join("|");
  return rule(id, title, source, `(?:${scheme}):\\/\\/[^\\s:@/"'\`<>?#]{0,64}:([^\\s:@/"'\`<>?#]{3,96})@`, {
    keywords: schemes.map((name) => `${name}://`),
    ignoreCase: true,
    right: "none",
    check: isPassword,
    guard: hasUserinfo,
  });
}

/** Databases, brokers and whatever else takes its password in a URL. */
export const DATABASES: readonly SecretRule[] = [
  connection(
    "postgres-url",
    "PostgreSQL connection string",
    "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS",
    ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+asyncpg"],
  ),
  connection(
    "mysql-url",
    "MySQL connection string",
    "https://dev.mysql.com/doc/refman/8.4/en/connecting-using-uri-or-key-value-pairs.html",
    ["mysql", "mysqlx", "mariadb", "mysql+pymysql"],
  ),
  connection(
    "mongodb-url",
    "MongoDB connection string",
    "https://www.mongodb.com/docs/manual/reference/connection-string/",
    ["mongodb", "mongodb+srv"],
  ),
  connection("redis-url", "Redis connection string", "https://redis.io/docs/latest/develop/tools/cli/", [
    "redis",
    "rediss",
  ]),
  connection("amqp-url", "AMQP connection string", "https://www.rabbitmq.com/docs/uri-spec", ["amqp", "amqps"]),
  connection(
    "clickhouse-url",
    "ClickHouse connection string",
    "https://clickhouse.com/docs/interfaces/cli#connection_string",
    ["clickhouse"],
  ),
  connection(
    "sqlserver-url",
    "SQL Server connection string",
    "https://learn.microsoft.com/en-us/sql/connect/jdbc/building-the-connection-url",
    ["sqlserver", "mssql", "mssql+pyodbc"],
  ),
  connection("nats-url", "NATS connection string", "https://docs.nats.io/using-nats/developer/connecting", ["nats"]),
  connection("ldap-url", "LDAP URL with a password", URI, ["ldap", "ldaps"]),
  connection("smtp-url", "SMTP URL with a password", URI, ["smtp", "smtps"]),
  connection("ftp-url", "FTP URL with a password", URI, ["ftp", "ftps", "sftp"]),
  connection("http-url-credentials", "HTTP URL with a password", URI, ["http", "https"]),
  rule(
    "ado-connection-password",
    "Password in a connection string of keywords",
    "https://learn.microsoft.com/en-us/dotnet/framework/data/adonet/connection-strings",
    "(?:Password|Pwd)[ ]{0,2}=[ ]{0,2}([^;\"'\\s]{6,100});",
    { keywords: ["password=", "pwd=", "password =", "pwd ="], ignoreCase: true, right: "none", check: isPassword },
  ),
  rule(
    "jdbc-password",
    "Password in a JDBC URL",
    "https://jdbc.postgresql.org/documentation/use/",
    "jdbc:[a-z0-9:+-]{2,24}\\/\\/[^\\s?;\"'<>]{1,80}[?;][^\\s\"'<>]{0,60}password=([^\\s&;\"'<>]{4,64})",
    {
      keywords: ["jdbc:"],
      ignoreCase: true,
      right: "none",
      check: isPassword,
      guard: (text, from) => /password=/i.test(text.slice(from, from + 220)),
    },
  ),
  token(
    "planetscale-password",
    "PlanetScale password",
    "https://planetscale.com/docs/vitess/connecting/connection-strings",
    "pscale_pw_",
    url(32, 64),
  ),
  token("planetscale-service-token", "PlanetScale service token", PLANETSCALE, "pscale_tkn_", url(32, 64)),
  token("planetscale-oauth-token", "PlanetScale OAuth token", PLANETSCALE, "pscale_oauth_", url(32, 64)),
  token(
    "supabase-access-token",
    "Supabase access token",
    "https://supabase.com/docs/reference/api/introduction",
    "sbp_",
    hex(40),
  ),
  token(
    "supabase-secret-key",
    "Supabase secret key",
    "https://supabase.com/docs/guides/api/api-keys",
    "sb_secret_",
    url(31),
  ),
  token("neon-api-key", "Neon API key", "https://neon.com/docs/manage/api-keys", "napi_", b36(64)),
  token(
    "mongodb-service-account",
    "MongoDB Atlas service account secret",
    "https://www.mongodb.com/docs/atlas/api/service-accounts-overview/",
    "mdb_sa_sk_",
    url(40),
  ),
  token(
    "databricks-token",
    "Databricks personal access token",
    "https://docs.databricks.com/aws/en/dev-tools/auth/pat",
    "dapi",
    `${hex(32)}(?:-[0-9])?`,
  ),
  token(
    "confluent-api-secret",
    "Confluent Cloud API secret",
    "https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/overview.html",
    "cflt",
    "[A-Za-z0-9+/]{60}",
    {
      check: (secret) => isRandom(secret.slice(4)),
    },
  ),
  token(
    "elastic-cloud-key",
    "Elastic Cloud API key",
    "https://www.elastic.co/docs/deploy-manage/api-keys/elastic-cloud-api-keys",
    "essu_",
    b62(60, 120),
    { right: "none", tail: "base64" },
  ),
];
