import type { Declaration } from "../model/declaration";
import type { AgentFault, Fault } from "../model/facts";
import type { Inventory } from "../read/inventory";
import { blocksOf, isAbsent, stringsOf, textOf } from "../read/values";
import { Unknown } from "../resolve/value";
import type { GcpAttachPoint } from "./agents";
import { type Grant, readGrants } from "./grants";
import { type Hazard, hazardOfPermissions, hazardOfRole } from "./hazards";
import { type Names, withoutKind } from "./names";
import { ACCOUNT_TYPES } from "./placements";

/** What is wrong with the identities of a stack. */
export interface IdentityFaults {
  readonly ofAgents: AgentFault[];
  readonly ofOthers: Fault[];
  /** Addresses of the agents' accounts and of their grants. */
  readonly addresses: string[];
}

/** Stated by cells without a deny policy. */
const NO_DENY_POLICY = "R60";

/** What a deny policy for agents has to refuse, whatever roles they get. */
const REFUSED = [
  "cloudresourcemanager.googleapis.com/projects.setIamPolicy",
  "compute.googleapis.com/firewallPolicies.update",
  "compute.googleapis.com/instances.setMetadata",
  "compute.googleapis.com/instances.setTags",
  "compute.googleapis.com/networks.updatePolicy",
  "compute.googleapis.com/routes.create",
  "dns.googleapis.com/managedZones.update",
  "iam.googleapis.com/serviceAccountKeys.create",
  "iam.googleapis.com/serviceAccounts.actAs",
  "iam.googleapis.com/serviceAccounts.getAccessToken",
  "logging.googleapis.com/sinks.update",
  "networksecurity.googleapis.com/gatewaySecurityPolicyRules.update",
];

const ANYBODY = new Set(["allUsers", "allAuthenticatedUsers"]);

interface Context {
  readonly inventory: Inventory;
  readonly names: Names;
  readonly grants: readonly Grant[];
}

/** Reads the service accounts of a stack: what agents' could do and who could take them, and what the others could change. */
export function readIdentities(
  inventory: Inventory,
  names: Names,
  points: readonly GcpAttachPoint[],
  declaration: Declaration | undefined,
): IdentityFaults {
  const context = { inventory, names, grants: readGrants(inventory, names) };
  const accounts = new Map<string, string[]>();
  for (const { agent, account } of points)
    if (account !== undefined) accounts.set(account, [...new Set([...(accounts.get(account) ?? []), agent])].sort());
  const declared = (declaration?.cells ?? []).flatMap((cell) => cell.agents.map((agent) => ({ agent, cell })));
  const own = declared.filter(({ agent }) => points.some((point) => point.agent === agent.agent));
  const missing = own
    .filter(({ agent }) => inventory.get(agent.identity) === undefined)
    .map(({ agent }) => ({
      agent: agent.agent,
      address: agent.identity,
      problem: `the service account of agent ${agent.agent} is not in this stack`,
      fix: "keep the account in the agents' stack",
    }));
  const unbounded = own.flatMap(({ agent, cell }) => {
    const isStated = cell.risks.some((risk) => risk.id === NO_DENY_POLICY);
    return isStated ? [] : undenied(context, agent.agent, agent.identity);
  });
  const ofAgents = [...accounts].flatMap(([account, agents]) =>
    [...held(context, account), ...takers(context, account)].flatMap((fault) =>
      agents.map((agent) => ({ agent, ...fault })),
    ),
  );
  return {
    ofAgents: [...missing, ...unbounded, ...shared(accounts), ...ofAgents],
    ofOthers: points.length === 0 ? [] : others(context, accounts),
    addresses: [
      ...accounts.keys(),
      ...context.grants.filter((one) => one.members.some((member) => accounts.has(member))).map((one) => one.address),
    ],
  };
}

// One account for two agents is one agent to every rule.
function shared(accounts: ReadonlyMap<string, readonly string[]>): AgentFault[] {
  return [...accounts]
    .filter(([account, agents]) => agents.length > 1 && account !== "default")
    .flatMap(([address, agents]) =>
      agents.slice(1).map((agent) => ({
        agent,
        address,
        severity: "high" as const,
        problem: `agents ${agents.join(" and ")} run with it: no rule tells them apart`,
        fix: "give each agent a service account of its own",
      })),
    );
}

