import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, stringsOf, textOf } from "../read/values";
import type { GcpAttachPoint } from "./agents";
import type { Names } from "./names";
import type { Networks } from "./networks";

/** Translates addresses of subnets for the way to the internet. */
export interface Nat {
  readonly address: string;
  readonly network: string;
  readonly resource: PlannedResource;
  covers(point: GcpAttachPoint): boolean;
}

/** Reads Cloud NAT. @see https://cloud.google.com/nat/docs/overview */
export function readNats(inventory: Inventory, networks: Networks, names: Names): Nat[] {
  return inventory.of("grants", "google_compute_router_nat").flatMap((resource) => {
    const { address, values } = resource;
    const router = names.resource(values["router"], "google_compute_router", "data.google_compute_router");
    const network = router === undefined ? undefined : networks.networkOf(router.values["network"]);
    if (textOf(values["type"]) === "PRIVATE") return [];
    // Translation for the managed proxies alone is none for machines.
    const kinds = values["endpoint_types"];
    const isForMachines = isAbsent(kinds) || hasUnknown(kinds) || stringsOf(kinds).includes("ENDPOINT_TYPE_VM");
    if (!isForMachines) return [];
    const region = textOf(values["region"]);
    return [
      {
        address,
        network: network ?? "",
        resource,
        covers: (point) => {
          if (region !== undefined && point.region !== undefined && region !== point.region) return false;
          if (network === undefined) return isUnknownRouter(inventory, address, values["router"]);
          const isHere = networks.isIn(router?.values["network"], point.network, router?.address ?? address, "grants");
          return isHere && holds(inventory, networks, resource, point);
        },
      },
    ];
  });
}

const isUnknownRouter = (
  inventory: Inventory,
  address: string,
  value: PlannedResource["values"][string] | undefined,
): boolean => hasUnknown(value) && inventory.countsUnknown("grants", address, "router", value);

function holds(
  inventory: Inventory,
  networks: Networks,
  { address, values }: PlannedResource,
  point: GcpAttachPoint,
): boolean {
  const ranges = values["source_subnetwork_ip_ranges_to_nat"];
  if (hasUnknown(ranges))
    return inventory.countsUnknown("grants", address, "source_subnetwork_ip_ranges_to_nat", ranges);
  if (ranges !== "LIST_OF_SUBNETWORKS") return true;
  const listed = blocksOf(values["subnetwork"]).map((one) => networks.subnetOf(one["name"])?.address);
  if (listed.includes(point.subnet)) return true;
  return (
    hasUnknown(values["subnetwork"]) && inventory.countsUnknown("grants", address, "subnetwork", values["subnetwork"])
  );
}
