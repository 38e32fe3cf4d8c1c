import { createHash } from "node:crypto";
import type { Clock, Store } from "../ports";
import { GatewayProblem } from "../problem";

const SLACK = 60_000;

/** SHA-256 in hexadecimal digits. */
export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Lets each thing pass once, for all instances together. */
export class Once {
  public constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /**
   * True for the one who is first. What is kept is a digest, until a minute after the thing itself would be refused as too old,
   * so that instances whose clocks differ agree.
   * @throws store_unavailable
   */
  public async take(kind: string, text: string, validUntil: number): Promise<boolean> {
    const key = `once|${kind}|${sha256(text)}`;
    const expiresAt = Math.max(validUntil, this.clock()) + SLACK;
    try {
      return (await this.store.put(key, true, { ifVersion: undefined, expiresAt })) === true;
    } catch (error) {
      if (error instanceof GatewayProblem) throw error;
      throw new GatewayProblem("store_unavailable", "What was shown before can't be looked up; try again later.");
    }
  }
}
