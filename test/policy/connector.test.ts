import { ContainmentPolicy, DenyList, Egress } from "../../lib";
import { Connector } from "../../lib/policy/connector";
import { Credential } from "../../lib/policy/credential";
import { Dlp } from "../../lib/policy/dlp";
import { Approval, Budget, RateLimit } from "../../lib/policy/limits";
import { Operation } from "../../lib/policy/operation";
import { Redaction } from "../../lib/policy/redaction";
import { Tenancy } from "../../lib/policy/tenancy";
import { refusal } from "../support/refusal";

const tickets = Connector.http("tickets", {
  host: "acme.example.com",
  reason: "support desk",
  credential: Credential.secret("desk-token"),
});
const support = ContainmentPolicy.denyAll("support");

describe("a connector", () => {
  test("keeps operations sorted and leaves out what is usual", () => {
    const connector = tickets
      .permit(Operation.get("/tickets/{id}"), { redact: [Redaction.mask("$..requester.email")] })
      .permit(Operation.delete("/tickets/{id}"), { approval: Approval.by(2, "support-leads") })
      .permit(Operation.post("/tickets/{id}/comments"), {
        rate: RateLimit.perMinute(30),
        budgets: [Budget.bytesOut(1000, "day")],
        dlp: Dlp.of({ request: { personal: "alert" } }),
        schema: { type: "object" },
        when: "context.size < 1000",
      });
    expect(connector.toJSON()).toEqual({
      name: "tickets",
      kind: "http",
      host: "acme.example.com",
      reason: "support desk",
      credential: { secret: "desk-token" },
      operations: [
        { operation: "DELETE /tickets/{id}", approval: { need: 2, group: "support-leads" } },
        { operation: "GET /tickets/{id}", redact: [{ path: "$..requester.email", mode: "mask" }] },
        {
          operation: "POST /tickets/{id}/comments",
          rate: { limit: 30, per: "minute" },
          budgets: [{ of: "bytes-out", limit: 1000, per: "day" }],
          dlp: { request: { personal: "alert" } },
          schema: { type: "object" },
          when: "context.size < 1000",
        },
      ],
    });
  });

  test("does not change when an operation is added to it", () => {
    tickets.permit(Operation.get("/tickets"));
    expect(tickets.operations).toEqual([]);
  });

  test("reads back exactly from its JSON form, whatever it is made of", () => {
    const model = Connector.model("claude", { host: "api.anthropic.com", api: "anthropic", reason: "models" }).permit(
      Operation.model("claude-*"),
      { prompt: { id: "bounds", text: "Answer about tickets alone." }, budgets: [Budget.tokens(100_000, "day")] },
    );
    const docs = Connector.mcp("docs", {
      host: "mcp.example.com",
      path: "/v1/mcp",
      port: 8443,
      reason: "manuals",
      tenancy: [Tenancy.header("X-Account", "acme")],
      credential: Credential.secret("docs", { header: "X-Api-Key", prefix: "Key " }),
    })
      .permit(Operation.tool("search"))
      .permit(Operation.resource("docs://*"));
    const policy = support
      .connect(tickets.permit(Operation.get("/tickets/{id}")), model, docs)
      .refuse(DenyList.TUNNELS, DenyList.of("rivals", ["*.rival.example", "rival.example"]));
    const text = JSON.stringify(policy);
    const back = ContainmentPolicy.fromJSON(JSON.parse(text));
    expect(JSON.stringify(back)).toBe(text);
    expect(back).toEqual(policy);
    expect(Object.keys(policy.toJSON())).toEqual(["version", "name", "egress", "connectors", "refuse"]);
  });

  test.each([
    [
      () => Connector.http("a", { host: "*.example.com", reason: "r" }),
      'CORDON-036: Connector.http("a"): host "*.example.com" is a wildcard; name one host; it holds a credential',
    ],
    [
      () => Connector.http("A", { host: "a.example.com", reason: "r" }),
      'CORDON-022: Connector.http("A"): the connector\'s name "A" is not an identifier; use up to 24 lower case letters, digits and single dashes, a letter first',
    ],
    [
      () => Connector.model("m", { host: "a.example.com", reason: "r", api: "eliza" as "anthropic" }),
      'CORDON-036: Connector.model("m"): api "eliza" is unknown; use openai-chat, openai-responses, anthropic, bedrock, gemini, azure-openai',
    ],
    [
      () => Connector.mcp("m", { host: "a.example.com", reason: "r", path: "/a/../b" }),
      'CORDON-036: Connector.mcp("m"): path "/a/../b" can be read in two ways; write it as in /v1/mcp',
    ],
    [
      () => Credential.secret("t", { header: "Host" }),
      'CORDON-036: Credential.secret("t"): header "Host" can\'t carry it; use authorization or x-api-key',
    ],
    [
      () => tickets.permit(Operation.get("/a/{x}")).permit(Operation.get("/a/{y}")),
      'CORDON-037: connector \'tickets\', "GET /a/{y}": it fits what "GET /a/{x}" fits; keep one of the two',
    ],
    [
      () => tickets.permit(Operation.tool("search")),
      "CORDON-037: connector 'tickets', \"tool search\": it is no operation of http; make it with Operation",
    ],
    [
      () => Operation.get("/a%2fb"),
      'CORDON-037: Operation.get("/a%2fb"): operation "GET /a%2fb" has the segment "a%2fb", which can be read in two ways; use letters, digits and ._~-, a {parameter}, or * as the last segment',
    ],
    [
      () => Operation.get("/{a}/{a}"),
      'CORDON-037: Operation.get("/{a}/{a}"): operation "GET /{a}/{a}" names {a} twice; give each parameter a name of its own',
    ],
    [
      () => Operation.model("*"),
      'CORDON-037: Operation.model("*"): operation "model *" is not a model; write "model claude-sonnet-4" or "model claude-*"',
    ],
    [
      () => tickets.permit(Operation.get("/a"), { prompt: { id: "a", text: "b" } }),
      "CORDON-038: connector 'tickets', \"GET /a\": prompts are for models; use Connector.model, or leave prompt out",
    ],
    [
      () => tickets.permit(Operation.get("/a"), { budgets: [Budget.tokens(1, "day")] }),
      "CORDON-038: connector 'tickets', \"GET /a\": tokens are counted of models; use requests, bytes-out or rows",
    ],
    [
      () => tickets.permit(Operation.get("/a"), { rete: 1 } as object),
      'CORDON-038: connector \'tickets\', "GET /a": "rete" is no control; use redact, restore, dlp, rate, budgets, approval, prompt, schema, when',
    ],
    [
      () => tickets.permit(Operation.get("/a"), { when: "true; forbid(principal, action, resource)" }),
      'CORDON-038: connector \'tickets\', "GET /a": the condition "true; forbid(principal, action, resource)" is no expression of Cedar; write one over context, such as context.parameters.id like "A-*"',
    ],
    [
      () => tickets.permit(Operation.get("/a"), { schema: { pattern: "(a+)+" } }),
      "CORDON-038: connector 'tickets', \"GET /a\": the schema uses pattern; use enum, const, format, length and bounds",
    ],
    [
      () => Redaction.mask("email"),
      'CORDON-038: Redaction.mask("email"): path "email" names no fields; write a JSON Pointer such as /user/*/email, or a JSONPath such as $..email',
    ],
    [
      () => RateLimit.perMinute(0),
      "CORDON-038: RateLimit.perMinute: limit 0 is not a whole number from 1 to 1000000000; write one",
    ],
    [
      () =>
        Connector.http("a", {
          host: "a.example.com",
          reason: "r",
          tenancy: [Tenancy.parameter("account", "acme")],
        }).permit(Operation.get("/x")),
      "CORDON-036: connector 'a', \"GET /x\": it has no {account}, by which the connector is tied to an account; write {account} into its path, or leave that tenancy out",
    ],
  ])("is refused with the place, the value and the fix: %#", (build, message) => {
    expect(refusal(build)).toBe(message);
  });
});

