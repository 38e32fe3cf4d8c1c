import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PolicyJson } from "../../../lib/policy/policy-json";
import { optionsOf } from "../adapters/extension";
import { gatewayOf } from "../adapters/wiring";
import { GatewayProblem } from "../core/problem";
import { MemoryStore } from "../stores/memory";
import { SqliteStore } from "../stores/sqlite";
import { HttpsUpstream } from "../upstream/https-client";
import { checkedAddress } from "../upstream/resolver";
import { answerApprovals } from "./approvals-page";
import { DecisionView } from "./decisions";
import { createForwardProxy } from "./forward-proxy";
import { localBundle, principalOf } from "./local-bundle";
import { allowedAddresses } from "./private-blocks";
import { SessionCa } from "./session-ca";
import { shownOf } from "./shown";

/** How a gateway runs on the laptop. */
export interface LocalGatewayInput {
  readonly policy: PolicyJson;
  readonly agent: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly state?: string;
  readonly certificate: string;
  readonly secrets: { readonly [name: string]: string };
  readonly approvers: { readonly [group: string]: readonly string[] };
  readonly allow: readonly string[];
  readonly trust?: string;
  readonly extension?: string;
  /** Other places for hosts, by `host:port`. */
  readonly connectTo: ReadonlyMap<string, { readonly address: string; readonly port: number }>;
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
}

export interface LocalGateway {
  readonly port: number;
  readonly approvalKey: string;
  close(): Promise<void>;
}

/** Starts the gateway and the cell's allow list as a proxy, on this machine's own address alone. */
export async function runGateway(input: LocalGatewayInput): Promise<LocalGateway> {
  const { policy, agent, approvers, secrets, certificate, trust } = input;
  const { bytes, digest } = localBundle(policy, agent);
  const view = new DecisionView(input.write, input.isTerminal);
  const isAllowed = allowedAddresses(input.allow);
  const store = input.state === undefined ? new MemoryStore(Date.now) : new SqliteStore(input.state, Date.now);
  const upstream = new HttpsUpstream({
    allowAddress: isAllowed,
    connectTo: input.connectTo,
    ...(trust === undefined ? {} : { ca: readFileSync(trust, "utf8") }),
  });
  const gateway = gatewayOf({
    policy: bytes,
    digest,
    store,
    secrets: { read: async (name) => secrets[name] ?? missing() },
    upstream,
    sink: {
      write: async (records) => {
        for (const shown of records.map(shownOf)) if (shown !== undefined) view.show(shown);
      },
    },
    ...(input.extension === undefined ? {} : { own: optionsOf(input.extension) }),
    streams: true,
    isApprover: (group, approver) => approvers[group]?.includes(approver) ?? true,
  });
  const ca = await SessionCa.create(Date.now);
  writeFileSync(certificate, ca.pem);
  const approvalKey = randomBytes(16).toString("base64url");
  const pageOptions = { approvals: gateway.ports.approvals, key: approvalKey, approvers };
  const server = createForwardProxy({
    ca,
    connectors: new Map((policy.connectors ?? []).map(({ name, host, port = 443 }) => [`${host}:${port}`, name])),
    egress: policy.egress,
    mediate: (request) =>
      gateway.handle({ id: gateway.ports.id(), ...request }, { kind: "platform", principal: principalOf(agent) }),
    resolve: (host) => checkedAddress(host, isAllowed),
    decided: (verdict, what, why) =>
      view.show({ at: Date.now(), agent, verdict, what, why, notes: "", milliseconds: 0 }),
    page: (request: IncomingMessage, response: ServerResponse) => answerApprovals(pageOptions, request, response),
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(input.port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    approvalKey,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await gateway.ports.audit.close();
      upstream.close();
      if (store instanceof SqliteStore) store.close();
    },
  };
}

function missing(): never {
  throw new GatewayProblem("credential_unavailable", "The credential of the connector is not to be had.");
}
