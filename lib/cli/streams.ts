import { writeFileSync } from "node:fs";
import { createColors } from "picocolors";
import { CordonError, quoted } from "../errors/cordon-error";
import { printable } from "./printable";

/** What a run of the command is connected to. */
export interface CliStreams {
  out(text: string): void;
  error(text: string): void;
  readonly isTerminal: boolean;
  /** @default - the environment of the process; `NO_COLOR` is looked at */
  readonly environment?: { readonly [name: string]: string | undefined };
  /** Resolves when a command that runs on is to end. @default at once */
  stopped?(): Promise<void>;
}

/** Exit codes of every command. */
export enum ExitCode {
  /** Proven; or yes; or nobody reaches more. */
  PROVEN = 0,
  /** Something stands against the rules; or no; or somebody reaches more. */
  FOUND = 1,
  /** The question could not be asked. */
  UNUSABLE = 2,
}

/** How words are marked; without a terminal they are left as they are. */
export interface Colours {
  bold(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  dim(text: string): string;
}

/** Colours for a terminal alone, and not for one whose owner wants none. @see https://no-color.org */
export function coloursOf({ isTerminal, environment = process.env }: CliStreams, output: string | undefined): Colours {
  const isUnwanted = (environment["NO_COLOR"] ?? "") !== "";
  return createColors(isTerminal && output === undefined && !isUnwanted);
}

/** Writes a result to its file, or to the standard output. @throws CORDON-150 for a file that can't be written */
export function emit(text: string, streams: CliStreams, output: string | undefined, option = "--output"): void {
  if (output === undefined) {
    streams.out(text);
    return;
  }
  try {
    writeFileSync(output, text);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new CordonError(
      "CORDON-150",
      option,
      `${quoted(output)} can't be written (${reason})`,
      "name a file in a folder that exists and that you may write to",
    );
  }
}

/** A value as a document: indented, with a line end. What would steer a terminal is escaped, as JSON allows for any letter. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2).split("\n").map(printable).join("\n")}\n`;
}
