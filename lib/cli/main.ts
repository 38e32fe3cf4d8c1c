#!/usr/bin/env node
import { run } from "./run";

// A reader that has seen enough, as `head`, closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const streams = {
  out: (text: string): void => {
    process.stdout.write(text);
  },
  error: (text: string): void => {
    process.stderr.write(text);
  },
  isTerminal: process.stdout.isTTY === true,
  stopped: (): Promise<void> =>
    new Promise((resolve) => {
      process.once("SIGINT", () => resolve());
      process.once("SIGTERM", () => resolve());
    }),
};

// The code is set, not forced: what was written is still on its way.
void run(process.argv.slice(2), streams).then((code) => {
  process.exitCode = code;
});
