import { createHash } from "node:crypto";
import { CordonError } from "../errors/cordon-error";
import type { Connector } from "../policy/connector";
import { ContainmentPolicy } from "../policy/containment-policy";
import { Egress } from "../policy/egress";
import type { GatewayBundleJson, PrincipalJson } from "../policy/gateway-bundle";
import type { Mode } from "../policy/mode";

/** An agent with connectors, as a gateway has to know it. */
export interface MediatedAgent {
  readonly name: string;
  readonly mode: Mode;
  readonly policy: ContainmentPolicy;
  readonly principals: readonly PrincipalJson[];
}

/** What a gateway mediates. */
export interface GatewayInput {
  readonly cell: string;
  readonly audience: string;
  readonly agents: readonly MediatedAgent[];
  /** Who approves, by group. */
  readonly approvers: { readonly [group: string]: readonly PrincipalJson[] };
  readonly at: string;
}

/** The file that a gateway reads, and its SHA-256 in hexadecimal digits. */
export interface CompiledBundle {
  readonly text: string;
  readonly digest: string;
}

/** Writes what a gateway reads. The same policies give the same bytes. @throws CORDON-163 */
export function compileGatewayBundle({ cell, audience, agents, approvers, at }: GatewayInput): CompiledBundle {
  for (const { name, policy } of agents) checkApprovers(policy.connectors, approvers, `${at}, agent '${name}'`);
  const bundle: GatewayBundleJson = {
    version: 1,
    cell,
    audience,
    agents: sortedBy(agents, ({ name }) => name).map(({ name, mode, policy, principals }) => ({
      name,
      principals: sortedBy(principals, (principal) => JSON.stringify(principal)),
      mode,
      connectors: policy.connectors.map((connector) => connector.toJSON()),
    })),
    approvers: Object.fromEntries(
      sortedBy(Object.entries(approvers), ([group]) => group).map(([group, members]) => [
        group,
        sortedBy(members, (principal) => JSON.stringify(principal)),
      ]),
    ),
  };
  const text = JSON.stringify(bundle);
  return { text, digest: createHash("sha256").update(text).digest("hex") };
}

/** What the gateway itself may reach: the connectors' hosts, and nothing else. */
export function gatewayPolicy(connectors: readonly Connector[]): ContainmentPolicy {
  const policies = connectors.map(({ host, port, name }) =>
    ContainmentPolicy.denyAll("connector-gateway").allow(Egress.https(host, { port, reason: `connector ${name}` })),
  );
  return policies.reduce((all, one) => all.merge(one), ContainmentPolicy.denyAll("connector-gateway"));
}

/** Refuses approvals that a group is too small for. @throws CORDON-163 */
export function checkApprovers(
  connectors: readonly Connector[],
  approvers: GatewayInput["approvers"],
  at: string,
): void {
  for (const { name, operations } of connectors.map((connector) => connector.toJSON())) {
    for (const { operation, approval } of operations) {
      const members = approvers[approval?.group ?? ""]?.length ?? 0;
      if (approval === undefined || members >= approval.need) continue;
      throw new CordonError(
        "CORDON-163",
        `${at}, connector '${name}', ${operation}`,
        `it needs ${approval.need} approvals of '${approval.group}', which has ${members} member(s)`,
        "name the group's members in the gateway's approvers",
      );
    }
  }
}

const sortedBy = <T>(values: readonly T[], key: (value: T) => string): T[] =>
  [...values].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
