import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import fc from "fast-check";
import { type CedarEngine, Conditions } from "../../../../lambdas/connector-gateway/core/operations/cedar";
import { connectorPolicies } from "../../../../lambdas/connector-gateway/core/operations/cedar-text";
import { OperationTable } from "../../../../lambdas/connector-gateway/core/operations/operation-table";
import { readTarget } from "../../../../lambdas/connector-gateway/core/operations/request-target";
import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";
import { Connector, Operation } from "../../../../lib";
import type { ConnectorJson } from "../../../../lib/policy/connector-json";

const engine = cedar as unknown as CedarEngine;
const METHODS = ["GET", "POST", "DELETE"] as const;
const words = fc.constantFrom("a", "b", "c");
const segments = fc.array(fc.oneof(words, fc.constantFrom("{x}", "{y}", "{z}")), { minLength: 1, maxLength: 4 });

const operations = fc
  .array(fc.tuple(fc.constantFrom(...METHODS), segments, fc.boolean(), fc.option(fc.constantFrom("a", "b"))), {
    minLength: 1,
    maxLength: 10,
  })
  .map((list) =>
    list.reduce<Connector>(
      (connector, [method, parts, isOpen, condition]) => {
        const named = parts.map((part, index) => (part.startsWith("{") ? `{p${index}}` : part));
        const path = `/${[...named, ...(isOpen ? ["*"] : [])].join("/")}`;
        const when = condition === null ? {} : { when: `context.query.flag == "${condition}"` };
        try {
          return connector.permit(Operation.parse("http", `${method} ${path}`, "test"), when);
        } catch {
          return connector;
        }
      },
      Connector.http("api", { host: "api.example.com", reason: "r" }),
    ),
  );
const requests = fc.record({
  method: fc.constantFrom(...METHODS),
  path: fc.array(fc.oneof(words, fc.constant("d")), { minLength: 1, maxLength: 5 }),
  flag: fc.constantFrom("a", "b", "c"),
});

function byTable(json: ConnectorJson, method: string, path: string[], flag: string): string | undefined {
  const match = new OperationTable(json.operations).match(method, path);
  if (match?.operation.when === undefined) return match?.operation.operation;
  try {
    new Conditions(json, () => engine).check(match.operation.operation, "triage", { query: { flag } });
    return match.operation.operation;
  } catch (error) {
    if (error instanceof GatewayProblem && error.reason === "condition_not_met") return undefined;
    throw error;
  }
}

function byCedar(json: ConnectorJson, method: string, path: string[], flag: string): string[] {
  const answer = cedar.isAuthorized({
    principal: { type: "Agent", id: "triage" },
    action: { type: "Action", id: "use" },
    resource: { type: "Connector", id: "api" },
    context: {
      method,
      segments: path.length,
      query: { flag },
      ...Object.fromEntries(path.map((segment, index) => [`s${index}`, segment])),
    },
    policies: { staticPolicies: connectorPolicies("triage", json) },
    entities: [],
  });
  if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
  expect(answer.response.diagnostics.errors).toEqual([]);
  if (answer.response.decision !== "allow") return [];
  // Policies are numbered in the order in which they are written.
  return answer.response.diagnostics.reason.map(
    (id) => json.operations[Number(id.replace("policy", ""))]?.operation ?? "",
  );
}