describe("a policy with connectors", () => {
  const used = tickets.permit(Operation.get("/tickets"));

  test("does not take one whose host the agent reaches anyway", () => {
    const open = support.allow(Egress.https("*.example.com", { reason: "all of it" }));
    const message =
      "CORDON-039: policy 'support', connector 'tickets': the agent reaches acme.example.com past the gateway, by https:*.example.com:443; remove it by without(\"https:*.example.com:443\"), or list its names without this one";
    expect(refusal(() => open.connect(used))).toBe(message);
    expect(refusal(() => support.connect(used).allow(Egress.https("*.example.com", { reason: "all of it" })))).toBe(
      message,
    );
    expect(support.connect(used).allow(Egress.https("other.example.com", { reason: "b" })).rules).toHaveLength(1);
  });

  test("does not take two under one name, but the same one twice", () => {
    expect(support.connect(used, used).connectors).toHaveLength(1);
    expect(refusal(() => support.connect(used, tickets.permit(Operation.get("/others"))))).toBe(
      "CORDON-039: policy 'support': connector 'tickets' is there already, with other content; use another name, or one of the two",
    );
    expect(refusal(() => support.connect(tickets))).toBe(
      "CORDON-036: policy 'support', connector 'tickets': it permits no operation; permit at least one, or leave the connector out",
    );
  });

  test("merges connectors and deny lists of both", () => {
    const other = ContainmentPolicy.denyAll("other").connect(used).refuse(DenyList.PASTE_SITES);
    const both = support.refuse(DenyList.TUNNELS).merge(other);
    expect(both.connectors.map(({ name }) => name)).toEqual(["tickets"]);
    expect(both.denied.map(({ name }) => name)).toEqual(["paste-sites", "tunnels"]);
  });
});

