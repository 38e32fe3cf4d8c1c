import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import Ajv2020 from "ajv/dist/2020";
import type { ConnectorJson } from "../../lib/policy/connector-json";
import { compileRedactions } from "./core/content";
import { conditionPolicies } from "./core/operations/cedar-text";
import { GatewayProblem } from "./core/problem";

/** A control that the gateway could not apply. */
export interface ControlProblem {
  readonly operation: string;
  readonly problem: string;
}

/** What of a connector's conditions, schemas and redactions the gateway can't read; it would refuse every request. */
export function checkConnector(connector: ConnectorJson): ControlProblem[] {
  return connector.operations.flatMap((operation) => {
    const problems = [
      conditionProblem({ ...connector, operations: [operation] }),
      schemaProblem(operation.schema),
      redactionProblem(operation.redact ?? []),
    ];
    return problems.flatMap((problem) => (problem === undefined ? [] : [{ operation: operation.operation, problem }]));
  });
}

function conditionProblem(connector: ConnectorJson): string | undefined {
  const staticPolicies = conditionPolicies(connector);
  if (staticPolicies === "") return undefined;
  const read = cedar.checkParsePolicySet({ staticPolicies });
  if (read.type === "success") return undefined;
  return `Cedar can't read its condition: ${read.errors.map(({ message }) => message).join("; ")}`;
}

function schemaProblem(schema: object | undefined): string | undefined {
  if (schema === undefined) return undefined;
  try {
    new Ajv2020({ strict: true, strictRequired: false, validateFormats: false }).compile(schema);
    return undefined;
  } catch (error) {
    return `its schema can't be used: ${error instanceof Error ? error.message : "unreadable"}`;
  }
}

function redactionProblem(redactions: Parameters<typeof compileRedactions>[0]): string | undefined {
  try {
    for (const direction of ["request", "response"] as const) compileRedactions(redactions, direction, "policy");
    return undefined;
  } catch (error) {
    if (error instanceof GatewayProblem) return `a redaction can't be used: ${error.detail}`;
    throw error;
  }
}
