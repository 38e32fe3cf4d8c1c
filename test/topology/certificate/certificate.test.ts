import type { TerraformJson } from "../../../lib/topology/terraform-json";
import { Topology } from "../../../lib/topology/topology";
import { freshPlan, type MutablePlan, valuesOf } from "../rules/weakened";
import { certifiedStacks, twoAgents } from "./stacks";

const today = "2026-01-15";
const topologyOf = (json: MutablePlan): Topology => Topology.fromJson(json as unknown as TerraformJson, { today });

/** The same plan with the keys of every object in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, turned(one)]),
  );
}

describe("a certificate", () => {
  test("is the same bytes for the same plan", () => {
    const [one, other] = [freshPlan(), freshPlan()].map((json) => JSON.stringify(topologyOf(json).certificate()));
    expect(one).toBe(other);
  });

  test("says the same of a plan whose resources stand in another order, but for its digest", () => {
    const { digest: _, ...one } = topologyOf(freshPlan()).certificate();
    const { digest: _other, ...other } = topologyOf(turned(freshPlan()) as MutablePlan).certificate();
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  });

  test("has the digest of what was read, which changes with it", () => {
    const json = freshPlan();
    const { digest } = topologyOf(json).certificate();
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    valuesOf(json, "aws_vpc", "")["tags"] = { changed: "yes" };
    expect(topologyOf(json).certificate().digest).not.toBe(digest);
  });

  test("holds the agents with what they reach, the rules with their verdicts, and what it rests on", () => {
    const { certificate } = twoAgents();
    expect(certificate).toMatchObject({ certificate: "cordon", version: 1, stack: "stack", verdict: "PROVED" });
    expect(certificate.rules).toHaveLength(15);
    expect(certificate.rules.every((rule) => rule.verdict === "PROVED")).toBe(true);
    expect(certificate.assumptions.map((one) => one.id)).toEqual(expect.arrayContaining(["A1", "A3", "A9"]));
    expect(certificate.agents.map(({ agent, sources }) => [agent, sources.length])).toEqual([
      ["coder", 2],
      ["triage", 2],
    ]);
    expect(certificate.agents[0]?.reach).toEqual([]);
    expect(certificate.agents[1]?.reach).toContainEqual(
      expect.objectContaining({
        protocols: "6",
        ports: "443",
        apps: ["tls"],
        names: ["*.cdn.example.com", "api.example.com"],
      }),
    );
  });

  test("states what was assumed and what was acknowledged", () => {
    const json = freshPlan();
    valuesOf(json, "aws_subnet", "agent-triage_agent-eu-west-1a")["map_public_ip_on_launch"] = "${var.public}";
    valuesOf(json, "aws_cloudwatch_log_group", "vpc-flow")["retention_in_days"] = 1;
    const acknowledgement = {
      rule: "CORDON-P08",
      reason: "copied to another account every hour",
      expires: "2026-02-01",
      at: "stack/Agents/Logs",
    };
    const comment = json as unknown as { "//": { cordon: { acknowledged: unknown[] } } };
    comment["//"].cordon.acknowledged.push(acknowledgement);
    const certificate = Topology.fromJson(json as unknown as TerraformJson, {
      today,
      assume: { "var.public": false },
    }).certificate();
    expect(certificate.verdict).toBe("PROVED");
    expect(certificate.assumptions).toContainEqual({ id: "var.public", text: "var.public is false" });
    expect(certificate.acknowledged).toEqual([
      {
        rule: "CORDON-P08",
        address: expect.stringContaining("vpc-flow"),
        reason: "copied to another account every hour",
        expires: "2026-02-01",
      },
    ]);
  });

  test("is plain JSON for every stack", () => {
    for (const { name, certificate } of certifiedStacks()) {
      expect([name, JSON.parse(JSON.stringify(certificate))]).toEqual([name, certificate]);
    }
  });
});
