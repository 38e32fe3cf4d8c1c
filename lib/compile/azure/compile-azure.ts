import { CordonError } from "../../errors/cordon-error";
import type { CidrBlock } from "../../names/cidr-block";
import { contentHash } from "../../names/content-hash";
import { EgressProtocol, type EgressRule } from "../../policy/egress";
import { Mode } from "../../policy/mode";
import type { AgentEgress } from "../agent-egress";
import { checkSources } from "../agent-sources";
import type { ResidualRisk } from "../residual-risk";
import { checkExpressible, type Engine } from "./expressible";
import { listRisks } from "./list-risks";
import type { AzureApplicationRule, AzureNetworkRule, AzureRuleCollection, AzureRuleGroup } from "./rule-group";

/** What a cell's engines read. */
export interface CompiledAzure {
  /** In the order of evaluation. */
  readonly groups: AzureRuleGroup[];
  /** Names that the resolver answers, with a dot at their end, in lists of a size that Azure takes. */
  readonly nameLists: string[][];
  readonly residual: ResidualRisk[];
}

/** What is compiled. */
export interface AzureInput {
  readonly engine: Engine;
  readonly agents: readonly AgentEgress[];
  readonly endpointNames: readonly string[];
  readonly cnameSuffixes: readonly string[];
  readonly cidr: CidrBlock;
  readonly at: string;
}

/** Azure takes 2 MB for a group, in its own spelling of the same. */
const MOST_CHARACTERS = 1_500_000;
/** Names in one list of the resolver. */
const LIST = 100;
const NAMED = [
  { type: "Http", port: 80 },
  { type: "Https", port: 443 },
];

/** Compiles the agents' lists. Pure: the same lists give the same bytes. @throws CORDON-050, CORDON-051, CORDON-052 */
export function compileAzure({ engine, agents, endpointNames, cnameSuffixes, cidr, at }: AzureInput): CompiledAzure {
  const sorted = [...agents].sort((a, b) => (a.name < b.name ? -1 : 1));
  checkSources(sorted, at);
  for (const { name, rules } of sorted) checkExpressible(rules, engine, `${at}, agent '${name}'`);
  const agentRules = agentsGroup(sorted, engine);
  const size = JSON.stringify(agentRules).length;
  if (size > MOST_CHARACTERS) {
    throw new CordonError(
      "CORDON-052",
      at,
      `its rules take ${size} characters, and one group of Azure Firewall takes ${MOST_CHARACTERS} safely`,
      "shorten the lists with wildcards, or divide the agents between cells",
    );
  }
  const names = sorted.flatMap(({ rules }) => rules.flatMap(({ host }) => (host === undefined ? [] : [host.name])));
  const domains = [...names, ...endpointNames.map((name) => name.replace(/^\*\./, "")), ...cnameSuffixes];
  return {
    groups: [agentRules, finalGroup(cidr)],
    nameLists: chunks([...new Set(domains.map((domain) => `${domain}.`))].sort()),
    residual: listRisks(sorted, engine),
  };
}

function agentsGroup(agents: readonly AgentEgress[], engine: Engine): AzureRuleGroup {
  return {
    name: "agents",
    priority: 1000,
    networkRuleCollection: agents.flatMap(networkCollections),
    applicationRuleCollection: agents.flatMap((agent, index) => applicationCollections(agent, index, engine)),
  };
}

// Network rules come first, whatever the priorities say; each kind counts for itself.
function networkCollections(agent: AgentEgress, index: number): AzureRuleCollection<AzureNetworkRule>[] {
  const sourceAddresses = agent.sources.map(String);
  const listed = agent.rules.filter(isUnnamed).map(
    (rule): AzureNetworkRule => ({
      name: ruleName(rule),
      sourceAddresses,
      protocols: [rule.protocol === EgressProtocol.UDP ? "UDP" : "TCP"],
      destinationPorts: [String(rule.port)],
      destinationAddresses: [String(rule.cidr)],
    }),
  );
  const watch = ["TCP", "UDP"].map(
    (protocol): AzureNetworkRule => ({
      name: `watch-${protocol.toLowerCase()}`,
      sourceAddresses,
      protocols: [protocol],
      destinationAddresses: ["0.0.0.0/0"],
      destinationPorts: protocol === "TCP" ? unnamedPorts(agent) : ["1-65535"],
    }),
  );
  return [
    ...collection<AzureNetworkRule>(`agent-${agent.name}`, 1000 + 20 * index, listed),
    ...collection<AzureNetworkRule>(`watch-${agent.name}`, 1010 + 20 * index, agent.mode === Mode.MONITOR ? watch : []),
  ];
}

