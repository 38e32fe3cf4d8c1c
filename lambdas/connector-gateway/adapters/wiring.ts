import { randomBytes } from "node:crypto";
import type { GatewayBundleJson } from "../../../lib/policy/gateway-bundle";
import { JwksSource } from "../attest-keys/jwks-source";
import { Approvals } from "../core/approvals";
import { Attestor, type AttestorOptions, trustedIssuers } from "../core/attest";
import { AuditChain, principalText } from "../core/audit";
import { readBundle } from "../core/bundle";
import { Gateway } from "../core/gateway";
import { Limits } from "../core/limits";
import type { GatewayPorts } from "../core/mediation";
import type { CedarEngine } from "../core/operations/cedar";
import type { AuditSink, Clock, SecretSource, Store, Upstream } from "../core/ports";
import type { OwnOptions } from "./extension";
import { StoredTokenKeys } from "./token-keys";

/** What differs between clouds. */
export interface Surroundings {
  /** The compiled policy, and the digest that the configuration names. */
  readonly policy: Uint8Array;
  readonly digest: string;
  readonly store: Store;
  readonly secrets: SecretSource;
  readonly upstream: Upstream;
  readonly sink: AuditSink;
  readonly attest?: AttestorOptions;
  /** Detectors and a handler of the owner. */
  readonly own?: OwnOptions;
  readonly asked?: GatewayPorts["asked"];
  readonly streams?: boolean;
  /** @default the members that the policy names */
  readonly isApprover?: (group: string, approver: string) => boolean;
  /** @default the computer's */
  readonly clock?: Clock;
  /** Lets issuers answer on this machine without TLS. @default false */
  readonly allowLoopbackIssuers?: boolean;
}

/** A gateway as every cloud runs it. @throws policy_unavailable */
export function gatewayOf(around: Surroundings): Gateway {
  const { store, secrets, upstream, digest, attest = {}, own = {}, asked, streams = false } = around;
  const clock = around.clock ?? Date.now;
  const bundle = readBundle(around.policy, { digest });
  const keys = new JwksSource(trustedIssuers(bundle, attest), clock, {
    allowLoopback: around.allowLoopbackIssuers === true,
  });
  const id = (): string => randomBytes(16).toString("base64url");
  const isApprover =
    around.isApprover ?? ((group: string, approver: string): boolean => isMember(bundle, group, approver));
  const tokenKeys = new StoredTokenKeys(store);
  const ports: GatewayPorts = {
    clock,
    id,
    attestor: new Attestor(bundle, keys, store, clock, attest),
    store,
    limits: new Limits(store, clock),
    approvals: new Approvals(store, clock, id, isApprover),
    secrets,
    upstream,
    audit: new AuditChain({ sink: around.sink, clock, id: id() }),
    tokenKeys: (connector) => tokenKeys.of(connector),
    // Loaded when the first condition is asked: it is most of a start.
    cedar: () => require("@cedar-policy/cedar-wasm/nodejs") as CedarEngine,
    ...(asked === undefined ? {} : { asked }),
  };
  return new Gateway(bundle, ports, {
    policyDigest: digest,
    streams,
    ...own,
  });
}

const isMember = ({ approvers }: GatewayBundleJson, group: string, approver: string): boolean =>
  (approvers[group] ?? []).some((member) => principalText(member) === approver);