function held({ inventory, grants }: Context, account: string): Fault[] {
  const faults = grants
    .filter((one) => one.on !== account && (one.members.includes(account) || mayMean(inventory, one)))
    .flatMap((one) => hazardFault(one, account));
  // The provider's own account for machines has a basic role unless the organisation says otherwise.
  if (account !== "default") return faults;
  const users = inventory.all.filter(
    (one) =>
      one.mode === "managed" && /^google_(compute_instance|cloud_run_v2|cloudfunctions|container_)/.test(one.type),
  );
  const [first] = users;
  if (first === undefined) return faults;
  return [
    {
      address: first.address,
      problem:
        "it runs with the project's default service account, which has the role Editor unless the organisation says otherwise",
      fix: "give it a service account of its own",
    },
    ...faults,
  ];
}

// A member that is not known may be anybody's account.
function mayMean(inventory: Inventory, { members, address }: Grant): boolean {
  const open = members.find((member) => /^\$\{(?!google_|data\.google_|module\.)[^}]*\}$/.test(member));
  return open !== undefined && inventory.counts("grants", address, "its member is not known", [open.slice(2, -1)]);
}

function hazardFault(grant: Grant, account: string): Fault[] {
  const { address, role, permissions, level, isNarrowed } = grant;
  if (role === undefined) {
    return [{ address, problem: `the role that it gives ${account} is not known`, fix: "write the role as a literal" }];
  }
  const found: { what: string; hazard: Hazard } | undefined =
    permissions === undefined
      ? withRole(role)
      : mapped(hazardOfPermissions(permissions), (one) => ({ what: one.permission, hazard: one.hazard }));
  if (found === undefined) return [];
  const { what, hazard } = found;
  // Data of one bucket, one secret, one key is what grants are for.
  if (!hazard.isFoundation && (level === "resource" || isNarrowed) && !/[aA]dmin$|owner$/.test(role)) return [];
  const where = level === "resource" ? "on a resource" : `in the ${level}`;
  return [
    {
      address,
      problem: `it gives ${account} ${what} ${where}: ${hazard.title}`,
      fix: "remove the grant, or name the single permissions and resources that it is about",
      path: [
        { layer: "identity", address: account, says: "is the identity" },
        { layer: "identity", address, says: `grants ${what}` },
      ],
      request: { action: what, resource: where },
    },
  ];
}

const withRole = (role: string): { what: string; hazard: Hazard } | undefined =>
  mapped(hazardOfRole(role), (hazard) => ({ what: role, hazard }));

const mapped = <T, R>(value: T | undefined, to: (one: T) => R): R | undefined =>
  value === undefined ? undefined : to(value);

/** Who could take an account: by its keys, by tokens for it, or as a workload of somewhere. */
function takers({ inventory, names, grants }: Context, account: string): Fault[] {
  const keys = inventory
    .of("grants", "google_service_account_key")
    .filter((one) => names.keyOf(one.values["service_account_id"], ...ACCOUNT_TYPES) === account)
    .map(({ address }) => ({
      address,
      problem: `it is a key of ${account} that works from anywhere until somebody deletes it`,
      fix: "remove it; attach the account to what runs",
    }));
  const granted = grants
    .filter((one) => one.on === account)
    .flatMap((one) => one.members.flatMap((member) => takerFault(one, member, account)));
  const pools = grants
    .filter((one) => one.on === account)
    .flatMap((one) => one.members.flatMap((member) => poolFaults(inventory, names, member)));
  return [...keys, ...granted, ...pools];
}

