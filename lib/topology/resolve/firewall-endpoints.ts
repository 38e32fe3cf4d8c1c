import { EvaluationError } from "./inspect";
import { Symbolic, type Value } from "./symbolic";
import { Reference, Unknown } from "./value";
import type { World } from "./world";

/**
 * `firewall_status` of an `aws_networkfirewall_firewall` is known after the firewall exists, but its shape is known
 * before: one status, in it a set of states, each with a zone and the endpoint of that zone. The classes here stand for
 * those parts, so that every way to pick an endpoint by zone or subnet ends in one reference, `endpoint["<zone>"]`.
 */
abstract class FirewallPart extends Symbolic {
  public constructor(
    public readonly firewall: string,
    /** The zone it belongs to; unknown when it stands for any of them. */
    public readonly zone?: string,
  ) {
    super();
  }

  public get tokens(): readonly string[] {
    return [`${this.firewall}.firewall_status`];
  }
}

export class FirewallStatus extends FirewallPart {}

/** The set of states, one for each zone. */
export class FirewallStates extends FirewallPart {}

export class FirewallState extends FirewallPart {}

class Attachment extends FirewallPart {}

/** The zone of any of the states. */
export class ZoneOfState extends FirewallPart {}

/** The subnet of any of the states. */
export class SubnetOfState extends FirewallPart {}

/** Whether any of the states is the one of a zone. */
export class IsZone extends FirewallPart {}

/** What a `for` or a splat makes of the states: one element or entry for each zone. */
export class PerZone extends FirewallPart {
  public constructor(
    firewall: string,
    /** The element of a zone, or of any of them. */
    public readonly at: (zone: string | undefined) => Value,
    /** What the keys are, when it is an object. */
    public readonly keyedBy?: "zone" | "subnet" | "other",
  ) {
    super(firewall);
  }
}

/** An attribute of a part. */
export function partAttribute(part: Symbolic, name: string, world: World): Value | undefined {
  if (part instanceof FirewallStatus && name === "sync_states") return new FirewallStates(part.firewall);
  if (part instanceof FirewallState) {
    if (name === "availability_zone") return part.zone ?? new ZoneOfState(part.firewall);
    if (name === "attachment") return [new Attachment(part.firewall, part.zone)];
  }
  if (part instanceof Attachment) {
    if (name === "subnet_id") return new SubnetOfState(part.firewall, part.zone);
    if (name === "endpoint_id") return endpoint(part, world);
  }
  if (part instanceof FirewallPart && !(part instanceof PerZone)) {
    return new Unknown(`\${${part.tokens.join()}}`, part.tokens);
  }
  return undefined;
}

function endpoint({ firewall, zone }: FirewallPart, world: World): Reference {
  const zones = world.zonesOf(firewall);
  if (zone !== undefined && zones?.includes(zone) === false) {
    throw new EvaluationError(`${firewall} has no endpoint in ${zone}`);
  }
  const only = zone ?? (zones?.length === 1 ? zones[0] : undefined);
  return new Reference(firewall, only === undefined ? "endpoint[*]" : `endpoint[${JSON.stringify(only)}]`);
}

/** An element of a set or object of zones; any key picks one of the firewall's. */
export function zoneElement(value: Symbolic, key: Value, world: World): Value | undefined {
  const each = perZone(value);
  if (each === undefined) return undefined;
  if (each.keyedBy === "zone" && typeof key === "string") return each.at(key);
  if (each.keyedBy === "subnet") return each.at(zoneOfReference(key, world));
  return each.at(undefined);
}

/** The states, or what was made of them, as elements. */
export function perZone(value: Value): PerZone | undefined {
  if (value instanceof PerZone) return value;
  if (!(value instanceof FirewallStates)) return undefined;
  const { firewall } = value;
  return new PerZone(firewall, (zone) => new FirewallState(firewall, zone));
}

/** What a `for` with a key and a condition makes of the states. */
export function eachZone(
  over: PerZone,
  loop: {
    readonly condition?: (item: Value, key: Value) => Value;
    readonly key?: (item: Value, key: Value) => Value;
    readonly value: (item: Value, key: Value) => Value;
  },
): Value {
  const { firewall } = over;
  const outerKey = (zone: string | undefined): Value =>
    over.keyedBy === "zone" ? (zone ?? new ZoneOfState(firewall)) : new Unknown("${each.key}", over.tokens);
  const item = over.at(undefined);
  const test = loop.condition?.(item, outerKey(undefined));
  if (test === false) return loop.key === undefined ? [] : {};
  const only = test instanceof IsZone ? test.zone : undefined;
  const at = (zone: string | undefined): Value => {
    const chosen = only ?? zone;
    return loop.value(over.at(chosen), outerKey(chosen));
  };
  const key = loop.key?.(item, outerKey(undefined));
  if (key === undefined) return new PerZone(firewall, at);
  return new PerZone(
    firewall,
    at,
    key instanceof ZoneOfState ? "zone" : key instanceof SubnetOfState ? "subnet" : "other",
  );
}

/** Turns a set of sets into one set; each zone has one element. */
export function flattenedZones(each: PerZone): Value {
  return new PerZone(each.firewall, (zone) => {
    const inner = each.at(zone);
    const nested = perZone(inner);
    if (nested !== undefined) return nested.at(zone);
    if (!Array.isArray(inner)) return inner;
    const [only] = inner;
    if (only === undefined || inner.length !== 1) throw new EvaluationError("more than one element for each zone");
    return only;
  });
}

/** What an equality with the zone or subnet of a state says. */
export function zoneTest(left: Value, right: Value, world: World): IsZone | undefined {
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (side instanceof ZoneOfState) {
      return new IsZone(side.firewall, typeof other === "string" ? other : undefined);
    }
    if (side instanceof SubnetOfState) return new IsZone(side.firewall, zoneOfReference(other, world));
  }
  return undefined;
}

function zoneOfReference(value: Value, world: World): string | undefined {
  return value instanceof Reference && value.attribute === "id" ? world.zoneOf(value.address) : undefined;
}
