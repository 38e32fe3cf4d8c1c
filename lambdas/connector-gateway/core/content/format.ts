import type { ContentNode } from "./node";

export type ContentKind = "json" | "form" | "multipart" | "ndjson" | "csv" | "sse" | "text" | "empty" | "binary";

/** A text that belongs to no value: it is looked through, and can't be changed. */
export interface FixedText {
  readonly pointer: string;
  readonly text: string;
}

/** A content opened: its tree, whose edits {@link render} writes. */
export interface OpenedFormat {
  readonly kind: ContentKind;
  readonly root: ContentNode;
  readonly fixed?: readonly FixedText[];
  /** Texts outside of the tree that can be changed, such as comments of an event stream. */
  readonly extras?: readonly { readonly pointer: string; readonly node: ContentNode }[];
  render(): Uint8Array;
}