describe("a deny list", () => {
  test("refuses names on it, names below them, and wildcards over them, whenever they come", () => {
    const strict = support.refuse(DenyList.SHADOW_MODELS, DenyList.PASTE_SITES);
    const open = (host: string) => () => strict.allow(Egress.https(host, { reason: "r" }));
    const message = (id: string, on: string, list: string): string =>
      `CORDON-043: policy 'support': https:${id}:443 opens ${on}, which is on deny list '${list}'; leave it out, or follow a list of your own without that host`;
    expect(refusal(open("api.openai.com"))).toBe(message("api.openai.com", "api.openai.com", "shadow-models"));
    expect(refusal(open("eu.api.openai.com"))).toBe(message("eu.api.openai.com", "*.api.openai.com", "shadow-models"));
    expect(refusal(open("*.openai.com"))).toBe(message("*.openai.com", "*.api.openai.com", "shadow-models"));
    expect(refusal(open("api.example.com"))).toBe("not refused");
    const before = support.allow(Egress.https("pastebin.com", { reason: "r" }));
    expect(refusal(() => before.refuse(DenyList.PASTE_SITES))).toBe(
      message("pastebin.com", "pastebin.com", "paste-sites"),
    );
  });

  test("refuses a connector to a host on it", () => {
    const connector = Connector.http("hook", { host: "webhook.site", reason: "r" }).permit(Operation.post("/x"));
    expect(refusal(() => support.refuse(DenyList.TUNNELS).connect(connector))).toBe(
      "CORDON-043: policy 'support': connector 'hook' opens webhook.site, which is on deny list 'tunnels'; leave it out, or follow a list of your own without that host",
    );
  });

  test("leaves out what was approved, which reads back", () => {
    const approved = DenyList.SHADOW_MODELS.without("api.anthropic.com");
    const policy = support.refuse(approved).allow(Egress.https("api.anthropic.com", { reason: "model calls" }));
    expect(ContainmentPolicy.fromJSON(policy.toJSON())).toEqual(policy);
    expect(refusal(() => DenyList.SHADOW_MODELS.without("api.antropic.com"))).toBe(
      "CORDON-030: deny list 'shadow-models': \"api.antropic.com\" is not on it; use a host of it, such as api.anthropic.com, api.groq.com, api.ai21.com",
    );
    expect(refusal(() => DenyList.parse({ name: "mine" }, "policy"))).toBe(
      'CORDON-030: policy: there is no list "mine"; use shadow-models, paste-sites, tunnels, or give hosts',
    );
  });
});
