import { createHash } from "node:crypto";

/** A short name that comes from content alone: the first hexadecimal digits of its SHA-256. */
export function contentHash(content: string, digits: number): string {
  return createHash("sha256").update(content).digest("hex").slice(0, digits);
}
