import { spawnSync } from "node:child_process";
import { requireEngine } from "../../engine";

/** The Suricata 7.0 on the PATH (or at `SURICATA`), the line that classic AWS Network Firewall policies run on. */
export function findSuricata(): string | undefined {
  const command = process.env["SURICATA"] ?? "suricata";
  const version = spawnSync(command, ["-V"], { encoding: "utf8" });
  return version.status === 0 && /version 7\.0\./.test(version.stdout) ? command : undefined;
}

/** `findSuricata`, or a failure where engines are required. */
export function requireSuricata(): string | undefined {
  return requireEngine("suricata", findSuricata, "run 'sudo bash .ci/install-suricata' (Suricata 7.0)");
}
