import type { OperationJson } from "../../../lib/policy/connector-json";
import { requestDigest } from "./approvals";
import type { Caller, CallerProof } from "./attest";
import type { Call, GatewayAnswer, GatewayRequest } from "./calls/call";
import { checkSingle, headerOf, returnedHeaders } from "./calls/headers";
import { problemAnswer } from "./calls/problem-answer";
import { readCall } from "./calls/read-call";
import { type ContentDocument, decodeContentEncoding, openContent, type RedactionCount } from "./content";
import { newBudget } from "./detect";
import { type ExchangeState, type Known, MAX_BODY, type Prepared } from "./exchange-state";
import type { Mediation, Mediator } from "./mediation";
import type { HeaderList, UpstreamResponse } from "./ports";
import { GatewayProblem, problemOf, type Reason } from "./problem";
import { askApproval } from "./steps/approve";
import { checkCondition, checkTenancy, requireOperation } from "./steps/authorize";
import { readCredential, type Scrubber, withCredential } from "./steps/credential";
import { askHandler } from "./steps/handle";
import { type FoundKind, Inspector } from "./steps/inspect";
import { Usage } from "./steps/limits";
import { decisionOf } from "./steps/record";
import { hideRestored, redactDocument, restoreTokens, withTokens } from "./steps/redact";
import { readBody, responseHeaders } from "./steps/response";

/** What monitor mode lets pass. What protects others, and what can't be taken back, it does not. */
const WATCHED: readonly Reason[] = [
  "operation_not_permitted",
  "condition_not_met",
  "schema_mismatch",
  "handler_refused",
  "rate_limited",
  "budget_exhausted",
  "sensitive_data",
];
/** One request on its way through the gateway, and what became of it. */
export class Exchange implements ExchangeState {
  public readonly startedAt: number;
  public caller: Caller | undefined;
  public mediation: Mediation | undefined;
  public call: Call | undefined;
  public approvalId: string | undefined;
  public isSent = false;
  public status: number | undefined;
  public bytesOut: number;
  public bytesIn = 0;
  public tokens: number | undefined;
  public readonly found: FoundKind[] = [];
  public readonly redactions: RedactionCount[] = [];
  /** What enforcing would have refused, in monitor mode. */
  public readonly watched: GatewayProblem[] = [];
  /** Bounds of the work of looking, over request and response. */
  public readonly budget = newBudget();
  /** Tokens by the values that the connector's host is told in their place. */
  public readonly restored = new Map<string, string>();
  public usage: Usage | undefined;
  public scrubber: Scrubber | undefined;
  private content: ContentDocument | undefined;
  private plainBody: Uint8Array | undefined;

  public constructor(
    public readonly gateway: Mediator,
    public readonly request: GatewayRequest,
  ) {
    this.startedAt = gateway.ports.clock();
    this.bytesOut = request.body.length;
  }

  /** Everything that decides before the connector's host is called. @throws GatewayProblem */
  public async admit(proof: CallerProof): Promise<void> {
    const mediation = await this.read(proof);
    const { connector, conditions, schemas, agent } = mediation;
    const { call, body } = this.known;
    const { operation } = call;
    await this.judge(() => requireOperation(connector, call));
    checkTenancy(connector, call, this.request);
    if (operation !== undefined) {
      await this.judge(() => schemas.check(connector, operation, call.subject));
      await this.judge(() => checkCondition(conditions, operation, agent.name, call, body.length));
      await this.judge(() => this.askOwner(operation));
      await this.judge(() => this.usage?.reserve(this.bytesOut));
      if (operation.approval !== undefined) await this.requireApproval(operation);
    }
    await this.inspectRequest();
  }

  /** Reads a request that was admitted before, as its response has to be judged elsewhere. @throws GatewayProblem */
  public async readAgain(proof: CallerProof): Promise<void> {
    await this.read(proof);
    this.usage?.assume(this.bytesOut);
    this.isSent = true;
  }

