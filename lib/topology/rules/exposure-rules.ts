import { findingsOf, type Rule } from "./rule";

/** I4: nobody connects to an agent. */
export const nothingInbound: Rule = {
  id: "CORDON-P04",
  invariant: "I4",
  title: "Nothing connects to an agent from outside",
  severity: "high",
  explanation:
    "An agent opens connections and accepts none. Who can connect to it can steer it, and carry out through the answers what the way out would not pass.",
  fix: "Remove the inbound rule, the load balancer's target, or the function's URL.",
  mappings: { owasp: ["ASI07", "ASI10"], mitre: ["T1133", "T1190"] },
  check: ({ facts }) => findingsOf(facts.inbound),
};

/** I5: agents do not reach each other. */
export const agentsApart: Rule = {
  id: "CORDON-P05",
  invariant: "I5",
  title: "Agents do not reach each other, except where declared",
  severity: "high",
  explanation:
    "An agent that is turned must not turn others, nor use their allow lists. What two agents may say to each other is declared, port by port.",
  fix: "Remove the rule, or declare the port with allowTo.",
  mappings: { owasp: ["ASI07", "ASI08"], mitre: ["T1021"] },
  check: ({ facts }) => findingsOf(facts.between),
};

/** I6: private endpoints keep to the owner's account. */
export const pinnedEndpoints: Rule = {
  id: "CORDON-P06",
  invariant: "I6",
  title: "Private endpoints keep to the owner's account or organisation",
  severity: "critical",
  explanation:
    "An endpoint without a confining policy reaches every account's resources of its service, with credentials that the agent may have been given by somebody else: a way out that no firewall sees.",
  fix: "Pin the principals' and the resources' account or organisation in the endpoint's policy.",
  mappings: { owasp: ["ASI02", "ASI03"], mitre: ["AML.T0025", "T1537", "T1567"] },
  check: ({ facts }) =>
    facts.endpoints
      .filter((endpoint) => endpoint.agents.length > 0)
      .flatMap(({ address, service, agents, faults }) =>
        findingsOf(
          faults.map((fault) => ({
            ...fault,
            path: fault.path ?? [
              { layer: "endpoint" as const, address, says: `leads ${agents.join(", ")} to ${service}` },
            ],
          })),
        ),
      ),
};

/** I10: no public addresses, no unguarded metadata. */
export const nothingExposed: Rule = {
  id: "CORDON-P10",
  invariant: "I10",
  title: "No public address, and metadata behind its guard",
  severity: "high",
  explanation:
    "A public address is a way in, and with a route a way out. A metadata service that answers any request hands the agent's credentials to whoever makes it fetch a URL.",
  fix: "Leave public addresses out, and require session tokens of the metadata service.",
  mappings: { owasp: ["ASI03"], mitre: ["T1552.005", "T1133"] },
  check: ({ facts }) => findingsOf(facts.exposed),
};