function applicationCollections(
  agent: AgentEgress,
  index: number,
  { inspectsTls }: Engine,
): AzureRuleCollection<AzureApplicationRule>[] {
  const sourceAddresses = agent.sources.map(String);
  const listed = agent.rules
    .filter((rule) => !isUnnamed(rule))
    .map(
      (rule): AzureApplicationRule => ({
        name: ruleName(rule),
        sourceAddresses,
        protocols: [{ type: rule.protocol === EgressProtocol.HTTP ? "Http" : "Https", port: rule.port }],
        ...(rule.requests.length === 0
          ? { destinationFqdns: [String(rule.host)] }
          : {
              destinationUrls: rule.requests.map(({ path, isPrefix }) => `${rule.host}${path}${isPrefix ? "*" : ""}`),
            }),
        // What is no HTTP inside could not be read, and would fail.
        ...(inspectsTls && rule.protocol === EgressProtocol.HTTPS ? { terminateTls: true } : {}),
      }),
    );
  const watch: AzureApplicationRule[] = [
    { name: "watch-names", sourceAddresses, protocols: NAMED, destinationFqdns: ["*"] },
  ];
  return [
    ...collection<AzureApplicationRule>(`agent-${agent.name}`, 1000 + 20 * index, listed),
    ...collection<AzureApplicationRule>(
      `watch-${agent.name}`,
      1010 + 20 * index,
      agent.mode === Mode.MONITOR ? watch : [],
    ),
  ];
}

// Azure's own list of infrastructure names is asked after the last group, and before the firewall denies by itself.
function finalGroup(cidr: CidrBlock): AzureRuleGroup {
  const rule = {
    name: "everything-else",
    sourceAddresses: [cidr.toString()],
    protocols: [...NAMED, { type: "Mssql", port: 1433 }],
    destinationFqdns: ["*"],
  };
  return {
    name: "final",
    priority: 65_000,
    networkRuleCollection: [],
    applicationRuleCollection: [{ name: "deny-unlisted", priority: 65_000, action: "Deny", rule: [rule] }],
  };
}

function collection<R>(name: string, priority: number, rule: R[]): AzureRuleCollection<R>[] {
  return rule.length === 0 ? [] : [{ name, priority, action: "Allow", rule }];
}

/** Every TCP port but those that rules by name are for: a network rule would come before them. */
function unnamedPorts({ rules }: AgentEgress): string[] {
  const named = rules.filter((rule) => !isUnnamed(rule)).map(({ port }) => port);
  const between = [...new Set([80, 443, 1433, ...named])].sort((a, b) => a - b);
  const ranges = [0, ...between].map((port, index) => [port + 1, (between[index] ?? 65_536) - 1] as const);
  return ranges.filter(([from, to]) => from <= to).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
}

/** Whether nothing in the connection says a name. */
const isUnnamed = ({ protocol }: EgressRule): boolean =>
  protocol === EgressProtocol.TCP || protocol === EgressProtocol.UDP;

function ruleName({ id }: EgressRule): string {
  const plain = id.replace("*.", "any.").replace(/[^a-z0-9.-]+/g, "-");
  return plain.length <= 80 ? plain : `${plain.slice(0, 71)}-${contentHash(id, 8)}`;
}

function chunks(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / LIST) }, (_, index) =>
    names.slice(index * LIST, (index + 1) * LIST),
  );
}
