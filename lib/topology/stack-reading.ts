import type { Configuration } from "./load/configuration";
import type { Declaration } from "./model/declaration";
import type { CloudFacts } from "./model/facts";
import { readDeclaration } from "./model/read-declaration";
import type { Finding } from "./model/result";
import { readClouds } from "./read-clouds";
import type { World } from "./rules/rule";
import type { JsonValue } from "./terraform-json";
import { findingsIn, worldOf } from "./verify";

/** How a stack is read and judged. */
export interface TopologyOptions {
  /** Values for references that the plan does not say: `{ "var.peer_cidr": "10.9.0.0/16" }`. The proof then rests on them. */
  readonly assume?: { readonly [token: string]: JsonValue };
  /** Agents by name, as addresses of subnets or of what runs in them. @default - from tags, else everything that runs */
  readonly agents?: { readonly [agent: string]: readonly string[] };
  /**
   * What the cells were asked to hold, for a plan or state that does not carry it: the value of `cordon` below the comment
   * key of the synthesized stack. @default - what the stack itself carries
   */
  readonly declaration?: JsonValue;
  /** The day on which acknowledgements are looked at, as in `2026-11-23`. @default - today */
  readonly today?: string;
  readonly name?: string;
  readonly source?: string;
}

/** One stack as both readings see it; each is made when it is first needed. */
export class StackReading {
  public readonly declaration: Declaration | undefined;
  private openWorld: World | undefined;
  private found: Finding[] | undefined;

  public constructor(
    public readonly configuration: Configuration,
    private readonly options: TopologyOptions,
  ) {
    this.declaration = readDeclaration(options.declaration ?? configuration.declaration, configuration.source);
  }

  /** The reading in which what is unknown opens everything. */
  public get world(): World {
    this.openWorld ??= this.read("open");
    return this.openWorld;
  }

  public get facts(): CloudFacts {
    return this.world.facts;
  }

  public get findings(): Finding[] {
    const today = this.options.today ?? new Date().toISOString().slice(0, 10);
    this.found ??= findingsIn(this.world, () => this.read("closed"), today);
    return this.found;
  }

  public get assumed(): { readonly [token: string]: JsonValue } {
    return this.options.assume ?? {};
  }

  private read(reading: "open" | "closed"): World {
    const { declaration } = this;
    const { agents, assume } = this.options;
    const facts = readClouds(this.configuration, {
      reading,
      ...(agents === undefined ? {} : { agents }),
      ...(assume === undefined ? {} : { assume }),
      ...(declaration === undefined ? {} : { declaration }),
    });
    return worldOf(facts, declaration);
  }
}
