import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { deflateSync } from "node:zlib";
import { newBudget, scan } from "../../../../lambdas/connector-gateway/core/detect";
import { SECRET_RULES } from "../../../../lambdas/connector-gateway/core/detect/secrets";
import { draw, randomFrom } from "./samples/random";

const ROOT = resolve(__dirname, "../../../..");
const MODULES = join(ROOT, "node_modules");

/** Findings of secrets with the text of each, for the message of a failure. */
function secretsIn(text: string): { found: string[]; incomplete: string | undefined } {
  const { findings, incomplete } = scan(text, {
    budget: newBudget({ windows: 40_000, decodedBytes: 64 * 1024 * 1024, candidates: 4_000 }),
    isOn: ({ kind }) => kind === "secret",
  });
  const found = findings.map(
    ({ detector, start, end, decoded }) =>
      `${detector} ${decoded.join("+")} ${text.slice(Math.max(0, start - 30), Math.min(end, start + 60))}`,
  );
  return { found, incomplete };
}

function random(seed: number, length: number): Buffer {
  const next = randomFrom(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(next() * 256)));
}

/** A PNG with noise for pixels. */
function png(seed: number): Buffer {
  const header = Buffer.from("89504e470d0a1a0a0000000d4948445200000040000000400806000000", "hex");
  return Buffer.concat([
    header,
    Buffer.from("IDAT"),
    deflateSync(random(seed, 12_000)),
    Buffer.from("0000000049454e44ae426082", "hex"),
  ]);
}

const seeds = Array.from({ length: 400 }, (_, i) => i + 1);
const uuid = (seed: number): string =>
  [8, 4, 4, 4, 12].map((length, i) => draw(randomFrom(seed * 31 + i), "hex", length)).join("-");

const MADE: readonly (readonly [name: string, text: string])[] = [
  [
    "identifiers",
    seeds
      .map((seed) => `{"id":"${uuid(seed)}","request_id":"${uuid(seed + 999)}","key":"${uuid(seed + 1999)}"}`)
      .join("\n"),
  ],
  [
    "digests",
    seeds
      .flatMap((seed) =>
        ["md5", "sha1", "sha256", "sha512"].map(
          (name) => `${name}: ${createHash(name).update(`${seed}`).digest("hex")}`,
        ),
      )
      .join("\n"),
  ],
  [
    "integrity",
    seeds.map((seed) => `"integrity": "sha512-${createHash("sha512").update(`${seed}`).digest("base64")}"`).join(",\n"),
  ],
  [
    "images",
    seeds
      .slice(0, 20)
      .map((seed) => `<img src="data:image/png;base64,${png(seed).toString("base64")}">`)
      .join("\n"),
  ],
  ["random base64", seeds.map((seed) => random(seed, 300).toString("base64")).join("\n")],
  ["random base64url", seeds.map((seed) => random(seed, 300).toString("base64url")).join(" ")],
  ["random hexadecimal", seeds.map((seed) => random(seed, 200).toString("hex")).join("\n")],
  [
    "a documentation page",
    [
      ...SECRET_RULES.flatMap(({ examples }) => examples),
      "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
      "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      "curl -H 'Authorization: Bearer YOUR_API_KEY' -H 'Authorization: Bearer $OPENAI_API_KEY'",
      "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
      "DATABASE_URL=postgres://user:password@localhost:5432/mydb and mongodb://<user>:<password>@cluster0.example.mongodb.net",
      "redis://:${REDIS_PASSWORD}@cache:6379, amqp://guest:guest@localhost, https://user:pass@example.com/",
      "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, api_key: sk-your-key-here, ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY----- and -----BEGIN RSA PRIVATE KEY-----\\nMIIE...\\n",
      'api_key = os.environ["API_KEY"]; password: getPassword(user), "password": "••••••••", secret_key: settings.SECRET_KEY_BASE',
      'const client_secret = await vault.read("kv/data/app/oauth-client-secret"); access_token: response.data.access_token',
      "slack: xoxb-your-token, https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
      "stripe: sk_test_4eC39HqLyjWDarjtT1zdp7dc, pk_test_TYooMQauvdEDq54NiTphI7jx, whsec_...",
      "DefaultEndpointsProtocol=https;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;",
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    ].join("\n\n"),
  ],
];

test.each(MADE)("no secrets in %s", (_, text) => {
  expect(secretsIn(text)).toEqual({ found: [], incomplete: undefined });
});

/** Files below a folder by ending, the first of each package, in the order of their names. */
function files(ending: RegExp, most: number): string[] {
  const found: string[] = [];
  for (const name of readdirSync(MODULES).sort()) {
    if (name.startsWith(".") || name.startsWith("@") || found.length >= most) continue;
    for (const folder of ["", "dist", "build", "lib"]) {
      const path = join(MODULES, name, folder);
      if (!existsSync(path)) continue;
      const file = readdirSync(path, { withFileTypes: true }).find(
        (entry) => entry.isFile() && ending.test(entry.name),
      );
      if (file !== undefined) {
        found.push(join(path, file.name));
        break;
      }
    }
  }
  return found;
}

test.each([
  ["the lock file of this package", [join(ROOT, "package-lock.json")]],
  ["read-me files of packages", files(/^readme\.md$/i, 400)],
  ["minified code of packages", files(/\.min\.js$/, 60)],
  ["code of packages", files(/\.c?js$/, 250)],
  ["change logs of packages", files(/^change(?:s|log)\.md$/i, 150)],
])("no secrets in %s", (_, paths) => {
  expect(paths.length).toBeGreaterThan(0);
  const found = paths.flatMap((path) => {
    const text = readFileSync(path, "utf8").slice(0, 1_500_000);
    const result = secretsIn(text);
    return [...result.found, ...(result.incomplete === undefined ? [] : [result.incomplete])].map(
      (line) => `${path.slice(MODULES.length)} ${line}`,
    );
  });
  expect(found).toEqual([]);
});
