/** A structure of an AWS JSON API, as sent or answered. */
export type ApiRecord = { [key: string]: unknown };

/** One call of an AWS JSON API: the service's target, as in `Route53Resolver.CreateFirewallRule`, and what was sent. */
export interface ApiCall {
  readonly operation: string;
  readonly input: ApiRecord;
  readonly region: string;
}

/** Operations by target; what they return is the answer. */
export type Operations = { [operation: string]: (call: ApiCall) => ApiRecord | Promise<ApiRecord> };

/** An error in the form that AWS JSON APIs answer with. */
export class ApiError extends Error {
  public constructor(
    public readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The account that moto answers for. */
export const ACCOUNT = "123456789012";

/** A text member of a structure; absent counts as empty. */
export function text(record: ApiRecord, member: string): string {
  const value = record[member];
  return typeof value === "string" ? value : "";
}

/** A list of structures; absent counts as empty. */
export function records(record: ApiRecord, member: string): ApiRecord[] {
  const value = record[member];
  return Array.isArray(value) ? value.filter((one): one is ApiRecord => typeof one === "object" && one !== null) : [];
}

/** A nested structure; absent counts as empty. */
export function record(parent: ApiRecord, member: string): ApiRecord {
  const value = parent[member];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Structures of one kind by id; looking up one that is not there answers with the API's error. */
export class Collection {
  private readonly byId = new Map<string, ApiRecord>();
  private made = 0;

  public constructor(
    private readonly kind: string,
    private readonly prefix: string,
  ) {}

  public get all(): ApiRecord[] {
    return [...this.byId.values()];
  }

  /** An id that no other structure of this kind has or had. */
  public nextId(): string {
    this.made += 1;
    return `${this.prefix}-${String(this.made).padStart(17, "0")}`;
  }

  public put(id: string, value: ApiRecord): ApiRecord {
    this.byId.set(id, value);
    return value;
  }

  public get(id: string): ApiRecord {
    const found = this.byId.get(id);
    if (found === undefined) throw new ApiError("ResourceNotFoundException", `${this.kind} '${id}' does not exist`);
    return found;
  }

  public update(id: string, change: ApiRecord): ApiRecord {
    return this.put(id, { ...this.get(id), ...change });
  }

  public remove(id: string): ApiRecord {
    const found = this.get(id);
    this.byId.delete(id);
    return found;
  }
}
