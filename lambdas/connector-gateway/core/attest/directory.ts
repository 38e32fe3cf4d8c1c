import type { GatewayBundleJson, PrincipalJson } from "../../../../lib/policy/gateway-bundle";
import { arnOf, readAwsArn } from "./aws-arn";
import { refused, unusable } from "./refusal";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md#2-spiffe-identity
const SPIFFE_ID = /^spiffe:\/\/([a-z0-9._-]{1,255})((?:\/[A-Za-z0-9._-]+)+)$/;
const EMAIL = /^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,253}$/;
const MOST_CHARACTERS = 2048;

/** Whether a text is a UUID, as Entra names tenants and objects. */
export const isUuid = (value: unknown): value is string => typeof value === "string" && UUID.test(value);

/** The trust domain of a workload's SPIFFE ID; undefined where it is none. */
export function trustDomainOf(id: unknown): string | undefined {
  if (typeof id !== "string" || id.length > MOST_CHARACTERS) return undefined;
  const [, domain, path = ""] = SPIFFE_ID.exec(id) ?? [];
  return path.split("/").some((segment) => segment === "." || segment === "..") ? undefined : domain;
}

/**
 * One text for all ways of naming one principal; undefined for what names none. Roles of AWS are compared without their path,
 * tenants, objects and mail addresses without the case of their letters, everything else as it is.
 */
export function principalKey(principal: PrincipalJson): string | undefined {
  switch (principal.kind) {
    case "aws": {
      const named = readAwsArn(principal.arn);
      return named === undefined ? undefined : JSON.stringify(["aws", arnOf(named)]);
    }
    case "google":
      return EMAIL.test(principal.email) ? JSON.stringify(["google", principal.email.toLowerCase()]) : undefined;
    case "entra": {
      const { tenant, objectId } = principal;
      if (!isUuid(tenant) || !isUuid(objectId)) return undefined;
      return JSON.stringify(["entra", tenant.toLowerCase(), objectId.toLowerCase()]);
    }
    case "spiffe":
      return trustDomainOf(principal.id) === undefined ? undefined : JSON.stringify(["spiffe", principal.id]);
    case "oidc": {
      const { issuer, subject } = principal;
      const isText = [issuer, subject].every((text) => typeof text === "string" && text !== "");
      return isText ? JSON.stringify(["oidc", issuer, subject]) : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether two principals are the same, however they are written. */
export function isSamePrincipal(one: PrincipalJson, other: PrincipalJson): boolean {
  const key = principalKey(one);
  return key !== undefined && key === principalKey(other);
}

/** The principals that a policy names. */
export class Directory {
  private readonly agents = new Map<string, Set<string>>();
  private readonly named = new Map<string, PrincipalJson>();

  /** @throws policy_unavailable where the policy names a principal that nobody can be */
  public constructor(bundle: GatewayBundleJson) {
    for (const { name, principals } of bundle.agents) {
      for (const principal of principals) {
        const key = this.add(principal, `agent '${name}'`);
        this.agents.set(key, (this.agents.get(key) ?? new Set()).add(name));
      }
    }
    for (const [group, principals] of Object.entries(bundle.approvers)) {
      for (const principal of principals) this.add(principal, `approvers '${group}'`);
    }
  }

  /** The agent that a principal is, and the principal as the policy names it. @throws unauthenticated */
  public agentOf(principal: PrincipalJson): { readonly agent: string; readonly principal: PrincipalJson } {
    const key = this.keyOf(principal);
    const [agent, ...others] = this.agents.get(key) ?? [];
    // Two agents with one principal can't be told apart, so it is neither.
    if (agent === undefined || others.length > 0) throw refused("agent");
    return { agent, principal: this.named.get(key) ?? principal };
  }

  /** The principal as the policy names it, if it does. An agent's is refused: agents don't act as persons. @throws unauthenticated */
  public personOf(principal: PrincipalJson): PrincipalJson {
    const key = this.keyOf(principal);
    if (this.agents.has(key)) throw refused("principal");
    return this.named.get(key) ?? principal;
  }

  private keyOf(principal: PrincipalJson): string {
    const key = principalKey(principal);
    if (key === undefined) throw refused("principal");
    return key;
  }

  private add(principal: PrincipalJson, at: string): string {
    const key = principalKey(principal);
    if (key === undefined) throw unusable(`The policy's ${at} has a principal that can't be read.`);
    if (!this.named.has(key)) this.named.set(key, principal);
    return key;
  }
}
