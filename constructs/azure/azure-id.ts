import { Token } from "cdktf";
import { CordonError, quoted } from "../../lib/errors/cordon-error";

/** A reference to a resource, or the literal id of one. @throws CORDON-101 */
export function azureId(value: string, at: string, what: string): string {
  const form = /^\/subscriptions\/[0-9a-fA-F-]{36}\/resourceGroups\/[\w().-]+\/providers(\/[\w().-]+){3,}$/;
  if (Token.isUnresolved(value) || (typeof value === "string" && form.test(value))) return value;
  throw new CordonError(
    "CORDON-101",
    at,
    `${what} ${quoted(value)} is not a resource's id`,
    "pass a reference to the resource, or its id from /subscriptions/ on",
  );
}

/** The id of a resource of the same stack, as Terraform reads it. */
export const RESOURCE_OF_STACK = /^\$\{(azurerm_[a-z0-9_]+)\.([A-Za-z0-9_-]+)\.id\}$/;
