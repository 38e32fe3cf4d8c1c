import type { ApprovalJson } from "../../../../lib/policy/connector-json";
import type { ApprovalRecord } from "../approvals";
import { compileRedactions, openContent } from "../content";
import { newBudget, scan } from "../detect";
import type { ExchangeState } from "../exchange-state";
import { GatewayProblem } from "../problem";

const MOST_CHARACTERS = 2_000;

/** Asks for approval of the exact request. @throws approval_required, always; approval_invalid where it was denied */
export async function askApproval(exchange: ExchangeState, approval: ApprovalJson, digest: string): Promise<never> {
  const { gateway, rule, known, caller } = exchange;
  const { connector, call } = known;
  const record = await gateway.ports.approvals.ask({
    agent: caller?.agent ?? "",
    connector: connector.name,
    operation: call.name,
    summary: await summaryOf(exchange),
    digest,
    policyDigest: gateway.options.policyDigest,
    approval,
  });
  await gateway.ports.asked?.(record);
  throw new GatewayProblem("approval_required", detailOf(record), {
    rule,
    extra: {
      approval: record.id,
      state: record.state,
      need: record.need,
      given: record.decisions.length,
      approveBy: new Date(record.approveBy).toISOString(),
    },
  });
}

const detailOf = ({ state }: ApprovalRecord): string =>
  state === "approved"
    ? "The request is approved; send it again with its approval in x-cordon-approval."
    : "The request waits for approval; send it again with its approval in x-cordon-approval once it is approved.";

// People see what the connector would, without its secrets and what the policy redacts.
async function summaryOf(exchange: ExchangeState): Promise<string> {
  const { gateway, known, request } = exchange;
  const { connector, call, contentType, body } = known;
  const document = openContent(contentType, body);
  const redactions = compileRedactions(call.operation?.redact ?? [], "request", connector.name);
  if (!redactions.isEmpty) {
    const keys = await gateway.ports.tokenKeys(connector.name);
    if (connector.kind === "mcp") document.redactMessages(redactions, keys, "request");
    else document.redact(redactions, keys);
  }
  const shown =
    document.kind === "binary" ? `(${body.length} bytes)` : Buffer.from(document.toBytes()).toString("utf8");
  const text = `${request.method} https://${connector.host}${call.upstream.target}\n\n${shown}`;
  return withoutSecrets(text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);
}

function withoutSecrets(text: string): string {
  const { findings, incomplete } = scan(text, { isOn: ({ kind }) => kind === "secret", budget: newBudget() });
  if (incomplete !== undefined) return "(not shown: it could not be looked through)";
  return findings.reduceRight(
    (left, { start, end, detector }) => `${left.slice(0, start)}[redacted:${detector}]${left.slice(end)}`,
    text,
  );
}
