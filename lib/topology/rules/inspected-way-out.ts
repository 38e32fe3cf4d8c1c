import type { RawFinding } from "../model/result";
import { type Rule, stepsOf } from "./rule";

/** I1: every way out leads through a firewall. */
export const inspectedWayOut: Rule = {
  id: "CORDON-P01",
  invariant: "I1",
  title: "No way out around inspection",
  severity: "critical",
  explanation:
    "Traffic of an agent that reaches the internet, or a network that nobody declared, without passing a firewall is neither filtered nor recorded: the allow list does not hold for it.",
  fix: "Let every route of the agents' subnets lead to the firewall's endpoint of its zone, or nowhere.",
  mappings: { owasp: ["ASI02", "ASI10"], mitre: ["AML.T0025", "T1048"] },
  check: ({ arrivals, routed }) => {
    const found = new Map<string, RawFinding>();
    for (const { point, arrival } of [...arrivals, ...routed]) {
      if (arrival.firewalls.length > 0) continue;
      const first = arrival.legs.find((leg) => leg.layer === "route" && leg.to !== `subnet:${point.subnet}`);
      const address = first?.address ?? point.subnet;
      const key = `${point.agent} ${address}`;
      if (found.has(key)) continue;
      const flow = arrival.flows.sample();
      const where = arrival.end.kind === "internet" ? "the internet" : arrival.end.address;
      const isHeld = !arrivals.some((one) => one.arrival === arrival);
      const held = `the routes of ${point.subnet} lead to ${where} past every firewall; only what agent ${point.agent} may send holds it back`;
      found.set(key, {
        agent: point.agent,
        ...(isHeld ? { severity: "high" as const } : {}),
        address,
        problem: isHeld ? held : `agent ${point.agent} reaches ${where} from ${point.subnet} past every firewall`,
        fix: "remove the route, or let it lead to the firewall's endpoint",
        path: stepsOf(arrival),
        ...(flow === undefined ? {} : { flow }),
      });
    }
    return [...found.values()];
  },
};
