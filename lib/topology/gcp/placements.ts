import type { Inventory, PlannedResource } from "../read/inventory";
import { addressesOf, blocksOf, hasUnknown, isAbsent, isTrue, stringsOf, type Values } from "../read/values";
import { type Resolved, Unknown } from "../resolve/value";
import type { AddressSet } from "../sets/address-set";
import type { Names } from "./names";
import type { Networks, Subnet } from "./networks";

/** What is read of something that runs, whatever its type. */
export interface Interface {
  readonly network?: Resolved | undefined;
  readonly subnetwork?: Resolved | undefined;
  readonly account?: Resolved | undefined;
  readonly tags: readonly string[];
  /** Secure tags, as addresses or ids of their values. */
  readonly secureTags: readonly string[];
  readonly ip?: Resolved | undefined;
  /** Asks for an external address; `"unknown"` where the plan does not say. */
  readonly external: boolean | "unknown";
  /** Sends what is for public addresses past the network: `true` for everything. */
  readonly direct: boolean | "public" | "unknown";
  /** A firewall or proxy knows it by its service account. */
  readonly isKnownByAccount: boolean;
}

/** One interface of something that runs. */
export interface Placement extends Interface {
  readonly resource: PlannedResource;
  /** Undefined for what has no interface in a network. */
  readonly subnet: Subnet | undefined;
  readonly index: number;
  /** Address of the service account in the stack, or its e-mail; undefined for none. */
  readonly identity: string | undefined;
  readonly sources: AddressSet | undefined;
}

export const ACCOUNT_TYPES = ["google_service_account", "data.google_service_account"];

/** Reads interfaces of one type. */
type Reader = (
  values: Values,
  context: { resource: PlannedResource; inventory: Inventory; names: Names },
) => Interface[];

const NOTHING = { tags: [], secureTags: [], external: false, direct: false, isKnownByAccount: true } as const;

/** Types that run code, and how they are placed. */
const READERS: { readonly [type: string]: Reader } = {
  google_compute_instance: instance,
  google_compute_instance_from_template: instance,
  google_compute_instance_template: instance,
  google_compute_region_instance_template: instance,
  google_cloud_run_v2_service: (values, context) => serverless(blocksOf(values["template"])[0], context),
  google_cloud_run_v2_job: (values, context) =>
    serverless(blocksOf(blocksOf(values["template"])[0]?.["template"])[0], context),
  google_cloud_run_v2_worker_pool: (values, context) => serverless(blocksOf(values["template"])[0], context),
  google_cloudfunctions2_function: (values, context) => {
    const config = blocksOf(values["service_config"])[0] ?? {};
    return connected(
      config["vpc_connector"],
      config["vpc_connector_egress_settings"],
      config["service_account_email"],
      context,
    );
  },
  google_cloudfunctions_function: (values, context) =>
    connected(
      values["vpc_connector"],
      values["vpc_connector_egress_settings"],
      values["service_account_email"],
      context,
    ),
  google_container_cluster: (values, context) => {
    const isAutopilot = isTrue(values["enable_autopilot"]);
    const own = blocksOf(values["node_config"])[0];
    const hasNodes = isAutopilot || own !== undefined || !isTrue(values["remove_default_node_pool"]);
    return hasNodes ? [nodes(values, own, values, context)] : [];
  },
  google_container_node_pool: (values, context) => {
    const cluster = context.names.resource(
      values["cluster"],
      "google_container_cluster",
      "data.google_container_cluster",
    );
    return [nodes(cluster?.values ?? {}, blocksOf(values["node_config"])[0], values, context)];
  },
  google_workbench_instance: (values) => {
    const setup = blocksOf(values["gce_setup"])[0] ?? {};
    const account = blocksOf(setup["service_accounts"])[0]?.["email"];
    const external = notTrue(setup["disable_public_ip"]);
    const all = blocksOf(setup["network_interfaces"]);
    return (all.length > 0 ? all : [{ network: "default" }]).map((one) => ({
      ...NOTHING,
      network: one["network"],
      subnetwork: one["subnet"],
      account,
      tags: stringsOf(setup["tags"]),
      external,
    }));
  },
  google_notebooks_instance: (values) => [
    {
      ...NOTHING,
      network: values["network"] ?? "default",
      subnetwork: values["subnet"],
      account: values["service_account"],
      tags: stringsOf(values["tags"]),
      external: notTrue(values["no_public_ip"]),
    },
  ],
};

/** Types that run code in a network. */
export const COMPUTE_TYPES: ReadonlySet<string> = new Set(Object.keys(READERS));

/** What runs in which subnet. */
export class Placements {
  public readonly all: Placement[];

  public constructor(
    inventory: Inventory,
    private readonly networks: Networks,
    private readonly names: Names,
  ) {
    this.all = inventory
      .of("grants", ...COMPUTE_TYPES)
      .flatMap((resource) =>
        (READERS[resource.type]?.(resource.values, { resource, inventory, names }) ?? []).map((one, index) =>
          this.place(resource, one, index),
        ),
      );
  }

  public in(subnet: string): Placement[] {
    return this.all.filter((one) => one.subnet?.address === subnet);
  }

  private place(resource: PlannedResource, one: Interface, index: number): Placement {
    const subnet = this.networks.subnetOf(one.subnetwork, one.network);
    const ip = addressesOf(one.ip);
    const identity = isAbsent(one.account) ? undefined : this.names.keyOf(one.account, ...ACCOUNT_TYPES);
    return { ...one, resource, index, subnet, identity, sources: ip ?? subnet?.sources };
  }
}

