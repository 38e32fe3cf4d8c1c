import type { Acknowledgement, Explanation, Finding, Verification } from "../../lib/topology";
import { App } from "../../lib/topology/sets/flow-set";

/** A finding as the engine reports one. */
export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    rule: "CORDON-P01",
    verdict: "VIOLATED",
    severity: "critical",
    agent: "triage",
    address: "aws_route.shortcut",
    construct: "stack/Shortcut",
    problem: "agent triage reaches the internet past every firewall",
    fix: "remove the route",
    path: [
      { layer: "subnet", address: "aws_subnet.a", says: "is where it runs" },
      { layer: "route", address: "aws_route.shortcut", says: "leads to the internet" },
    ],
    flow: {
      source: "10.0.1.4",
      destination: "198.51.100.7",
      protocol: 6,
      port: 443,
      app: App.TLS,
      name: "unlisted.example",
    },
    unknowns: [],
    ...changes,
  };
}

export const acknowledgement: Acknowledgement = {
  rule: "CORDON-P08",
  reason: "logs are kept elsewhere, ticket NET-512",
  expires: "2027-01-31",
  at: "stack/Cell",
};

export const acknowledged = finding({
  rule: "CORDON-P08",
  severity: "medium",
  address: "aws_vpc.a",
  problem: "no flow log covers it",
  acknowledged: acknowledgement,
});

export const unknown = finding({
  rule: "CORDON-P04",
  verdict: "UNKNOWN",
  severity: "medium",
  address: "aws_security_group.a",
  problem: "who may connect is not known",
  path: [],
  flow: undefined,
  unknowns: ["var.peer_cidr"],
});

export function verification(changes: Partial<Verification> = {}): Verification {
  return {
    stack: "agents",
    source: "synth",
    agents: ["triage"],
    verdict: "PROVED",
    rules: [],
    findings: [],
    acknowledged: [],
    assumptions: [
      { id: "A1", text: "The cloud does what its documentation says." },
      { id: "A2", text: "Nothing outside of this plan changes these resources." },
    ],
    unknowns: [],
    ...changes,
  };
}

export const explanation: Explanation = {
  agent: "triage",
  target: "https://api.example.com",
  reaches: false,
  layers: [
    { layer: "name", allows: "yes", address: "aws_dns.allow", says: "allows the name" },
    { layer: "security group", allows: "no", address: "aws_security_group.a", says: "has no rule that admits it" },
    { layer: "filter", allows: "unknown", address: "aws_group.x", says: "its rules can't be read" },
    { layer: "gateway", allows: "not asked", address: "aws_nat_gateway.n", says: "was not reached" },
  ],
};

/** No marks at all. */
export const plain = {
  bold: (text: string): string => text,
  red: (text: string): string => text,
  green: (text: string): string => text,
  yellow: (text: string): string => text,
  dim: (text: string): string => text,
};
