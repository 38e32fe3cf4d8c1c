import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Clock, Store, Stored } from "../ports";
import { GatewayProblem } from "../problem";
import { isObject, type Json } from "./message";
import { isUsable } from "./tool-schema";

/** A tool as it was when it was first listed. */
export interface Pin {
  readonly digest: string;
  readonly schema: unknown;
  /** Whether the server has since described it otherwise. */
  readonly isChanged: boolean;
}

const PINNED = ["name", "title", "description", "inputSchema", "outputSchema", "annotations"];
/** Characters of a definition; the smallest of the stores takes 32,000 of a value. */
const LONGEST = 30_000;
const YEARS_10 = 10 * 365 * 86_400_000;

/**
 * Definitions of a connector's tools. The first one that is seen holds; a tool that is described otherwise later is not shown
 * and not called, until it is described as before.
 */
export class Pins {
  public constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly connector: string,
  ) {}

  /** @throws store_unavailable */
  public async of(tool: string): Promise<Pin | undefined> {
    return (await this.read(tool))?.pin;
  }

  /** Takes a definition from a list; true where it is as it was first. @throws store_unavailable */
  public async admits(tool: string, definition: Json): Promise<boolean> {
    const { inputSchema: schema } = definition;
    const text = canonical(definition);
    if (text === undefined || text.length > LONGEST) return false;
    const digest = createHash("sha256").update(text).digest("hex");
    const known = await this.read(tool);
    if (known === undefined) {
      if (!isUsable(digest, schema)) return false;
      if (await this.write(tool, { digest, schema, isChanged: false }, undefined)) return true;
      // Another instance was first.
      return (await this.read(tool))?.pin.digest === digest;
    }
    const { pin, version } = known;
    const isChanged = pin.digest !== digest;
    if (isChanged !== pin.isChanged) await this.write(tool, { ...pin, isChanged }, version);
    return !isChanged;
  }

  private async read(tool: string): Promise<{ readonly pin: Pin; readonly version: string } | undefined> {
    const stored = await this.reached(() => this.store.get(this.key(tool)));
    return stored === undefined ? undefined : { pin: pinOf(stored), version: stored.version };
  }

  private async write(tool: string, pin: Pin, ifVersion: string | undefined): Promise<boolean> {
    const expiresAt = this.clock() + YEARS_10;
    return await this.reached(() => this.store.put(this.key(tool), pin, { ifVersion, expiresAt }));
  }

  private async reached<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GatewayProblem) throw error;
      throw new GatewayProblem("store_unavailable", "The tool's first definition can't be looked up; try again later.");
    }
  }

  private key(tool: string): string {
    return `pin|${this.connector}|${tool}`;
  }
}

function canonical(definition: Json): string | undefined {
  try {
    const members = PINNED.filter((name) => definition[name] !== undefined).map((name) => [name, definition[name]]);
    return canonicalize(Object.fromEntries(members));
  } catch {
    return undefined;
  }
}

function pinOf({ value }: Stored): Pin {
  if (isObject(value)) {
    const { digest, schema, isChanged } = value;
    if (typeof digest === "string" && typeof isChanged === "boolean") return { digest, schema, isChanged };
  }
  throw new GatewayProblem("store_unavailable", "The store holds something else than a definition.");
}