function instance(values: Values, { resource, inventory, names }: Parameters<Reader>[1]): Interface[] {
  const template = names.resource(
    values["source_instance_template"],
    "google_compute_instance_template",
    "google_compute_region_instance_template",
  );
  const merged: Values = template === undefined ? values : { ...template.values, ...written(values) };
  const account = blocksOf(merged["service_account"])[0];
  const email = account === undefined ? undefined : (account["email"] ?? "default");
  const params = blocksOf(merged["params"])[0]?.["resource_manager_tags"] ?? merged["resource_manager_tags"];
  const bound = inventory
    .of("grants", "google_tags_location_tag_binding")
    .filter((one) => JSON.stringify(one.values["parent"] ?? null).includes(resource.address))
    .map((one) => one.values["tag_value"] ?? null);
  const secure = [...valuesIn(params), ...bound];
  const common = {
    ...NOTHING,
    account: email,
    tags: stringsOf(merged["tags"]),
    secureTags: secure.flatMap((one) => names.keyOf(one, ...TAG_VALUE_TYPES) ?? []),
  };
  return blocksOf(merged["network_interface"]).map((one) => ({
    ...common,
    network: one["network"],
    subnetwork: one["subnetwork"],
    ip: one["network_ip"],
    external: externalOf(one),
  }));
}

export const TAG_VALUE_TYPES = ["google_tags_tag_value", "data.google_tags_tag_value"];

// Present without arguments too, it asks for an address of the pool.
function externalOf(one: Values): Interface["external"] {
  const asks = [one["access_config"], one["ipv6_access_config"]];
  if (asks.some((value) => blocksOf(value).length > 0)) return true;
  return asks.some((value) => hasUnknown(value)) ? "unknown" : false;
}

function serverless(template: Values | undefined, context: Parameters<Reader>[1]): Interface[] {
  const account = template?.["service_account"];
  const access = blocksOf(template?.["vpc_access"])[0];
  const interfaces = blocksOf(access?.["network_interfaces"]);
  if (access !== undefined && interfaces.length === 0) {
    return connected(access["connector"], access["egress"], account ?? "default", context);
  }
  if (interfaces.length === 0) {
    const isUnknown = hasUnknown(template?.["vpc_access"]);
    return [{ ...NOTHING, account, direct: isUnknown ? "unknown" : true, isKnownByAccount: false }];
  }
  return interfaces.map((one) => ({
    ...NOTHING,
    network: one["network"],
    subnetwork: one["subnetwork"],
    account: account ?? "default",
    tags: stringsOf(one["tags"]),
    direct: directOf(access?.["egress"], "ALL_TRAFFIC"),
    isKnownByAccount: false,
  }));
}

// What is for public addresses leaves past the network unless everything is sent through it.
function connected(
  connector: Resolved | undefined,
  egress: Resolved | undefined,
  account: Resolved | undefined,
  { names }: Parameters<Reader>[1],
): Interface[] {
  const common = { ...NOTHING, account: account ?? "default", isKnownByAccount: false };
  if (isAbsent(connector)) return [{ ...common, direct: hasUnknown(connector) ? "unknown" : true }];
  const resource = names.resource(connector, "google_vpc_access_connector", "data.google_vpc_access_connector");
  const subnet = blocksOf(resource?.values["subnet"])[0]?.["name"];
  return [
    {
      ...common,
      network: resource?.values["network"],
      subnetwork: isAbsent(subnet) && isAbsent(resource?.values["network"]) ? connector : subnet,
      ...(isAbsent(subnet) ? { ip: resource?.values["ip_cidr_range"] } : {}),
      direct: directOf(egress, "ALL_TRAFFIC"),
    },
  ];
}

function directOf(value: Resolved | undefined, all: string): Interface["direct"] {
  if (value === all) return false;
  return hasUnknown(value) ? "unknown" : "public";
}

function nodes(cluster: Values, config: Values | undefined, own: Values, { names }: Parameters<Reader>[1]): Interface {
  const isPrivate = [
    blocksOf(own["network_config"])[0]?.["enable_private_nodes"],
    blocksOf(cluster["private_cluster_config"])[0]?.["enable_private_nodes"],
    blocksOf(cluster["default_pool_config"])[0]?.["enable_private_nodes"],
  ].find((one) => one !== undefined && one !== null);
  const tags = blocksOf(config?.["resource_manager_tags"])[0] ?? {};
  return {
    ...NOTHING,
    network: cluster["network"] ?? "default",
    subnetwork: cluster["subnetwork"],
    account: config?.["service_account"] ?? "default",
    tags: stringsOf(config?.["tags"]),
    secureTags: valuesIn(tags["tags"] ?? tags).flatMap((one) => names.keyOf(one, ...TAG_VALUE_TYPES) ?? []),
    external: isTrue(isPrivate) ? false : hasUnknown(isPrivate) ? "unknown" : true,
  };
}

const notTrue = (value: Resolved | undefined): Interface["external"] =>
  isTrue(value) ? false : hasUnknown(value) ? "unknown" : true;

function valuesIn(value: Resolved | undefined): Resolved[] {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
  return isMap ? Object.values(value).filter((one): one is Resolved => one !== undefined) : [];
}

function written(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isAbsent(value)));
}

/** Whether something has an external address, in this reading. */
export function isExternal(inventory: Inventory, { external, resource }: Placement): boolean {
  if (external !== "unknown") return external;
  return inventory.counts("grants", resource.address, "whether it has an external address", [resource.address]);
}
