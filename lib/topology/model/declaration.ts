import type { Acknowledgement } from "./result";

/** What a cell was asked to hold, as its synth writes it into the plan beside the resources. */
export interface Declaration {
  readonly version: 1;
  readonly cells: DeclaredCell[];
  readonly acknowledged: Acknowledgement[];
}

export interface DeclaredCell {
  readonly cell: string;
  /** Construct path. */
  readonly path: string;
  readonly tier: string;
  /** Protections against deletion are lifted on purpose. */
  readonly maintenance: boolean;
  /** The owner's account, as a template where the plan does not say it. */
  readonly account: string;
  /** Set where endpoints are pinned to an organisation. */
  readonly organization?: string;
  /** Names that the resolver answers besides the policies': private endpoints. */
  readonly names: string[];
  readonly agents: DeclaredAgent[];
  readonly risks: DeclaredRisk[];
}

export interface DeclaredAgent {
  readonly agent: string;
  readonly mode: "enforce" | "monitor";
  /** Address of its identity, as in `aws_iam_role.triage`. */
  readonly identity: string;
  /** Addresses of its subnets, on clouds whose subnets carry no tags. */
  readonly places?: string[];
  readonly egress: DeclaredEgress[];
  /** Other agents of the cell that it may call. */
  readonly peers: { readonly agent: string; readonly port: number }[];
}

export interface DeclaredEgress {
  /** `api.example.com`, `*.example.com`; or a block. */
  readonly host?: string;
  readonly cidr?: string;
  readonly protocol: string;
  readonly port: number;
  /** The only requests that are passed, as in `GET /repos/*`; all where there are none. */
  readonly requests?: string[];
}

export interface DeclaredRisk {
  readonly id: string;
  readonly title: string;
  readonly agent?: string;
  readonly destination?: string;
  readonly detail: string;
}
