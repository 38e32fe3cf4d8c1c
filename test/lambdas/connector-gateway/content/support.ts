import {
  type ContentDocument,
  compileRedactions,
  openContent,
  type TokenKeys,
} from "../../../../lambdas/connector-gateway/core/content";
import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";
import type { RedactionMode } from "../../../../lib/policy/connector-json";

export const KEYS: TokenKeys = { connector: "tickets", current: { kid: "k1", key: Buffer.alloc(32, 7) } };
export const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");
export const text = (document: ContentDocument): string => Buffer.from(document.toBytes()).toString("utf8");

export function redacted(contentType: string, body: string, path: string, mode: RedactionMode): string {
  const document = openContent(contentType, bytes(body));
  document.redact(compileRedactions([{ path, mode }], "response", "tickets"), KEYS);
  return text(document);
}

/** Reason and detail of the problem that a call throws. */
export function problemOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof GatewayProblem) return error.message;
    throw error;
  }
  return "no problem";
}
