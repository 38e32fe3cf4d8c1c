import { HostMatch, type HostPattern } from "../../names/host-pattern";
import { EgressProtocol, type EgressRule } from "../../policy/egress";
import { Mode } from "../../policy/mode";
import type { AgentEgress } from "../agent-egress";
import { isResolver } from "../doh-hosts";
import type { ResidualRisk } from "../residual-risk";
import type { Engine } from "./expressible";
import { TENANT_HOSTS } from "./tenant-hosts";

/** What the firewall and the resolver leave open of the agents' lists. */
export function listRisks(agents: readonly AgentEgress[], engine: Engine): ResidualRisk[] {
  const named = agents.some(({ rules }) => rules.some(({ host }) => host !== undefined));
  return [
    ...(named ? [BEHIND_A_NAME, ...(isReadInside(agents, engine) ? [] : [FRONTING]), ...shared(agents)] : []),
    ...agents.flatMap((agent) => [
      ...(agent.mode === Mode.MONITOR ? [watched(agent.name)] : []),
      ...agent.rules.flatMap((rule) =>
        ofRule(rule).map((risk) => ({ ...risk, agent: agent.name, destination: rule.destination })),
      ),
    ]),
  ];
}

/** Whether every name on the lists is read inside of TLS too. */
const isReadInside = (agents: readonly AgentEgress[], { inspectsTls }: Engine): boolean =>
  inspectsTls && agents.every(({ rules }) => rules.every(({ protocol }) => protocol !== EgressProtocol.TLS));

const BEHIND_A_NAME: ResidualRisk = {
  id: "R02",
  title: "what lies behind a listed name",
  detail:
    "A listed service is trusted not to pass data on: whatever it stores, forwards or fetches for a client can carry data out.",
};

const FRONTING: ResidualRisk = {
  id: "R80",
  title: "one name outside, another inside",
  detail:
    "Without TLS inspection the firewall reads the name in the TLS hello, and connects there itself. A service behind a listed name that serves others' names too, such as a content network, may answer for one of them.",
};

function shared(agents: readonly AgentEgress[]): ResidualRisk[] {
  const lists = new Set(agents.map(({ rules }) => rules.map(({ host }) => String(host)).join(" ")));
  return [
    ...(lists.size > 1
      ? [
          {
            id: "R20",
            title: "names of one agent resolve for the others",
            detail: `The resolver is one per network, so ${agents.map(({ name }) => `'${name}'`).join(", ")} resolve each other's names; the firewall still decides by agent what they reach.`,
          },
        ]
      : []),
    {
      id: "R21",
      title: "queries below a name carry data",
      detail:
        "The resolver answers a listed name and every name below it, so agents can send text in queries to the name servers of the listed domains.",
    },
  ];
}

const watched = (agent: string): ResidualRisk => ({
  id: "R07",
  title: "watched, not contained",
  agent,
  detail:
    "The agent is in monitor mode: what its policy does not name passes to any public address, and is logged under its watch rules. Traffic to private addresses, and connections without a name on the ports that rules by name are for, stay denied.",
});

function ofRule(rule: EgressRule): { id: string; title: string; detail: string }[] {
  const { host, cidr, protocol, sharedTenancy } = rule;
  const risks: { id: string; title: string; detail: string }[] = [];
  if (cidr !== undefined) {
    const detail = `Whoever holds ${cidr} is reached, whatever the connection carries.`;
    risks.push({ id: "R03", title: "no name is matched", detail });
  }
  if (protocol === EgressProtocol.TLS) {
    const detail = "The name is read in the TLS hello; what is spoken inside is not looked at.";
    risks.push({ id: "R81", title: "any protocol inside of TLS", detail });
  }
  if (host !== undefined && isResolver(host)) {
    const detail =
      "The name is of a public DNS-over-HTTPS resolver: names can be asked there that the cell's resolver refuses, and data carried in them.";
    risks.push({ id: "R08", title: "a resolver on the allow list", detail });
  }
  if (host !== undefined && isOfTenants(host)) {
    const detail =
      "The name serves every tenant of Azure: with a key or token of somebody else's tenant the agent signs in or works there. Headers that restrict tenants have to be written into an inspected rule.";
    risks.push({ id: "R82", title: "a name of every tenant", detail });
  }
  if (host?.match === HostMatch.SUBDOMAINS && sharedTenancy !== undefined) {
    risks.push({ id: "R09", title: "strangers' names below a wildcard", detail: `Accepted because: ${sharedTenancy}` });
  }
  return risks;
}

const isOfTenants = ({ match, name }: HostPattern): boolean =>
  TENANT_HOSTS.some((one) => (match === HostMatch.EXACT ? one === name : one.endsWith(`.${name}`)));