describe("the table and Cedar", () => {
  test("decide alike, by the same operation, on generated connectors and requests", () => {
    let allowed = 0;
    fc.assert(
      fc.property(operations, fc.array(requests, { minLength: 5, maxLength: 15 }), (connector, asked) => {
        const json = connector.toJSON();
        for (const { method, path, flag } of asked) {
          const operation = byTable(json, method, path, flag);
          if (operation !== undefined) allowed += 1;
          expect(byCedar(json, method, path, flag)).toEqual(operation === undefined ? [] : [operation]);
        }
      }),
      { numRuns: 200 },
    );
    expect(allowed).toBeGreaterThan(40);
  });

  test("decide alike on names with and without a wildcard", () => {
    const json = Connector.model("m", { host: "a.example.com", reason: "r", api: "anthropic" })
      .permit(Operation.model("claude-*"))
      .permit(Operation.model("claude-sonnet-4"))
      .permit(Operation.model("claude-sonnet-*"))
      .toJSON();
    const table = new OperationTable(json.operations);
    const asked = ["claude-haiku", "claude-sonnet-4", "claude-sonnet-5", "gpt-4", "claude", "claude-"];
    for (const name of asked) {
      const answer = cedar.isAuthorized({
        principal: { type: "Agent", id: "triage" },
        action: { type: "Action", id: "use" },
        resource: { type: "Connector", id: "m" },
        context: { name: `model ${name}` },
        policies: { staticPolicies: connectorPolicies("triage", json) },
        entities: [],
      });
      const operation = table.named(`model ${name}`)?.operation.operation;
      const reasons = answer.type === "success" ? answer.response.diagnostics.reason : ["failed"];
      expect(reasons.map((id) => json.operations[Number(id.replace("policy", ""))]?.operation)).toEqual(
        operation === undefined ? [] : [operation],
      );
    }
  });
});

describe("the table", () => {
  const table = new OperationTable(
    Connector.http("api", { host: "api.example.com", reason: "r" })
      .permit(Operation.get("/tickets/{id}"))
      .permit(Operation.get("/tickets/search"))
      .permit(Operation.get("/tickets/{id}/comments/{comment}"))
      .permit(Operation.get("/files/*"))
      .toJSON().operations,
  );

  test.each([
    ["GET", "/tickets/7", "GET /tickets/{id}", { id: "7" }],
    ["GET", "/tickets/search", "GET /tickets/search", {}],
    ["GET", "/tickets/search/comments/2", "GET /tickets/{id}/comments/{comment}", { id: "search", comment: "2" }],
    ["GET", "/tickets/a%20b", "GET /tickets/{id}", { id: "a b" }],
    ["GET", "/files/a/b/c", "GET /files/*", {}],
  ])("finds the operation of %s %s", (method, path, operation, parameters) => {
    const match = table.match(method, readTarget(path).segments);
    expect([match?.operation.operation, match?.parameters]).toEqual([operation, parameters]);
  });

  test.each([
    ["POST", "/tickets/7"],
    ["get", "/tickets/7"],
    ["GET", "/tickets"],
    ["GET", "/tickets/"],
    ["GET", "/tickets/7/"],
    ["GET", "/files"],
    ["GET", "/Tickets/7"],
    ["GET", "/constructor"],
    ["GET", "/__proto__/7"],
  ])("finds none for %s %s", (method, path) => {
    expect(table.match(method, readTarget(path).segments)).toBeUndefined();
  });
});

describe("conditions", () => {
  const json = Connector.http("api", { host: "api.example.com", reason: "r" })
    .permit(Operation.get("/a/{id}"), { when: 'context.parameters.id like "A-*" && context.size < 10' })
    .permit(Operation.get("/b"), { when: "context.missing == 1" })
    .toJSON();
  const conditions = new Conditions(json, () => engine);
  const check = (operation: string, context: object) => () => conditions.check(operation, "triage", { ...context });

  test("pass where they hold", () => {
    expect(check("GET /a/{id}", { parameters: { id: "A-1" }, size: 1 })).not.toThrow();
  });

  test.each([
    ["does not hold", "GET /a/{id}", { parameters: { id: "B-1" }, size: 1 }],
    ["needs what is not there", "GET /b", {}],
    ["compares what has no order", "GET /a/{id}", { parameters: { id: "A-1" }, size: "1" }],
    ["is of no operation", "GET /c", {}],
  ])("refuse where one %s", (_, operation, context) => {
    expect(check(operation, context)).toThrow("condition_not_met");
  });

  test("that can't be read, or whose engine can't be loaded, refuse", () => {
    const broken = new Conditions({ ...json, operations: [{ operation: "GET /a", when: "context." }] }, () => engine);
    expect(() => broken.check("GET /a", "triage", {})).toThrow("policy_unavailable");
    const without = new Conditions(json, () => {
      throw new Error("no module");
    });
    expect(() => without.check("GET /b", "triage", {})).toThrow("condition_not_met");
  });
});
