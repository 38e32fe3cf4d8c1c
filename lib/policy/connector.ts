import { CordonError, quoted } from "../errors/cordon-error";
import { HostMatch, HostPattern } from "../names/host-pattern";
import { identifier, plainText } from "../names/plain-text";
import { parsePort } from "../names/port";
import type { ConnectorJson, CredentialJson, ModelApi, OperationJson, TenancyJson } from "./connector-json";
import { type Controls, controlsToJson } from "./controls";
import { Credential } from "./credential";
import { type ConnectorKind, Operation } from "./operation";
import { Tenancy } from "./tenancy";

/** What every connector is made of. */
export interface ConnectorOptions {
  /** One exact host name. It is open to the gateway alone, never to the agent. */
  readonly host: string;
  /** @default 443 */
  readonly port?: number;
  /** Why agents need it; stands in reports and policy files. */
  readonly reason: string;
  /** What the gateway shows to the host. @default nothing; headers of the agent that carry credentials never pass */
  readonly credential?: Credential;
  /** Ties requests to one account of a shared host. @default every account that the credential opens */
  readonly tenancy?: readonly Tenancy[];
}

/** What an MCP connector is made of. */
export interface McpConnectorOptions extends ConnectorOptions {
  /** Path of the endpoint. @default /mcp */
  readonly path?: string;
}

/** What a connector for a language model is made of. */
export interface ModelConnectorOptions extends ConnectorOptions {
  /** Whose requests it reads. */
  readonly api: ModelApi;
}

const APIS: readonly ModelApi[] = ["openai-chat", "openai-responses", "anthropic", "bedrock", "gemini", "azure-openai"];
const MOST_OPERATIONS = 1000;

let connectorOf: (json: ConnectorJson) => Connector;

/**
 * A system that an agent may use through the connector gateway alone, operation by operation. The firewall opens its host to
 * the gateway's subnet; the agent reaches the gateway. It starts with no operation: everything is denied.
 */
export class Connector {
  static {
    connectorOf = (json) => new Connector(json);
  }

  private constructor(private readonly json: ConnectorJson) {
    Object.freeze(this);
    Object.freeze(json.operations);
    Object.freeze(json);
  }

  /** An HTTP API. */
  public static http(name: string, options: ConnectorOptions): Connector {
    return made("http", name, options, {});
  }

  /** An MCP server over streamable HTTP. @see https://modelcontextprotocol.io/specification */
  public static mcp(name: string, options: McpConnectorOptions): Connector {
    return made("mcp", name, options, options.path === undefined ? {} : { path: options.path });
  }

  /** The API of a language model. */
  public static model(name: string, options: ModelConnectorOptions): Connector {
    return made("model", name, options, { api: options.api });
  }

  /** Reads the JSON form through the same checks. @throws CORDON-036 to CORDON-038 */
  public static fromJSON(json: ConnectorJson, at: string): Connector {
    const connector = connectorOf(checked({ ...json, operations: [] }, at));
    return json.operations.reduce<Connector>((so, { operation, ...controls }, index) => {
      const place = `${at}, operation ${index}`;
      return so.with(Operation.parse(json.kind, operation, place), controls, place);
    }, connector);
  }

  public get name(): string {
    return this.json.name;
  }

  public get kind(): ConnectorKind {
    return this.json.kind;
  }

  public get host(): string {
    return this.json.host;
  }

  public get port(): number {
    return this.json.port ?? 443;
  }

  public get reason(): string {
    return this.json.reason;
  }

  /** Its operations as text, sorted. */
  public get operations(): string[] {
    return this.json.operations.map(({ operation }) => operation);
  }

  /**
   * This connector with one more operation, under its controls.
   * @throws CORDON-037 for one that is there or of another kind, CORDON-038 for controls that can't be applied
   */
  public permit(operation: Operation, controls: Controls = {}): Connector {
    const at = `connector '${this.name}', ${quoted(String(operation))}`;
    if (!(operation instanceof Operation) || operation.kind !== this.kind) {
      throw new CordonError("CORDON-037", at, `it is no operation of ${this.kind}`, "make it with Operation");
    }
    return this.with(operation, controls, at);
  }

