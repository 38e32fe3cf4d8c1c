import type { GatewayBundleJson } from "../../../lib/policy/gateway-bundle";
import { APPROVALS, answerApprover } from "./approvals-desk";
import type { CallerProof } from "./attest";
import type { GatewayAnswer, GatewayRequest } from "./calls/call";
import { problemAnswer } from "./calls/problem-answer";
import { Exchange } from "./exchange";
import type { GatewayOptions, GatewayPorts, Mediation, Mediator } from "./mediation";
import { Conditions } from "./operations/cedar";
import { OperationTable } from "./operations/operation-table";
import { GatewayProblem } from "./problem";
import { Schemas } from "./steps/authorize";
import { canStream, streamed } from "./steps/stream";

const TIMEOUT = 25_000;

/**
 * Mediates connectors: attests the caller, matches the operation, authorizes, takes from its limits, asks for approval, looks
 * through the request and redacts it, adds the credential, calls the host, looks through the response and redacts it, records.
 * Whatever goes wrong on the way is a refusal with a reason.
 */
export class Gateway implements Mediator {
  private readonly mediations = new Map<string, Mediation>();

  public constructor(
    public readonly bundle: GatewayBundleJson,
    public readonly ports: GatewayPorts,
    public readonly options: GatewayOptions,
  ) {}

  /** One request from a caller to a connector. Never throws. */
  public async handle(request: GatewayRequest, proof: CallerProof): Promise<GatewayAnswer> {
    if (request.connector === APPROVALS) return await answerApprover(this, request, proof);
    const exchange = new Exchange(this, request);
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.options.timeout ?? TIMEOUT);
    let isStream = false;
    try {
      await exchange.admit(proof);
      const response = await exchange.send(abort.signal);
      isStream = canStream(exchange, response);
      if (!isStream) return await exchange.conclude(response);
      // Each part of a stream has the time that a whole answer has.
      const body = withBeat(response.body, () => timer.refresh());
      return streamed(exchange, { ...response, body }, () => clearTimeout(timer));
    } catch (error) {
      isStream = false;
      // The host may still be sending what nobody reads.
      abort.abort();
      return await refusedBy(exchange, error);
    } finally {
      if (!isStream) clearTimeout(timer);
    }
  }

  /** What is prepared for an agent's connector. @throws unknown_connector */
  public mediation(agentName: string, connectorName: string): Mediation {
    const key = `${agentName} ${connectorName}`;
    const known = this.mediations.get(key);
    if (known !== undefined) return known;
    const agent = this.bundle.agents.find(({ name }) => name === agentName);
    const connector = agent?.connectors.find(({ name }) => name === connectorName);
    if (agent === undefined || connector === undefined) {
      throw new GatewayProblem("unknown_connector", "The agent has no connector of this name.");
    }
    const mediation: Mediation = {
      agent,
      connector,
      table: new OperationTable(connector.operations),
      conditions: new Conditions(connector, this.ports.cedar),
      schemas: new Schemas(),
    };
    this.mediations.set(key, mediation);
    return mediation;
  }
}

async function* withBeat(body: AsyncIterable<Uint8Array>, beat: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    beat();
    yield chunk;
  }
}

async function refusedBy(exchange: Exchange, error: unknown): Promise<GatewayAnswer> {
  try {
    return await exchange.refuse(error);
  } catch {
    // Nothing may be said where nothing can be recorded.
    return problemAnswer(new GatewayProblem("record_unavailable", "The refusal could not be recorded."));
  }
}
