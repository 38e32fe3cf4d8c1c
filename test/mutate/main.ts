import { type MutationRun, mutate, type Tally } from "./mutate";
import { stacks } from "./stacks";

const SHOWN = Number(process.env["CORDON_MUTATIONS_SHOWN"] ?? 40);

function show(title: string, { caught, of, wrong }: Tally): void {
  process.stdout.write(`${title.padEnd(28)} ${caught} of ${of}\n`);
  for (const { stack, id, expected, found, verdict } of wrong.slice(0, SHOWN)) {
    process.stdout.write(
      `  ${stack}: ${id}: ${verdict} ${found.join(" ") || "nothing"}, expected ${expected.join(" or ") || "nothing"}\n`,
    );
  }
}

const run: MutationRun = mutate(stacks(), 200);
show("weakenings caught", run.weakenings);
show("pairs of them caught", run.pairs);
show("harmless left alone", run.harmless);
show("unknowns stated", run.unknowns);
const missed = run.weakenings.of - run.weakenings.caught + (run.pairs.of - run.pairs.caught);
const flagged = run.harmless.of - run.harmless.caught;
const unstated = run.unknowns.of - run.unknowns.caught;
process.stdout.write(
  `${run.weakenings.caught + run.pairs.caught} caught, ${missed} missed, ${flagged} harmless flagged, ${unstated} unknowns passed\n`,
);
if (missed + flagged + unstated > 0) process.exitCode = 1;
