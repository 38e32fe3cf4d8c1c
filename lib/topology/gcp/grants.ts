import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, listOf, stringsOf, textOf } from "../read/values";
import { type Resolved, Unknown } from "../resolve/value";
import { type Names, withoutKind } from "./names";
import { ACCOUNT_TYPES } from "./placements";

/** A role that somebody has somewhere. */
export interface Grant {
  readonly address: string;
  /** `project`, `folder` and `organization` hold for everything below. */
  readonly level: "project" | "folder" | "organization" | "resource";
  /** Addresses of service accounts in the stack, or members as IAM writes them. */
  readonly members: readonly string[];
  /** Undefined where the plan does not say. */
  readonly role: string | undefined;
  /** Permissions of a custom role; undefined for a predefined one. */
  readonly permissions: readonly string[] | undefined;
  /** Bound to single resources by a condition. */
  readonly isNarrowed: boolean;
  readonly resource: PlannedResource;
  /** What it is on, where the stack has it. */
  readonly on: string | undefined;
}

const KIND = /^google_(.*)_iam_(member|binding|policy)$/;

/** Every grant of a stack, of every kind of resource. */
export function readGrants(inventory: Inventory, names: Names): Grant[] {
  const types = [...new Set(inventory.all.filter((one) => one.mode === "managed").map((one) => one.type))].sort();
  return types.flatMap((type) => {
    const [, owner, form] = KIND.exec(type) ?? [];
    if (owner === undefined || form === undefined) return [];
    return inventory.of("grants", type).flatMap((resource) => {
      if (form === "policy") return ofPolicy(inventory, names, resource, owner);
      const { values } = resource;
      const members = form === "member" ? [values["member"] ?? null] : listOf(values["members"]);
      return [
        grant(inventory, names, resource, owner, { role: values["role"], members, condition: values["condition"] }),
      ];
    });
  });
}

function ofPolicy(inventory: Inventory, names: Names, resource: PlannedResource, owner: string): Grant[] {
  const data = resource.values["policy_data"];
  const document =
    names.resource(data, "data.google_iam_policy") ??
    inventory.get(data instanceof Unknown ? data.tokens[0]?.replace(/\.policy_data$/, "") : undefined);
  const text = textOf(data);
  const bindings = document === undefined ? bindingsIn(text) : blocksOf(document.values["binding"]);
  if (bindings === undefined) {
    inventory.countsUnknown("grants", resource.address, "policy_data", data);
    return [];
  }
  return bindings.map((one) =>
    grant(inventory, names, resource, owner, {
      role: one["role"],
      members: listOf(one["members"]),
      condition: one["condition"],
    }),
  );
}

function bindingsIn(text: string | undefined): { readonly [key: string]: Resolved }[] | undefined {
  if (text === undefined) return undefined;
  try {
    const document: unknown = JSON.parse(text);
    const isPolicy = typeof document === "object" && document !== null && "bindings" in document;
    return isPolicy && Array.isArray(document.bindings) ? blocksOf(document.bindings as Resolved) : [];
  } catch {
    return undefined;
  }
}

function grant(
  inventory: Inventory,
  names: Names,
  resource: PlannedResource,
  owner: string,
  {
    role,
    members,
    condition,
  }: { role: Resolved | undefined; members: readonly Resolved[]; condition: Resolved | undefined },
): Grant {
  const custom = names.resource(role, "google_project_iam_custom_role", "google_organization_iam_custom_role");
  const permissions = custom?.values["permissions"];
  const text = textOf(role);
  const isRoleOpen =
    custom === undefined && text === undefined && inventory.countsUnknown("grants", resource.address, "role", role);
  const isOpen =
    isRoleOpen ||
    (hasUnknown(permissions) &&
      inventory.countsUnknown("grants", custom?.address ?? resource.address, "permissions", permissions));
  return {
    address: resource.address,
    level: owner === "project" || owner === "folder" || owner === "organization" ? owner : "resource",
    members: members.flatMap((one) => memberOf(names, one) ?? []),
    role: isOpen
      ? undefined
      : custom === undefined
        ? (text ?? "")
        : (textOf(custom.values["role_id"]) ?? custom.address),
    permissions: custom === undefined || isOpen ? undefined : stringsOf(permissions),
    isNarrowed: narrows(condition),
    resource,
    on: onOf(names, resource),
  };
}

/** An account of the stack by its address; anybody else as IAM writes it. */
export function memberOf(names: Names, value: Resolved): string | undefined {
  const own = names.addressOf(value, ...ACCOUNT_TYPES);
  const text = value instanceof Unknown ? value.text : textOf(value);
  // A workload of a pool that stands for an account is not the account.
  if (text !== undefined && /^(principal|principalSet):/.test(text)) return text;
  return own ?? (text === undefined ? undefined : withoutKind(text));
}

function onOf(names: Names, { values }: PlannedResource): string | undefined {
  return names.addressOf(values["service_account_id"], ...ACCOUNT_TYPES);
}

// Conditions about names and types of resources narrow what a grant is for.
function narrows(value: Resolved | undefined): boolean {
  const expression = blocksOf(value)[0]?.["expression"];
  if (isAbsent(expression)) return false;
  const text = expression instanceof Unknown ? expression.text : textOf(expression);
  return text !== undefined && /resource\.name|resource\.matchTag/.test(text) && !/!=/.test(text);
}
