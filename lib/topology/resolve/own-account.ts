import type { Configuration } from "../load/configuration";

const CALLER = /^((?:module\.[^.]+\.)*data\.aws_caller_identity\.[^.]+)\.(?:account_id|id)$/;
const OWNER = /^(?!data\.)(?:module\.[^.]+\.)*(?!data\.)((?:[a-z0-9_]+)\.[^.]+(?:\[[^\]]*\])?)\.owner_id$/;

/**
 * Whether a token is the number of the account that the configuration is deployed to: the caller's account, or the
 * owner of a resource that it creates. A resource or data source with a provider of its own may be in another account.
 */
export function isOwnAccount(token: string, configuration?: Configuration): boolean {
  const address = CALLER.exec(token)?.[1] ?? (OWNER.test(token) ? token.replace(/\.owner_id$/, "") : undefined);
  if (address === undefined) return false;
  if (configuration === undefined) return true;
  const resource = configuration.resources.find((one) => one.address === address);
  return resource !== undefined && resource.provider === undefined;
}
