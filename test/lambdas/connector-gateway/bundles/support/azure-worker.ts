import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

export interface WorkerAnswer {
  readonly status: number;
  readonly body: string;
  readonly logs: readonly string[];
}

/** An app in its own process, behind the contract between the Functions host and a programming model. */
export interface RunningApp {
  /** What the app has registered: names and bindings. */
  readonly registered: readonly { readonly name: string; readonly bindings: object }[];
  invoke(http: {
    method: string;
    url: string;
    headers: { readonly [name: string]: string };
    body?: string;
  }): Promise<WorkerAnswer>;
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly registered?: RunningApp["registered"];
  readonly crashed?: string;
  readonly logs?: readonly string[];
  readonly status?: number;
  readonly body?: string;
}

export async function startApp(folder: string, environment: { readonly [name: string]: string }): Promise<RunningApp> {
  const child: ChildProcess = fork(join(__dirname, "azure-worker-process.js"), {
    env: { PATH: process.env["PATH"], AZURE_APP_ROOT: folder, ...environment },
    execArgv: ["--require", join(__dirname, "redirect.js")],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, (message: Message) => void>();
  let ids = 0;
  const registered = await new Promise<RunningApp["registered"]>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the app ended")));
    child.on("message", (message: Message) => {
      if (message.registered !== undefined) resolve(message.registered);
      else if (message.id !== undefined) waiting.get(message.id)?.(message);
    });
  });
  return {
    registered,
    invoke: ({ body, ...http }) =>
      new Promise((resolve, reject) => {
        ids += 1;
        const id = ids;
        waiting.set(id, ({ crashed, status, body: text = "", logs = [] }) => {
          waiting.delete(id);
          if (crashed !== undefined || status === undefined) reject(new Error(crashed ?? "no answer"));
          else resolve({ status, body: text, logs });
        });
        const data = body === undefined ? {} : { body: { string: body } };
        child.send({
          id,
          http: { ...http, ...data, query: {}, params: {}, nullableHeaders: {}, nullableParams: {}, nullableQuery: {} },
        });
      }),
    close: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}
