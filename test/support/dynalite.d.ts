declare module "dynalite" {
  import type { Server } from "node:http";

  /** DynamoDB on this machine, in memory. */
  export default function dynalite(options?: {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
  }): Server;
}
