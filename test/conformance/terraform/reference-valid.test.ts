import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../engine";
import { terraformEngine } from "./engines";
import type { StackJson } from "./plan-json";
import { TerraformStage } from "./stage";

const REFERENCES = join(__dirname, "../../topology/reference");
/** The only data source that asks nobody: a stack without others is planned too. */
const COMPUTED = "aws_iam_policy_document";
const engine = terraformEngine();

interface ReferenceStack extends StackJson {
  readonly data?: { readonly [type: string]: object };
}

describeWith(engine !== undefined)("reference topologies, as Terraform that deploys", () => {
  if (engine === undefined) return;
  const stage = new TerraformStage(engine);
  afterAll(() => stage.remove());

  const names = readdirSync(REFERENCES, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

  test.each(names.sort())("%s is valid for the real provider", async (name) => {
    const stack: ReferenceStack = JSON.parse(readFileSync(join(REFERENCES, name, "main.tf.json"), "utf8"));
    const staged = await stage.stage(stack);
    expect(await staged.validate()).toEqual([]);
    if (Object.keys(stack.data ?? {}).every((type) => type === COMPUTED)) {
      const { resource_changes: changes } = await staged.plan();
      expect(changes.filter(({ change }) => change.actions[0] === "create").length).toBeGreaterThan(20);
    }
  });
});
