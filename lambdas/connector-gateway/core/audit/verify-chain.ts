import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { type ChainedRecord, fingerprintOf } from "./fingerprint";

/** Where a chain does not hold. */
export interface ChainProblem {
  readonly chain: string;
  readonly sequence: number;
  readonly problem: "missing" | "changed" | "detached" | "unsigned" | "wrong-signature" | "no-key" | "not-closed";
}

/**
 * Checks records of any number of instances: none is missing, changed or in another place, and each is covered by a signature
 * of its chain's key. Whose key it is, the chain alone does not say.
 */
export function verifyChain(records: readonly ChainedRecord[]): ChainProblem[] {
  const chains = new Map<string, ChainedRecord[]>();
  for (const record of records) {
    const { chain_uid: chain } = record.record_integrity;
    chains.set(chain, [...(chains.get(chain) ?? []), record]);
  }
  return [...chains].flatMap(([chain, own]) => problemsOf(chain, own));
}

function problemsOf(chain: string, records: readonly ChainedRecord[]): ChainProblem[] {
  const sorted = [...records].sort((a, b) => a.record_integrity.sequence - b.record_integrity.sequence);
  const problems: ChainProblem[] = [];
  const tell = (sequence: number, problem: ChainProblem["problem"]): void => {
    problems.push({ chain, sequence, problem });
  };
  const key = keyOf(sorted[0]);
  if (key === undefined) tell(0, "no-key");
  let expected = 0;
  let previous = "";
  let isSigned = true;
  for (const record of sorted) {
    const { sequence, prev_event: before, fingerprint, signature } = record.record_integrity;
    if (sequence !== expected) tell(expected, "missing");
    else if (before !== previous) tell(sequence, "detached");
    if (fingerprintOf(record) !== fingerprint) tell(sequence, "changed");
    isSigned = signature !== undefined;
    if (signature !== undefined && key !== undefined && !holds(key, fingerprint, signature)) {
      tell(sequence, "wrong-signature");
    }
    expected = sequence + 1;
    previous = fingerprint;
  }
  if (!isSigned) tell(expected - 1, "unsigned");
  const last = sorted.at(-1)?.["unmapped"] as { readonly stage?: unknown } | undefined;
  if (last?.stage !== "close") tell(expected, "not-closed");
  return problems;
}

function keyOf(first: ChainedRecord | undefined): KeyObject | undefined {
  const text = first?.record_integrity.sequence === 0 ? first.record_integrity.public_key : undefined;
  if (text === undefined) return undefined;
  try {
    return createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

function holds(key: KeyObject, fingerprint: string, signature: string): boolean {
  return verify(null, Buffer.from(fingerprint, "hex"), key, Buffer.from(signature, "base64"));
}
