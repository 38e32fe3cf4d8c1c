import { createHash, randomUUID } from "node:crypto";
import type { Clock, Store, Stored } from "../core/ports";
import {
  byKey,
  checkedKey,
  expiryOf,
  MOST_LISTED,
  type PutOptions,
  pastPrefix,
  readValue,
  textOf,
  unreadable,
} from "./store-failure";
import { authorized, jsonOf, membersOf, refused, type StoreAnswer, sendToStore } from "./store-request";

export interface FirestoreStoreOptions {
  readonly project: string;
  readonly database: string;
  /** @default "gateway" */
  readonly collection?: string;
  /** An access token; asked for each request, so that it may change. */
  readonly token: () => Promise<string>;
  readonly clock: Clock;
  /** @default "https://firestore.googleapis.com" */
  readonly endpoint?: string;
  /** Milliseconds for one request. @default 2000 */
  readonly timeout?: number;
}

/** A document as it was read. */
interface Found {
  readonly key: string;
  readonly value: unknown;
  readonly until: number;
  readonly updateTime: string;
}

/** What a write needs the document to be. */
type Precondition = { readonly exists: false } | { readonly updateTime: string };

/** Documents of one query's page; each has 60 KB at most. */
const PAGE = 50;
/** Where a write finds another than the document it was for, by status code and the API's name for it. */
const LOST = [
  [400, "FAILED_PRECONDITION"],
  [404, "NOT_FOUND"],
  [409, "ALREADY_EXISTS"],
  [409, "ABORTED"],
] as const;
const VERSION = /^(\d{1,15}):(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)$/;

/**
 * State in one collection of a Firestore database. A document's id is the SHA-256 of its key, so that any key has one; `key`
 * is the key itself, by which a listing asks; `value` is JSON; `expires` is the time by which Firestore deletes it;
 * `write` is another with each write. The version is the document's time of update, which a write names as its precondition.
 *
 * @see https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.documents/commit
 */
export class FirestoreStore implements Store {
  private readonly documents: string;
  private readonly collection: string;
  private readonly url: string;

  public constructor(private readonly options: FirestoreStoreOptions) {
    const { project, database, collection = "gateway", endpoint = "https://firestore.googleapis.com" } = options;
    this.documents = `projects/${project}/databases/${database}/documents`;
    this.collection = collection;
    this.url = `${endpoint}/v1/${this.documents}`;
  }

  public async get(key: string): Promise<Stored | undefined> {
    const found = await this.read(checkedKey(key));
    return found === undefined || found.until <= this.options.clock() ? undefined : storedOf(found);
  }

  public async put(key: string, value: unknown, { ifVersion, expiresAt }: PutOptions): Promise<boolean> {
    const fields = {
      key: { stringValue: checkedKey(key) },
      value: { stringValue: textOf(value) },
      expires: { timestampValue: new Date(expiryOf(expiresAt)).toISOString() },
      // A write that changes nothing leaves the time of update as it was, and two would both be first.
      write: { stringValue: randomUUID() },
    };
    if (ifVersion !== undefined) {
      const [, until, updateTime] = VERSION.exec(ifVersion) ?? [];
      if (updateTime === undefined || Number(until) <= this.options.clock()) return false;
      return await this.write(key, fields, { updateTime });
    }
    if (await this.write(key, fields, { exists: false })) return true;
    const found = await this.read(key);
    if (found === undefined || found.until > this.options.clock()) return false;
    return await this.write(key, fields, { updateTime: found.updateTime });
  }

  public async list(prefix: string): Promise<{ key: string; stored: Stored }[]> {
    const found: Found[] = [];
    const end = pastPrefix(prefix);
    const now = this.options.clock();
    let last: string | undefined;
    while (found.length < MOST_LISTED) {
      const rows = await this.query([
        last === undefined ? ["GREATER_THAN_OR_EQUAL", prefix] : ["GREATER_THAN", last],
        ...(end === undefined ? [] : [["LESS_THAN", end] as const]),
      ]);
      found.push(...rows.filter(({ key, until }) => key.startsWith(prefix) && until > now));
      last = rows.at(-1)?.key;
      if (rows.length < PAGE) break;
    }
    return found
      .map((row) => ({ key: row.key, stored: storedOf(row) }))
      .sort(byKey)
      .slice(0, MOST_LISTED);
  }

  // A single read would answer 404 for a database that is not there too.
  private async read(key: string): Promise<Found | undefined> {
    const name = this.nameOf(key);
    const rows = arrayOf(resultOf(await this.ask("batchGet", { documents: [name] })));
    const { found, missing } = membersOf(rows.length === 1 ? rows[0] : undefined);
    if (found === undefined && missing === name) return undefined;
    const document = foundOf(found);
    if (document.key === key) return document;
    throw unreadable();
  }

  private async write(key: string, fields: object, currentDocument: Precondition): Promise<boolean> {
    const answer = await this.ask("commit", {
      writes: [{ update: { name: this.nameOf(key), fields }, currentDocument }],
    });
    if (answer.status !== 200 && isLost(answer)) return false;
    const { writeResults } = membersOf(resultOf(answer));
    if (Array.isArray(writeResults) && writeResults.length === 1) return true;
    throw unreadable();
  }

  private async query(filters: readonly (readonly [op: string, key: string])[]): Promise<Found[]> {
    const field = { fieldPath: "key" };
    const answer = await this.ask("runQuery", {
      structuredQuery: {
        from: [{ collectionId: this.collection }],
        where: {
          compositeFilter: {
            op: "AND",
            filters: filters.map(([op, key]) => ({ fieldFilter: { field, op, value: { stringValue: key } } })),
          },
        },
        orderBy: [{ field, direction: "ASCENDING" }],
        limit: PAGE,
      },
    });
    // A row without a document tells how far the query is.
    return arrayOf(resultOf(answer)).flatMap((row) => {
      const { document } = membersOf(row);
      return document === undefined ? [] : [foundOf(document)];
    });
  }

  private nameOf(key: string): string {
    return `${this.documents}/${this.collection}/${createHash("sha256").update(key).digest("hex")}`;
  }

  private async ask(method: "batchGet" | "commit" | "runQuery", input: object): Promise<StoreAnswer> {
    const token = await authorized(this.options.token);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const request = { method: "POST", url: `${this.url}:${method}`, headers, body: JSON.stringify(input) } as const;
    return await sendToStore(request, this.options.timeout);
  }
}

function storedOf({ value, until, updateTime }: Found): Stored {
  return { value, version: `${until}:${updateTime}` };
}

function isLost(answer: StoreAnswer): boolean {
  const { error } = membersOf(jsonOf(answer));
  const { status } = membersOf(error);
  return LOST.some(([code, name]) => code === answer.status && name === status);
}

function resultOf(answer: StoreAnswer): unknown {
  if (answer.status !== 200) throw refused();
  return jsonOf(answer);
}

function arrayOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw unreadable();
}

function foundOf(document: unknown): Found {
  const { fields, updateTime } = membersOf(document);
  const { key, value, expires } = membersOf(fields);
  const until = Date.parse(stringOf(membersOf(expires)["timestampValue"]));
  const found = {
    key: stringOf(membersOf(key)["stringValue"]),
    value: readValue(membersOf(value)["stringValue"]),
    until,
    updateTime: stringOf(updateTime),
  };
  if (VERSION.test(storedOf(found).version)) return found;
  throw unreadable();
}

function stringOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw unreadable();
}
