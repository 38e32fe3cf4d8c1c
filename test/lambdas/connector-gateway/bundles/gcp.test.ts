import { sample } from "../detect/samples";
import { firestoreRest } from "../stores/firestore-rest";
import { type Answers, startAnswers } from "./support/answers";
import { type RunningService, startService } from "./support/functions-framework";
import { type Host, startHost } from "./support/host";
import { compiledFor, HOST } from "./support/policy";
import { unpacked } from "./support/unpack";

const EMAIL = "triage@acme-agents.iam.gserviceaccount.com";
const compiled = compiledFor({ kind: "google", email: EMAIL });
const folder = unpacked("gcp");

let host: Host;
let platform: Answers;
let firestore: Awaited<ReturnType<typeof firestoreRest>>;
let settings: { [name: string]: string };
let service: RunningService;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** A token as Cloud Run hands it on: verified, and without its signature. */
const token = (
  claims: object = { email: EMAIL, email_verified: true },
  signature = "SIGNATURE_REMOVED_BY_GOOGLE",
): string =>
  `${part({ alg: "RS256", kid: "k", typ: "JWT" })}.${part({ iss: "https://accounts.google.com", aud: "cordon:support", ...claims })}.${signature}`;

beforeAll(async () => {
  host = await startHost(folder, HOST);
  firestore = await firestoreRest();
  platform = await startAnswers(({ url }) =>
    url.includes("/token")
      ? { body: JSON.stringify({ access_token: "token", expires_in: 3600 }) }
      : { body: JSON.stringify({ payload: { data: Buffer.from("the-desk-credential").toString("base64") } }) },
  );
  const documents = "projects/p/databases/d/documents";
  await fetch(`${firestore.url}/v1/${documents}:commit`, {
    method: "POST",
    headers: { authorization: "Bearer token" },
    body: JSON.stringify({
      writes: [
        {
          update: { name: `${documents}/gateway/policy`, fields: { value: { stringValue: compiled.text } } },
          currentDocument: { exists: false },
        },
      ],
    }),
  });
  settings = {
    CORDON_CALLERS: "cloud-run",
    CORDON_CELL: "support",
    CORDON_PROJECT: "p",
    CORDON_DATABASE: "d",
    CORDON_POLICY_DIGEST: compiled.digest,
    CORDON_SECRETS: '{"desk-token":"desk-token"}',
    CORDON_METADATA: platform.url,
    CORDON_ENDPOINT_FIRESTORE: firestore.url,
    CORDON_ENDPOINT_SECRET_MANAGER: platform.url,
    NODE_EXTRA_CA_CERTS: host.trust,
    TEST_UPSTREAM_PORT: String(host.port),
  };
  service = await startService(folder, settings);
});

afterAll(async () => {
  await service.close();
  await host.close();
  platform.close();
  await firestore.close();
});

const ask = async (path: string, init: RequestInit = {}, shown: string | undefined = token(), at = service) => {
  const headers = {
    "content-type": "application/json",
    ...(shown === undefined ? {} : { authorization: `Bearer ${shown}` }),
  };
  const response = await fetch(`${at.url}${path}`, { ...init, headers });
  const text = await response.text();
  return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
};

describe("the archive for Google in a process of its own, behind the functions framework", () => {
  test("mediates a request with its stores", async () => {
    host.reply = () => ({ body: '{"id":7,"email":"ada@corp-mail.net"}' });
    expect(await ask("/tickets/tickets/7")).toEqual({ status: 200, json: { id: 7, email: "***" } });
    expect(host.asked.at(-1)).toMatchObject({
      url: "/tickets/7",
      headers: { authorization: "Bearer the-desk-credential" },
    });
    const record = JSON.parse(service.lines.at(-1) ?? "{}");
    expect(record).toMatchObject({ class_uid: 6003, actor: { user: { name: "triage", uid: EMAIL } } });
  });

  test("refuses what the policy does not name, what its condition refuses, and secrets", async () => {
    const before = host.asked.length;
    expect((await ask("/tickets/tickets/7", { method: "DELETE" })).json.reason).toBe("operation_not_permitted");
    expect((await ask("/tickets/tickets/0")).json.reason).toBe("condition_not_met");
    const body = JSON.stringify({ note: sample("github-personal-token", 3) });
    expect((await ask("/tickets/tickets", { method: "POST", body })).json.reason).toBe("sensitive_data");
    expect((await ask("/")).json.reason).toBe("unknown_connector");
    expect(host.asked).toHaveLength(before);
  });

  test("takes from a budget that the store keeps", async () => {
    const statuses = [];
    for (let turn = 0; turn < 6; turn++) {
      statuses.push((await ask("/tickets/tickets", { method: "POST", body: '{"a":1}' })).status);
    }
    // One was tried by the test before.
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });

  test.each<[string, string | undefined]>([
    ["no token", undefined],
    ["a token of another account", token({ email: "other@acme-agents.iam.gserviceaccount.com", email_verified: true })],
    ["an address that is not verified", token({ email: EMAIL, email_verified: false })],
    ["a signature that Cloud Run has not taken off", token(undefined, Buffer.alloc(256, 1).toString("base64url"))],
    ["no claims", "a.b.SIGNATURE_REMOVED_BY_GOOGLE"],
  ])("refuses a caller with %s", async (_what, shown) => {
    const answer = await ask("/tickets/tickets/7", {}, shown ?? "");
    expect(["unauthenticated", "keys_unavailable"]).toContain(answer.json.reason);
  });

  test("takes no word for verified where Cloud Run is not known to have verified it", async () => {
    const { CORDON_CALLERS: _callers, ...others } = settings;
    const open = await startService(folder, others);
    expect((await ask("/tickets/tickets/7", {}, token(), open)).json.reason).toBe("unauthenticated");
    await open.close();
  });

  test.each<[string, { [name: string]: string }, string]>([
    ["a policy of another digest", { CORDON_POLICY_DIGEST: "0".repeat(64) }, "policy_unavailable"],
    ["no store", { CORDON_ENDPOINT_FIRESTORE: "http://127.0.0.1:9" }, "policy_unavailable"],
    ["no token of its own", { CORDON_METADATA: "http://127.0.0.1:9" }, "policy_unavailable"],
    ["no secret store", { CORDON_ENDPOINT_SECRET_MANAGER: "http://127.0.0.1:9" }, "credential_unavailable"],
    ["a host at a private address", { TEST_RESOLVES_TO: "10.0.0.7" }, "destination_refused"],
  ])("refuses with %s", async (_what, change, reason) => {
    const one = await startService(folder, { ...settings, ...change });
    expect((await ask("/tickets/tickets/7", {}, token(), one)).json.reason).toBe(reason);
    await one.close();
  });
});
