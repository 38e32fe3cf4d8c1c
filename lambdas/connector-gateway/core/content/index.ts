export type { ContentDocument, ContentString } from "./content-document";
export { decodeContentEncoding } from "./content-encoding";
export type { ContentKind } from "./format";
export { openContent } from "./open-content";
export { type PathStep, parsePathExpression, type Selector } from "./path-expression";
export { CompiledRedactions, compileRedactions, compileRestores, type RedactionCount, redactValue } from "./redactions";
export { SseStream } from "./sse-stream";
export { detokenise, type TokenKey, type TokenKeys, tokensIn } from "./tokens";

/** Headers that tell something of the bytes of a body, in lower case; they go when the body is changed. */
export const staleHeaders: string[] = [
  "etag",
  "content-md5",
  "digest",
  "content-digest",
  "repr-digest",
  "content-length",
];
