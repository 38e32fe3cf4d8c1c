import { type ContentDocument, compileRedactions, compileRestores, type RedactionCount, tokensIn } from "../content";
import type { ExchangeState } from "../exchange-state";

/** Redacts what the policy names in one direction. @throws inspection_incomplete, keys_unavailable */
export async function redactDocument(
  exchange: ExchangeState,
  document: ContentDocument,
  direction: "request" | "response",
): Promise<void> {
  const { connector, call } = exchange.known;
  const redactions = compileRedactions(call.operation?.redact ?? [], direction, connector.name);
  if (redactions.isEmpty) return;
  const keys = await exchange.gateway.ports.tokenKeys(connector.name);
  const counts: RedactionCount[] =
    connector.kind === "mcp" ? document.redactMessages(redactions, keys, direction) : document.redact(redactions, keys);
  exchange.redactions.push(...counts);
}

/** Puts values in place of their tokens, where the policy names the field. @throws inspection_incomplete, keys_unavailable */
export async function restoreTokens(exchange: ExchangeState, document: ContentDocument): Promise<void> {
  const { connector, call } = exchange.known;
  const paths = call.operation?.restore ?? [];
  if (paths.length === 0) return;
  const keys = await exchange.gateway.ports.tokenKeys(connector.name);
  for (const { text } of document.strings()) {
    for (const { token, value } of tokensIn(text, keys)) exchange.restored.set(value, token);
  }
  const restores = compileRestores(paths, connector.name);
  if (connector.kind === "mcp") document.redactMessages(restores, keys, "request");
  else document.redact(restores, keys);
}

/** Puts tokens back where the connector's host repeats what it was told. @throws inspection_incomplete in a member's name */
export function hideRestored({ restored }: ExchangeState, document: ContentDocument): void {
  if (restored.size === 0) return;
  for (const string of document.strings()) {
    const hidden = withTokens(string.text, restored);
    if (hidden !== string.text) string.replace(hidden);
  }
}

/** A text with the tokens of the values that the request held. */
export function withTokens(text: string, restored: ReadonlyMap<string, string>): string {
  let hidden = text;
  for (const [value, token] of restored) if (value !== "") hidden = hidden.replaceAll(value, token);
  return hidden;
}
