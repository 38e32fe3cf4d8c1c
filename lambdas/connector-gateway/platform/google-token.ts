import { askForToken, keptToken } from "./bearer-token";

const METADATA = "http://metadata.google.internal";
const PATH = "/computeMetadata/v1/instance/service-accounts/default/token";

/** Tokens of the service account that an instance runs as. @see https://cloud.google.com/run/docs/securing/service-identity */
export const googleTokens = (clock: () => number, server = METADATA): (() => Promise<string>) =>
  keptToken(() => askForToken(`${server}${PATH}`, { "metadata-flavor": "Google" }, clock), clock);
