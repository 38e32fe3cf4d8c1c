import { CordonError } from "../errors/cordon-error";
import { CidrBlock, SPECIAL_PURPOSE } from "../names/cidr-block";
import { identifier } from "../names/plain-text";
import type { AgentEgress } from "./agent-egress";

/** Refuses agents that a firewall can't tell apart by where their traffic comes from. @throws CORDON-050, CORDON-022 */
export function checkSources(agents: AgentEgress[], at: string): void {
  const names = new Set<string>();
  for (const { name, sources } of agents) {
    identifier(name, at, "an agent's name");
    if (names.has(name)) throw notApart(at, `two agents are named '${name}'`, "give each its own name");
    names.add(name);
    if (sources.length === 0) throw notApart(at, `agent '${name}' has no source addresses`, "give it a subnet");
    const v6 = sources.find((source) => source.version === 6);
    if (v6 !== undefined) {
      throw notApart(
        at,
        `agent '${name}' sends from ${v6}, which is IPv6`,
        "use IPv4 subnets; a cell on AWS has IPv4 alone",
      );
    }
  }
  checkOverlaps(agents, at);
}

/** All that is not public internet: what IANA sets aside, and agents' addresses outside of it. */
export function homeNet(agents: AgentEgress[]): string[] {
  const special = SPECIAL_PURPOSE[4].map((block) => CidrBlock.parse(block, "special-purpose registry"));
  const own = agents
    .flatMap((agent) => agent.sources)
    .filter((source) => !special.some((block) => block.contains(source)));
  return [...new Set([...SPECIAL_PURPOSE[4], ...own.map(String)])].sort();
}

function checkOverlaps(agents: AgentEgress[], at: string): void {
  const all = agents.flatMap(({ name, sources }) => sources.map((source) => ({ name, source })));
  all.sort((a, b) => (a.source.first < b.source.first ? -1 : a.source.first > b.source.first ? 1 : 0));
  let furthest = all[0];
  for (const next of all.slice(1)) {
    if (furthest?.source.overlaps(next.source) && furthest.name !== next.name) {
      const [first, second] = [furthest.name, next.name].sort();
      const fix = "give each agent subnets of its own; rules tell agents apart by source";
      throw notApart(at, `agents '${first}' and '${second}' share addresses of ${next.source}`, fix);
    }
    if (furthest === undefined || next.source.last > furthest.source.last) furthest = next;
  }
}

const notApart = (at: string, problem: string, fix: string): CordonError =>
  new CordonError("CORDON-050", at, problem, fix);
