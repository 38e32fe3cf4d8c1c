import { AsyncLocalStorage } from "node:async_hooks";
import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";
import { wholeBody } from "./adapters/aws-events";
import { bearerOf } from "./adapters/bearer";
import { once, secretNamesOf, settingOf } from "./adapters/configuration";
import { ownOptions } from "./adapters/extension";
import { partsOf } from "./adapters/http-requests";
import { policyOfBlob, policyOfSetting } from "./adapters/policy-sources";
import { gatewayOf } from "./adapters/wiring";
import type { GatewayAnswer } from "./core/calls/call";
import { problemAnswer } from "./core/calls/problem-answer";
import type { Gateway } from "./core/gateway";
import type { AuditSink } from "./core/ports";
import { problemOf } from "./core/problem";
import { azureTokens } from "./platform/azure-token";
import { AzureKeyVault } from "./secrets/azure-key-vault";
import { CachedSecrets } from "./secrets/cached";
import { AzureTablesStore } from "./stores/azure-tables";
import { HttpsUpstream } from "./upstream/https-client";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
/** The invocation that writes; the Functions host collects what is logged to one. */
const invocation = new AsyncLocalStorage<InvocationContext>();

const sink: AuditSink = {
  write: async (records) => {
    const context = invocation.getStore();
    if (context === undefined) throw new Error("no invocation to write to");
    for (const record of records) context.log(JSON.stringify(record));
  },
};

let tables: AzureTablesStore | undefined;

const gateway = once(async (): Promise<Gateway> => {
  const settings = process.env;
  const storage = settingOf(settings, "CORDON_STORAGE");
  const storageToken = azureTokens("https://storage.azure.com/", settings, Date.now);
  const blob = settings["CORDON_POLICY_BLOB"];
  const vault = settings["CORDON_VAULT"];
  const secrets = new AzureKeyVault({
    vault: settings["CORDON_ENDPOINT_VAULT"] ?? `https://${vault}.vault.azure.net`,
    token: azureTokens("https://vault.azure.net", settings, Date.now),
    names: secretNamesOf(settings),
  });
  tables = new AzureTablesStore({
    endpoint: settings["CORDON_ENDPOINT_TABLE"] ?? `https://${storage}.table.core.windows.net`,
    table: settingOf(settings, "CORDON_TABLE"),
    authorization: async () => `Bearer ${await storageToken()}`,
    clock: Date.now,
  });
  return gatewayOf({
    policy:
      blob === undefined
        ? await policyOfSetting(settingOf(settings, "CORDON_POLICY"))
        : await policyOfBlob({
            url: `${settings["CORDON_ENDPOINT_BLOB"] ?? `https://${storage}.blob.core.windows.net`}/${blob}`,
            token: storageToken,
          }),
    digest: settingOf(settings, "CORDON_POLICY_DIGEST"),
    store: tables,
    secrets: new CachedSecrets(secrets, Date.now),
    upstream: new HttpsUpstream(),
    sink,
    own: ownOptions(__dirname),
  });
});

async function handle(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  return await invocation.run(context, async () => {
    try {
      const { pathname, search } = new URL(request.url);
      const { connector, target } = partsOf(`${pathname}${search}`);
      const headers = [...request.headers.entries()].map(([name, value]) => [name.toLowerCase(), value] as const);
      const body = new Uint8Array(await request.arrayBuffer());
      const asked = { id: context.invocationId, connector, target, method: request.method, headers, body };
      const proof = bearerOf(headers, request.method, `${pathname}${search}`);
      return await responseOf(await (await gateway()).handle(asked, proof));
    } catch (error) {
      return await responseOf(problemAnswer(problemOf(error)));
    }
  });
}

async function responseOf({ status, headers, body }: GatewayAnswer): Promise<HttpResponseInit> {
  const kept = headers
    .filter(([name]) => name !== "content-length")
    .map(([name, value]) => [name, value] as [string, string]);
  return { status, headers: kept, body: await wholeBody(body) };
}

app.http("connector-gateway", { methods: [...METHODS], authLevel: "anonymous", route: "{*path}", handler: handle });

// Azure's tables delete nothing by themselves.
app.timer("purge", {
  schedule: "0 17 * * * *",
  handler: async () => {
    await gateway();
    await tables?.purge();
  },
});
