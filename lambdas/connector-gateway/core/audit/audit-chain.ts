import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { AuditSink, Clock } from "../ports";
import { GatewayProblem } from "../problem";
import type { Decision } from "./decision";
import { type ChainedRecord, fingerprintOf } from "./fingerprint";
import { apiActivityOf } from "./ocsf";

export interface AuditChainOptions {
  readonly sink: AuditSink;
  readonly clock: Clock;
  /** Of the instance: what nobody else's chain has. */
  readonly id: string;
}

interface Waiting {
  readonly event: { readonly [member: string]: unknown };
  readonly written: () => void;
  readonly failed: (problem: GatewayProblem) => void;
}

/** Records that one signature covers at most. */
const MOST_IN_BATCH = 64;

/**
 * One instance's records, each tied to the one before by its digest. What comes while a batch is written is the next batch, and
 * each batch is signed at its end by a key that lives as long as the instance and stands in the first record. A record that
 * could not be written ends the chain: nothing is admitted after it.
 */
export class AuditChain {
  private readonly key: KeyObject;
  private readonly publicKey: string;
  private readonly waiting: Waiting[] = [];
  private sequence = 0;
  private last = "";
  private writing: Promise<void> | undefined;
  private isBroken = false;

  public constructor(private readonly options: AuditChainOptions) {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    this.key = privateKey;
    this.publicKey = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  }

  /** Writes what became of an exchange. Resolves when it is durable. @throws record_unavailable */
  public record(decision: Decision): Promise<void> {
    return this.append(apiActivityOf(decision));
  }

  /** Writes that an exchange is about to change something. @throws record_unavailable */
  public intend(decision: Decision): Promise<void> {
    return this.append(apiActivityOf({ ...decision, isIntent: true }));
  }

  /** Says that the chain ends here; what ends without it was cut off. */
  public close(): Promise<void> {
    return this.append({
      activity_id: 99,
      category_uid: 6,
      class_uid: 6003,
      type_uid: 600_399,
      severity_id: 1,
      time: this.options.clock(),
      unmapped: { stage: "close" },
    });
  }

  private append(event: { readonly [member: string]: unknown }): Promise<void> {
    if (this.isBroken) return Promise.reject(unavailable());
    const done = new Promise<void>((written, failed) => this.waiting.push({ event, written, failed }));
    this.writing ??= this.writeAll();
    return done;
  }

  private async writeAll(): Promise<void> {
    // What is handed in in the same turn goes in one batch.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MOST_IN_BATCH);
      try {
        await this.options.sink.write(this.chained(batch));
        for (const { written } of batch) written();
      } catch {
        this.isBroken = true;
        for (const { failed } of [...batch, ...this.waiting.splice(0)]) failed(unavailable());
      }
    }
    this.writing = undefined;
  }

  private chained(batch: readonly Waiting[]): ChainedRecord[] {
    return batch.map(({ event }, index) => {
      const integrity = {
        chain_uid: this.options.id,
        sequence: this.sequence,
        prev_event: this.last,
        fingerprint: "",
        ...(this.sequence === 0 ? { public_key: this.publicKey } : {}),
      };
      const fingerprint = fingerprintOf({ ...event, record_integrity: integrity });
      const isLast = index === batch.length - 1;
      const signature = isLast
        ? { signature: sign(null, Buffer.from(fingerprint, "hex"), this.key).toString("base64") }
        : {};
      this.sequence++;
      this.last = fingerprint;
      return { ...event, record_integrity: { ...integrity, fingerprint, ...signature } };
    });
  }
}

const unavailable = (): GatewayProblem =>
  new GatewayProblem("record_unavailable", "The decision could not be recorded, so that nothing is passed.");
