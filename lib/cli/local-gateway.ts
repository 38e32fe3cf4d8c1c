import { bundleExtension, writtenExtension } from "../cell/gateway-extension";
import { checkControls } from "../cell/packaged-check";
import { packagedFile } from "../cell/packaged-function";
import type { ContainmentPolicy } from "../policy/containment-policy";
import type { PolicyJson } from "../policy/policy-json";

/** What the packaged gateway of the laptop exports. It is bundled, so that its libraries are not installed. */
export interface LocalGatewayModule {
  runGateway(options: LocalGatewayOptions): Promise<RunningGateway>;
  replay(options: ReplayOptions): AsyncIterable<{ readonly line: string; readonly isDenied: boolean }>;
  readonly UnreadableRecording: new () => Error;
  listApprovals(address: ApprovalsAddress): Promise<ShownApproval[]>;
  decideApproval(address: ApprovalsAddress, word: ApprovalWord): Promise<ShownApproval>;
  readonly GatewayRefusal: new () => Error;
}

/** A gateway that approvers speak to. */
export interface ApprovalsAddress {
  readonly url: string;
  readonly key?: string;
  readonly environment: { readonly [name: string]: string | undefined };
}

/** One person's word on one request. */
export interface ApprovalWord {
  readonly id: string;
  readonly digest: string;
  readonly verdict: "approve" | "deny";
  readonly reason: string;
  readonly approver?: string;
}

/** A request as approvers see it. */
export interface ShownApproval {
  readonly id: string;
  readonly agent: string;
  readonly connector: string;
  readonly operation: string;
  readonly state: string;
  readonly digest: string;
  /** The request as the connector would see it, without its secrets. */
  readonly summary: string;
  readonly given: number;
  readonly need: number;
  readonly approveBy: number;
}

/** How a gateway runs on the laptop. */
export interface LocalGatewayOptions {
  readonly policy: PolicyJson;
  readonly agent: string;
  readonly port: number;
  /** A file for limits and approvals that several gateways share. @default - memory */
  readonly state?: string;
  /** Where the session's certificate is written. */
  readonly certificate: string;
  /** Secrets by name, from the environment. */
  readonly secrets: { readonly [name: string]: string };
  /** Who may approve; every name where nobody is listed. */
  readonly approvers: { readonly [group: string]: readonly string[] };
  /** Path of the owner's bundled file, with detectors and a handler. */
  readonly extension?: string;
  /** Blocks of private addresses that connectors may be at. */
  readonly allow: readonly string[];
  /** Certificates that connectors' hosts are checked against, besides the usual ones. */
  readonly trust?: string;
  /** Other places for hosts, by `host:port`. */
  readonly connectTo: ReadonlyMap<string, { readonly address: string; readonly port: number }>;
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
}

export interface RunningGateway {
  readonly port: number;
  /** What approvers show; it is printed for people alone. */
  readonly approvalKey: string;
  close(): Promise<void>;
}

/** Recorded traffic to be judged. */
export interface ReplayOptions {
  readonly policy: PolicyJson;
  readonly agent: string;
  /** The text of a HAR file, or of JSON-RPC messages one per line. */
  readonly traffic: string;
  readonly kind: "har" | "mcp";
  /** The connector of MCP messages. */
  readonly connector?: string;
  /** Path of the owner's bundled file, with detectors and a handler. */
  readonly extension?: string;
}

/** The gateway that the package brings. @throws CORDON-165 */
export function localGateway(): LocalGatewayModule {
  return require(packagedFile("connector-gateway/local/index.js")) as LocalGatewayModule;
}

/**
 * Bundles the file of `--extension`, if there is one, and checks that the gateway can apply what the policy names.
 *
 * @throws CORDON-038, CORDON-166
 */
export function readyExtension(policy: ContainmentPolicy, file: string | undefined): { extension?: string } {
  const extension = file === undefined ? undefined : bundleExtension(file, "--extension");
  checkControls(policy.connectors, `policy ${policy.name}`, extension?.detectors);
  return extension === undefined ? {} : { extension: writtenExtension(extension) };
}
