import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { Database, type QueryResult } from "node-sqlite3-wasm";
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

/** Milliseconds for which another process may hold the file. */
const MOST_WAIT = 2_000;
const BETWEEN_TRIES = 5;

const SCHEMA = [
  "CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL, version TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX IF NOT EXISTS state_until ON state (until)",
];
const CREATE =
  "INSERT INTO state (key, value, version, until) VALUES (:key, :value, :version, :until) " +
  "ON CONFLICT (key) DO UPDATE SET value = :value, version = :version, until = :until WHERE state.until <= :now";
const UPDATE =
  "UPDATE state SET value = :value, version = :version, until = :until " +
  "WHERE key = :key AND version = :expected AND until > :now";
const PURGE = "DELETE FROM state WHERE key IN (SELECT key FROM state WHERE until <= :now ORDER BY until LIMIT 20)";

/**
 * State in one file that several processes of a machine share. A process that is killed while it writes leaves `<file>.lock`
 * behind, and the store then refuses everything until that folder is removed.
 */
export class SqliteStore implements Store {
  private database: Database | undefined;

  public constructor(
    private readonly path: string,
    private readonly clock: Clock,
  ) {}

  public async get(key: string): Promise<Stored | undefined> {
    checkedKey(key);
    const row = await this.ask((database) =>
      database.get("SELECT value, version FROM state WHERE key = :key AND until > :now", {
        ":key": key,
        ":now": this.clock(),
      }),
    );
    return row === null ? undefined : storedOf(row);
  }

  public async put(key: string, value: unknown, { ifVersion, expiresAt }: PutOptions): Promise<boolean> {
    const row = {
      ":key": checkedKey(key),
      ":value": textOf(value),
      ":version": randomUUID(),
      ":until": expiryOf(expiresAt),
    };
    return await this.ask((database) => {
      const now = { ":now": this.clock() };
      const { changes } =
        ifVersion === undefined
          ? database.run(CREATE, { ...row, ...now })
          : database.run(UPDATE, { ...row, ...now, ":expected": ifVersion });
      if (ifVersion === undefined) database.run(PURGE, now);
      return changes === 1;
    });
  }

  public async list(prefix: string): Promise<{ key: string; stored: Stored }[]> {
    const rows = await this.ask((database) =>
      database.all(
        "SELECT key, value, version FROM state WHERE substr(key, 1, length(:prefix)) = :prefix AND until > :now " +
          "ORDER BY key LIMIT :most",
        { ":prefix": prefix, ":now": this.clock(), ":most": MOST_LISTED },
      ),
    );
    return rows.map((row) => ({ key: stringOf(row["key"]), stored: storedOf(row) })).sort(byKey);
  }

  /** Lets go of the file; the next request opens it again. */
  public close(): void {
    this.database?.close();
    this.database = undefined;
  }

  /** Does all of a piece of work or nothing of it, without anything in between, when no other process is at the file. */
  private async ask<T>(work: (database: Database) => T): Promise<T> {
    const end = Date.now() + MOST_WAIT;
    for (;;) {
      try {
        return this.transaction(work);
      } catch (error) {
        if (!isBusy(error)) {
          this.abandon();
          throw storeFailure("The store's file can't be used.");
        }
        if (Date.now() >= end) throw storeFailure("Another process holds the store's file.");
      }
      await wait(BETWEEN_TRIES);
    }
  }

  private transaction<T>(work: (database: Database) => T): T {
    const database = this.opened();
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = work(database);
      database.exec("COMMIT");
      return result;
    } catch (error) {
      if (database.inTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  /** The next request begins with the file anew, and undoes what was left half done in it. */
  private abandon(): void {
    try {
      this.close();
    } catch {
      this.database = undefined;
    }
  }

  private opened(): Database {
    if (this.database !== undefined) return this.database;
    // The file is its owner's alone, whoever may read the folder.
    closeSync(openSync(this.path, "a", 0o600));
    const database = new Database(this.path);
    try {
      database.exec("BEGIN IMMEDIATE");
      for (const statement of SCHEMA) database.exec(statement);
      database.exec("COMMIT");
    } catch (error) {
      database.close();
      throw error;
    }
    this.database = database;
    return database;
  }
}

// The library gives its errors no code.
function isBusy(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}

function storedOf(row: QueryResult): Stored {
  return { value: readValue(row["value"]), version: stringOf(row["version"]) };
}

function stringOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw unreadable();
}
