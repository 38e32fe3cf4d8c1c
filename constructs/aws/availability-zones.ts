import { literal } from "../../lib/cell/agent-cell-base";
import { CordonError, quoted } from "../../lib/errors/cordon-error";

/** Zones of one region, read from their names: `eu-west-1a` is zone `a` of region `eu-west-1`. */
export interface AwsZones {
  readonly region: string;
  /** `aws` or `aws-us-gov`. */
  readonly partition: string;
  /** Zone names in the caller's order, with the quarter of the cell's addresses that the zone's letter stands for. */
  readonly zones: { name: string; block: number }[];
}

const ZONE_NAME = /^([a-z]{2}(?:-[a-z]+)+-\d)([a-f])$/;

// The letter decides, not the position: a zone that is added, removed or listed elsewhere moves no subnet.
const block = (letter: string): number => (letter.charCodeAt(0) - "a".charCodeAt(0)) % 4;

/** Reads zone names; refuses references, local zones, zones of two regions, duplicates and regions never tried. */
export function parseZones(names: string[], at: string): AwsZones {
  if (names.length === 0) {
    throw new CordonError(
      "CORDON-104",
      at,
      "availabilityZones is empty",
      'name at least one, e.g. ["eu-west-1a", "eu-west-1b"]',
    );
  }
  const parsed = names.map((name) => parseZone(literal(name, at, "an availability zone"), at));
  const first = parsed[0];
  const foreign = parsed.find((zone) => zone.region !== first?.region);
  if (first === undefined || foreign !== undefined) {
    throw new CordonError(
      "CORDON-104",
      at,
      `availability zones of two regions: ${names.join(", ")}`,
      "a VPC lives in one region; make one cell per region",
    );
  }
  if (new Set(names).size !== names.length) {
    throw new CordonError(
      "CORDON-104",
      at,
      `an availability zone is listed twice: ${names.join(", ")}`,
      "list each once",
    );
  }
  return {
    region: first.region,
    partition: first.region.startsWith("us-gov-") ? "aws-us-gov" : "aws",
    zones: parsed.map((zone) => ({ name: zone.name, block: block(zone.letter) })),
  };
}

function parseZone(name: string, at: string): { name: string; region: string; letter: string } {
  const [, region, letter] = ZONE_NAME.exec(name) ?? [];
  if (region === undefined || letter === undefined) {
    throw new CordonError(
      "CORDON-104",
      at,
      `${quoted(name)} is not the name of an availability zone`,
      "write names like eu-west-1a; local and wavelength zones have no firewall endpoints",
    );
  }
  if (region.startsWith("cn-") || region.startsWith("us-iso")) {
    throw new CordonError(
      "CORDON-104",
      at,
      `region ${region} names its endpoints differently and was never tried`,
      "use a region of the aws or aws-us-gov partition",
    );
  }
  return { name, region, letter };
}
