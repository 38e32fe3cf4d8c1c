import { EffectivePermissions, type IdentityDocuments } from "../iam/effective";
import { type HazardFinding, hazardsOf } from "../iam/hazards";
import { managedPolicy } from "../iam/managed-policies";
import type { Owner } from "../iam/owner";
import { type PolicyDocument, readPolicyDocument } from "../iam/policy-document";
import { replay } from "../iam/replay";
import { openTrust } from "../iam/trust";
import type { Declaration } from "../model/declaration";
import type { AgentFault, Fault } from "../model/facts";
import type { Inventory } from "../read/inventory";
import { hasUnknown, target, tokensOf } from "../read/values";
import type { Resolved } from "../resolve/value";
import type { AwsAttachPoint } from "./agents";
import { type AttachedDocument, type AwsRole, readRoles } from "./identities";

/** What is wrong with the identities of a stack. */
export interface IdentityFaults {
  readonly ofAgents: AgentFault[];
  readonly ofOthers: Fault[];
  /** Addresses of the agents' roles and of what is attached to them. */
  readonly addresses: string[];
}

/** Hazards that a role beside the agents must not have: they change what the proof stands on. */
const FOUNDATION = new Set(["iam-change", "network-change", "firewall-change", "resolver-change", "log-tampering"]);

/** Reads the roles of a stack: what agents' roles could do and who could take them, and what the others could change. */
export function readIdentities(
  inventory: Inventory,
  points: readonly AwsAttachPoint[],
  declaration: Declaration | undefined,
  owner: Owner | undefined,
): IdentityFaults {
  const agents = (declaration?.cells ?? []).flatMap((cell) => cell.agents);
  const declared = new Map(agents.map((agent): [string, string] => [agent.identity, agent.agent]));
  const roles = readRoles(inventory, points, declared);
  const own = roles.filter((role) => role.agents.length > 0);
  const vpcOf = (role: AwsRole): string => {
    const network = points.find((point) => role.agents.includes(point.agent))?.network ?? "";
    return inventory.get(network) === undefined ? network : `\${${network}.id}`;
  };
  const missing = agents
    .filter((agent) => inventory.get(agent.identity) === undefined)
    .map((agent) => ({
      agent: agent.agent,
      address: agent.identity,
      problem: `the role of agent ${agent.agent} is not in this stack`,
      fix: "keep the role in the agents' stack",
    }));
  const others = roles.filter((role) => role.agents.length === 0);
  return {
    ofAgents: [
      ...missing,
      ...own.flatMap((role) => agentFaults(inventory, role, declared.has(role.resource.address), vpcOf(role), owner)),
    ],
    ofOthers: points.length === 0 ? [] : others.flatMap((role) => otherFaults(inventory, role)),
    addresses: own.flatMap((role) => [role.resource.address, ...role.documents.map((one) => one.address)]),
  };
}

function agentFaults(
  inventory: Inventory,
  role: AwsRole,
  isDeclared: boolean,
  vpc: string,
  owner: Owner | undefined,
): AgentFault[] {
  const { address } = role.resource;
  const found: Fault[] = [];
  if (isDeclared && role.boundary === "none") {
    found.push({
      address,
      problem: "it has no permission boundary",
      fix: "leave the role's boundary to the cell; grant() widens it",
    });
  }
  if (isDeclared && role.boundary !== "none" && hasUnknown(role.resource.values["permissions_boundary"])) {
    const value = role.resource.values["permissions_boundary"];
    if (inventory.countsUnknown("grants", address, "permissions_boundary", value)) {
      found.push({ address, problem: "its permission boundary is not known", fix: "name the boundary of this stack" });
    }
  }
  const identity: IdentityDocuments = { ...documentsOf(inventory, role), context: { "aws:SourceVpc": vpc } };
  found.push(...hazardsOf(identity, inventory.reading).map((one) => hazardFault(one, role, identity)));
  if (isDeclared) found.push(...placeFaults(role, identity, vpc));
  found.push(...trustFaults(role, inventory, owner));
  return role.agents.flatMap((agent) => found.map((fault) => ({ agent, ...fault })));
}

function otherFaults(inventory: Inventory, role: AwsRole): Fault[] {
  const identity = documentsOf(inventory, role);
  return hazardsOf(identity, inventory.reading)
    .filter((one) => FOUNDATION.has(one.hazard.id))
    .map((one) => hazardFault(one, role, identity));
}

