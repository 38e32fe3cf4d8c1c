import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pcapFile } from "../wire/pcap-file";
import { type FirewallInput, ruleLines } from "./firewall-input";
import { type EngineOptions, suricataConfig } from "./suricata-config";

/** One alert of the engine: which rule, at which packet of the capture (from 1), and what became of the packet. */
export interface EngineAlert {
  readonly sid: number;
  readonly packet: number;
  readonly message: string;
  readonly action: string;
}

export interface EngineRun {
  /** Numbers (from 1) of the packets that did not get through. */
  readonly dropped: ReadonlySet<number>;
  readonly alerts: readonly EngineAlert[];
}

interface EveEvent {
  readonly event_type: string;
  readonly pcap_cnt?: number;
  readonly alert?: { readonly signature_id: number; readonly signature: string; readonly action: string };
}

/** The engine refused the rules, or took other rules than it was given. */
export class RulesNotLoaded extends Error {}

/** Plays frames through an inline engine with exactly the given rules. */
export function runSuricata(
  command: string,
  input: FirewallInput,
  frames: readonly Buffer[],
  options: EngineOptions = {},
): EngineRun {
  return withEngineFolder(input, options, (folder) => {
    writeFileSync(join(folder, "flows.pcap"), pcapFile(frames));
    suricata(command, folder, ["-r", join(folder, "flows.pcap"), "--simulate-ips", "-k", "all", "--runmode", "single"]);
    checkLoaded(folder, ruleLines(input).length);
    return readEve(join(folder, "eve.json"));
  });
}

/** Runs `use` in a temporary folder that holds `suricata.yaml` and `cordon.rules`. */
export function withEngineFolder<T>(input: FirewallInput, options: EngineOptions, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "cordon-suricata-"));
  try {
    writeFileSync(join(folder, "suricata.yaml"), suricataConfig(input, options));
    writeFileSync(join(folder, "cordon.rules"), `${ruleLines(input).join("\n")}\n`);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One engine process over a folder of `withEngineFolder`. */
export function suricata(command: string, folder: string, args: readonly string[]): void {
  const always = [
    "-c",
    join(folder, "suricata.yaml"),
    "-S",
    join(folder, "cordon.rules"),
    "-l",
    folder,
    "--init-errors-fatal",
  ];
  const run = spawnSync(command, [...always, ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
  });
  if (run.error) throw run.error;
  if (run.status !== 0)
    throw new RulesNotLoaded(`suricata ended with ${run.status ?? run.signal}:\n${engineLog(folder)}${run.stderr}`);
}

function engineLog(folder: string): string {
  const path = join(folder, "suricata.log");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function checkLoaded(folder: string, lines: number): void {
  const log = engineLog(folder);
  const loaded = Number(/(\d+) rules successfully loaded/.exec(log)?.[1] ?? 0);
  if (loaded !== lines) throw new RulesNotLoaded(`the engine loaded ${loaded} rules of ${lines} lines:\n${log}`);
}

function readEve(path: string): EngineRun {
  const dropped = new Set<number>();
  const alerts: EngineAlert[] = [];
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  for (const line of lines.filter((text) => text !== "")) {
    const event = JSON.parse(line) as EveEvent;
    if (event.event_type === "drop" && event.pcap_cnt !== undefined) dropped.add(event.pcap_cnt);
    if (event.event_type === "alert" && event.alert) {
      const { signature_id: sid, signature: message, action } = event.alert;
      alerts.push({ sid, message, action, packet: event.pcap_cnt ?? 0 });
    }
  }
  return { dropped, alerts };
}
