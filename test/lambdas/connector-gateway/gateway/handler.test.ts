import { Connector } from "../../../../lib/policy/connector";
import type { GatewayExtension, HandledRequest } from "../../../../lib/policy/gateway-extension";
import { Budget } from "../../../../lib/policy/limits";
import { Operation } from "../../../../lib/policy/operation";
import { type Harness, harness, jsonBody } from "./harness";

type Handler = NonNullable<GatewayExtension["onRequest"]>;

const tickets = Connector.http("tickets", { host: "acme.example.com", reason: "support desk" })
  .permit(Operation.post("/tickets"), { budgets: [Budget.requests(1, "day")] })
  .permit(Operation.get("/tickets/{id}"));

const gatewayWith = (onRequest: Handler, mode: "enforce" | "monitor" = "enforce"): Harness =>
  harness({ connectors: [tickets], mode, around: { own: { onRequest } } });
const post = { method: "POST", target: "/tickets", ...jsonBody({ customer: "ada" }) };

describe("a handler of the owner's", () => {
  test("sees what the agent asks, and lets it pass by saying nothing", async () => {
    const seen: HandledRequest[] = [];
    const one = gatewayWith((request) => void seen.push(request));
    expect((await one.ask(post)).status).toBe(200);
    expect(seen).toEqual([
      {
        agent: "triage",
        connector: "tickets",
        operation: "POST /tickets",
        method: "POST",
        target: "/tickets",
        headers: [["content-type", "application/json"]],
        body: expect.anything(),
      },
    ]);
    expect(Buffer.from(seen[0]?.body ?? []).toString()).toBe('{"customer":"ada"}');
  });

  test("refuses with its own words, before anything is counted or sent", async () => {
    const one = gatewayWith(({ body }) =>
      Buffer.from(body).includes("eve") ? { refuse: "Not a customer of this desk." } : undefined,
    );
    const refused = await one.ask({ ...post, ...jsonBody({ customer: "eve" }) });
    expect(refused).toMatchObject({
      status: 403,
      json: { reason: "handler_refused", detail: "Not a customer of this desk.", rule: "tickets: POST /tickets" },
    });
    expect(one.sent).toEqual([]);
    expect(one.records).toEqual([expect.objectContaining({ status_code: "handler_refused" })]);
    expect((await one.ask(post)).status).toBe(200);
  });

  test("is not asked about what the policy does not permit", async () => {
    let asked = 0;
    const one = gatewayWith(() => void asked++);
    expect((await one.ask({ method: "DELETE", target: "/tickets/7" })).reason).toBe("operation_not_permitted");
    expect(asked).toBe(0);
  });

  test("can't change the request", async () => {
    const one = gatewayWith(({ body }) => void body.fill(0x20));
    await one.ask(post);
    expect(Buffer.from(one.sent[0]?.body ?? []).toString()).toBe('{"customer":"ada"}');
  });

  test.each<[string, Handler]>([
    ["throws", () => JSON.parse("token ghp_secret")],
    ["rejects", () => Promise.reject(new Error("token ghp_secret"))],
    ["answers something else", () => true as never],
    ["answers null", () => null as never],
    ["refuses without words", () => ({ refuse: 1 }) as never],
  ])("that %s refuses, and says nothing of why", async (_what, onRequest) => {
    const one = gatewayWith(onRequest);
    const answer = await one.ask(post);
    expect(answer.reason).toBe("internal_error");
    expect(answer.text).not.toContain("ghp_secret");
    expect(one.sent).toEqual([]);
    expect(one.records).toHaveLength(1);
  });

  test("that never answers refuses after five seconds", async () => {
    jest.useFakeTimers({ advanceTimers: true });
    try {
      const one = gatewayWith(() => new Promise(() => {}));
      const waiting = one.ask(post);
      await jest.advanceTimersByTimeAsync(5_000);
      expect((await waiting).reason).toBe("internal_error");
    } finally {
      jest.useRealTimers();
    }
  });

  test("is watched in monitor mode", async () => {
    const one = gatewayWith(() => ({ refuse: "No." }), "monitor");
    expect((await one.ask(post)).status).toBe(200);
    expect(JSON.stringify(one.records.at(-1))).toContain("handler_refused");
  });
});
