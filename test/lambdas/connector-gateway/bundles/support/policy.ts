import { compileGatewayBundle } from "../../../../../lib/compile/gateway-bundle";
import { Connector } from "../../../../../lib/policy/connector";
import { ContainmentPolicy } from "../../../../../lib/policy/containment-policy";
import { Credential } from "../../../../../lib/policy/credential";
import type { PrincipalJson } from "../../../../../lib/policy/gateway-bundle";
import { Budget } from "../../../../../lib/policy/limits";
import { Mode } from "../../../../../lib/policy/mode";
import { Operation } from "../../../../../lib/policy/operation";
import { Redaction } from "../../../../../lib/policy/redaction";

export const HOST = "acme.desk-mail.net";

/** The same compiled policy for each cloud's agent. */
export function compiledFor(principal: PrincipalJson, audience = "cordon:support"): { text: string; digest: string } {
  const policy = ContainmentPolicy.denyAll("support").connect(
    Connector.http("tickets", { host: HOST, reason: "support desk", credential: Credential.secret("desk-token") })
      .permit(Operation.get("/tickets/{id}"), {
        redact: [Redaction.mask("/email")],
        when: 'context.parameters.id != "0"',
      })
      .permit(Operation.post("/tickets"), { budgets: [Budget.requests(5, "day")] }),
  );
  return compileGatewayBundle({
    cell: "support",
    audience,
    agents: [{ name: "triage", mode: Mode.ENFORCE, policy, principals: [principal] }],
    approvers: {},
    at: "test",
  });
}
