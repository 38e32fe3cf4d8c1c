import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { cloudRunProof } from "./adapters/cloud-run";
import { once, secretNamesOf, settingOf } from "./adapters/configuration";
import { ownOptions } from "./adapters/extension";
import { requestOf, writeAnswer } from "./adapters/http-requests";
import { LineSink } from "./adapters/line-sink";
import { policyOfDocument } from "./adapters/policy-sources";
import { gatewayOf } from "./adapters/wiring";
import { problemAnswer } from "./core/calls/problem-answer";
import type { Gateway } from "./core/gateway";
import { problemOf } from "./core/problem";
import { googleTokens } from "./platform/google-token";
import { CachedSecrets } from "./secrets/cached";
import { GoogleSecretManager } from "./secrets/google-secret-manager";
import { FirestoreStore } from "./stores/firestore";
import { HttpsUpstream } from "./upstream/https-client";

const gateway = once(async (): Promise<Gateway> => {
  const settings = process.env;
  const project = settingOf(settings, "CORDON_PROJECT");
  const token = googleTokens(Date.now, settings["CORDON_METADATA"]);
  const endpointOf = (service: string): { endpoint?: string } => {
    const endpoint = settings[`CORDON_ENDPOINT_${service}`];
    return endpoint === undefined ? {} : { endpoint };
  };
  const place = { project, database: settingOf(settings, "CORDON_DATABASE"), token, ...endpointOf("FIRESTORE") };
  const store = new FirestoreStore({ ...place, collection: "gateway", clock: Date.now });
  const names = secretNamesOf(settings);
  const secrets = new GoogleSecretManager({ project, token, names, ...endpointOf("SECRET_MANAGER") });
  // The cell's proxy, where that is the way out.
  const proxy = settings["HTTPS_PROXY"];
  return gatewayOf({
    policy: await policyOfDocument(place),
    digest: settingOf(settings, "CORDON_POLICY_DIGEST"),
    store,
    secrets: new CachedSecrets(secrets, Date.now),
    upstream: new HttpsUpstream(proxy === undefined ? {} : { proxy }),
    sink: new LineSink(),
    own: ownOptions(__dirname),
    streams: true,
  });
});

/** What Cloud Run's functions framework calls. It has read the body, and keeps its bytes. */
export async function handler(
  request: IncomingMessage & { readonly rawBody?: Uint8Array },
  response: ServerResponse,
): Promise<void> {
  try {
    const asked = requestOf(request, request.rawBody ?? new Uint8Array(), randomUUID());
    const proof = cloudRunProof(asked, process.env);
    await writeAnswer(response, await (await gateway()).handle(asked, proof));
  } catch (error) {
    await writeAnswer(response, problemAnswer(problemOf(error)));
  }
}
