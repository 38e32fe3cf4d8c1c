import type { Clock, SecretSource } from "../core/ports";

const FIVE_MINUTES = 300_000;

/** Keeps secrets for five minutes, so that a changed one is used soon. Requests at the same moment ask once. */
export class CachedSecrets implements SecretSource {
  private readonly kept = new Map<string, { readonly value: Promise<string>; readonly until: number }>();

  public constructor(
    private readonly source: SecretSource,
    private readonly clock: Clock,
  ) {}

  public read(name: string): Promise<string> {
    const known = this.kept.get(name);
    if (known !== undefined && known.until > this.clock()) return known.value;
    const value = this.source.read(name);
    this.kept.set(name, { value, until: this.clock() + FIVE_MINUTES });
    // A failure is not kept.
    value.catch(() => {
      if (this.kept.get(name)?.value === value) this.kept.delete(name);
    });
    return value;
  }
}
