import { createHash } from "node:crypto";
import type { Clock, Store, Stored } from "../core/ports";
import {
  byKey,
  checkedKey,
  expiryOf,
  MOST_LISTED,
  type PutOptions,
  pastPrefix,
  readValue,
  storeFailure,
  textOf,
  unreadable,
} from "./store-failure";
import {
  authorized,
  jsonOf,
  membersOf,
  refused,
  type StoreAnswer,
  type StoreRequest,
  sendToStore,
} from "./store-request";

export interface AzureTablesStoreOptions {
  /** `https://acmegateway.table.core.windows.net` */
  readonly endpoint: string;
  readonly table: string;
  /**
   * The Authorization header, `Bearer` and a token for `https://storage.azure.com`; asked for each request, so that it may
   * change.
   */
  readonly authorization: (request: { readonly url: string; readonly date: string }) => Promise<string>;
  readonly clock: Clock;
  /** Milliseconds for one request. @default 2000 */
  readonly timeout?: number;
}

/** An entity as it was read. */
interface Found {
  readonly key: string;
  readonly value: unknown;
  readonly until: number;
  readonly etag: string;
}

const API = "2020-12-06";
/** Pages that one listing reads; each has up to 50 entities of 60 KB. */
const MOST_PAGES = 200;
const PAGE = 50;
/** Never `*`, which any entity matches. */
const ETAG = /^(?:W\/)?"[\x21\x23-\x7e]+"$/;

/**
 * State in one table of a storage account. A key's first part, up to `|`, is the partition, and the SHA-256 of the key the
 * row, so that any key has one; `Key` is the key itself, `Value` is JSON as bytes (60 KB at most, of 64 that a property
 * holds), `Until` the expiry in milliseconds. The version is the entity's ETag. Tables delete nothing by themselves: `purge`
 * does.
 *
 * @see https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api
 */
export class AzureTablesStore implements Store {
  public constructor(private readonly options: AzureTablesStoreOptions) {}

  public async get(key: string): Promise<Stored | undefined> {
    const found = await this.read(checkedKey(key));
    return found === undefined || found.until <= this.options.clock() ? undefined : storedOf(found);
  }

  public async put(key: string, value: unknown, { ifVersion, expiresAt }: PutOptions): Promise<boolean> {
    const entity = JSON.stringify({
      PartitionKey: partitionOf(checkedKey(key)),
      RowKey: rowOf(key),
      Key: key,
      "Value@odata.type": "Edm.Binary",
      Value: Buffer.from(textOf(value)).toString("base64"),
      "Until@odata.type": "Edm.Int64",
      Until: String(expiryOf(expiresAt)),
    });
    if (ifVersion !== undefined) {
      const { until, etag } = versionOf(ifVersion);
      if (etag === undefined || until <= this.options.clock()) return false;
      return await this.replace(key, entity, etag);
    }
    if (await this.insert(entity)) return true;
    const found = await this.read(key);
    if (found === undefined || found.until > this.options.clock()) return false;
    return await this.replace(key, entity, found.etag);
  }

  public async list(prefix: string): Promise<{ key: string; stored: Stored }[]> {
    const now = Math.floor(this.options.clock());
    const end = pastPrefix(prefix);
    const conditions = [
      `Until gt ${now}L`,
      ...(prefix.includes("|") ? [`PartitionKey eq ${quoted(partitionOf(prefix))}`] : []),
      ...(prefix === "" ? [] : [`Key ge ${quoted(prefix)}`]),
      ...(end === undefined ? [] : [`Key lt ${quoted(end)}`]),
    ];
    const found: Found[] = [];
    await this.query(conditions.join(" and "), async (rows) => {
      found.push(...rows.filter(({ key, until }) => key.startsWith(prefix) && until > now));
      return found.length < MOST_LISTED;
    });
    return found
      .map((row) => ({ key: row.key, stored: storedOf(row) }))
      .sort(byKey)
      .slice(0, MOST_LISTED);
  }

  /** Deletes what has run out, a thousand at most; tells how many. To be called now and then. @throws store_unavailable */
  public async purge(): Promise<number> {
    let deleted = 0;
    await this.query(`Until le ${Math.floor(this.options.clock())}L`, async (rows) => {
      for (const { key, etag } of rows) if (await this.remove(key, etag)) deleted += 1;
      return deleted < MOST_LISTED;
    });
    return deleted;
  }

