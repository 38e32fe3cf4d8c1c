import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import Ajv2020 from "ajv/dist/2020";
import type { ConnectorJson, DlpJson } from "../../lib/policy/connector-json";
import type { GatewayExtension } from "../../lib/policy/gateway-extension";
import { compileRedactions } from "./core/content";
import { compileCustomDetector, DETECTORS } from "./core/detect";
import { conditionPolicies } from "./core/operations/cedar-text";
import { GatewayProblem } from "./core/problem";

/** A control that the gateway could not apply. */
export interface ControlProblem {
  readonly operation: string;
  readonly problem: string;
}

/** What an owner's file exports, as far as it is of use. */
export interface ExtensionCheck {
  readonly problem?: string;
  /** Ids of its detectors. */
  readonly detectors: readonly string[];
}

/** What of a connector's conditions, schemas, redactions and detectors the gateway can't use. */
export function checkConnector(connector: ConnectorJson, ownDetectors: readonly string[] = []): ControlProblem[] {
  return connector.operations.flatMap((operation) => {
    const problems = [
      conditionProblem({ ...connector, operations: [operation] }),
      schemaProblem(operation.schema),
      redactionProblem(operation.redact ?? []),
      detectorProblem(operation.dlp, ownDetectors),
    ];
    return problems.flatMap((problem) => (problem === undefined ? [] : [{ operation: operation.operation, problem }]));
  });
}

/** Whether the gateway can use what an owner's file exports. */
export function checkExtension(extension: unknown): ExtensionCheck {
  const { detectors = [], onRequest } = (extension ?? {}) as GatewayExtension;
  const ids: string[] = [];
  const problemWith = (problem: string): ExtensionCheck => ({ problem, detectors: ids });
  if (!Array.isArray(detectors)) return problemWith("its detectors are no list");
  if (onRequest !== undefined && typeof onRequest !== "function") return problemWith("its onRequest is no function");
  if (detectors.length === 0 && onRequest === undefined) return problemWith("it exports nothing for the gateway");
  for (const detector of detectors as readonly unknown[]) {
    const { id, kind } = (detector ?? {}) as { readonly id?: unknown; readonly kind?: unknown };
    if (typeof id !== "string" || !/^[a-z0-9][a-z0-9.-]{0,63}$/.test(id)) {
      return problemWith(`${JSON.stringify(id) ?? "nothing"} is no id of a detector`);
    }
    if (ids.includes(id) || DETECTORS.some((one) => one.id === id)) return problemWith(`detector ${id} is there twice`);
    if (kind !== "secret" && kind !== "personal") return problemWith(`detector ${id} is neither secret nor personal`);
    try {
      compileCustomDetector(detector as Parameters<typeof compileCustomDetector>[0]);
    } catch (error) {
      return problemWith(
        `the pattern of ${id} can't be used: ${error instanceof Error ? error.message : "unreadable"}`,
      );
    }
    ids.push(id);
  }
  return { detectors: ids };
}

function detectorProblem(dlp: DlpJson | undefined, own: readonly string[]): string | undefined {
  const named = [dlp?.request, dlp?.response].flatMap((actions) => Object.keys(actions?.detectors ?? {}));
  const unknown = named.find((id) => !own.includes(id) && !DETECTORS.some((detector) => detector.id === id));
  return unknown === undefined ? undefined : `no detector is named ${unknown}; docs/detectors.md lists them`;
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