  /** What is sent, once it is recorded that it will be and its approval is used up. @throws GatewayProblem */
  public async prepare(): Promise<Prepared> {
    const { ports } = this.gateway;
    const { call, content } = this.known;
    await restoreTokens(this, content);
    const body = call.prepare(content.toBytes());
    // Durable before anything changes at the connector.
    if (!call.isRead) await ports.audit.intend(decisionOf(this, undefined));
    if (this.approvalId !== undefined) {
      await ports.approvals.consume(this.approvalId, this.digest(), this.caller?.agent ?? "");
    }
    return { ...call.upstream, body };
  }

  /** Calls the connector's host with the credential that the agent never sees. @throws GatewayProblem */
  public async send(signal: AbortSignal): Promise<UpstreamResponse> {
    const { ports } = this.gateway;
    const { connector } = this.known;
    // Before anything is recorded or used up, since it is what fails most easily.
    const credential = await readCredential(connector, ports.secrets);
    const prepared = await this.prepare();
    this.scrubber = credential?.scrubber;
    this.isSent = true;
    const { host, port = 443 } = connector;
    const headers = withCredential(prepared.headers, credential);
    return await ports.upstream.send({ ...prepared, host, port, headers }, signal);
  }

  /** Looks through a whole response, redacts it, and records the exchange. @throws GatewayProblem */
  public async conclude(response: UpstreamResponse): Promise<GatewayAnswer> {
    const { call } = this.known;
    this.takeStatus(response.status);
    const raw = await readBody(response.body, MAX_BODY);
    this.bytesIn = raw.length;
    const plain = this.ofResponse(() => decodeContentEncoding(response.headers, raw, MAX_BODY));
    const contentType = headerOf(response.headers, "content-type");
    const finished = await call.finish(this.scrubber?.bytes(plain) ?? plain, contentType);
    const document = this.ofResponse(() => openContent(contentType, finished.body));
    hideRestored(this, document);
    await redactDocument(this, document, "response");
    this.inspect(document, "response");
    const body = document.toBytes();
    await this.finish(finished.tokens, document.rows());
    return { status: response.status, headers: this.headersOf(response, body), body };
  }

  /** Takes from the budgets what only the response told, and records the exchange. @throws GatewayProblem */
  public async finish(tokens: number | undefined, rows: number): Promise<void> {
    this.tokens = tokens ?? this.estimatedTokens;
    await this.usage?.settle({ rows, tokens: this.tokens });
    await this.gateway.ports.audit.record(decisionOf(this, undefined));
  }

  /** Records a refusal and says it in the protocol's form. */
  public async refuse(error: unknown): Promise<GatewayAnswer> {
    const problem = problemOf(error);
    await this.recordRefusal(problem);
    return this.call?.refuse(problem) ?? problemAnswer(problem);
  }

  public async recordRefusal(problem: GatewayProblem): Promise<void> {
    try {
      if (!this.isSent) await this.usage?.release();
    } finally {
      await this.gateway.ports.audit.record(decisionOf(this, problem));
    }
  }

  /** What a status alone decides. @throws response_refused */
  public takeStatus(status: number): void {
    this.status = status;
    // A redirect would take the agent past the gateway, or the gateway past its list.
    if (status >= 300 && status < 400 && status !== 304) {
      throw new GatewayProblem("response_refused", "The connector's host sends the client elsewhere.", {
        rule: this.rule,
      });
    }
  }

  /** Headers of the answer: what clients need, and nothing that describes the body as it was. */
  public headersOf(response: UpstreamResponse, body: Uint8Array | undefined): HeaderList {
    const returned = returnedHeaders(response.headers, this.known.call.passes);
    const hidden = returned.map(([name, value]) => [name, withTokens(value, this.restored)] as const);
    return responseHeaders(hidden, body, this.scrubber);
  }

  /** Looks through a document. @throws sensitive_data, response_refused, inspection_incomplete */
  public inspect(document: ContentDocument, direction: "request" | "response"): void {
    const inspector = this.inspector(direction);
    try {
      inspector.inspectDocument(document);
    } finally {
      this.found.push(...inspector.found);
    }
  }

  public inspector(direction: "request" | "response"): Inspector {
    const { detectors } = this.gateway.options;
    const custom = detectors === undefined ? {} : { custom: detectors };
    return new Inspector({
      direction,
      dlp: this.call?.operation?.dlp,
      budget: this.budget,
      rule: this.rule,
      ...custom,
    });
  }

