import { findingsOf, type Rule } from "./rule";

/** I9: what inspects closes when it can't. */
export const failsClosed: Rule = {
  id: "CORDON-P09",
  invariant: "I9",
  title: "Inspection fails closed",
  severity: "high",
  explanation:
    "When the firewall loses sight of a connection, in a failover or after a lost packet, it has to end it. One that lets it go on passes what it never judged.",
  fix: "Set the stream exception policy to REJECT or DROP.",
  mappings: { owasp: ["ASI08"], mitre: ["T1562.007"] },
  check: ({ facts }) => findingsOf(facts.firewalls.flatMap((firewall) => firewall.failure)),
};

/** I11: the firewall that the routes lead to enforces for these agents. */
export const liveEnforcement: Rule = {
  id: "CORDON-P11",
  invariant: "I11",
  title: "Enforcement is live",
  severity: "high",
  explanation:
    "Rules that are not associated, that only report, or whose variables do not hold the agents' addresses, stop nothing while everything looks configured. Protections against taking them away stay on.",
  fix: "Let HOME_NET hold every agent's addresses, and keep the protections against deletion and change on.",
  mappings: { owasp: ["ASI08"], mitre: ["T1562.007"] },
  check: ({ facts, declaration }) => {
    const isMaintained = declaration === undefined || declaration.cells.every((cell) => cell.maintenance);
    return findingsOf(
      facts.firewalls.flatMap((firewall) => [...firewall.liveness, ...(isMaintained ? [] : firewall.unprotected)]),
    );
  },
};

/** Nothing else stands where the firewall's traffic comes out. */
export const firewallSubnets: Rule = {
  id: "CORDON-P15",
  invariant: "I1",
  title: "Nothing else stands in the firewall's subnets, or behind it",
  severity: "high",
  explanation:
    "What shares a subnet with the firewall's endpoint, or stands between it and the internet, has the firewall's own way out: its traffic is not inspected, and agents inside of the VPC can be led to it.",
  fix: "Put it into a subnet of its own whose route leads to the firewall.",
  mappings: { owasp: ["ASI10"], mitre: ["T1090"] },
  check: ({ facts }) => findingsOf(facts.firewalls.flatMap((firewall) => firewall.neighbours)),
};

/** Both directions of a connection pass the same firewall endpoint. */
export const sameWayBack: Rule = {
  id: "CORDON-P14",
  invariant: "I1",
  title: "Answers come back through the same firewall endpoint",
  severity: "high",
  explanation:
    "A stateful firewall that sees one direction of a connection can't judge it: it drops what is allowed, or lets go on what it never saw begin.",
  fix: "Route the agents' addresses from the translation's subnet to the firewall endpoint of the same zone.",
  mappings: { owasp: ["ASI08"], mitre: ["T1562.007"] },
  check: ({ facts }) => findingsOf(facts.returns),
};
