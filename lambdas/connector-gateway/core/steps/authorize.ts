import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import type { ConnectorJson, OperationJson } from "../../../../lib/policy/connector-json";
import type { Call, GatewayRequest } from "../calls/call";
import { headerOf } from "../calls/headers";
import type { Conditions } from "../operations/cedar";
import { factsOf } from "../operations/facts";
import { GatewayProblem } from "../problem";

/** Refuses what no operation permits. */
export function requireOperation(connector: ConnectorJson, { operation, isHousekeeping, refusal }: Call): void {
  if (refusal !== undefined) throw refusal;
  if (operation !== undefined || isHousekeeping) return;
  const detail = "No operation of the connector permits the request.";
  throw new GatewayProblem("operation_not_permitted", detail, { rule: connector.name });
}

/** Refuses a request for another account of a shared host. */
export function checkTenancy({ name, tenancy = [] }: ConnectorJson, call: Call, request: GatewayRequest): void {
  for (const { header, parameter, body, equals } of tenancy) {
    // A handshake has no body and no path of its own; what ties it to the account is its header.
    if (header === undefined && call.isHousekeeping) continue;
    const found =
      header !== undefined
        ? headerOf(request.headers, header)
        : parameter !== undefined
          ? call.parameters[parameter]
          : textOf(memberAt(call.subject, body ?? ""));
    if (found === equals) continue;
    const where = header === undefined ? (parameter === undefined ? body : `{${parameter}}`) : `header ${header}`;
    const detail = "The request is for another account than the connector's.";
    throw new GatewayProblem("tenancy_mismatch", detail, { rule: name, extra: { place: where } });
  }
}

// A number past the safe ones would be another after reading than on the wire.
const textOf = (value: unknown): unknown => (Number.isSafeInteger(value) ? String(value) : value);

function memberAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as { [member: string]: unknown })[name];
  }
  return at;
}

/** The schemas of a connector's operations, compiled when they are first needed. */
export class Schemas {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, addUsedSchema: false });
  private readonly compiled = new Map<OperationJson, ValidateFunction>();

  /** Refuses a body or arguments that do not fit, and says where. */
  public check(connector: ConnectorJson, operation: OperationJson, subject: unknown): void {
    const { schema } = operation;
    if (schema === undefined) return;
    const rule = `${connector.name}: ${operation.operation}`;
    const validate = this.compiled.get(operation) ?? this.compile(schema, rule);
    this.compiled.set(operation, validate);
    if (validate(subject ?? null)) return;
    const places = (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath || "/"} (${keyword})`);
    const extra = { places: [...new Set(places)].slice(0, 10) };
    throw new GatewayProblem("schema_mismatch", "The request does not fit the operation's schema.", { rule, extra });
  }

  private compile(schema: object, rule: string): ValidateFunction {
    try {
      return this.ajv.compile(schema);
    } catch {
      throw new GatewayProblem("policy_unavailable", "The schema of the operation can't be read.", { rule });
    }
  }
}

/** Refuses where the condition of the operation does not hold. */
export function checkCondition(
  conditions: Conditions,
  operation: OperationJson,
  agent: string,
  call: Call,
  size: number,
): void {
  if (operation.when === undefined) return;
  const { parameters, facts } = call;
  conditions.check(operation.operation, agent, { parameters: factsOf(parameters), size, ...asObject(factsOf(facts)) });
}

const asObject = (value: unknown): object => (typeof value === "object" && value !== null ? value : {});
