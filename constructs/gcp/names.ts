import { contentHash } from "../../lib/names/content-hash";

/** Kinds of names, by what Google takes: the most characters, what stands between the parts, and what is left out. */
const KINDS = {
  /** RFC 1035: networks, subnets, addresses, policies, gateways, zones, lists. */
  resource: { most: 63, joint: "-" },
  /** Cloud Run services, whose names stand in host names. */
  service: { most: 49, joint: "-" },
  /** Account id of a service account. */
  account: { most: 30, joint: "-" },
  /** Forwarding rule of a Private Service Connect endpoint for Google APIs. */
  endpoint: { most: 20, joint: "" },
  /** Workload identity pools and providers. */
  pool: { most: 32, joint: "-" },
  /** Custom roles and perimeters. */
  underscored: { most: 50, joint: "_" },
} as const;

export type GcpNameKind = keyof typeof KINDS;

const HASH = 6;

/**
 * A name that Google takes for a kind of resource: the parts joined, and where they are too long or hold something else
 * than letters, digits and joints, cut and ended by a hash of the whole, so that no two become one.
 *
 * @see https://cloud.google.com/compute/docs/naming-resources
 */
export function gcpName(kind: GcpNameKind, ...parts: string[]): string {
  const { most, joint } = KINDS[kind];
  const whole = parts.join("-");
  const plain = whole.toLowerCase().replace(/[^a-z0-9]+/g, joint);
  const isExact = /[a-z0-9]$/.test(plain) && plain === whole.replaceAll("-", joint || "-");
  if (isExact && plain.length <= most && plain.length >= 6) return plain;
  const kept = plain.slice(0, most - HASH - joint.length).replace(/[-_]+$/, "");
  return `${kept}${joint}${contentHash(whole, HASH)}`;
}
