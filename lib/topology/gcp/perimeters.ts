import type { Fault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, isAbsent, isTrue, listOf, stringsOf } from "../read/values";
import type { Names } from "./names";

const PERIMETER = "google_access_context_manager_service_perimeter";

/** What VPC Service Controls hold for the agents' project. */
export interface Perimeter {
  readonly address: string;
  /** Only services of the perimeter are reached from inside. */
  readonly isNarrow: boolean;
  /** Ways that it leaves open. */
  readonly holes: Fault[];
}

/**
 * The enforced perimeters of a stack that have a member. Which project a number means is not in a plan: a member of the
 * stack's own perimeter is taken for the agents' project. One that only reports does not count.
 */
export function readPerimeters(inventory: Inventory, names: Names): Perimeter[] {
  return inventory.of("restricts", PERIMETER).flatMap((resource) => {
    const status = blocksOf(resource.values["status"])[0];
    if (status === undefined || isAbsent(status["restricted_services"])) return [];
    const members = inventory
      .of("restricts", `${PERIMETER}_resource`)
      .filter((one) => names.addressOf(one.values["perimeter_name"], PERIMETER) === resource.address);
    if (members.length === 0 && isAbsent(status["resources"])) return [];
    const accessible = blocksOf(status["vpc_accessible_services"])[0];
    const separate = inventory
      .of("grants", `${PERIMETER}_egress_policy`)
      .filter((one) => names.addressOf(one.values["perimeter"], PERIMETER) === resource.address);
    return [
      {
        address: resource.address,
        isNarrow: isTrue(accessible?.["enable_restriction"]),
        holes: [
          ...blocksOf(status["egress_policies"]).flatMap((one) => hole(resource, one)),
          ...separate.flatMap((one) => hole(one, one.values)),
        ],
      },
    ];
  });
}

function hole({ address }: PlannedResource, policy: PlannedResource["values"]): Fault[] {
  const to = blocksOf(policy["egress_to"])[0];
  const from = blocksOf(policy["egress_from"])[0];
  const isAnywhere = stringsOf(to?.["resources"]).includes("*");
  const isAnybody = from?.["identity_type"] === "ANY_IDENTITY" || from?.["identity_type"] === "ANY_SERVICE_ACCOUNT";
  if (!isAnywhere || !isAnybody || listOf(to?.["external_resources"]).length > 0) return [];
  return [
    {
      address,
      problem: "it lets anybody inside of the perimeter reach every project's resources",
      fix: "name identities and projects",
    },
  ];
}
