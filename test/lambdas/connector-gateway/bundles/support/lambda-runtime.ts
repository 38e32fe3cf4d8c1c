import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** A function that runs in its own process behind Lambda's runtime interface. */
export interface RunningFunction {
  invoke(event: object): Promise<unknown>;
  /** What it has written to its output. */
  readonly lines: string[];
  close(): Promise<void>;
}

interface Invocation {
  readonly id: string;
  readonly event: object;
  readonly done: (result: unknown) => void;
}

/** Starts the handler of an unpacked archive. @param environment what the function is configured with */
export async function startFunction(
  folder: string,
  environment: { readonly [name: string]: string },
): Promise<RunningFunction> {
  const queue: Invocation[] = [];
  const running = new Map<string, Invocation>();
  const waiting: ServerResponse[] = [];
  let ids = 0;
  const serve = (): void => {
    while (queue.length > 0 && waiting.length > 0) {
      const invocation = queue.shift() as Invocation;
      running.set(invocation.id, invocation);
      const response = waiting.shift() as ServerResponse;
      response.setHeader("lambda-runtime-aws-request-id", invocation.id);
      response.end(JSON.stringify(invocation.event));
    }
  };
  const server = createServer((request, response) => {
    if (request.url?.endsWith("/next")) {
      waiting.push(response);
      serve();
      return;
    }
    const [, id = "", kind = ""] = /invocation\/([^/]+)\/(response|error)$/.exec(request.url ?? "") ?? [];
    let body = "";
    request.on("data", (part) => {
      body += String(part);
    });
    request.on("end", () => {
      response.end();
      running.get(id)?.done(kind === "error" ? { crashed: JSON.parse(body) } : JSON.parse(body));
      running.delete(id);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const lines: string[] = [];
  const child: ChildProcess = spawn(
    process.execPath,
    ["--require", join(__dirname, "redirect.js"), join(__dirname, "runtime-client.js")],
    {
      env: {
        PATH: process.env["PATH"],
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
        LAMBDA_TASK_ROOT: folder,
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
        AWS_SECRET_ACCESS_KEY: "example",
        ...environment,
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  child.stdout?.on("data", (part) =>
    lines.push(
      ...String(part)
        .split("\n")
        .filter((line) => line !== ""),
    ),
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    lines,
    invoke: (event) =>
      new Promise((done) => {
        ids += 1;
        queue.push({ id: `invocation-${ids}`, event, done });
        serve();
      }),
    close: async () => {
      child.kill("SIGKILL");
      await ended;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
