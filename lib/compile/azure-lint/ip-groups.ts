import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { blocks, finding, items } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { collections } from "./firewall-rule";
import { some } from "./places";

/** CORDON-279. The IP groups of one firewall are written one after the other: Azure refuses a second change at once. */
export function ipGroupOrder(context: AzureContext): LintFinding[] {
  const used = new Map<string, Set<TerraformResource>>();
  for (const { engine, owner, values } of collections(context)) {
    const key =
      engine?.address ?? context.identity(owner.values["firewall_policy_id"] ?? owner.values["azure_firewall_name"]);
    const found = used.get(key) ?? new Set();
    for (const rule of blocks(values, "rule")) {
      for (const id of [...items(rule["source_ip_groups"]), ...items(rule["destination_ip_groups"])]) {
        const group = context.resolve(id);
        if (group !== undefined && !group.address.startsWith("data.")) found.add(group);
      }
    }
    used.set(key, found);
  }
  const pairs = [...used.values()].flatMap((all) => {
    const sorted = [...all].sort((a, b) => (a.address < b.address ? -1 : 1));
    return sorted.flatMap((late, index) => {
      const early = sorted.slice(0, index).filter((one) => isApart(context, one, late));
      return early.length === 0 ? [] : [{ late, early }];
    });
  });
  return pairs.map(({ late, early }) =>
    finding(
      "CORDON-279",
      late,
      `it is written at the same time as ${some(early.map(({ address }) => address))}, of the same firewall`,
      "let each IP group depend on the one before",
    ),
  );
}

const isApart = (context: AzureContext, a: TerraformResource, b: TerraformResource): boolean =>
  !context.waitsFor(a, b.address) && !context.waitsFor(b, a.address);
