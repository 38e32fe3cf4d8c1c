import fc from "fast-check";
import { ContainmentPolicy, Egress, EgressProtocol } from "../../lib";

/** Policies as a program could write them. */
export const policies = fc
  .uniqueArray(
    fc.record({
      protocol: fc.constantFrom("https", "tls", "http", "tcp", "udp"),
      host: fc
        .tuple(
          fc.constantFrom("", "*."),
          fc.constantFrom("a", "api", "x.y"),
          fc.constantFrom("example.com", "example.org"),
        )
        .map(([wildcard, label, domain]) => `${wildcard}${label}.${domain}`),
      port: fc.integer({ min: 1, max: 65535 }).filter((port) => port !== 53 && port !== 853 && port !== 443),
      reason: fc.constantFrom("calls", "b; a", "naïve – ünïcode ✓"),
      byAddress: fc.boolean(),
    }),
    { maxLength: 8, selector: ({ protocol, host, port, byAddress }) => `${protocol} ${byAddress ? "" : host} ${port}` },
  )
  .map((specs) =>
    specs.reduce((policy, { protocol, host, port, reason, byAddress }) => {
      const rule =
        byAddress || protocol === "udp"
          ? Egress.cidr("198.51.100.4/32", {
              port,
              reason,
              protocol: protocol === "udp" ? EgressProtocol.UDP : EgressProtocol.TCP,
            })
          : Egress[protocol as "https" | "tls" | "http" | "tcp"](host, { port, reason });
      return policy.rules.some((one) => one.id === rule.id) ? policy : policy.allow(rule);
    }, ContainmentPolicy.denyAll("generated")),
  );
