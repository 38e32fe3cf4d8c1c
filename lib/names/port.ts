import { CordonError, quoted } from "../errors/cordon-error";

/** A TCP or UDP port, 1 to 65535. */
export function parsePort(value: unknown, at: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 65_535) {
    throw new CordonError(
      "CORDON-020",
      at,
      `port ${quoted(value)} is not a port`,
      "use a whole number from 1 to 65535",
    );
  }
  return value;
}
