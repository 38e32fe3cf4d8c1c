import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** What ties a record to the one before it. Names are those of OCSF 1.9's `record_integrity` profile. */
export interface RecordIntegrity {
  /** Of the instance's chain. */
  readonly chain_uid: string;
  /** From 0 on, without a gap. */
  readonly sequence: number;
  /** Fingerprint of the record before; empty for the first. */
  readonly prev_event: string;
  /** SHA-256 of the record in canonical form, without this and the signature. */
  readonly fingerprint: string;
  /** Ed25519 over the fingerprint, where the record ends a batch. */
  readonly signature?: string;
  /** Key of the chain's signatures, in the first record. */
  readonly public_key?: string;
}

export interface ChainedRecord {
  readonly [member: string]: unknown;
  readonly record_integrity: RecordIntegrity;
}

/** SHA-256 of a record. @see https://www.rfc-editor.org/rfc/rfc8785 */
export function fingerprintOf({ record_integrity: integrity, ...event }: ChainedRecord): string {
  const { fingerprint: _fingerprint, signature: _signature, ...kept } = integrity;
  return createHash("sha256")
    .update(canonicalize({ ...event, record_integrity: kept }) ?? "")
    .digest("hex");
}
