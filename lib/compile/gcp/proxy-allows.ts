import { contentHash } from "../../names/content-hash";
import { EgressProtocol, type EgressRule } from "../../policy/egress";
import { Mode } from "../../policy/mode";
import {
  hostIn,
  hostIs,
  portIs,
  requestHostIn,
  requestHostIs,
  requestIn,
  subjectIs,
  urlEntry,
  urlIn,
} from "./cel-text";
import type { ProxyAgent, ProxyOptions, ProxyRule, UrlList } from "./proxy-model";

/** A rule without its place, and the list that it asks. */
export interface Allow {
  readonly rule: Omit<ProxyRule, "priority">;
  readonly list: UrlList | undefined;
}

/**
 * What the proxy does with a connection: passes it as it is, reads it as HTTP, or opens TLS and reads HTTP inside. Once it
 * reads, a connection that is no HTTP fails, and rules that only pass it come too late.
 *
 * @see https://docs.cloud.google.com/secure-web-proxy/docs/tls-rule-evaluation
 */
export enum Handling {
  TUNNEL = "tunnel",
  HTTP = "http",
  INSPECTED = "inspected",
}

/** An expression takes about a dozen logical operators; four requests and what goes with them have eleven. */
const REQUESTS_OF_RULE = 4;

/** How a rule's connections are handled. */
export function handlingOf(rule: EgressRule, agent: ProxyAgent, { tlsInspection }: ProxyOptions): Handling {
  if (rule.protocol === EgressProtocol.HTTPS && tlsInspection) return Handling.INSPECTED;
  if (rule.protocol !== EgressProtocol.HTTP) return Handling.TUNNEL;
  if (rule.requests.length > 0) return Handling.HTTP;
  // Of a watched agent nothing is to fail, and on the port of TLS what comes may be TLS.
  return agent.mode === Mode.MONITOR || rule.port === 443 ? Handling.TUNNEL : Handling.HTTP;
}

/**
 * The rules that pass what an agent's list names: for each port and handling one over a list of hosts, because lists count
 * as one comparison; and one of its own for a host with requests, or whose clients send a port in the host header, which
 * lists can't hold.
 */
export function allowsOf(agent: ProxyAgent, options: ProxyOptions): Allow[] {
  const groups = new Map<string, EgressRule[]>();
  const single: EgressRule[] = [];
  for (const rule of agent.rules) {
    const handling = handlingOf(rule, agent, options);
    if (rule.requests.length > 0 || (handling !== Handling.TUNNEL && !isUsualPort(rule))) single.push(rule);
    else {
      const key = `${rule.port}${handling === Handling.TUNNEL ? "" : `-${handling}`}`;
      groups.set(key, [...(groups.get(key) ?? []), rule]);
    }
  }
  return [
    ...[...groups].map(([key, rules]) => listedAllow(agent, key, rules, options)),
    ...single.flatMap((rule) => singleAllows(agent, rule, options)),
  ];
}

/**
 * Passes what a watched agent says inside of connections that the proxy reads: a rule that passes connections as they are
 * does not count for those any more.
 */
export function watchedInside(agent: ProxyAgent, options: ProxyOptions): Allow[] {
  const read = agent.rules.filter((rule) => handlingOf(rule, agent, options) !== Handling.TUNNEL);
  const ports = [...new Set(read.map(({ port }) => port))].sort((a, b) => a - b);
  return ports.map((port) => {
    const list = listOf(
      `${agent.name}-${port}-watched`,
      read.filter((rule) => rule.port === port),
      options,
    );
    const id = options.urlListId(list.name);
    return {
      list,
      rule: {
        name: `watched-${agent.name}-${port}`,
        description: `Agent ${agent.name} is watched: this request would be refused`,
        session: [subjectIs(agent.subject), hostIn(id), portIs(port)].join(" && "),
        // The URL is made with the name that is dialled, so that this holds for every request and host header.
        application: urlIn(id),
        tlsInspectionEnabled: options.tlsInspection,
        basicProfile: "ALLOW",
      },
    };
  });
}

function listedAllow(agent: ProxyAgent, key: string, rules: EgressRule[], options: ProxyOptions): Allow {
  const [first] = rules;
  if (first === undefined) throw new Error("a list without entries");
  const list = listOf(`${agent.name}-${key}`, rules, options);
  const id = options.urlListId(list.name);
  const handling = handlingOf(first, agent, options);
  return {
    list,
    rule: {
      name: `allow-${agent.name}-${key}`,
      description: `Listed hosts of agent ${agent.name}`,
      session: [subjectIs(agent.subject), hostIn(id), portIs(first.port)].join(" && "),
      // The host header inside has to be a listed one too, or a front that serves several owners would serve any of them.
      application: handling === Handling.TUNNEL ? undefined : requestHostIn(id),
      tlsInspectionEnabled: handling === Handling.INSPECTED,
      basicProfile: "ALLOW",
    },
  };
}

function singleAllows(agent: ProxyAgent, rule: EgressRule, options: ProxyOptions): Allow[] {
  const { host, port, requests, id } = rule;
  if (host === undefined) return [];
  const name = `allow-${agent.name}-${contentHash(id, 12)}`;
  const inside = requestHostIs(host, isUsualPort(rule) ? undefined : port);
  const chunks = Array.from({ length: Math.max(1, Math.ceil(requests.length / REQUESTS_OF_RULE)) }, (_, index) =>
    requests.slice(index * REQUESTS_OF_RULE, (index + 1) * REQUESTS_OF_RULE),
  );
  return chunks.map((some, index) => ({
    list: undefined,
    rule: {
      name: chunks.length === 1 ? name : `${name}-r${index + 1}`,
      description: `Listed ${some.length === 0 ? "host" : "requests"} of agent ${agent.name}: ${port} of ${host}`,
      session: [subjectIs(agent.subject), hostIs(host), portIs(port)].join(" && "),
      application: some.length === 0 ? inside : `${inside} && ${requestIn(some)}`,
      tlsInspectionEnabled: handlingOf(rule, agent, options) === Handling.INSPECTED,
      basicProfile: "ALLOW",
    },
  }));
}

// Where clients leave the port out of the host header.
const isUsualPort = ({ protocol, port }: EgressRule): boolean => port === (protocol === EgressProtocol.HTTP ? 80 : 443);

// A cell's and an agent's name have 24 characters each and the key 13, which makes the 63 that Google takes.
const listOf = (key: string, rules: readonly EgressRule[], { cellName }: ProxyOptions): UrlList => ({
  name: `${cellName}-${key}`,
  values: [...new Set(rules.flatMap(({ host }) => (host === undefined ? [] : [urlEntry(host)])))].sort(),
});
