import { CordonError } from "../../errors/cordon-error";
import { EgressProtocol } from "../../policy/egress";
import { checkSources } from "../agent-sources";
import { refuseGoogleHosts, refuseInsideNames } from "./google-hosts";
import type { ProxyAgent, ProxyOptions } from "./proxy-model";

/** Blocks of one agent: an expression takes about a dozen logical operators, and host and port need two. */
const MAX_SOURCES = 8;

/** Refuses what a proxy can't hold, and agents that its rules could not tell apart. */
export function checkProxied(agents: readonly ProxyAgent[], options: ProxyOptions, at: string): void {
  checkSubjects(agents, at);
  for (const agent of agents) check(agent, options, `${at}, agent '${agent.name}'`);
}

function checkSubjects(agents: readonly ProxyAgent[], at: string): void {
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-176", at, problem, fix);
  };
  const seen = new Map<string, string>();
  for (const { name, subject } of agents) {
    for (const [key, what] of [
      [`name ${name}`, "a name"],
      ...("serviceAccount" in subject ? [[`account ${subject.serviceAccount}`, "a service account"]] : []),
    ] as const) {
      const other = seen.get(key);
      if (other !== undefined) refuse(`agents '${other}' and '${name}' have ${what} in common`, "give each its own");
      seen.set(key, name);
    }
    if ("sources" in subject && subject.sources.length > MAX_SOURCES) {
      refuse(
        `agent '${name}' sends from ${subject.sources.length} blocks, and a condition takes ${MAX_SOURCES}`,
        "give it fewer subnets, or a service account of its own",
      );
    }
  }
  checkSources(
    agents.flatMap(({ name, mode, subject }) =>
      "sources" in subject ? [{ name, mode, rules: [], sources: [...subject.sources] }] : [],
    ),
    at,
  );
}

function check(agent: ProxyAgent, options: ProxyOptions, at: string): void {
  refuseGoogleHosts(agent.rules, at);
  refuseInsideNames(agent.rules, at);
  for (const rule of agent.rules) {
    const place = `${at}, rule ${rule.id}`;
    if (rule.cidr !== undefined) {
      throw new CordonError(
        "CORDON-170",
        place,
        `${rule.cidr} is an address, and a proxy is asked for names`,
        "name the host, or use GcpEgressTier.FQDN, whose firewall holds addresses",
      );
    }
    if (rule.requests.length > 0 && rule.protocol === EgressProtocol.HTTPS && !options.tlsInspection) {
      throw new CordonError(
        "CORDON-171",
        place,
        `it names requests, ${rule.requests.join(", ")}, and the proxy does not look into TLS`,
        "use GcpEgressTier.PROXY_TLS, or leave requests out",
      );
    }
  }
}
