import { type ChildProcess, spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";

/** A function behind Google's functions framework, in its own process. */
export interface RunningService {
  readonly url: string;
  readonly lines: string[];
  close(): Promise<void>;
}

const FRAMEWORK = join(__dirname, "../../../../../node_modules/.bin/functions-framework");

export async function startService(
  folder: string,
  environment: { readonly [name: string]: string },
): Promise<RunningService> {
  const port = await freePort();
  const lines: string[] = [];
  const child: ChildProcess = spawn(
    process.execPath,
    [FRAMEWORK, `--source=${folder}`, "--target=handler", `--port=${port}`, "--signature-type=http"],
    {
      env: {
        PATH: process.env["PATH"],
        NODE_OPTIONS: `--require ${join(__dirname, "redirect.js")}`,
        K_SERVICE: "connector-gateway",
        ...environment,
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  child.stdout?.on("data", (part) =>
    lines.push(
      ...String(part)
        .split("\n")
        .filter((line) => line.startsWith("{")),
    ),
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    lines,
    close: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
