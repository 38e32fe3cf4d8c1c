import type { EgressRule } from "../../policy/egress";
import type { Mode } from "../../policy/mode";
import type { ProxySubject } from "./cel-text";

/** One agent as the proxy sees it. */
export interface ProxyAgent {
  readonly name: string;
  readonly mode: Mode;
  readonly rules: readonly EgressRule[];
  readonly subject: ProxySubject;
}

export interface ProxyOptions {
  /** The cell's name: lists are the region's, and have to be told apart. */
  readonly cellName: string;
  /** Whether the proxy looks into TLS. */
  readonly tlsInspection: boolean;
  /** `tagValues/123` of what is cut off; may be a Terraform reference. */
  readonly quarantineTag: string;
  /** What a list's name stands for in an expression. */
  readonly urlListId: (name: string) => string;
}

/** One rule of a gateway security policy. */
export interface ProxyRule {
  readonly name: string;
  readonly priority: number;
  readonly description: string;
  readonly session: string;
  /** Undefined where the session decides alone. */
  readonly application: string | undefined;
  readonly tlsInspectionEnabled: boolean;
  readonly basicProfile: "ALLOW" | "DENY";
}

/** Hosts that several rules may name. */
export interface UrlList {
  readonly name: string;
  readonly values: string[];
}