function takerFault({ address, role }: Grant, member: string, account: string): Fault[] {
  if (ANYBODY.has(member)) {
    return [{ address, problem: `anybody may use ${account}`, fix: "name the one workload that is the agent" }];
  }
  if (
    /^principalSet:.*\/(\*|attribute\.|group\/|namespace\/)/.test(member) &&
    !/\/attribute\.[^/]+\/[^/*]+$/.test(member)
  ) {
    return [
      {
        address,
        problem: `every workload of ${member.split("/").slice(-3, -1).join("/")} may be ${account}`,
        fix: "name one subject",
      },
    ];
  }
  if (role === "roles/iam.serviceAccountTokenCreator" || role === "roles/iam.serviceAccountOpenIdTokenCreator") {
    const isOwn = member === account;
    return [
      {
        address,
        problem: isOwn
          ? `${account} may make tokens of its own, past their end`
          : `${member} may make tokens of ${account}`,
        fix: "remove it; what runs as the agent gets its tokens from where it runs",
      },
    ];
  }
  return [];
}

function poolFaults(inventory: Inventory, names: Names, member: string): Fault[] {
  if (!/^principal(Set)?:/.test(member) || /\.svc\.id\.goog/.test(member)) return [];
  const pool = names.addressOf(new Unknown(member, []), "google_iam_workload_identity_pool");
  return inventory
    .of("grants", "google_iam_workload_identity_pool_provider")
    .filter(
      (one) =>
        pool === undefined ||
        names.addressOf(one.values["workload_identity_pool_id"], "google_iam_workload_identity_pool") === pool,
    )
    .filter(({ address, values }) => {
      const value = values["attribute_condition"];
      if (isAbsent(value)) return true;
      return value instanceof Unknown && inventory.countsUnknown("grants", address, "attribute_condition", value);
    })
    .map(({ address }) => ({
      address,
      problem: "it takes every token of its issuer: other tenants of the issuer are let in too",
      fix: "set attribute_condition to the tenant",
    }));
}

/** A deny policy holds whatever is granted. */
function undenied({ inventory, names }: Context, agent: string, account: string): AgentFault[] {
  const rules = inventory.of("restricts", "google_iam_deny_policy").flatMap((policy) =>
    blocksOf(policy.values["rules"])
      .flatMap((rule) => blocksOf(rule["deny_rule"]))
      .map((rule) => ({ policy: policy.address, rule })),
  );
  const isNamed = (value: unknown): boolean => {
    const text = value instanceof Unknown ? value.text : textOf(value as string);
    if (text === undefined) return false;
    return (
      text === "principalSet://goog/public:all" ||
      names.addressOf(new Unknown(text, []), ...ACCOUNT_TYPES) === account ||
      names.addressOf(text.split("/").at(-1) ?? "", ...ACCOUNT_TYPES) === account
    );
  };
  const listed = (value: unknown): readonly unknown[] =>
    Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  const own = rules.filter(
    ({ rule }) =>
      listed(rule["denied_principals"]).some(isNamed) &&
      !listed(rule["exception_principals"]).some(isNamed) &&
      isAbsent(rule["denial_condition"]),
  );
  const denied = new Set(
    own.flatMap(({ rule }) => {
      const spared = new Set(stringsOf(rule["exception_permissions"]));
      return stringsOf(rule["denied_permissions"]).filter((one) => !spared.has(one));
    }),
  );
  const [missing] = REFUSED.filter((one) => !denied.has(one));
  if (missing === undefined) return [];
  const [first] = own;
  return [
    {
      agent,
      address: first?.policy ?? account,
      problem:
        first === undefined
          ? `no deny policy bounds ${account}: a role that somebody gives it later is enough to change what contains it`
          : `it does not refuse ${missing} to ${account}`,
      fix: "leave the deny policy to the cell",
      severity: "high",
    },
  ];
}

const WALLS = /^google_(compute|dns|network_|logging|privateca)/;

// Who else in the stack could change what the agents' walls are made of.
function others({ grants }: Context, accounts: ReadonlyMap<string, readonly string[]>): Fault[] {
  return grants.flatMap((one) => {
    // Who may be another account is that account's business; parts of the walls are everybody's.
    if (one.on !== undefined || (one.level === "resource" && !WALLS.test(one.resource.type))) return [];
    const strangers = one.members.filter((member) => !accounts.has(member) && isOfStack(member));
    return strangers.flatMap((member) => hazardFault(one, member).filter(() => isFoundation(one)));
  });
}

// Google's own agents hold what their services need, and people are the organisation's business.
const isOfStack = (member: string): boolean =>
  member.includes("google_service_account.") || ANYBODY.has(member) || /^principal(Set)?:/.test(withoutKind(member));

function isFoundation({ role, permissions }: Grant): boolean {
  if (role === undefined) return true;
  const hazard = permissions === undefined ? hazardOfRole(role) : hazardOfPermissions(permissions)?.hazard;
  return hazard?.isFoundation ?? false;
}
