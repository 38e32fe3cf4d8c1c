import { arch, cpus, platform } from "node:os";
import { azureCompileTables, compileTables, googleCompileTables } from "./compile";
import { synthTables } from "./synth";
import { verifyTables } from "./verify";
import { prepareWorkspace } from "./workspace";

const ROUNDS = 9;

/** Prints the measurements as a Markdown page. */
function main(): void {
  prepareWorkspace();
  const machine = `Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} cores`;
  const page = [
    "# Measurements",
    "",
    `\`npm run bench\`, ${machine}. Ratios are of one run on one machine.`,
    "",
    synthTables(ROUNDS),
    "",
    compileTables(),
    "",
    googleCompileTables(),
    "",
    azureCompileTables(),
    "",
    verifyTables(),
    "",
  ];
  process.stdout.write(page.join("\n"));
}

main();
