import type { IncomingMessage, ServerResponse } from "node:http";
import { FirestoreState } from "@firestore-emulator/server";
import { type Answering, answering } from "./store-faults";

type Json = { readonly [member: string]: unknown };
type EmulatorWrite = Parameters<FirestoreState["writeV1Document"]>[1];
type EmulatorQuery = Parameters<FirestoreState["v1Query"]>[1];

/** Messages of the emulator's protocol, which has no declared types of its own here. */
const { Write } = require("@firestore-emulator/proto/dist/google/firestore/v1/write") as {
  Write: { fromObject(value: object): EmulatorWrite };
};
const { StructuredQuery } = require("@firestore-emulator/proto/dist/google/firestore/v1/query") as {
  StructuredQuery: { fromObject(value: object): EmulatorQuery };
};
const OPERATORS = { LESS_THAN: 1, LESS_THAN_OR_EQUAL: 2, GREATER_THAN: 3, GREATER_THAN_OR_EQUAL: 4 } as const;

class Refusal extends Error {
  public constructor(
    public readonly code: number,
    public readonly status: string,
  ) {
    super(status);
  }
}

/**
 * The methods of Firestore's REST API that the gateway uses, over the emulator's documents and queries. The emulator
 * speaks gRPC alone and knows no precondition but `exists`; the one on `updateTime` is checked here as Google documents it, and so is
 * that a write without a change leaves the time of update alone.
 */
export async function firestoreRest(): Promise<Answering & { readonly documents: (path: string) => Json | undefined }> {
  const state = new FirestoreState();
  const updates = new Map<string, string>();
  let turns = 0;

  function documentOf(name: string): Json | undefined {
    const document = state.getDocument(name);
    if (!document.metadata.hasExist) return undefined;
    const { fields } = document.toV1DocumentObject();
    return { name, fields: jsonFields(fields as Json), updateTime: updates.get(name) };
  }

  function commit({ writes }: Json): Json {
    const [write, ...more] = writes as { update: Json; currentDocument: Json }[];
    if (write === undefined || more.length > 0) throw new Refusal(400, "INVALID_ARGUMENT");
    const { update, currentDocument } = write;
    const name = String(update["name"]);
    check(currentDocument, state.getDocument(name).metadata.hasExist, updates.get(name));
    const fields = protoFields(update["fields"] as { readonly [field: string]: Json });
    const before = JSON.stringify(documentOf(name));
    state.writeV1Document(new Date(), Write.fromObject({ update: { name, fields } }));
    // A write that changes nothing leaves the time as it was.
    if (JSON.stringify(documentOf(name)) !== before) {
      updates.set(name, `2026-01-01T00:00:00.${String(++turns).padStart(6, "0")}Z`);
    }
    return { writeResults: [{ updateTime: updates.get(name) }], commitTime: updates.get(name) };
  }

  function runQuery(parent: string, { structuredQuery }: Json): Json[] {
    const { from, where, limit } = structuredQuery as {
      from: [{ collectionId: string }];
      where: { compositeFilter: { filters: { fieldFilter: { op: keyof typeof OPERATORS; value: Json } }[] } };
      limit: number;
    };
    const field = { field_path: "key" };
    const filters = where.compositeFilter.filters.map(({ fieldFilter: { op, value } }) => ({
      field_filter: { field, op: OPERATORS[op], value: { string_value: value["stringValue"] } },
    }));
    const query = StructuredQuery.fromObject({
      from: [{ collection_id: from[0].collectionId }],
      where: { composite_filter: { op: 1, filters } },
      order_by: [{ field, direction: 1 }],
      limit: { value: limit },
    });
    const found = state.v1Query(parent, query).map((document) => ({ document: documentOf(document.getPath()) }));
    return found.length === 0 ? [{ readTime: "2026-01-01T00:00:00Z" }] : found;
  }

  function answer(path: string, input: Json | undefined): unknown {
    const [, parent = "", method] = /^\/v1\/(projects\/p\/databases\/d\/documents):(\w+)$/.exec(path) ?? [];
    if (input === undefined) {
      const found = documentOf(path.replace("/v1/", ""));
      if (found === undefined) throw new Refusal(404, "NOT_FOUND");
      return found;
    }
    if (method === "commit") return commit(input);
    if (method === "runQuery") return runQuery(parent, input);
    if (method !== "batchGet") throw new Refusal(404, "NOT_FOUND");
    return (input["documents"] as string[]).map((name) => {
      const found = documentOf(name);
      return found === undefined ? { missing: name } : { found };
    });
  }

  const server = await answering((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      try {
        if (request.headers.authorization !== "Bearer token") throw new Refusal(401, "UNAUTHENTICATED");
        const text = Buffer.concat(chunks).toString("utf8");
        const result = answer(request.url ?? "", text === "" ? undefined : JSON.parse(text));
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
      } catch (error) {
        const { code, status } = error instanceof Refusal ? error : new Refusal(500, String(error));
        response.writeHead(code).end(JSON.stringify({ error: { code, status, message: "refused" } }));
      }
    });
  });
  return { ...server, documents: documentOf };
}

/** @see https://cloud.google.com/firestore/docs/reference/rest/v1/Precondition */
function check(precondition: Json, exists: boolean, updateTime: string | undefined): void {
  const [[condition, expected] = [], ...more] = Object.entries(precondition);
  if (more.length > 0) throw new Refusal(400, "INVALID_ARGUMENT");
  if (condition === "exists" && expected === false) {
    if (exists) throw new Refusal(409, "ALREADY_EXISTS");
    return;
  }
  if (condition !== "updateTime") throw new Refusal(400, "INVALID_ARGUMENT");
  if (!exists) throw new Refusal(404, "NOT_FOUND");
  if (updateTime !== expected) throw new Refusal(400, "FAILED_PRECONDITION");
}

function protoFields(fields: { readonly [field: string]: Json }): object {
  const values = Object.entries(fields).map(([name, { stringValue, timestampValue }]) => {
    if (stringValue !== undefined) return [name, { string_value: stringValue }];
    const time = Date.parse(String(timestampValue));
    return [name, { timestamp_value: { seconds: Math.floor(time / 1000), nanos: (time % 1000) * 1_000_000 } }];
  });
  return Object.fromEntries(values);
}

function jsonFields(fields: Json): Json {
  const values = Object.entries(fields).map(([name, value]) => {
    const { string_value: text, timestamp_value: time } = value as {
      string_value?: string;
      timestamp_value?: { seconds: number; nanos: number };
    };
    if (time === undefined) return [name, { stringValue: text }];
    return [name, { timestampValue: new Date(time.seconds * 1000 + time.nanos / 1_000_000).toISOString() }];
  });
  return Object.fromEntries(values);
}
