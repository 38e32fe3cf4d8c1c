import type { AttachPoint } from "../graph/graph";
import type { Declaration } from "../model/declaration";
import type { Inventory } from "../read/inventory";
import type { Names } from "./names";
import { type Networks, SOME_ADDRESS, type Subnet } from "./networks";
import { placeNode } from "./nodes";
import { ACCOUNT_TYPES, type Placement, type Placements } from "./placements";

/** An attach point with who it is to firewalls and proxies. */
export interface GcpAttachPoint extends AttachPoint {
  /** What stands there; undefined for the place that is kept for the agent's own workload. */
  readonly placement: Placement | undefined;
  /** Service account, by its address or e-mail. */
  readonly account: string | undefined;
  /** A proxy sees the account: not so for Cloud Run. */
  readonly isKnownByAccount: boolean;
  readonly tags: readonly string[];
  readonly secureTags: readonly string[];
  /** Nothing is said of what will stand there: rules for any account or tag may mean it. */
  readonly isAnybody: boolean;
  readonly region: string | undefined;
  readonly place: string;
}

export interface AgentContext {
  readonly inventory: Inventory;
  readonly names: Names;
  readonly networks: Networks;
  readonly placements: Placements;
}

/**
 * Finds the agents of a stack: those that the caller names, else those of the declaration, else everything that runs, and
 * in a stack where nothing does every subnet that something can run in.
 */
export function findAgents(
  context: AgentContext,
  named: { readonly [agent: string]: readonly string[] } = {},
  declaration?: Declaration,
): GcpAttachPoint[] {
  const byName = Object.entries(named);
  const points =
    byName.length > 0
      ? byName.flatMap(([agent, addresses]) => addresses.flatMap((one) => ofAddress(context, agent, one)))
      : (declaration?.cells.length ?? 0) > 0
        ? ofDeclaration(context, declaration)
        : inferred(context);
  const seen = new Set<string>();
  return points
    .filter(({ agent, node }) => !seen.has(`${agent} ${node}`) && seen.add(`${agent} ${node}`) !== undefined)
    .sort((a, b) => (a.node < b.node ? -1 : 1));
}

function ofDeclaration(context: AgentContext, declaration: Declaration | undefined): GcpAttachPoint[] {
  const cells = declaration?.cells ?? [];
  const owners = new Map<string, Set<string>>();
  for (const cell of cells)
    for (const { agent } of cell.agents) owners.set(agent, (owners.get(agent) ?? new Set()).add(cell.cell));
  return cells.flatMap((cell) =>
    cell.agents.flatMap((agent) => {
      const name = (owners.get(agent.agent)?.size ?? 0) > 1 ? `${cell.cell}/${agent.agent}` : agent.agent;
      return (agent.places ?? []).flatMap((place) => {
        const subnet = context.networks.subnets.get(place);
        return subnet === undefined ? [] : inSubnet(context, name, subnet, agent.identity);
      });
    }),
  );
}

function ofAddress(context: AgentContext, agent: string, address: string): GcpAttachPoint[] {
  const subnet = context.networks.subnets.get(address);
  if (subnet !== undefined) return inSubnet(context, agent, subnet, undefined);
  const isAccount = ACCOUNT_TYPES.some((type) => address.includes(`${type}.`));
  return context.placements.all
    .filter((one) => (isAccount ? one.identity === address : one.resource.address === address))
    .map((one) => placed(agent, one));
}

// What stands in an agent's subnet acts as the agent, whoever put it there.
function inSubnet(
  { placements }: AgentContext,
  agent: string,
  subnet: Subnet,
  account: string | undefined,
): GcpAttachPoint[] {
  const standing = placements.in(subnet.address).map((one) => placed(agent, one));
  if (account === undefined && standing.length > 0) return standing;
  const kept: GcpAttachPoint = {
    ...at(agent, subnet, subnet.address),
    placement: undefined,
    account,
    isKnownByAccount: true,
    tags: [],
    secureTags: [],
    isAnybody: account === undefined,
  };
  return [...standing, kept];
}

function placed(agent: string, placement: Placement): GcpAttachPoint {
  const { resource, subnet, index, identity, tags, secureTags, isKnownByAccount } = placement;
  const name = index === 0 ? resource.address : `${resource.address}#${index}`;
  const home = subnet ?? nowhere(resource.address);
  const own = { placement, account: identity, isKnownByAccount, tags, secureTags, isAnybody: false };
  const point = { ...at(agent, home, name), address: resource.address, ...own };
  return placement.sources === undefined ? point : { ...point, sources: placement.sources, isStandIn: false };
}

function at(
  agent: string,
  subnet: Subnet,
  name: string,
): Omit<GcpAttachPoint, "placement" | "account" | "isKnownByAccount" | "tags" | "secureTags" | "isAnybody"> {
  const sources = subnet.sources ?? subnet.assumed;
  return {
    agent,
    place: placeNode(name, subnet.address),
    node: `workload:${name}@${subnet.address}`,
    address: subnet.address,
    subnet: subnet.address,
    network: subnet.network,
    zone: undefined,
    region: subnet.region,
    sources,
    isStandIn: sources === SOME_ADDRESS,
  };
}

// Serverless without a network: it has addresses of Google's, and no firewall of ours before it.
const nowhere = (address: string): Subnet => ({
  address: `no network of ${address}`,
  network: `no network of ${address}`,
  region: undefined,
  sources: undefined,
  assumed: SOME_ADDRESS,
  isReserved: false,
  resource: undefined,
});

function inferred(context: AgentContext): GcpAttachPoint[] {
  const { networks, placements } = context;
  const running = placements.all.map((one) => placed(one.resource.loaded.name, one));
  const busy = new Set(running.map((one) => one.network));
  const idle = [...networks.subnets.values()].filter(
    (subnet) => subnet.resource?.mode === "managed" && !subnet.isReserved && !busy.has(subnet.network),
  );
  return [
    ...running,
    ...idle.flatMap((subnet) => inSubnet(context, subnet.resource?.loaded.name ?? subnet.address, subnet, undefined)),
  ];
}