  /** A fault of the other side is no fault of the request. */
  public ofResponse<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof GatewayProblem && error.reason === "malformed_request") {
        throw new GatewayProblem("response_refused", "The response can't be read.", { rule: this.rule });
      }
      throw error;
    }
  }

  /** `tickets: GET /tickets/{id}`. */
  public get rule(): string {
    const { mediation, call } = this;
    return [mediation?.connector.name ?? "gateway", ...(call === undefined ? [] : [call.name])].join(": ");
  }

  /** @throws internal_error before the request was read */
  public get known(): Known {
    const { mediation, call, content, plainBody } = this;
    if (mediation === undefined || call === undefined || content === undefined || plainBody === undefined) {
      throw new GatewayProblem("internal_error", "The exchange is not admitted.");
    }
    const contentType = headerOf(this.request.headers, "content-type");
    return { connector: mediation.connector, call, content, contentType, body: plainBody };
  }

  private async read(proof: CallerProof): Promise<Mediation> {
    const { gateway, request } = this;
    const { ports } = gateway;
    this.caller = await ports.attestor.attest(proof);
    const mediation = gateway.mediation(this.caller.agent, request.connector);
    this.mediation = mediation;
    if (request.body.length > MAX_BODY) {
      throw new GatewayProblem("malformed_request", `The body has more than ${MAX_BODY} bytes.`);
    }
    checkSingle(request.headers);
    this.plainBody = decodeContentEncoding(request.headers, request.body, MAX_BODY);
    this.content = openContent(headerOf(request.headers, "content-type"), this.plainBody);
    const call = await readCall(mediation, request, this.content, ports);
    this.call = call;
    const { target, headers } = call.upstream;
    this.bytesOut = this.plainBody.length + target.length + lengthOf(headers);
    if (call.operation !== undefined) {
      const owner = `${gateway.bundle.cell}|${this.caller.agent}|${mediation.connector.name}`;
      this.usage = new Usage(ports.limits, owner, call.operation);
    }
    return mediation;
  }

  // A client that goes before the usage is told has used it all the same; three bytes a token is more than texts have.
  private get estimatedTokens(): number | undefined {
    const isModel = this.mediation?.connector.kind === "model";
    return isModel && this.status === 200 ? Math.ceil((this.bytesOut + this.bytesIn) / 3) : undefined;
  }

  // In monitor mode a refusal of the policy is kept for the record, and the request goes on.
  private async judge(check: () => void | Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      const isWatched = this.mediation?.agent.mode === "monitor";
      if (!(isWatched && error instanceof GatewayProblem && WATCHED.includes(error.reason))) throw error;
      this.watched.push(error);
    }
  }

  private async askOwner({ operation }: OperationJson): Promise<void> {
    const { onRequest } = this.gateway.options;
    if (onRequest === undefined) return;
    const { connector, call, body } = this.known;
    const { method, target, headers } = call.upstream;
    const agent = this.caller?.agent ?? "";
    const handled = {
      agent,
      connector: connector.name,
      operation,
      method,
      target,
      headers,
      body: new Uint8Array(body),
    };
    await askHandler(onRequest, handled, this.rule);
  }

  private async requireApproval({ approval }: OperationJson): Promise<void> {
    this.approvalId = headerOf(this.request.headers, "x-cordon-approval");
    if (this.approvalId === undefined && approval !== undefined) await askApproval(this, approval, this.digest());
  }

  // Everything that the connector's host will see, but for the credential.
  private digest(): string {
    const { connector, call, body } = this.known;
    const { method, target, headers } = call.upstream;
    const { policyDigest } = this.gateway.options;
    const agent = this.caller?.agent ?? "";
    return requestDigest({ agent, connector, method, target, headers, body: call.substance ?? body, policyDigest });
  }

  private async inspectRequest(): Promise<void> {
    const { call, content } = this.known;
    await this.judge(() => {
      const inspector = this.inspector("request");
      try {
        inspector.inspectText(decodeURIComponent(call.upstream.target));
        for (const [, value] of call.upstream.headers) inspector.inspectText(value);
        inspector.inspectDocument(content);
      } finally {
        this.found.push(...inspector.found);
      }
    });
    await redactDocument(this, content, "request");
  }
}

const lengthOf = (headers: HeaderList): number =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
