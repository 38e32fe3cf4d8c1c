import { arch, cpus, platform } from "node:os";
import { azureCompileTables, compileTables, googleCompileTables } from "./compile";
import { gatewayTables } from "./gateway/tables";
import { synthTables } from "./synth";
import { verifyTables } from "./verify";
import { prepareWorkspace } from "./workspace";

const ROUNDS = 9;

/** Prints the measurements as a Markdown page; `npm run bench -- gateway` those of the connector gateway alone. */
async function main(): Promise<void> {
  prepareWorkspace();
  if (process.argv[2] === "gateway") {
    process.stdout.write(`${await gatewayTables()}\n`);
    return;
  }
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
    await gatewayTables(),
    "",
  ];
  process.stdout.write(page.join("\n"));
}

void main();
