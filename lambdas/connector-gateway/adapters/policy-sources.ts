import { gunzipSync } from "node:zlib";
import { AwsV4Signer } from "aws4fetch";
import { GatewayProblem } from "../core/problem";
import type { AwsCredentials } from "../platform/aws-credentials";
import { jsonOf, membersOf, type StoreRequest, sendToStore } from "../stores/store-request";

const MOST_BYTES = 4 * 1024 * 1024;

/** The compiled policy in the gateway's table, byte by byte as the plan wrote it. @throws policy_unavailable */
export async function policyOfTable(place: {
  readonly table: string;
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
  readonly endpoint?: string;
}): Promise<Uint8Array> {
  const { table, region, credentials, endpoint = `https://dynamodb.${region}.amazonaws.com` } = place;
  return await textOf(async () => {
    const { url, headers, body } = await new AwsV4Signer({
      ...(await credentials()),
      method: "POST",
      url: `${endpoint}/`,
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.GetItem" },
      body: JSON.stringify({ TableName: table, Key: { key: { S: "policy" } }, ConsistentRead: true }),
      service: "dynamodb",
      region,
    }).sign();
    const answer = await read({
      method: "POST",
      url: url.toString(),
      headers: Object.fromEntries(headers),
      body: String(body),
    });
    return membersOf(membersOf(membersOf(answer)["Item"])["value"])["S"];
  });
}

/** The compiled policy in a document of Firestore. @throws policy_unavailable */
export async function policyOfDocument(place: {
  readonly project: string;
  readonly database: string;
  readonly token: () => Promise<string>;
  readonly endpoint?: string;
}): Promise<Uint8Array> {
  const { project, database, token, endpoint = "https://firestore.googleapis.com" } = place;
  return await textOf(async () => {
    const name = `projects/${project}/databases/${database}/documents/gateway/policy`;
    const headers = { authorization: `Bearer ${await token()}` };
    const answer = await read({ method: "GET", url: `${endpoint}/v1/${name}`, headers });
    return membersOf(membersOf(membersOf(answer)["fields"])["value"])["stringValue"];
  });
}

/** The compiled policy in a blob. @throws policy_unavailable */
export async function policyOfBlob(place: {
  readonly url: string;
  readonly token: () => Promise<string>;
}): Promise<Uint8Array> {
  return await textOf(async () => {
    const headers = { authorization: `Bearer ${await place.token()}`, "x-ms-version": "2020-12-06" };
    const { status, text } = await sendToStore({ method: "GET", url: place.url, headers });
    return status === 200 ? text : undefined;
  });
}

/** The compiled policy in a setting, packed. @throws policy_unavailable */
export async function policyOfSetting(packed: string): Promise<Uint8Array> {
  return await textOf(async () =>
    gunzipSync(Buffer.from(packed, "base64"), { maxOutputLength: MOST_BYTES }).toString(),
  );
}

async function read(request: StoreRequest): Promise<unknown> {
  const answer = await sendToStore(request);
  return answer.status === 200 ? jsonOf(answer) : undefined;
}

async function textOf(find: () => Promise<unknown>): Promise<Uint8Array> {
  try {
    const text = await find();
    if (typeof text === "string") return Buffer.from(text);
  } catch {
    // Said below; what the store has answered is nobody's business.
  }
  throw new GatewayProblem("policy_unavailable", "The policy can't be read from its store.");
}
