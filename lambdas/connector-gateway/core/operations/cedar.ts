import { setFlagsFromString } from "node:v8";
import type { ConnectorJson } from "../../../../lib/policy/connector-json";
import { GatewayProblem } from "../problem";
import { conditionPolicies } from "./cedar-text";

// Inlined calls into Cedar's module end the whole process on Node 20 and 22 when they are deoptimized.
setFlagsFromString("--no-turbo-inline-js-wasm-calls");

/** The part of Cedar that the gateway uses. @see https://docs.cedarpolicy.com */
export interface CedarEngine {
  preparsePolicySet(id: string, policies: { staticPolicies: string }): CedarAnswer;
  statefulIsAuthorized(call: object): CedarDecision;
}

type CedarAnswer = { type: "success" } | { type: "failure"; errors: { message: string }[] };
type CedarDecision =
  | { type: "failure"; errors: { message: string }[] }
  | { type: "success"; response: { decision: string; diagnostics: { errors: unknown[] } } };

let sets = 0;

/** The conditions of one connector. They are read when the first of them is asked. */
export class Conditions {
  private readonly id = `conditions-${sets++}`;
  private isReady = false;

  public constructor(
    private readonly connector: ConnectorJson,
    private readonly engine: () => CedarEngine,
  ) {}

  /** Refuses where the condition of an operation does not hold, or can't be evaluated. */
  public check(operation: string, agent: string, context: { readonly [fact: string]: unknown }): void {
    let answer: CedarDecision;
    try {
      answer = this.ready().statefulIsAuthorized({
        principal: { type: "Agent", id: agent },
        action: { type: "Action", id: operation },
        resource: { type: "Connector", id: this.connector.name },
        context,
        preparsedPolicySetId: this.id,
        validateRequest: false,
        entities: [],
      });
    } catch (error) {
      if (error instanceof GatewayProblem) throw error;
      throw notMet(this.rule(operation));
    }
    // A policy whose condition fails is left out by Cedar, so a fault has to refuse by itself.
    const isMet =
      answer.type === "success" &&
      answer.response.decision === "allow" &&
      answer.response.diagnostics.errors.length === 0;
    if (!isMet) throw notMet(this.rule(operation));
  }

  private ready(): CedarEngine {
    const engine = this.engine();
    if (this.isReady) return engine;
    const read = engine.preparsePolicySet(this.id, { staticPolicies: conditionPolicies(this.connector) });
    if (read.type !== "success") {
      const detail = `The conditions of ${this.connector.name} can't be read.`;
      throw new GatewayProblem("policy_unavailable", detail, { rule: this.connector.name });
    }
    this.isReady = true;
    return engine;
  }

  private rule(operation: string): string {
    return `${this.connector.name}: ${operation}`;
  }
}

const notMet = (rule: string): GatewayProblem =>
  new GatewayProblem("condition_not_met", "The condition of the operation does not hold.", { rule });
