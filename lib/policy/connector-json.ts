/** What is done with a finding: refuse the exchange, take the value out, record it, or nothing. */
export type DlpAction = "block" | "redact" | "alert" | "allow";

/** Actions by kind of detector; `detectors` names single ones and goes first. */
export interface DlpActionsJson {
  readonly secrets?: DlpAction;
  readonly personal?: DlpAction;
  readonly detectors?: { readonly [detector: string]: DlpAction };
}

/** What is scanned for. @default secrets in requests are blocked, secrets in responses are redacted */
export interface DlpJson {
  readonly request?: DlpActionsJson;
  readonly response?: DlpActionsJson;
}

/** How a field leaves: not at all, as a constant, as its last four characters, as a keyed hash, as a reversible token. */
export type RedactionMode = "remove" | "mask" | "last4" | "hash" | "token";

/** Fields that are changed on their way. */
export interface RedactionJson {
  /** A JSON Pointer (RFC 6901) with `*` and `**` as segments, or a JSONPath (RFC 9535) without filters and slices. */
  readonly path: string;
  readonly mode: RedactionMode;
  /** @default response */
  readonly in?: "request" | "response" | "both";
}

/** How often. */
export interface RateJson {
  readonly limit: number;
  readonly per: "second" | "minute" | "hour" | "day";
  /** Requests that may come at once. @default limit */
  readonly burst?: number;
}

/** How much in a window that begins with the clock's hour, day or month (UTC). */
export interface BudgetJson {
  readonly of: "requests" | "bytes-out" | "rows" | "tokens";
  readonly limit: number;
  readonly per: "hour" | "day" | "month";
}

/** People who have to agree to the exact request. */
export interface ApprovalJson {
  readonly need: number;
  readonly group: string;
  /** Seconds in which the approvals have to come. @default 3600 */
  readonly approveWithin?: number;
  /** Seconds in which the approved request has to be sent. @default 900 */
  readonly executeWithin?: number;
}

/** A text that the gateway puts before everything else that a model reads. */
export interface BoundingPromptJson {
  readonly id: string;
  readonly text: string;
}

/** What happens to an operation besides being let through. */
export interface ControlsJson {
  readonly redact?: RedactionJson[];
  /** Paths of the request's body where tokens become their values again; elsewhere they are sent as they are. */
  readonly restore?: string[];
  readonly dlp?: DlpJson;
  readonly rate?: RateJson;
  readonly budgets?: BudgetJson[];
  readonly approval?: ApprovalJson;
  /** Models only. */
  readonly prompt?: BoundingPromptJson;
  /** JSON Schema (2020-12) of the JSON body, or of a tool's arguments. */
  readonly schema?: { readonly [keyword: string]: unknown };
  /** A Cedar expression over `context`, as in `context.parameters.id like "A-*"`. */
  readonly when?: string;
}

/**
 * `GET /tickets/{id}` or `GET /files/*` of an HTTP connector; `tool search`, `prompt review` or `resource docs://*` of an MCP
 * server; `model claude-sonnet-*` of a model API.
 */
export interface OperationJson extends ControlsJson {
  readonly operation: string;
}

/** A secret that the gateway adds to requests and the agent never sees. */
export interface CredentialJson {
  /** Name in the cloud's secret store; the construct resolves it. */
  readonly secret: string;
  /** @default authorization */
  readonly header?: string;
  /** What stands before the secret in the header. @default "Bearer " for authorization, nothing for others */
  readonly prefix?: string;
}

/** A value that ties requests to one account behind a host that many share. Exactly one place is named. */
export interface TenancyJson {
  readonly header?: string;
  /** Name of a parameter of the path's template. */
  readonly parameter?: string;
  /** JSON Pointer into the body. */
  readonly body?: string;
  readonly equals: string;
}

export interface ConnectorBaseJson {
  readonly name: string;
  /** One exact host name. */
  readonly host: string;
  /** @default 443 */
  readonly port?: number;
  readonly reason: string;
  readonly credential?: CredentialJson;
  readonly tenancy?: TenancyJson[];
  /** Sorted by operation; what none of them names is denied. */
  readonly operations: OperationJson[];
}

/** An HTTP API. */
export interface HttpConnectorJson extends ConnectorBaseJson {
  readonly kind: "http";
}

/** An MCP server over streamable HTTP. */
export interface McpConnectorJson extends ConnectorBaseJson {
  readonly kind: "mcp";
  /** Path of the endpoint. @default /mcp */
  readonly path?: string;
}

export type ModelApi = "openai-chat" | "openai-responses" | "anthropic" | "bedrock" | "gemini" | "azure-openai";

/** An API of a language model. */
export interface ModelConnectorJson extends ConnectorBaseJson {
  readonly kind: "model";
  readonly api: ModelApi;
}

/** A system that agents use through the gateway alone. */
export type ConnectorJson = HttpConnectorJson | McpConnectorJson | ModelConnectorJson;
