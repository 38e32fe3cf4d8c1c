/** One way out of an agent, and what opens it at each layer. */
export interface ReachPath {
  /** `api.example.com:443`, `*.example.com:443`, `203.0.113.8/32:5432`, or `*` for anything. */
  readonly destination: string;
  /** The layers that the path passes, from the inside out, each with the resource that opens it. */
  readonly layers: { readonly layer: string; readonly opens: string }[];
}