  /** The JSON form: canonical, so that equal connectors have equal text. */
  public toJSON(): ConnectorJson {
    return this.json;
  }

  private with(operation: Operation, controls: Parameters<typeof controlsToJson>[0], at: string): Connector {
    const { operations, tenancy = [] } = this.json;
    const present = operations.find((one) => Operation.parse(this.kind, one.operation, at).shape === operation.shape);
    if (present !== undefined) {
      throw new CordonError("CORDON-037", at, `it fits what ${quoted(present.operation)} fits`, "keep one of the two");
    }
    if (operations.length >= MOST_OPERATIONS) {
      throw new CordonError("CORDON-037", at, `there are ${MOST_OPERATIONS} operations`, "divide the connector");
    }
    for (const { parameter } of tenancy) {
      if (parameter === undefined || operation.parameters.includes(parameter)) continue;
      throw new CordonError(
        "CORDON-036",
        at,
        `it has no {${parameter}}, by which the connector is tied to an account`,
        `write {${parameter}} into its path, or leave that tenancy out`,
      );
    }
    const next: OperationJson = { operation: String(operation), ...controlsToJson(controls, operation, at) };
    const sorted = [...operations, next].sort((a, b) => (a.operation < b.operation ? -1 : 1));
    return connectorOf({ ...this.json, operations: sorted });
  }
}

function made(kind: ConnectorKind, name: string, options: ConnectorOptions, more: object): Connector {
  const at = `Connector.${kind}(${quoted(name)})`;
  if (typeof options !== "object" || options === null) {
    throw new CordonError("CORDON-036", at, `its options are ${quoted(options)}`, "pass at least host and reason");
  }
  const { host, port, reason, credential, tenancy } = options;
  const json = {
    name,
    kind,
    host,
    ...(port === undefined ? {} : { port }),
    reason,
    ...(credential === undefined ? {} : { credential: credential.toJSON() }),
    ...(tenancy === undefined ? {} : { tenancy: tenancy.map((one) => one.toJSON()) }),
    ...more,
    operations: [],
  };
  return connectorOf(checked(json as ConnectorJson, at));
}

function checked(json: ConnectorJson, at: string): ConnectorJson {
  const { host: text, port, credential, tenancy = [], reason } = json;
  const name = identifier(json.name, at, "the connector's name");
  if (name === "approvals") {
    throw new CordonError("CORDON-036", at, "'approvals' is where the gateway takes approvals", "use another name");
  }
  const host = HostPattern.parse(text, at);
  if (host.match !== HostMatch.EXACT) {
    throw new CordonError(
      "CORDON-036",
      at,
      `host ${quoted(text)} is a wildcard`,
      "name one host; it holds a credential",
    );
  }
  const base = {
    name,
    host: host.name,
    ...(port === undefined || parsePort(port, at) === 443 ? {} : { port }),
    reason: plainText(reason, at, "the reason"),
    ...ofCredential(credential, at),
    ...ofTenancy(tenancy, at),
    operations: [],
  };
  if (json.kind === "mcp") return { ...base, kind: "mcp", ...ofPath(json.path, at) };
  if (json.kind === "http") return { ...base, kind: "http" };
  if (!APIS.includes(json.api)) {
    throw new CordonError("CORDON-036", at, `api ${quoted(json.api)} is unknown`, `use ${APIS.join(", ")}`);
  }
  return { ...base, kind: "model", api: json.api };
}

const ofCredential = (credential: CredentialJson | undefined, at: string): { credential?: CredentialJson } =>
  credential === undefined ? {} : { credential: Credential.parse(credential, `${at}, credential`).toJSON() };

function ofTenancy(tenancy: readonly TenancyJson[], at: string): { tenancy?: TenancyJson[] } {
  if (tenancy.length === 0) return {};
  return { tenancy: tenancy.map((one, index) => Tenancy.parse(one, `${at}, tenancy ${index}`).toJSON()) };
}

function ofPath(path: string | undefined, at: string): { path?: string } {
  if (path === undefined || path === "/mcp") return {};
  if (/^\/([A-Za-z0-9._~-]+\/?)*$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path)) return { path };
  throw new CordonError("CORDON-036", at, `path ${quoted(path)} can be read in two ways`, "write it as in /v1/mcp");
}
