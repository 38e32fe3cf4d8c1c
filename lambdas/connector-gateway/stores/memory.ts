import type { Clock, Store, Stored } from "../core/ports";
import {
  byKey,
  checkedKey,
  expiryOf,
  MOST_LISTED,
  type PutOptions,
  readValue,
  storeFailure,
  textOf,
} from "./store-failure";

/** Values that are kept at most; what has run out goes first. */
const MOST_VALUES = 100_000;

interface Entry {
  /** As JSON, so that nobody changes what is kept. */
  readonly text: string;
  readonly version: string;
  readonly expiresAt: number;
}

/** State of one process, gone with it. @throws store_unavailable where it is full of what still holds */
export class MemoryStore implements Store {
  private readonly entries = new Map<string, Entry>();
  private versions = 0;

  public constructor(
    private readonly clock: Clock,
    private readonly mostValues = MOST_VALUES,
  ) {}

  public async get(key: string): Promise<Stored | undefined> {
    const entry = this.live(checkedKey(key));
    return entry === undefined ? undefined : storedOf(entry);
  }

  public async put(key: string, value: unknown, { ifVersion, expiresAt }: PutOptions): Promise<boolean> {
    const fresh = { text: textOf(value), expiresAt: expiryOf(expiresAt) };
    if (this.live(checkedKey(key))?.version !== ifVersion) return false;
    if (!this.entries.has(key)) this.makeRoom();
    this.versions += 1;
    this.entries.set(key, { ...fresh, version: String(this.versions) });
    return true;
  }

  public async list(prefix: string): Promise<{ key: string; stored: Stored }[]> {
    return [...this.entries.keys()]
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => {
        const entry = this.live(key);
        return entry === undefined ? [] : [{ key, stored: storedOf(entry) }];
      })
      .sort(byKey)
      .slice(0, MOST_LISTED);
  }

  private live(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    return entry === undefined || entry.expiresAt <= this.clock() ? undefined : entry;
  }

  private makeRoom(): void {
    if (this.entries.size < this.mostValues) return;
    const now = this.clock();
    for (const [key, { expiresAt }] of this.entries) if (expiresAt <= now) this.entries.delete(key);
    // To forget a limit or an approval would be to pass what it refuses.
    if (this.entries.size >= this.mostValues) throw storeFailure("The store is full.");
  }
}

const storedOf = ({ text, version }: Entry): Stored => ({ value: readValue(text), version });