function documentsOf(inventory: Inventory, role: AwsRole): IdentityDocuments {
  const read = (attached: AttachedDocument): PolicyDocument | undefined => {
    const document = documentOf(attached.document);
    if (document === undefined) {
      const tokens = tokensOf(attached.document);
      const at =
        typeof attached.document === "string" ? [attached.document] : [target(attached.document) ?? attached.address];
      inventory.counts("grants", attached.address, "its policy can't be read", tokens.length > 0 ? tokens : at);
    }
    return document;
  };
  return {
    grants: role.documents.map(read),
    ...(role.boundary === "none" ? {} : { limits: [read(role.boundary)] }),
  };
}

const documentOf = (value: Resolved): PolicyDocument | undefined => managedPolicy(value) ?? readPolicyDocument(value);

function hazardFault(
  { hazard, actions, permission }: HazardFinding,
  role: AwsRole,
  identity: IdentityDocuments,
): Fault {
  const { document, at, index, sid } = permission.statement;
  const owner = document === "grant" ? role.documents[at]?.address : undefined;
  const address = owner ?? role.resource.address;
  const { action, resource, context } = permission.request;
  const known = (documents: IdentityDocuments["grants"] | undefined): PolicyDocument[] =>
    (documents ?? []).filter((one): one is PolicyDocument => one !== undefined);
  // Only a request that was found whole has to hold: unread documents and unknown values can't be replayed.
  const isReplayed =
    !permission.isExact ||
    replay({ action, resource, context }, { grants: known(identity.grants), limits: known(identity.limits) }) ===
      "Allow";
  const more = actions.length > 1 ? ` and ${actions.length - 1} more` : "";
  return {
    address,
    problem: `it lets ${role.resource.address} ${action}${more}: ${hazard.title}${isReplayed ? "" : " (the request does not replay: a defect of this tool)"}`,
    fix: "remove the permission, or name the single resources that it is about",
    path: [
      { layer: "identity", address: role.resource.address, says: "is the identity" },
      {
        layer: "identity",
        address,
        says: `statement ${sid ?? (index === undefined ? "that can't be read" : index + 1)} allows ${action}`,
      },
    ],
    request: { action, resource },
  };
}

/** Stands for the agents' own network. */
const OWN_VPC = "own";

/** Where and how credentials of an agent work: requests that come from elsewhere, or from the old metadata service. */
const PLACES: readonly {
  readonly context: { readonly [key: string]: string };
  readonly problem: string;
  readonly fix: string;
}[] = [
  {
    context: { "aws:SourceVpc": "vpc-00000000000000000", "aws:ViaAWSService": "false", "ec2:RoleDelivery": "2.0" },
    problem: "its credentials work from outside of the agents' network",
    fix: "deny what does not come from the agents' VPC (aws:SourceVpc) in the boundary",
  },
  {
    context: { "aws:SourceVpc": OWN_VPC, "aws:ViaAWSService": "false", "ec2:RoleDelivery": "1.0" },
    problem: "its credentials work when the old metadata service gave them out",
    fix: "deny ec2:RoleDelivery below 2.0 in the boundary",
  },
];

function placeFaults(role: AwsRole, identity: IdentityDocuments, vpc: string): Fault[] {
  if (role.boundary === "none") return [];
  const address = role.boundary.address;
  return PLACES.flatMap(({ context, problem, fix }) => {
    // The id of the agents' own VPC is a symbol, which could be equal to any id: what surely works from elsewhere counts.
    const own = Object.fromEntries(
      Object.entries(context).map(([key, value]) => [key, value === OWN_VPC ? vpc : value]),
    );
    const permission = new EffectivePermissions({ ...identity, context: own }, "closed").can("*");
    if (permission === undefined) return [];
    const { action, resource } = permission.request;
    return [{ address, problem, fix, request: { action, resource } }];
  });
}

function trustFaults(role: AwsRole, inventory: Inventory, owner: Owner | undefined): Fault[] {
  const document = readPolicyDocument(role.trust);
  if (document === undefined) {
    inventory.counts("grants", role.resource.address, "its trust policy can't be read", tokensOf(role.trust));
  }
  return openTrust(document, { reading: inventory.reading, ...(owner === undefined ? {} : { owner }) })
    .filter((gap) => gap.kind !== "deputy" || !isQuiet(gap.principal))
    .map(({ says }) => ({
      address: role.resource.address,
      problem: `its trust policy is open: ${says}`,
      fix: "name the one service, role or subject that runs the agent",
    }));
}

// Services whose documentation asks for no source account.
const isQuiet = (principal: string): boolean => /^(ec2|lambda)\.amazonaws\.com$/.test(principal);
