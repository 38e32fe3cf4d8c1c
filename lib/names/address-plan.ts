import { createHash } from "node:crypto";
import { CordonError, quoted } from "../errors/cordon-error";
import type { CidrBlock } from "./cidr-block";
import { identifier } from "./plain-text";

/** A zone and the quarter of the cell that is set aside for it. */
export interface PlannedZone {
  readonly name: string;
  /** 0 to 3. */
  readonly block: number;
}

export interface AddressPlanProps {
  readonly cidr: CidrBlock;
  readonly zones: PlannedZone[];
  /** Prefix of an agent's subnet in each zone. @default 26 */
  readonly agentPrefix?: number;
  /** The cell in the words of an error message. */
  readonly at: string;
}

/** Blocks of one zone that no agent uses. */
export interface ZoneInfrastructure {
  readonly firewall: CidrBlock;
  readonly public: CidrBlock;
  readonly endpoint: CidrBlock;
  /** Kept for inspection functions. */
  readonly inspection: CidrBlock;
}

const ZONE_BLOCKS = 4;
const INFRASTRUCTURE = 256;

/**
 * Divides a cell's block into subnets for each agent and zone. Every place comes from a name: a zone's quarter from its
 * letter, an agent's slot from its own name, so that nothing moves when agents and zones come and go.
 */
export class AddressPlan {
  /** How many agents fit. */
  public readonly slots: number;
  private readonly agentPrefix: number;
  private readonly zones: ReadonlyMap<string, CidrBlock>;
  private readonly placed = new Map<number, string>();

  private constructor(private readonly props: AddressPlanProps) {
    const { cidr, at } = props;
    this.agentPrefix = props.agentPrefix ?? 26;
    const { agentPrefix } = this;
    if (cidr.version !== 4 || cidr.prefix < 16) {
      throw new CordonError("CORDON-011", at, `${cidr} can't be a cell`, "use an IPv4 block of /16 to /21");
    }
    if (!Number.isInteger(agentPrefix) || agentPrefix < 20 || agentPrefix > 28) {
      throw new CordonError("CORDON-011", at, `an agent's subnet can't be /${agentPrefix}`, "use a prefix of 20 to 28");
    }
    this.slots = slotsOf(cidr.prefix, agentPrefix);
    if (this.slots < 1) {
      const enough = Array.from({ length: 13 }, (_, i) => 28 - i).find((prefix) => slotsOf(prefix, agentPrefix) > 0);
      throw new CordonError(
        "CORDON-011",
        at,
        `${cidr} holds ${cidr.size} addresses and leaves no room for an agent's /${agentPrefix} in each of four zone blocks`,
        enough === undefined
          ? "use smaller agent subnets"
          : `use a /${enough} or larger (room for ${slotsOf(enough, agentPrefix)})`,
      );
    }
    this.zones = placedZones(props);
  }

  /** Lays out a cell. @throws CORDON-011 if it does not fit, CORDON-013 for zones without a quarter of their own */
  public static of(props: AddressPlanProps): AddressPlan {
    return new AddressPlan(props);
  }

  /** The blocks of a zone that no agent uses. */
  public infrastructure(zone: string): ZoneInfrastructure {
    const block = this.zoneBlock(zone);
    return {
      firewall: block.subnet(28, 0),
      public: block.subnet(28, 1),
      endpoint: block.subnet(26, 1),
      inspection: block.subnet(26, 2),
    };
  }

  /**
   * Gives an agent its block in every zone.
   * @param slot a place chosen by hand. @default - from the agent's name
   * @throws CORDON-012 if another agent has the place, or the agent has one already
   */
  public place(agent: string, slot?: number): { zone: string; cidr: CidrBlock }[] {
    const { at } = this.props;
    identifier(agent, at, "the agent's name");
    const chosen = slot ?? slotOf(agent, this.slots);
    if (!Number.isInteger(chosen) || chosen < 0 || chosen >= this.slots) {
      throw new CordonError(
        "CORDON-012",
        `${at}, agent '${agent}'`,
        `slot ${quoted(chosen)} is not in the plan`,
        `use a whole number from 0 to ${this.slots - 1}`,
      );
    }
    const other = this.placed.get(chosen);
    if (other === agent || [...this.placed.values()].includes(agent)) {
      throw new CordonError("CORDON-012", at, `agent '${agent}' has a place already`, "place each agent once");
    }
    if (other !== undefined) throw this.collision(other, agent, chosen);
    this.placed.set(chosen, agent);
    const index = Math.ceil(INFRASTRUCTURE / 2 ** (32 - this.agentPrefix)) + chosen;
    return [...this.zones].map(([zone, block]) => ({ zone, cidr: block.subnet(this.agentPrefix, index) }));
  }

  private collision(placed: string, agent: string, slot: number): CordonError {
    const free = Array.from({ length: this.slots }, (_, i) => i).filter((i) => !this.placed.has(i));
    const some = free.length > 8 ? `${free.slice(0, 8).join(", ")} and ${free.length - 8} more` : free.join(", ");
    return new CordonError(
      "CORDON-012",
      this.props.at,
      `agents '${placed}' and '${agent}' both have slot ${slot} of ${this.slots}`,
      free.length === 0
        ? "use a larger cidr"
        : `pass slot: ${free[0]} to the one that is not deployed yet (free: ${some})`,
    );
  }

  private zoneBlock(name: string): CidrBlock {
    const block = this.zones.get(name);
    if (block === undefined) {
      throw new CordonError(
        "CORDON-013",
        this.props.at,
        `zone ${name} is not in the plan`,
        `use one of ${[...this.zones.keys()].join(", ")}`,
      );
    }
    return block;
  }
}

/** The quarter of each zone. */
function placedZones({ cidr, zones, at }: AddressPlanProps): Map<string, CidrBlock> {
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-013", at, problem, fix);
  };
  if (zones.length === 0) refuse("there is no zone", "name at least one");
  const blocks = new Map<string, CidrBlock>();
  for (const [index, { name, block }] of zones.entries()) {
    if (!Number.isInteger(block) || block < 0 || block >= ZONE_BLOCKS) {
      refuse(`zone ${name} can't have quarter ${block}`, `use a whole number from 0 to ${ZONE_BLOCKS - 1}`);
    }
    if (blocks.has(name)) refuse(`zone ${name} is listed twice`, "list each zone once");
    const twin = zones.slice(0, index).find((other) => other.block === block);
    if (twin !== undefined) {
      refuse(
        `zones ${twin.name} and ${name} share one quarter of the cell's addresses`,
        "use one of them and another zone",
      );
    }
    blocks.set(name, cidr.subnet(cidr.prefix + 2, block));
  }
  return blocks;
}

function slotsOf(cellPrefix: number, agentPrefix: number): number {
  const zone = 2 ** (32 - cellPrefix - 2);
  const agent = 2 ** (32 - agentPrefix);
  return Math.max(0, Math.floor(zone / agent) - Math.ceil(INFRASTRUCTURE / agent));
}

const slotOf = (agent: string, slots: number): number =>
  createHash("sha256").update(agent).digest().readUInt32BE(0) % slots;
