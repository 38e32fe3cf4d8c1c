import type { TerraformResource } from "../aws-lint/terraform-resource";
import { type Block, block, blocks, isAbsent, isReference } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

const PLAIN = ["PRIVATE", "PRIVATE_RFC_1918"];

/** Gateways that are proxies for the way out. A type that only apply knows counts. */
export function proxies(context: GcpContext): TerraformResource[] {
  return context
    .ofType("google_network_services_gateway")
    .filter(({ values: { type } }) => type === "SECURE_WEB_GATEWAY" || isReference(type));
}

/** Subnets that interfaces can stand in: without a purpose of the provider's own. An unknown purpose counts. */
export function plainSubnets(context: GcpContext): TerraformResource[] {
  return context
    .ofType("google_compute_subnetwork")
    .filter(({ values: { purpose } }) => isAbsent(purpose) || isReference(purpose) || PLAIN.includes(String(purpose)));
}

/** Endpoints of services that other networks publish. */
function connections(context: GcpContext): TerraformResource[] {
  return context
    .ofType("google_compute_forwarding_rule")
    .filter(({ values: { target } }) => /serviceAttachments|google_compute_service_attachment\./.test(String(target)));
}

/** Plain subnets that are not a proxy's or a connection's alone: those where workloads stand. */
export function workloadSubnets(context: GcpContext): TerraformResource[] {
  const agents = context.options.agentSubnets ?? [];
  const ofProxies = new Set([
    ...proxies(context).map(({ values }) => context.identity(values["subnetwork"])),
    ...connections(context).map(({ values }) =>
      context.identity(context.resolve(values["ip_address"])?.values["subnetwork"]),
    ),
  ]);
  const ofInterfaces = new Set(occupied(context).map((subnet) => context.identity(subnet)));
  return plainSubnets(context).filter(
    ({ address }) => agents.includes(address) || ofInterfaces.has(address) || !ofProxies.has(address),
  );
}

/** Subnets that machines, nodes and serverless workloads name. */
function occupied(context: GcpContext): unknown[] {
  const templates = serverlessTemplates(context).flatMap(({ template }) => blocks(template, "vpc_access"));
  return [
    ...interfaces(context).map(({ values }) => values["subnetwork"]),
    ...context.ofType("google_container_cluster").map(({ values }) => values["subnetwork"]),
    ...templates.flatMap((access) => blocks(access, "network_interfaces")).map((one) => one["subnetwork"]),
  ];
}

/** Cloud Run's workloads, with what each of their instances is made from: a job's template holds one of its own. */
export function serverlessTemplates(
  context: GcpContext,
): { readonly workload: TerraformResource; readonly template: Block | undefined }[] {
  const outer = (workload: TerraformResource): Block | undefined => block(workload.values, "template");
  return [
    ...context.ofType("google_cloud_run_v2_service").map((workload) => ({ workload, template: outer(workload) })),
    ...context
      .ofType("google_cloud_run_v2_job")
      .map((workload) => ({ workload, template: block(outer(workload), "template") })),
  ];
}

/** Networks of the stack in which workloads stand. */
export function workloadNetworks(context: GcpContext): TerraformResource[] {
  const used = new Set([
    ...workloadSubnets(context).map(({ values }) => context.identity(values["network"])),
    ...interfaces(context).map(({ values }) => context.identity(values["network"])),
  ]);
  return context.ofType("google_compute_network").filter(({ address }) => used.has(address));
}

/** Instances and what they are made from. */
export function machines(context: GcpContext): TerraformResource[] {
  return context.ofForm(
    /^google_compute_(instance|instance_template|region_instance_template|instance_from_(machine_image|template))$/,
  );
}

/** An interface of a machine. */
export interface Interface {
  readonly machine: TerraformResource;
  readonly values: Record<string, unknown>;
}

/** Interfaces of machines, in their order. */
export function interfaces(context: GcpContext): Interface[] {
  return machines(context).flatMap((machine) =>
    blocks(machine.values, "network_interface").map((values) => ({ machine, values })),
  );
}
