import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, isAbsent, listOf, referencesIn, target, textOf } from "../read/values";
import type { Resolved } from "../resolve/value";
import type { AwsAttachPoint } from "./agents";
import { agentTag } from "./placements";

/** A policy document of a role, with the resource that attaches it. */
export interface AttachedDocument {
  readonly address: string;
  /** The document, or the ARN of one that is not in the stack. */
  readonly document: Resolved;
}

/** A role of the stack with everything that decides about it. */
export interface AwsRole {
  readonly resource: PlannedResource;
  /** Agents that run with it. */
  readonly agents: string[];
  readonly documents: AttachedDocument[];
  /** `none` where there is no boundary. */
  readonly boundary: AttachedDocument | "none";
  readonly trust: Resolved;
}

/** Arguments that give what runs somewhere its role. */
const ROLE_ARGUMENTS =
  /^(role|role_arn|role_name|task_role_arn|execution_role_arn|iam_instance_profile|node_role_arn|service_role|agent_role_arn|pod_execution_role_arn)$/;

/** Roles of a stack, with the agents that bear them. @param declared agents by address of their role */
export function readRoles(
  inventory: Inventory,
  points: readonly AwsAttachPoint[],
  declared: ReadonlyMap<string, string>,
): AwsRole[] {
  const bearers = bearersOf(inventory, points);
  return inventory.of("grants", "aws_iam_role").map((resource) => {
    const own = declared.get(resource.address) ?? agentTag(resource);
    const agents = [...new Set([...(own === undefined ? [] : [own]), ...(bearers.get(resource.address) ?? [])])].sort();
    const boundary = resource.values["permissions_boundary"];
    return {
      resource,
      agents,
      documents: documentsOf(inventory, resource),
      boundary: isAbsent(boundary)
        ? "none"
        : { address: target(boundary) ?? resource.address, document: policyBehind(inventory, boundary ?? null) },
      trust: resource.values["assume_role_policy"] ?? null,
    };
  });
}

function documentsOf(inventory: Inventory, role: PlannedResource): AttachedDocument[] {
  const isOf = (value: Resolved | undefined): boolean => {
    const to = target(value);
    return to === undefined
      ? textOf(value) !== undefined && textOf(value) === textOf(role.values["name"])
      : to === role.address;
  };
  const inline = blocksOf(role.values["inline_policy"]).map((one) => ({
    address: role.address,
    document: one["policy"] ?? null,
  }));
  const managed = listOf(role.values["managed_policy_arns"]).map((arn) => ({
    address: role.address,
    document: policyBehind(inventory, arn),
  }));
  const own = inventory
    .of("grants", "aws_iam_role_policy")
    .filter((one) => isOf(one.values["role"]))
    .map((one) => ({ address: one.address, document: one.values["policy"] ?? null }));
  const attached = inventory
    .of("grants", "aws_iam_role_policy_attachment")
    .filter((one) => isOf(one.values["role"]))
    .map((one) => ({ address: one.address, document: policyBehind(inventory, one.values["policy_arn"] ?? null) }));
  const shared = inventory
    .of("grants", "aws_iam_policy_attachment")
    .filter((one) => listOf(one.values["roles"]).some(isOf))
    .map((one) => ({ address: one.address, document: policyBehind(inventory, one.values["policy_arn"] ?? null) }));
  return [...inline, ...managed, ...own, ...attached, ...shared];
}

// The document of a policy of the stack; otherwise the ARN as it stands.
function policyBehind(inventory: Inventory, arn: Resolved): Resolved {
  const policy = inventory.get(target(arn));
  return policy?.type === "aws_iam_policy" && policy.mode === "managed" ? (policy.values["policy"] ?? null) : arn;
}

function bearersOf(inventory: Inventory, points: readonly AwsAttachPoint[]): Map<string, Set<string>> {
  const bearers = new Map<string, Set<string>>();
  const visit = (address: string, agent: string, depth: number): void => {
    const resource = inventory.get(address);
    if (resource === undefined || depth > 4) return;
    if (resource.type === "aws_iam_role") {
      const known = bearers.get(address) ?? new Set<string>();
      bearers.set(address, known.add(agent));
      return;
    }
    for (const next of roleReferences(resource)) visit(next, agent, depth + 1);
  };
  for (const point of points) if (point.placement !== undefined) visit(point.address, point.agent, 0);
  return bearers;
}

// What gives the role stands in arguments that are named after roles, in templates, task definitions, profiles.
function roleReferences({ values }: PlannedResource): string[] {
  const found: string[] = [];
  const walk = (value: Resolved, key: string): void => {
    if (ROLE_ARGUMENTS.test(key) || /^(launch_template|task_definition|name|id)$/.test(key))
      found.push(...referencesIn(value));
    for (const block of blocksOf(value)) for (const [inner, one] of Object.entries(block)) walk(one, inner);
  };
  for (const [key, value] of Object.entries(values)) walk(value, key);
  return found;
}
