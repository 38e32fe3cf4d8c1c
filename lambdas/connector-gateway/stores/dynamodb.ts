import { randomUUID } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
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
  unreadable,
} from "./store-failure";
import { authorized, jsonOf, membersOf, refused, type StoreAnswer, sendToStore } from "./store-request";

/** What requests are signed with. */
export interface DynamoDbCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface DynamoDbStoreOptions {
  readonly table: string;
  readonly region: string;
  /** Asked for each request, so that they may change. */
  readonly credentials: () => Promise<DynamoDbCredentials>;
  readonly clock: Clock;
  /** @default - the region's own */
  readonly endpoint?: string;
  /** Milliseconds for one request. @default 2000 */
  readonly timeout?: number;
}

/** Pages of 1 MB that one listing reads; what is listed has to be found in them. */
const MOST_PAGES = 100;

const NAMES = { "#key": "key", "#version": "version", "#until": "until" };
/** An item without `until`, such as the compiled policy, is no state: it is neither replaced nor listed. */
const IS_FREE = "attribute_not_exists(#key) OR #until <= :now";
const IS_AS_READ = "#version = :expected AND #until > :now";
const IS_LISTED = "begins_with(#key, :prefix) AND #until > :now";

/**
 * State in a DynamoDB table with the partition key `key`. `value` is JSON, `until` is the expiry in milliseconds, and
 * `expires` the same in whole seconds, by which DynamoDB deletes. All reads are consistent. The table has no other key, so
 * a listing scans it, up to 100 MB, and fails past that; it is for people who look at approvals, not for requests.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 */
export class DynamoDbStore implements Store {
  private readonly endpoint: string;

  public constructor(private readonly options: DynamoDbStoreOptions) {
    this.endpoint = options.endpoint ?? `https://dynamodb.${options.region}.amazonaws.com`;
  }

  public async get(key: string): Promise<Stored | undefined> {
    const answer = await this.ask("GetItem", { Key: { key: { S: checkedKey(key) } }, ConsistentRead: true });
    const { Item } = resultOf(answer);
    if (Item === undefined) return undefined;
    const found = itemOf(Item);
    return found.until <= this.options.clock() ? undefined : found.stored;
  }

  public async put(key: string, value: unknown, { ifVersion, expiresAt }: PutOptions): Promise<boolean> {
    const until = expiryOf(expiresAt);
    const { "#version": version, ...namesOfFree } = NAMES;
    const answer = await this.ask("PutItem", {
      Item: {
        key: { S: checkedKey(key) },
        value: { S: textOf(value) },
        version: { S: randomUUID() },
        until: { N: String(until) },
        expires: { N: String(Math.ceil(until / 1000)) },
      },
      ...(ifVersion === undefined
        ? {
            ConditionExpression: IS_FREE,
            ExpressionAttributeNames: namesOfFree,
            ExpressionAttributeValues: { ":now": this.now() },
          }
        : {
            ConditionExpression: IS_AS_READ,
            ExpressionAttributeNames: { "#version": version, "#until": NAMES["#until"] },
            ExpressionAttributeValues: { ":now": this.now(), ":expected": { S: ifVersion } },
          }),
    });
    if (isConditionFailure(answer)) return false;
    resultOf(answer);
    return true;
  }

  public async list(prefix: string): Promise<{ key: string; stored: Stored }[]> {
    const found: { key: string; stored: Stored }[] = [];
    let from: unknown;
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await this.ask("Scan", {
        ConsistentRead: true,
        ...this.filterOf(prefix),
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      });
      const { Items, LastEvaluatedKey } = resultOf(answer);
      if (!Array.isArray(Items)) throw unreadable();
      found.push(...Items.map(itemOf).map(({ key, stored }) => ({ key, stored })));
      from = LastEvaluatedKey;
      if (from === undefined || found.length >= MOST_LISTED) return found.sort(byKey).slice(0, MOST_LISTED);
    }
    throw storeFailure("The store holds too much to be listed.");
  }

  /** No value is empty in DynamoDB's filters, so a listing of everything has no prefix. */
  private filterOf(prefix: string): object {
    const values = { ":now": this.now() };
    if (prefix === "") {
      const names = { "#until": NAMES["#until"] };
      return {
        FilterExpression: "#until > :now",
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      };
    }
    const { "#key": key, "#until": until } = NAMES;
    return {
      FilterExpression: IS_LISTED,
      ExpressionAttributeNames: { "#key": key, "#until": until },
      ExpressionAttributeValues: { ...values, ":prefix": { S: prefix } },
    };
  }

  private now(): { N: string } {
    return { N: String(Math.floor(this.options.clock())) };
  }

  private async ask(operation: "GetItem" | "PutItem" | "Scan", input: object): Promise<StoreAnswer> {
    const { table, region, credentials, timeout } = this.options;
    const body = JSON.stringify({ TableName: table, ...input });
    const signed = await authorized(async () => {
      const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
      return await new AwsV4Signer({
        method: "POST",
        url: `${this.endpoint}/`,
        headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` },
        body,
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
        service: "dynamodb",
        region,
      }).sign();
    });
    const headers = Object.fromEntries(signed.headers.entries());
    return await sendToStore({ method: "POST", url: signed.url.toString(), headers, body }, timeout);
  }
}

function isConditionFailure(answer: StoreAnswer): boolean {
  if (answer.status !== 400) return false;
  const { __type } = membersOf(jsonOf(answer));
  return typeof __type === "string" && /(^|#)ConditionalCheckFailedException$/.test(__type);
}

function resultOf(answer: StoreAnswer): { readonly [member: string]: unknown } {
  if (answer.status !== 200) throw refused();
  return membersOf(jsonOf(answer));
}

function itemOf(item: unknown): { key: string; until: number; stored: Stored } {
  const members = membersOf(item);
  const until = Number(attribute(members["until"], "N"));
  if (!Number.isSafeInteger(until)) throw unreadable();
  const stored = { value: readValue(attribute(members["value"], "S")), version: attribute(members["version"], "S") };
  return { key: attribute(members["key"], "S"), until, stored };
}

function attribute(value: unknown, type: "S" | "N"): string {
  const text = membersOf(value)[type];
  if (typeof text === "string" && text !== "") return text;
  throw unreadable();
}
