import type { Declaration } from "../model/declaration";
import type { AgentFault, Fault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, listOf, referencesIn, stringsOf, textOf, tokensOf } from "../read/values";
import type { Resolved } from "../resolve/value";
import type { AzureAttachPoint } from "./agents";
import { aboutOf, idOf, keyOf } from "./own";
import { builtIn, hazardsOf, type RoleActions, type RoleHazard } from "./roles";

const IDENTITY = "azurerm_user_assigned_identity";
/** What many resources are in. */
const BROAD_TYPES = new Set(["azurerm_resource_group", "azurerm_subscription", "azurerm_management_group"]);
const BROAD_ID =
  /^\/(subscriptions\/[^/]+(\/resourceGroups\/[^/]+)?|providers\/Microsoft\.Management\/managementGroups\/[^/]+)?\/?$/i;

/** Identities of a stack, by whom they are for. */
export interface IdentityFaults {
  readonly ofAgents: AgentFault[];
  readonly ofOthers: Fault[];
  /** Addresses of the agents' identities. */
  readonly addresses: string[];
}

/** What reads identities. */
export interface IdentityContext {
  readonly inventory: Inventory;
  readonly points: readonly AzureAttachPoint[];
  readonly declaration: Declaration | undefined;
  /** Addresses of what contains the agents: networks, firewalls, groups, tables, records. */
  readonly slice: ReadonlySet<string>;
}

/** What agents' identities could do, who could take them, and what others could change. */
export function readIdentities(context: IdentityContext): IdentityFaults {
  const { inventory } = context;
  const bearers = bearersOf(context);
  const ofAgents: AgentFault[] = [];
  const ofOthers: Fault[] = [];
  for (const assignment of inventory.of("grants", "azurerm_role_assignment")) {
    const principals = [...new Set(referencesIn(assignment.values["principal_id"]))];
    const agents = [...new Set(principals.flatMap((one) => [...(bearers.get(one) ?? [])]))].sort();
    if (agents.length > 0) {
      for (const agent of agents) ofAgents.push(...agentFaults(context, assignment, agent));
    } else ofOthers.push(...otherFaults(context, assignment));
  }
  for (const [address, agents] of bearers) {
    const shared = [...agents].sort();
    if (shared.length > 1 && inventory.get(address)?.type === IDENTITY) {
      ofAgents.push({
        agent: shared[0] ?? "",
        address,
        severity: "high",
        problem: `agents ${shared.join(" and ")} have one identity, so what one is given the other has`,
        fix: "give each agent an identity of its own",
      });
    }
  }
  ofAgents.push(...federationFaults(inventory, bearers));
  return { ofAgents, ofOthers, addresses: [...bearers.keys()].filter((one) => inventory.get(one)?.type === IDENTITY) };
}

// Identities by address: declared, or borne by what stands at an agent's place. What bears one of its own is its address.
function bearersOf({ inventory, points, declaration }: IdentityContext): Map<string, Set<string>> {
  const bearers = new Map<string, Set<string>>();
  const add = (address: string, agent: string): void => {
    bearers.set(address, (bearers.get(address) ?? new Set<string>()).add(agent));
  };
  for (const { agent, identity } of declaration?.cells.flatMap((cell) => cell.agents) ?? []) {
    if (inventory.get(identity) !== undefined) add(identity, agent);
  }
  for (const { agent, placement } of points) {
    if (placement === undefined) continue;
    const hosted = inventory
      .of("grants", "azurerm_container_app", "azurerm_container_app_job")
      .filter((one) => referencesIn(one.values["container_app_environment_id"]).includes(placement.resource.address));
    for (const { address, values } of [placement.resource, ...hosted]) {
      add(address, agent);
      const names = blocksOf(values["identity"]).flatMap((one) => referencesIn(one["identity_ids"]));
      const kubelet = blocksOf(values["kubelet_identity"]).flatMap((one) =>
        referencesIn(one["user_assigned_identity_id"]),
      );
      for (const name of [...names, ...kubelet]) if (inventory.get(name)?.type === IDENTITY) add(name, agent);
    }
  }
  return bearers;
}

interface Role {
  readonly name: string;
  /** Undefined where it is not known. */
  readonly actions: RoleActions | undefined;
  readonly address: string;
  readonly isCustom: boolean;
}

function roleOf(inventory: Inventory, assignment: PlannedResource): Role {
  const { address, values } = assignment;
  const id = values["role_definition_id"];
  const definition = aboutOf(inventory, id, "azurerm_role_definition");
  if (definition?.mode === "managed") {
    const permissions = blocksOf(definition.values["permissions"]);
    const list = (name: string): string[] => permissions.flatMap((one) => stringsOf(one[name]));
    const isUnsaid =
      permissions.some((one) => hasUnknown(one["actions"])) || hasUnknown(definition.values["permissions"]);
    const name = textOf(definition.values["name"]) ?? definition.address;
    const actions = isUnsaid ? undefined : { actions: list("actions"), notActions: list("not_actions") };
    return { name, actions, address: definition.address, isCustom: true };
  }
  // A data source names the role that it looks up.
  const name = textOf(values["role_definition_name"]) ?? textOf(definition?.values["name"]) ?? textOf(id);
  return {
    name: name ?? keyOf(id) ?? "a role",
    actions: name === undefined ? undefined : builtIn(name),
    address,
    isCustom: false,
  };
}

