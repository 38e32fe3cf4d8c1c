import { answerInterceptor, type InterceptorAnswer, type InterceptorEvent } from "./adapters/agentcore";
import {
  type ApiGatewayAnswer,
  type ApiGatewayEvent,
  answerForApi,
  type DirectEvent,
  requestOfApi,
  requestOfInvocation,
} from "./adapters/aws-events";
import { callSts } from "./adapters/call-sts";
import { once, secretNamesOf, settingOf } from "./adapters/configuration";
import { ownOptions } from "./adapters/extension";
import { LineSink } from "./adapters/line-sink";
import { policyOfTable } from "./adapters/policy-sources";
import { gatewayOf } from "./adapters/wiring";
import { problemAnswer } from "./core/calls/problem-answer";
import type { Gateway } from "./core/gateway";
import { problemOf } from "./core/problem";
import { type AwsCredentials, awsCredentials } from "./platform/aws-credentials";
import { AwsSecretsManager } from "./secrets/aws-secrets-manager";
import { CachedSecrets } from "./secrets/cached";
import { DynamoDbStore } from "./stores/dynamodb";
import { HttpsUpstream } from "./upstream/https-client";

type Event = ApiGatewayEvent | DirectEvent | InterceptorEvent;

const gateway = once(async (): Promise<Gateway> => {
  const settings = process.env;
  const region = settingOf(settings, "AWS_REGION");
  const credentials = async (): Promise<AwsCredentials> => awsCredentials(process.env);
  const endpointOf = (service: string): { endpoint?: string } => {
    const endpoint = settings[`AWS_ENDPOINT_URL_${service}`];
    return endpoint === undefined ? {} : { endpoint };
  };
  const table = { table: settingOf(settings, "CORDON_TABLE"), region, credentials, ...endpointOf("DYNAMODB") };
  const store = new DynamoDbStore({ ...table, clock: Date.now });
  const secrets = new AwsSecretsManager({
    region,
    credentials,
    names: secretNamesOf(settings),
    ...endpointOf("SECRETS_MANAGER"),
  });
  return gatewayOf({
    policy: await policyOfTable(table),
    digest: settingOf(settings, "CORDON_POLICY_DIGEST"),
    store,
    secrets: new CachedSecrets(secrets, Date.now),
    upstream: new HttpsUpstream(),
    sink: new LineSink(),
    attest: { stsHosts: [`sts.${region}.amazonaws.com`], callSts },
    own: ownOptions(__dirname),
  });
});

/** What Lambda calls: for requests of the private API, for invocations, and as an interceptor of AgentCore Gateway. */
export async function handler(
  event: Event,
  context: { readonly awsRequestId: string },
): Promise<ApiGatewayAnswer | InterceptorAnswer> {
  if ("interceptorInputVersion" in event) {
    return await answerInterceptor(gateway, event, context.awsRequestId);
  }
  try {
    const { request, proof } =
      "httpMethod" in event ? requestOfApi(event) : requestOfInvocation(event, context.awsRequestId);
    return await answerForApi(await (await gateway()).handle(request, proof));
  } catch (error) {
    return await answerForApi(problemAnswer(problemOf(error)));
  }
}
