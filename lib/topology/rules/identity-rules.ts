import { findingsOf, type Rule } from "./rule";

/** I7: the agent's identity can't widen its containment, nor take everything. */
export const boundedIdentity: Rule = {
  id: "CORDON-P07",
  invariant: "I7",
  title: "An agent's identity is bounded and can't change its containment",
  severity: "critical",
  explanation:
    "Credentials reach further than packets. The agent's role has a boundary, no wildcard on secrets or data, no right over identities, the network, the firewall, the resolver or the logs, and nobody else may take it.",
  fix: "Attach the boundary, name single resources, and remove rights over what contains the agent.",
  mappings: { owasp: ["ASI03"], mitre: ["T1078.004", "T1098", "T1562.008"] },
  check: ({ facts }) => findingsOf(facts.identities),
};

/** I12: no other identity of the stack can change what the proof stands on. */
export const noOtherHand: Rule = {
  id: "CORDON-P12",
  invariant: "I12",
  title: "No other identity of the stack can change the containment",
  severity: "high",
  explanation:
    "A role beside the agents that may change routes, the firewall, identities or logs is a way to take the containment away: whoever reaches it, reaches the agents' walls.",
  fix: "Name what the role needs, and leave the agents' network, firewall, identities and logs to the deployer.",
  mappings: { owasp: ["ASI03"], mitre: ["T1098", "T1562.007", "T1562.008"] },
  check: ({ facts }) => findingsOf(facts.otherIdentities),
};

/** I8: every layer leaves a record. */
export const everythingRecorded: Rule = {
  id: "CORDON-P08",
  invariant: "I8",
  title: "Flows, verdicts and names are recorded, out of the agent's reach",
  severity: "medium",
  explanation:
    "Without a record of what was accepted and refused nobody sees an agent try, and nobody can say afterwards what it did.",
  fix: "Record all flows, the firewall's alerts and flows, and queries, and keep them.",
  mappings: { owasp: ["ASI08"], mitre: ["T1562.008"] },
  check: ({ facts }) => findingsOf(facts.records),
};

/** What the model does not know stays open. */
export const closedWorld: Rule = {
  id: "CORDON-P13",
  invariant: "closed world",
  title: "Everything that touches the agents' network is part of the model",
  severity: "high",
  explanation:
    "A proof speaks of what it reads. A type without a reading, a command that runs at apply, a change that Terraform ignores, or a resource of another account can open what everything else closes.",
  fix: "Remove it, or acknowledge it with what it does as the reason.",
  mappings: { owasp: [], mitre: [] },
  check: ({ facts }) => findingsOf(facts.unmodelled),
};
