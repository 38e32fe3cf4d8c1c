import { openContent } from "../content";
import { isObject, type Json } from "./body";

/** Members of usage that add up, by provider; a total that is said goes before a smaller sum. */
const ADDED = [
  ["prompt_tokens", "completion_tokens"],
  ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"],
  ["inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"],
  ["promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount"],
];
const TOTALS = ["total_tokens", "totalTokens", "totalTokenCount"];

/**
 * Tokens that a model read and wrote, as its answer says in one value or over the events of a stream; undefined where it does
 * not. Counts in events are of the whole answer so far, so the largest of each holds.
 */
export function usedTokens(body: Uint8Array, contentType: string | undefined): number | undefined {
  const most = new Map<string, number>();
  for (const value of valuesOf(body, contentType)) {
    for (const usage of usagesOf(value)) {
      for (const [name, count] of Object.entries(usage)) {
        const isCount = typeof count === "number" && Number.isSafeInteger(count) && count >= 0;
        if (isCount) most.set(name, Math.max(count, most.get(name) ?? 0));
      }
    }
  }
  const sums = ADDED.map((names) => names.reduce((sum, name) => sum + (most.get(name) ?? 0), 0));
  const totals = TOTALS.map((name) => most.get(name) ?? 0);
  const isSaid = [...ADDED.flat(), ...TOTALS].some((name) => most.has(name));
  return isSaid ? Math.max(...sums, ...totals) : undefined;
}

// In the value itself, in the message that a stream begins with, or in the response that it ends with.
function usagesOf(value: unknown): Json[] {
  if (!isObject(value)) return [];
  const holders = [value, value["message"], value["response"]].filter(isObject);
  return holders.flatMap((holder) => [holder["usage"], holder["usageMetadata"]].filter(isObject));
}

function valuesOf(body: Uint8Array, contentType: string | undefined): unknown[] {
  try {
    const document = openContent(contentType, body);
    const value = document.value();
    if (document.kind === "sse" && Array.isArray(value))
      return value.map((event) => (isObject(event) ? event["data"] : event));
    return Array.isArray(value) ? value : [value];
  } catch {
    // What can't be read is refused where it is looked through.
    return [];
  }
}
