import { Egress, type EgressRule } from "../../lib";

const reason = "conformance";

/** What is said on a connection, as far as an enforcer can tell. */
export type Speech = "tls" | "http" | "other";

/** One connection that an agent tries, whatever the cloud. */
export interface TrafficCase {
  /** A sentence about what is tried. */
  readonly name: string;
  readonly agent: "triage" | "coder";
  readonly speech: Speech;
  /** The name that the client sends: TLS server name, HTTP host, or the target that it asks a proxy for. */
  readonly host: string;
  readonly port: number;
  readonly passes: boolean;
}

/** The allow lists of the cases' agents. */
export const TRAFFIC_AGENTS: { readonly [agent in TrafficCase["agent"]]: EgressRule[] } = {
  triage: [
    Egress.https("api.example.com", { reason }),
    Egress.https("*.cdn.example.net", { reason }),
    Egress.tls("mq.example.com", { reason, port: 8883 }),
    Egress.http("status.example.com", { reason }),
  ],
  coder: [
    Egress.https("git.example.org", { reason }),
    Egress.https("*.registry.example.org", { reason }),
    Egress.http("mirror.example.org", { reason }),
  ],
};

const tls = (name: string, host: string, passes: boolean, more: Partial<TrafficCase> = {}): TrafficCase => ({
  name,
  agent: "triage",
  speech: "tls",
  host,
  port: 443,
  passes,
  ...more,
});

const http = (name: string, host: string, passes: boolean, more: Partial<TrafficCase> = {}): TrafficCase =>
  tls(name, host, passes, { speech: "http", port: 80, ...more });

/** Connections whose verdict is the same on every cloud. A name that the flows of Suricata have too is of the same thing. */
export const TRAFFIC_CASES: readonly TrafficCase[] = [
  tls("a listed name", "api.example.com", true),
  tls("a listed name in upper case", "API.EXAMPLE.COM", true),
  tls("a name below a listed exact name", "x.api.example.com", false),
  tls("the parent of a listed name", "example.com", false),
  tls("a sibling of a listed name", "www.example.com", false),
  tls("a look-alike prefix", "evilapi.example.com", false),
  tls("a look-alike prefix with a dash", "evil-api.example.com", false),
  tls("a look-alike suffix", "api.example.com.evil.net", false),
  tls("a listed name as the middle of another", "evil.api.example.com.evil.net", false),
  tls("a listed name whose dot is another character", "apixexample.com", false),
  tls("a name cut short by one character", "api.example.co", false),
  tls("a name cut short in front", "pi.example.com", false),
  tls("a homograph in punycode", "xn--pi-6kc.example.com", false),
  tls("a name one label below a wildcard", "eu.cdn.example.net", true),
  tls("a name three labels below a wildcard", "a.b.c.cdn.example.net", true),
  tls("the apex of a wildcard", "cdn.example.net", false),
  tls("a sibling of a wildcard", "evilcdn.example.net", false),
  tls("TLS with a listed name on 8443", "api.example.com", false, { port: 8443 }),
  tls("TLS with a listed name on another entry's port", "api.example.com", false, { port: 8883 }),
  tls("TLS with the name of an entry on its own port", "mq.example.com", true, { port: 8883 }),
  tls("TLS with the name of an entry on 443 instead of its port", "mq.example.com", false),
  tls("an unlisted name", "evil.net", false),
  tls("the other agent's name", "git.example.org", false),
  tls("the other agent's wildcard", "npm.registry.example.org", false),
  tls("the other agent's own name from its subnet", "git.example.org", true, { agent: "coder" }),
  tls("the other agent's own wildcard from its subnet", "npm.registry.example.org", true, { agent: "coder" }),
  tls("this agent's name from the other's subnet", "api.example.com", false, { agent: "coder" }),
  tls("an IPv4 address as the server name", "93.184.216.34", false),
  http("a listed host", "status.example.com", true),
  http("a listed host in upper case", "STATUS.EXAMPLE.COM", true),
  http("an unlisted host", "evil.net", false),
  http("a host below a listed one", "x.status.example.com", false),
  http("a listed host on another port", "status.example.com", false, { port: 8080 }),
  http("a host that is listed for TLS", "api.example.com", false),
  http("the other agent's host", "mirror.example.org", false),
  http("an agent's own host", "mirror.example.org", true, { agent: "coder" }),
  tls("SSH on a port of nobody's", "api.example.com", false, { speech: "other", port: 22 }),
];
