import { HostMatch } from "../names/host-pattern";
import { EgressProtocol, type EgressRule } from "../policy/egress";
import { Mode } from "../policy/mode";
import type { AgentEgress } from "./agent-egress";
import { isResolver } from "./doh-hosts";
import type { ResidualRisk } from "./residual-risk";
import { UNDECIDED_BYTES } from "./suricata-terminal";

/** What a firewall that reads names in passing traffic does not stop. */
export function firewallRisks(agents: AgentEgress[]): ResidualRisk[] {
  const entries = agents.flatMap((agent) => agent.rules.map((rule) => ({ agent: agent.name, rule })));
  const watched = agents.filter((agent) => agent.mode === Mode.MONITOR);
  return [
    ...(entries.some(({ rule }) => rule.host !== undefined) ? WHEREVER_NAMES : []),
    ...watched.map(({ name }) => ({
      id: "R07",
      title: "watched, not contained",
      agent: name,
      detail:
        "The agent is in monitor mode: what its policy does not name passes to any public address, and is logged. Traffic to private addresses, datagrams that come back in fragments and IPv6 inside IPv4 are dropped all the same.",
    })),
    ...entries.flatMap(({ agent, rule }) =>
      risksOfRule(rule).map((risk) => ({ ...risk, agent, destination: rule.destination })),
    ),
  ];
}

const BOUND = UNDECIDED_BYTES.toLocaleString("en-US");

const WHEREVER_NAMES: ResidualRisk[] = [
  {
    id: "R01",
    title: "a name is not an address",
    detail:
      "The firewall reads the name that the agent sends. An agent that sends a listed name to a stranger's address passes; it has to know such an address without asking the resolver. With raw sockets it can also show the firewall a listed name that the server discards.",
  },
  {
    id: "R02",
    title: "what lies behind a listed name",
    detail:
      "A listed service is trusted not to pass data on: whatever it stores, forwards or fetches for a client can carry data out.",
  },
  {
    id: "R04",
    title: "bytes before the verdict",
    detail: `On a port that its policy opens for names, an agent can open a connection to any public address and send up to ${BOUND} bytes that begin as a hello or request before the name is judged; nothing comes back, but it can connect again. With raw sockets and a server that plays along, bytes sent again with other content are not counted.`,
  },
  {
    id: "R05",
    title: "encrypted hello",
    detail:
      "With Encrypted Client Hello the firewall sees the outer name. The resolver refuses the records that carry its keys; keys brought along pass if the outer name is listed.",
  },
];

function risksOfRule(rule: EgressRule): { id: string; title: string; detail: string }[] {
  const { host, cidr, protocol, sharedTenancy } = rule;
  const risks: { id: string; title: string; detail: string }[] = [];
  if (cidr !== undefined) {
    risks.push({
      id: "R03",
      title: "no name is matched",
      detail: `Whoever holds ${cidr} is reached, whatever the connection carries.`,
    });
  }
  if (protocol === EgressProtocol.HTTP) {
    risks.push({
      id: "R06",
      title: "later requests on one connection",
      detail:
        "The first request's host decides; a proxy behind the address may serve another host to a later request or tunnel. The content can be read and changed on the way.",
    });
  }
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
