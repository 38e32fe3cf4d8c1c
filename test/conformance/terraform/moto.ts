import { type ChildProcess, spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const READY_TRIES = 150;

/** A moto server on a free loopback port. */
export class Moto {
  private constructor(
    public readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts the server and waits until it answers. */
  public static async start(command: string): Promise<Moto> {
    const port = await freePort();
    const child = spawn(command, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
    process.once("exit", () => child.kill("SIGKILL"));
    const moto = new Moto(`http://127.0.0.1:${port}`, child);
    for (let tries = 0; tries < READY_TRIES; tries += 1) {
      if (child.exitCode !== null) break;
      if (await answers(moto.url)) return moto;
      await sleep(200);
    }
    await moto.stop();
    throw new Error(`${command} does not answer on port ${port}`);
  }

  public async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    const forced = setTimeout(() => this.child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(forced);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/moto-api/`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
