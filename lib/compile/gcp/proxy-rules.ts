import { CordonError } from "../../errors/cordon-error";
import { Mode } from "../../policy/mode";
import type { ResidualRisk } from "../residual-risk";
import { subjectIs, tagIs } from "./cel-text";
import { GOOGLE_API_DOMAINS } from "./google-hosts";
import { placesOf } from "./places";
import { type Allow, allowsOf, watchedInside } from "./proxy-allows";
import { checkProxied } from "./proxy-checks";
import type { ProxyAgent, ProxyOptions, ProxyRule, UrlList } from "./proxy-model";
import { proxyRisks } from "./proxy-risks";

export type { ProxyAgent, ProxyOptions, ProxyRule, UrlList } from "./proxy-model";

/** What Secure Web Proxy reads. */
export interface CompiledProxy {
  /** By priority. */
  readonly rules: ProxyRule[];
  readonly urlLists: UrlList[];
  readonly residual: ResidualRisk[];
}

/**
 * Priorities: the lower decides first. Rules that read a connection stand behind all that pass one as it is, because what
 * is read once is passed by no such rule any more; inside of a band rules never contradict each other, so that their
 * places may come from hashes.
 */
const QUARANTINE = 1;
const GOOGLE = 10;
const INSIDE = 11;
const TUNNELS = { first: 1_000, count: 999_000 };
const READ = { first: 1_000_000, count: 999_000_000 };
const MONITOR = { first: 1_000_000_000, count: 1_000_000_000 };
const REST = 2_147_483_646;

/** Entries of one list. */
const MAX_ENTRIES = 500;

/**
 * Compiles the allow lists of a cell's agents to rules of Secure Web Proxy: for each agent and port one rule over a list
 * of hosts, and for each host with requests rules of its own. Every allow names its agent, the port and the host, and where
 * the proxy reads requests their host header too; what no rule allows is refused by name.
 *
 * @param at the cell in the caller's words: `cell 'Agents'`
 * @throws CORDON-170 for an entry that a proxy can't hold, CORDON-171 for requests without TLS inspection, CORDON-172 for
 *   a Google API, CORDON-173 over the limits of a list, CORDON-175 for a name of the network's inside, CORDON-176 for
 *   agents that can't be told apart
 * @see https://docs.cloud.google.com/secure-web-proxy/docs/cel-matcher-language-reference
 * @see https://docs.cloud.google.com/secure-web-proxy/docs/url-list-syntax-reference
 */
export function compileProxyRules(agents: readonly ProxyAgent[], options: ProxyOptions, at: string): CompiledProxy {
  const sorted = [...agents].sort((a, b) => (a.name < b.name ? -1 : 1));
  checkProxied(sorted, options, at);
  const allows = sorted.flatMap((agent) => allowsOf(agent, options));
  const watching = sorted.filter((agent) => agent.mode === Mode.MONITOR).flatMap((agent) => watched(agent, options));
  const urlLists = [...allows, ...watching]
    .flatMap(({ list }) => list ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const list of urlLists) checkList(list, at);
  const rules = [
    denial("quarantine", QUARANTINE, "Whatever carries the quarantine's tag", tagIs(options.quarantineTag)),
    denial("google-apis", GOOGLE, "Google APIs go by their private address", ofGoogle()),
    denial("inside", INSIDE, "Names of the network's inside and of the metadata server", ofInside()),
    ...placed(
      allows.filter(({ rule }) => rule.application === undefined),
      TUNNELS,
    ),
    ...placed(
      allows.filter(({ rule }) => rule.application !== undefined),
      READ,
    ),
    ...placed(watching, MONITOR),
    denial("rest", REST, "What no rule above allows", "true"),
  ].sort((a, b) => a.priority - b.priority);
  return { rules, urlLists, residual: proxyRisks(sorted, options) };
}

function placed(allows: readonly Allow[], { first, count }: { first: number; count: number }): ProxyRule[] {
  const places = placesOf(
    allows.map(({ rule }) => rule.name),
    first,
    count,
  );
  return allows.map(({ rule }) => ({ ...rule, priority: places.get(rule.name) ?? first }));
}

// What would be refused goes on for this agent, and the log names these rules.
function watched(agent: ProxyAgent, options: ProxyOptions): Allow[] {
  const anything: Allow["rule"] = {
    name: `monitor-${agent.name}`,
    description: `Agent ${agent.name} is watched: this would be refused`,
    session: subjectIs(agent.subject),
    application: undefined,
    tlsInspectionEnabled: false,
    basicProfile: "ALLOW",
  };
  return [{ rule: anything, list: undefined }, ...watchedInside(agent, options)];
}

function denial(name: string, priority: number, description: string, session: string): ProxyRule {
  const rule = { name: `refuse-${name}`, priority, description, session };
  return { ...rule, application: undefined, tlsInspectionEnabled: false, basicProfile: "DENY" };
}

const ofGoogle = (): string =>
  GOOGLE_API_DOMAINS.flatMap((domain) => [`host() == '${domain}'`, `host().endsWith('.${domain}')`]).join(" || ");

// Google's servers, which dial for the agent, have such names of their own.
const ofInside = (): string =>
  [
    "host().endsWith('.internal')",
    "host() == 'localhost'",
    "host() == '127.0.0.1'",
    "host() == '169.254.169.254'",
  ].join(" || ");

function checkList({ name, values }: UrlList, at: string): void {
  if (values.length <= MAX_ENTRIES) return;
  throw new CordonError(
    "CORDON-173",
    at,
    `list ${name} has ${values.length} hosts, and a list takes ${MAX_ENTRIES}`,
    "replace names of one owner by a wildcard such as *.example.com",
  );
}