/** Whether a scope holds many resources. */
function breadthOf(inventory: Inventory, assignment: PlannedResource): "broad" | "single" | "unknown" {
  const scope = assignment.values["scope"];
  const text = textOf(scope);
  if (text !== undefined) return BROAD_ID.test(text) ? "broad" : "single";
  const about = referencesIn(scope).map((one) => inventory.get(one));
  if (about.some((one) => one !== undefined && BROAD_TYPES.has(one.type))) {
    // `<group id>/providers/...` is one resource of the group.
    return /\}\/providers\/[^/]+\/[^/]+\/.+/i.test(keyOf(scope) ?? "") ? "single" : "broad";
  }
  return about.some((one) => one !== undefined) ? "single" : "unknown";
}

function agentFaults({ inventory }: IdentityContext, assignment: PlannedResource, agent: string): AgentFault[] {
  const { address, values } = assignment;
  const role = roleOf(inventory, assignment);
  const breadth = breadthOf(inventory, assignment);
  const faults: AgentFault[] = [];
  if (breadth === "broad" || (breadth === "unknown" && counts(inventory, address, "scope", values["scope"]))) {
    faults.push({
      agent,
      address,
      problem: `it gives agent ${agent} ${role.name} over ${breadth === "broad" ? "everything in" : "a scope that is not known:"} ${keyOf(values["scope"]) ?? "its scope"}`,
      fix: "name one resource as the scope",
    });
  }
  const hazards = knownHazards(inventory, role);
  const [first] = hazards ?? [];
  if (first !== undefined) {
    faults.push({
      agent,
      address: role.isCustom ? role.address : address,
      problem: `${role.name} lets agent ${agent} ${first.action}: it ${first.title}`,
      fix: "give it a role that reads, or works with the data of one resource",
      path: [{ layer: "identity", address, says: `gives the role over ${keyOf(values["scope"]) ?? "its scope"}` }],
      request: { action: first.action, resource: keyOf(values["scope"]) ?? "*" },
    });
  }
  return faults;
}

// What a role that is not known could do: anything, in the open reading.
function knownHazards(inventory: Inventory, role: Role): RoleHazard[] {
  if (role.actions !== undefined) return hazardsOf(role.actions);
  const isOpen = inventory.counts("grants", role.address, `what ${role.name} may do`, [role.address]);
  return isOpen ? hazardsOf({ actions: ["*"], notActions: [] }) : [];
}

function otherFaults({ inventory, slice }: IdentityContext, assignment: PlannedResource): Fault[] {
  const { address, values } = assignment;
  const role = roleOf(inventory, assignment);
  const breadth = breadthOf(inventory, assignment);
  const holds = referencesIn(values["scope"]).some((one) => slice.has(one));
  if (breadth === "single" && !holds) return [];
  const broad = breadth !== "unknown" || counts(inventory, address, "scope", values["scope"]);
  if (!broad && !holds) return [];
  const [first] = knownHazards(inventory, role);
  if (first === undefined) return [];
  const who = keyOf(values["principal_id"]) ?? "another identity";
  return [
    {
      address,
      problem: `${role.name} lets ${who} ${first.action}: it ${first.title}`,
      fix: "name what it needs, and leave what contains the agents to the deployer",
      path: [{ layer: "identity", address, says: `gives the role over ${keyOf(values["scope"]) ?? "its scope"}` }],
      request: { action: first.action, resource: keyOf(values["scope"]) ?? "*" },
    },
  ];
}

// Azure compares subjects letter by letter; a pattern in one means that somebody else reads it as one.
function federationFaults(inventory: Inventory, bearers: ReadonlyMap<string, ReadonlySet<string>>): AgentFault[] {
  return inventory.of("grants", "azurerm_federated_identity_credential").flatMap((one) => {
    const { address, values } = one;
    const identity = idOf(values["parent_id"]) ?? idOf(values["user_assigned_identity_id"]) ?? "";
    const [agent] = [...(bearers.get(identity) ?? [])].sort();
    if (agent === undefined) return [];
    const subject = textOf(values["subject"]);
    const fault = (problem: string): AgentFault[] => [
      { agent, address, problem, fix: "name the one subject that runs the agent, and the audience of token exchange" },
    ];
    if (isAbsent(values["subject"])) return fault("whoever its issuer signs for takes the identity");
    if (subject === undefined) {
      // A subject that is made of the stack's own parts is one subject.
      if (!hasUnknown(values["subject"]) || !inventory.countsUnknown("grants", address, "subject", values["subject"]))
        return [];
      return fault("whom it lets take the identity is not known");
    }
    if (/[*?]/.test(subject))
      return fault(`subject ${subject} is a pattern: more than one workload takes the identity`);
    if (/:pull_request$/.test(subject)) return fault(`subject ${subject} is whoever opens a pull request`);
    const audiences = listOf(values["audience"]);
    const isOwn = audiences.every(
      (audience) => typeof audience !== "string" || /^api:\/\/AzureADTokenExchange/.test(audience),
    );
    return isOwn ? [] : fault(`audience ${stringsOf(values["audience"]).join(", ")} is not the one of token exchange`);
  });
}

function counts(inventory: Inventory, address: string, argument: string, value: Resolved | undefined): boolean {
  return inventory.counts("grants", address, `its ${argument} is not known`, [
    ...(tokensOf(value).length > 0 ? tokensOf(value) : [address]),
  ]);
}
