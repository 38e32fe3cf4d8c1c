import type { Certificate, CertifiedRegion } from "../../../lib/topology/certificate/certificate";
import { recheck } from "../../../lib/topology/certificate/recheck";
import { certifiedStacks, twoAgents } from "./stacks";

const STACKS = certifiedStacks();

/** The certificate with the regions of one agent changed. */
function tampered(
  certificate: Certificate,
  agent: string,
  change: (reach: readonly CertifiedRegion[]) => readonly CertifiedRegion[],
): Certificate {
  return {
    ...certificate,
    agents: certificate.agents.map((one) => (one.agent === agent ? { ...one, reach: [...change(one.reach)] } : one)),
  };
}

describe("a certificate that is checked again packet by packet", () => {
  test("there are stacks to check, with agents that reach something", () => {
    expect(STACKS.length).toBeGreaterThanOrEqual(4);
    const reaching = STACKS.filter(({ certificate }) => certificate.agents.some((one) => one.reach.length > 0));
    expect(reaching.length).toBeGreaterThan(STACKS.length / 2);
  });

  test.each(STACKS.map((one) => [one.name, one] as const))("holds for %s", (_, { certificate, world }) => {
    expect(recheck(certificate, world).slice(0, 3)).toEqual([]);
  });

  test.each(
    STACKS.filter(({ certificate }) => certificate.agents.some((one) => one.reach.length > 0)).map(
      (one) => [one.name, one] as const,
    ),
  )("does not hold for %s once an agent's reach is left out of it", (_, { certificate, world }) => {
    for (const { agent } of certificate.agents.filter((one) => one.reach.length > 0)) {
      const less = tampered(certificate, agent, () => []);
      expect([agent, recheck(less, world).length > 0]).toEqual([agent, true]);
    }
  });
});

describe("a tampered certificate", () => {
  const { certificate, world } = twoAgents();
  const region = (find: (one: CertifiedRegion) => boolean): number => {
    const index = certificate.agents.find((one) => one.agent === "triage")?.reach.findIndex(find) ?? -1;
    if (index < 0) throw new Error("no such region");
    return index;
  };
  const web = region((one) => one.ports === "443");
  const block = region((one) => one.ports === "22");

  const changed = (index: number, change: (one: CertifiedRegion) => Partial<CertifiedRegion>): string[] =>
    recheck(
      tampered(certificate, "triage", (all) => all.map((one, at) => (at === index ? { ...one, ...change(one) } : one))),
      world,
    );

  test.each<[string, number, (one: CertifiedRegion) => Partial<CertifiedRegion>]>([
    ["a name more", web, ({ names }) => ({ names: [...names, "evil.example.org"] })],
    ["a name less", web, ({ names }) => ({ names: names.filter((one) => one !== "api.example.com") })],
    ["every name below another one", web, ({ names }) => ({ names: [...names, "*.example.com"] })],
    ["the name above a wildcard", web, ({ names }) => ({ names: [...names, "cdn.example.com"] })],
    ["every name", web, () => ({ names: ["*", "-"] })],
    ["a port more", web, () => ({ ports: "443-444" })],
    ["another app", web, ({ apps }) => ({ apps: [...apps, "http"] })],
    ["a wider block", block, () => ({ destinations: ["198.51.100.4/30"] })],
    ["no block", block, () => ({ destinations: [] })],
    ["another protocol", block, () => ({ protocols: "6,17" })],
  ])("with %s in a region is refused, with the packets that tell", (_, index, change) => {
    const said = changed(index, change);
    expect(said.length).toBeGreaterThan(0);
    expect(said[0]).toMatch(
      /^agent triage: \S+ \S+ \d+ \S+:\d+ (is certified and does not get out|gets out and is not certified)$/,
    );
  });

  test.each([
    ["names", web],
    ["a block", block],
  ])("without a region of %s is refused", (_, index) => {
    const less = tampered(certificate, "triage", (all) => all.filter((_region, at) => at !== index));
    expect(recheck(less, world).length).toBeGreaterThan(0);
  });

  test("with a region for an agent that reaches nothing is refused", () => {
    const more = tampered(certificate, "coder", () => [
      {
        sources: certificate.agents.find((one) => one.agent === "coder")?.sources ?? [],
        destinations: ["0.0.0.0/0"],
        protocols: "6",
        ports: "443",
        apps: ["tls"],
        names: ["api.example.com"],
      },
    ]);
    expect(recheck(more, world)[0]).toContain("agent coder: tls api.example.com 6");
  });

  test("that is not tampered with holds", () => {
    expect(recheck(certificate, world)).toEqual([]);
  });
});
