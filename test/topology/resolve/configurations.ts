import { fromObject } from "../../../lib/topology/load/load";
import { Resolver } from "../../../lib/topology/resolve/resolver";
import { Reference, type Resolved, Unknown } from "../../../lib/topology/resolve/value";
import type { JsonValue } from "../../../lib/topology/terraform-json";

/** Sections of a configuration in JSON syntax. */
export interface Sections {
  readonly [section: string]: unknown;
}

/** A resolver over a configuration that consists of these sections. */
export function resolverOf(sections: Sections, assumptions?: { [token: string]: JsonValue }): Resolver {
  return new Resolver(fromObject({ terraform: {}, ...sections }), assumptions);
}

/** A firewall with endpoints in two zones, and a subnet in each. */
export const FIREWALL = {
  aws_subnet: {
    a: { availability_zone: "eu-west-1a", cidr_block: "10.0.0.0/24" },
    b: { availability_zone: "eu-west-1b", cidr_block: "10.0.1.0/24" },
  },
  aws_networkfirewall_firewall: {
    f: { subnet_mapping: [{ subnet_id: "${aws_subnet.a.id}" }, { subnet_id: "${aws_subnet.b.id}" }] },
  },
};

/** A resolved value for comparisons: references as `<address.attribute>`, unknown ones as `?text?`. */
export function shown(value: Resolved): unknown {
  if (value instanceof Reference) return `<${value.token}>`;
  if (value instanceof Unknown) return `?${value.text}?`;
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]));
}