  private async read(key: string): Promise<Found | undefined> {
    const answer = await this.ask("GET", this.pathOf(key));
    if (answer.status === 404 && codeOf(answer) === "ResourceNotFound") return undefined;
    if (answer.status !== 200) throw refused();
    const found = foundOf(jsonOf(answer), answer.headers.get("etag"));
    if (found.key === key) return found;
    throw unreadable();
  }

  private async insert(body: string): Promise<boolean> {
    const answer = await this.ask("POST", this.options.table, { prefer: "return-no-content" }, body);
    if (answer.status === 409 && codeOf(answer) === "EntityAlreadyExists") return false;
    return wasDone(answer);
  }

  private async replace(key: string, body: string, etag: string): Promise<boolean> {
    const answer = await this.ask("PUT", this.pathOf(key), { "if-match": etag }, body);
    return !isLost(answer) && wasDone(answer);
  }

  private async remove(key: string, etag: string): Promise<boolean> {
    const answer = await this.ask("DELETE", this.pathOf(key), { "if-match": etag });
    return !isLost(answer) && wasDone(answer);
  }

  /** Gives page after page, until the receiver has enough of them. */
  private async query(filter: string, receive: (rows: Found[]) => Promise<boolean>): Promise<void> {
    const first = `${this.options.table}()?$filter=${encodeURIComponent(filter)}&$top=${PAGE}`;
    let next = "";
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await this.ask("GET", `${first}${next}`);
      if (answer.status !== 200) throw refused();
      const { value } = membersOf(jsonOf(answer));
      if (!Array.isArray(value)) throw unreadable();
      const isEnough = !(await receive(value.map((entity) => foundOf(entity, membersOf(entity)["odata.etag"]))));
      next = continuationOf(answer);
      if (isEnough || next === "") return;
    }
    throw storeFailure("The store holds too much to be listed.");
  }

  private pathOf(key: string): string {
    return `${this.options.table}(PartitionKey=${quoted(partitionOf(key))},RowKey=${quoted(rowOf(key))})`;
  }

  private async ask(
    method: StoreRequest["method"],
    path: string,
    more: { readonly [name: string]: string } = {},
    body?: string,
  ): Promise<StoreAnswer> {
    const { endpoint, authorization, timeout } = this.options;
    const url = `${endpoint}/${path}`;
    const date = new Date(Math.floor(this.options.clock())).toUTCString();
    const headers = {
      authorization: await authorized(() => authorization({ url, date })),
      accept: "application/json;odata=fullmetadata",
      "content-type": "application/json",
      dataserviceversion: "3.0;NetFx",
      "x-ms-date": date,
      "x-ms-version": API,
      ...more,
    };
    return await sendToStore({ method, url, headers, ...(body === undefined ? {} : { body }) }, timeout);
  }
}

/** Only what any partition's name may be; keys that begin in another way are together in one. */
function partitionOf(key: string): string {
  return /^([A-Za-z0-9-]{1,100})\|/.exec(key)?.[1] ?? "_";
}

function rowOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function storedOf({ value, until, etag }: Found): Stored {
  return { value, version: `${until}:${etag}` };
}

function versionOf(version: string): { until: number; etag: string | undefined } {
  const [, until, etag = ""] = /^(\d{1,15}):(.+)$/.exec(version) ?? [];
  return { until: Number(until), etag: ETAG.test(etag) ? etag : undefined };
}

function isLost(answer: StoreAnswer): boolean {
  return answer.status === 412 || (answer.status === 404 && codeOf(answer) === "ResourceNotFound");
}

function wasDone(answer: StoreAnswer): true {
  if (answer.status === 204) return true;
  throw refused();
}

/** Where the next page begins, as the service says it; empty where there is none. */
function continuationOf({ headers }: StoreAnswer): string {
  return ["NextPartitionKey", "NextRowKey"]
    .map((name) => [name, headers.get(`x-ms-continuation-${name}`)] as const)
    .flatMap(([name, value]) => (value === null ? [] : [`&${name}=${encodeURIComponent(value)}`]))
    .join("");
}

function codeOf(answer: StoreAnswer): unknown {
  return membersOf(membersOf(jsonOf(answer))["odata.error"])["code"];
}

function foundOf(entity: unknown, etag: unknown): Found {
  const { Key, Value, Until } = membersOf(entity);
  const until = Number(Until);
  const isWhole = typeof Key === "string" && typeof Value === "string" && typeof etag === "string";
  if (!isWhole || typeof Until !== "string" || !Number.isSafeInteger(until) || !ETAG.test(etag)) throw unreadable();
  return { key: Key, value: readValue(Buffer.from(Value, "base64").toString("utf8")), until, etag };
}
