import { HostMatch } from "../../names/host-pattern";
import { EgressProtocol, type EgressRule } from "../../policy/egress";
import { Mode } from "../../policy/mode";
import { isResolver } from "../doh-hosts";
import type { ResidualRisk } from "../residual-risk";
import { Handling, handlingOf } from "./proxy-allows";
import type { ProxyAgent, ProxyOptions } from "./proxy-model";

type Risk = Pick<ResidualRisk, "id" | "title" | "detail">;

/** What a proxy that agents have to ask does not stop. */
export function proxyRisks(agents: readonly ProxyAgent[], options: ProxyOptions): ResidualRisk[] {
  const entries = agents.flatMap((agent) => agent.rules.map((rule) => ({ agent, rule })));
  return [
    ...(entries.length > 0 ? [BEHIND] : []),
    ...agents.filter((agent) => agent.mode === Mode.MONITOR).map((agent) => watched(agent, options)),
    ...entries.flatMap(({ agent, rule }) =>
      [...ofHandling(rule, agent, options), ...ofHost(rule), ...ofRequests(rule, agent)].map((risk) => ({
        ...risk,
        agent: agent.name,
        destination: rule.destination,
      })),
    ),
  ];
}

const BEHIND: ResidualRisk = {
  id: "R02",
  title: "what lies behind a listed name",
  detail:
    "A listed service is trusted not to pass data on: whatever it stores, forwards or fetches for a client can carry data out.",
};

function watched(agent: ProxyAgent, options: ProxyOptions): ResidualRisk {
  const isRead = agent.rules.some((rule) => handlingOf(rule, agent, options) !== Handling.TUNNEL);
  const reading = isRead
    ? " What it says to listed hosts whose requests are read has to be HTTP, and its clients have to trust the proxy's certificate there."
    : "";
  return {
    id: "R07",
    title: "watched, not contained",
    agent: agent.name,
    detail: `The agent is in monitor mode: the proxy passes what its policy does not name, to any host and port, and logs it. Google APIs and names of the network's inside are refused all the same, and its own firewall still lets it reach the proxy alone.${reading}`,
  };
}

function ofHandling(rule: EgressRule, agent: ProxyAgent, options: ProxyOptions): Risk[] {
  const handling = handlingOf(rule, agent, options);
  if (handling === Handling.TUNNEL) {
    return [
      {
        id: "R54",
        title: "an unread tunnel",
        detail:
          "The proxy connects to the listed name, which it resolves itself, and does not look into the tunnel: any protocol passes, and a front that serves several owners may answer for another host.",
      },
    ];
  }
  if (handling === Handling.INSPECTED) {
    return [
      {
        id: "R57",
        title: "clear text on a port for TLS",
        detail:
          "The proxy reads requests with and without TLS alike, so the agent can ask the listed host without, and what it sends can be read and changed on the way.",
      },
    ];
  }
  return [
    {
      id: "R06",
      title: "clear text",
      detail: "The content can be read and changed on the way.",
    },
  ];
}

function ofHost({ host, sharedTenancy }: EgressRule): Risk[] {
  const risks: Risk[] = [];
  if (host !== undefined && isResolver(host)) {
    risks.push({
      id: "R08",
      title: "a resolver on the allow list",
      detail:
        "The name is of a public DNS-over-HTTPS resolver: names can be asked there that the cell's resolver refuses, and data carried in them.",
    });
  }
  if (host?.match === HostMatch.SUBDOMAINS && sharedTenancy !== undefined) {
    risks.push({ id: "R09", title: "strangers' names below a wildcard", detail: `Accepted because: ${sharedTenancy}` });
  }
  return risks;
}

function ofRequests(rule: EgressRule, agent: ProxyAgent): Risk[] {
  const { host, port, requests, protocol } = rule;
  if (requests.length === 0 || host === undefined) return [];
  const wider = agent.rules.find(
    (other) => other.port === port && other.requests.length === 0 && other.host?.covers(host) === true,
  );
  const paths =
    "The proxy compares methods and paths as text. What a path means, and whether a header or the body asks for another method or path, is up to the server.";
  return [
    { id: "R55", title: "requests as the server reads them", detail: paths },
    ...(wider === undefined
      ? []
      : [
          {
            id: "R56",
            title: "requests that another entry passes anyhow",
            detail: `${wider.id} passes every request to ${protocol === EgressProtocol.HTTP ? "http" : "https"}://${host}:${port}, so that the requests listed for it bound nothing. Remove the wider entry, or the requests.`,
          },
        ]),
  ];
}
