import type { Finding } from "./model/result";
import { Topology } from "./topology";

interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

declare global {
  namespace jest {
    interface Matchers<R> {
      /** The stack's topology has no finding that nobody acknowledged. */
      toContainItsAgents(): R;
      /** An agent reaches these destinations and no other: `["api.example.com:443"]`. */
      toContainAgentWithin(agent: string, destinations: readonly string[]): R;
      /** An agent reaches a destination: `https://api.example.com`, `10.0.0.5:22`. */
      toLetAgentReach(agent: string, destination: string): R;
    }
  }
}

/** Matchers for jest and what speaks its language: `expect.extend(containmentMatchers)`. */
export const containmentMatchers = {
  toContainItsAgents(received: unknown): MatcherResult {
    const findings = topologyIn(received, "toContainItsAgents").findings();
    return {
      pass: findings.length === 0,
      message: () =>
        findings.length === 0
          ? "expected findings, and the agents are contained"
          : `expected no findings, and there are ${findings.length}:\n${findings.map(line).join("\n")}`,
    };
  },

  toContainAgentWithin(received: unknown, agent: string, destinations: readonly string[]): MatcherResult {
    const reach = topologyIn(received, "toContainAgentWithin").reach(agent);
    const more = reach.filter((one) => !destinations.includes(one));
    const less = destinations.filter((one) => !reach.includes(one));
    const said = [
      ...(more.length > 0 ? [`it also reaches ${more.join(", ")}`] : []),
      ...(less.length > 0 ? [`it does not reach ${less.join(", ")}`] : []),
    ];
    return {
      pass: said.length === 0,
      message: () =>
        said.length === 0
          ? `expected agent ${agent} to reach something else than ${destinations.join(", ")}`
          : `expected agent ${agent} to reach the listed destinations and no other: ${said.join("; ")}`,
    };
  },

  toLetAgentReach(received: unknown, agent: string, destination: string): MatcherResult {
    const { reaches, layers } = topologyIn(received, "toLetAgentReach").explain(agent, destination);
    const shown = layers.map((one) => `  ${one.layer}: ${one.allows}, ${one.address}: ${one.says}`).join("\n");
    return {
      pass: reaches !== false,
      message: () => `agent ${agent} ${reaches === false ? "does not reach" : "reaches"} ${destination}:\n${shown}`,
    };
  },
};

const line = (one: Finding): string => `  ${one.rule} ${one.verdict}: ${one.address}: ${one.problem}; ${one.fix}`;

function topologyIn(value: unknown, matcher: string): Topology {
  if (value instanceof Topology) return value;
  throw new TypeError(`${matcher} is for a Topology: expect(Topology.of(stack)).${matcher}(...)`);
}
