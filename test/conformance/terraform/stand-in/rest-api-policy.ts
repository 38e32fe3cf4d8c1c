import type { IncomingMessage } from "node:http";

/** Whether a call is about REST APIs of API Gateway, whose answers moto writes otherwise. */
export const isRestApiCall = ({ url = "" }: IncomingMessage): boolean => /^\/restapis(\/[a-z0-9]+)?(\?|$)/.test(url);

/**
 * API Gateway answers an API's policy with its quotes escaped, as a text within the text of the JSON; the provider takes that
 * off again. moto answers the policy as it was sent.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html
 */
export function withEscapedPolicy(body: Buffer): Buffer {
  const text = body.toString("utf8");
  if (!text.startsWith("{")) return body;
  const api = JSON.parse(text) as { policy?: unknown };
  if (typeof api.policy !== "string") return body;
  return Buffer.from(JSON.stringify({ ...api, policy: JSON.stringify(api.policy).slice(1, -1) }));
}
