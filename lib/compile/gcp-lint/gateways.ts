import { quoted } from "../../errors/cordon-error";
import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { finding, grouped, isAbsent, isReference, isTrue, items, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";
import { proxies, workloadNetworks } from "./networks";

const DEFAULT = "0.0.0.0/0";

/**
 * CORDON-220. A proxy needs the proxy-only subnet of its network, which Terraform sees no reference to, and answers by its
 * rules from its first request on.
 *
 * @see https://cloud.google.com/secure-web-proxy/docs/initial-setup-steps
 */
export function gatewayOrder(context: GcpContext): LintFinding[] {
  return proxies(context).flatMap((gateway) => {
    const network = context.resolve(gateway.values["network"]);
    const policy = context.identity(gateway.values["gateway_security_policy"]);
    const subnets = context
      .ofType("google_compute_subnetwork")
      .filter(({ values }) => network !== undefined && context.identity(values["network"]) === network.address)
      .filter(
        ({ values }) => values["purpose"] === "REGIONAL_MANAGED_PROXY" && isSameRegion(gateway, values["region"]),
      );
    const rules = context
      .ofType("google_network_security_gateway_security_policy_rule")
      .filter(({ values }) => context.identity(values["gateway_security_policy"]) === policy);
    const isMade = network?.type === "google_compute_network" && !network.address.startsWith("data.");
    const missing =
      isMade && subnets.length === 0
        ? [
            finding(
              "CORDON-220",
              gateway,
              `${network.address} has no proxy-only subnet in its region, and Google refuses the proxy without one`,
              "add a google_compute_subnetwork with purpose REGIONAL_MANAGED_PROXY and role ACTIVE",
            ),
          ]
        : [];
    return [
      ...missing,
      ...subnets
        .filter(({ address }) => !context.waitsFor(gateway, address))
        .map(({ address }) =>
          finding(
            "CORDON-220",
            gateway,
            `it does not wait for ${address}, and Google refuses a proxy without a proxy-only subnet`,
            `add ${address} to its depends_on`,
          ),
        ),
      ...rules
        .filter(({ address }) => !context.waitsFor(gateway, address))
        .map(({ address }) =>
          finding(
            "CORDON-220",
            gateway,
            `it does not wait for ${address}, and answers requests without that rule until it is made`,
            `add ${address} to its depends_on`,
          ),
        ),
    ];
  });
}

function isSameRegion(gateway: TerraformResource, region: unknown): boolean {
  const { location } = gateway.values;
  const areKnown = typeof location === "string" && typeof region === "string";
  return !areKnown || isReference(location) || isReference(region) || location === region;
}

/**
 * CORDON-221. Arguments that Google takes and later stumbles over: the network by its self link, an address of Google's
 * choice, one scope for two proxies, and the router that stays behind.
 *
 * @see https://github.com/hashicorp/terraform-provider-google/issues/18140
 * @see https://github.com/hashicorp/terraform-provider-google/issues/16922
 */
export function gatewayForm(context: GcpContext): LintFinding[] {
  const all = proxies(context);
  const scopes = grouped(
    all.filter(({ values: { scope } }) => typeof scope === "string" && scope !== ""),
    ({ values }) => context.identity(values["scope"]),
  );
  return [
    ...all.flatMap((gateway) => formOf(context, gateway)),
    ...[...scopes.values()].flatMap(([first, ...others]) =>
      others.map((gateway) =>
        finding(
          "CORDON-221",
          gateway,
          `scope ${shown(gateway.values["scope"])} is also that of ${first?.address}, and Google merges what they pass`,
          "give each proxy a scope of its own",
        ),
      ),
    ),
  ];
}

function formOf(context: GcpContext, gateway: TerraformResource): LintFinding[] {
  const { network, ports, routing_mode: mode } = gateway.values;
  const report = (problem: string, fix: string): LintFinding => finding("CORDON-221", gateway, problem, fix);
  const isLink = context.reference(network)?.attribute === "self_link" || /^https:/.test(String(network));
  const count = items(ports).length;
  const isRemoved = isTrue(gateway.values["delete_swg_autogen_router_on_destroy"]);
  return [
    ...(isLink
      ? [
          report(
            `network is the self link ${quoted(network)}, and Terraform can't delete the proxy's router by it`,
            "use the network's id",
          ),
        ]
      : []),
    ...(isRemoved
      ? []
      : [
          report(
            `delete_swg_autogen_router_on_destroy is ${shown(gateway.values["delete_swg_autogen_router_on_destroy"])}, and the router that Google adds keeps the network from being deleted`,
            "set it to true",
          ),
        ]),
    ...(items(gateway.values["addresses"]).length > 0
      ? []
      : [
          report(
            "it has no address of its own, and Terraform makes the proxy again at every apply",
            "give it one internal address in addresses",
          ),
        ]),
    ...(isAbsent(mode) || isReference(mode) || mode === "NEXT_HOP_ROUTING_MODE"
      ? []
      : [
          report(
            `the provider refuses routing_mode ${shown(mode)}`,
            "leave it out for a proxy that clients ask, or use NEXT_HOP_ROUTING_MODE",
          ),
        ]),
    ...(count > 0 && count <= 5
      ? []
      : [report(`it has ${count} ports, and Google takes 1 to 5`, "name the port that clients ask, e.g. 8080")]),
    ...(isAbsent(gateway.values["gateway_security_policy"])
      ? [report("it has no gateway_security_policy, so nothing in the stack says what it passes", "name the policy")]
      : []),
  ];
}

/**
 * CORDON-222. A proxy translates through the default route of its own network; a network in which nobody is translated has
 * no use for one. A switch that only apply knows keeps the route.
 *
 * @see https://cloud.google.com/secure-web-proxy/docs/troubleshoot-next-hop-deployment-errors
 */
export function defaultRoutes(context: GcpContext): LintFinding[] {
  const proxied = new Map(proxies(context).map((gateway) => [context.identity(gateway.values["network"]), gateway]));
  const routes = context.ofType("google_compute_route").filter(({ values }) => values["dest_range"] === DEFAULT);
  const toInternet = routes.filter(({ values }) =>
    String(values["next_hop_gateway"]).includes("default-internet-gateway"),
  );
  const routed = new Set(toInternet.map(({ values }) => context.identity(values["network"])));
  const workloads = new Set(workloadNetworks(context).map(({ address }) => address));
  return [
    ...[...proxied].flatMap(([address, gateway]) => {
      const network = context.ofType("google_compute_network").find((one) => one.address === address);
      if (network === undefined || routed.has(address)) return [];
      if (!isTrue(network.values["delete_default_routes_on_create"])) return [];
      return [
        finding(
          "CORDON-222",
          gateway,
          `${address} deletes its default route, and the proxy answers 502 or 504 without one`,
          "keep the route, or put the proxy into a network of its own and publish it",
        ),
      ];
    }),
    ...(context.options.nat === true ? [] : unneeded(context, workloads, proxied, toInternet)),
  ];
}

function unneeded(
  context: GcpContext,
  workloads: ReadonlySet<string>,
  proxied: ReadonlyMap<string, unknown>,
  routes: TerraformResource[],
): LintFinding[] {
  const needless = (address: string): boolean => workloads.has(address) && !proxied.has(address);
  return [
    ...context
      .ofType("google_compute_network")
      .filter(({ address, values }) => needless(address) && !isTrue(values["delete_default_routes_on_create"]))
      .map((network) =>
        finding(
          "CORDON-222",
          network,
          `delete_default_routes_on_create is ${shown(network.values["delete_default_routes_on_create"])}, so a route to the internet stands in a network without a proxy`,
          "set it to true",
        ),
      ),
    ...routes
      .filter(({ values }) => needless(context.identity(values["network"])))
      .map((route) =>
        finding(
          "CORDON-222",
          route,
          `it leads ${context.nameOf(route.values["network"])} to the internet, and no proxy stands there`,
          "remove the route",
        ),
      ),
  ];
}

/** Whether a proxy takes what a route brings it, in one of some networks. */
export function isNextHop(context: GcpContext, networks: readonly string[]): boolean {
  return proxies(context).some(
    ({ values }) =>
      values["routing_mode"] === "NEXT_HOP_ROUTING_MODE" && networks.includes(context.identity(values["network"])),
  );
}
