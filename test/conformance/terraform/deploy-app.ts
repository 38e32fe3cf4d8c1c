import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// The program that the deployment tests give to `cdktf deploy`: the examples as they are, connectors by themselves, and beside each stack's
// cdk.tf.json the override file of the test.
if (process.env["CORDON_TEST_STACK"] === "agents-connectors") require("../../../examples/connectors/main");
else require("../../../examples/main");

const stacks = join(process.env["CDKTF_OUTDIR"] ?? "cdktf.out", "stacks");
for (const stack of readdirSync(stacks)) {
  writeFileSync(join(stacks, stack, "override.tf.json"), process.env["CORDON_TEST_OVERRIDE"] ?? "{}");
}
