import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { loadPath } from "../../../lib/topology/load/load";
import { mergedModule } from "../../../lib/topology/load/source-module";
import type { JsonValue } from "../../../lib/topology/terraform-json";
import { refusal } from "../../support/refusal";
import { type Files, temporaryFolder } from "./folders";

const vpc = (name: string, body: object = {}): object => ({ resource: { aws_vpc: { [name]: body } } });
const refused = (files: Files, path = "."): string => {
  const folder = temporaryFolder(files);
  return refusal(() => loadPath(join(folder, path))).replaceAll(folder, "DIR");
};
const valuesIn = (files: Files): unknown =>
  Object.fromEntries(
    loadPath(temporaryFolder(files)).flatMap(({ resources }) =>
      resources.map(({ address, values }) => [address, values]),
    ),
  );
const HCL_FIX =
  "run `terraform plan -out=plan.bin` there, then `terraform show -json plan.bin > plan.json`, and give plan.json";

describe("the files of one folder", () => {
  test("are one stack", () => {
    const [stack, ...others] = loadPath(
      temporaryFolder({ "a.tf.json": vpc("a"), "b.tf.json": vpc("b"), "note.json": "no JSON", "empty.tf.json": "{}" }),
    );
    expect(others).toEqual([]);
    expect(stack?.resources.map(({ address }) => address)).toEqual(["aws_vpc.a", "aws_vpc.b"]);
    expect(stack).toMatchObject({ format: "terraform-json", notes: [] });
  });

  test("are merged the same whatever they are called", () => {
    const blocks = fc.uniqueArray(
      fc.tuple(fc.constantFrom("aws_vpc", "aws_subnet"), fc.stringMatching(/^[a-z]{1,3}$/)),
      {
        selector: (pair) => pair.join(),
        maxLength: 8,
      },
    );
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}\.tf\.json$/), { minLength: 3, maxLength: 3 });
    const merged = (pairs: readonly string[][], files: readonly string[], places: readonly number[]): unknown => {
      const contents = new Map(files.map((name) => [name, [] as JsonValue[]]));
      for (const [n, [type = "", name = ""]] of pairs.entries()) {
        contents
          .get(files[(places[n] ?? 0) % files.length] ?? "")
          ?.push({ [type]: { [name]: { n: `${type}.${name}` } } });
      }
      const { resources } = mergedModule(
        [...contents].map(([name, resource]) => ({ name, json: { resource } })),
        "x",
      );
      return [...resources].sort();
    };
    fc.assert(
      fc.property(blocks, names, names, fc.array(fc.nat(2)), fc.array(fc.nat(2)), (pairs, one, other, from, to) => {
        expect(merged(pairs, one, from)).toEqual(merged([...pairs].reverse(), other, to));
      }),
    );
  });

  test("an override replaces arguments and all blocks of a type, in the order of the files' names", () => {
    const body = {
      name: "base",
      kept: 1,
      ingress: [{ from_port: 1 }, { from_port: 2 }],
      egress: { from_port: 3 },
      dynamic: [
        { egress: { for_each: [4], content: { from_port: "${egress.value}" } } },
        { other: { for_each: [5], content: {} } },
      ],
      lifecycle: { prevent_destroy: true, ignore_changes: ["a"] },
    };
    const files = {
      "main.tf.json": { resource: { aws_security_group: { g: body } }, locals: { x: 1, y: 1 } },
      "override.tf.json": {
        resource: { aws_security_group: { g: { name: "last", lifecycle: { ignore_changes: ["b"] } } } },
        locals: { x: 2 },
      },
      "a_override.tf.json": {
        resource: {
          aws_security_group: {
            g: {
              name: "first",
              ingress: { from_port: 9 },
              dynamic: { egress: { for_each: [8], content: { from_port: "${egress.value}" } } },
            },
          },
        },
      },
    };
    const [stack] = loadPath(temporaryFolder(files));
    expect(stack?.locals).toEqual({ x: 2, y: 1 });
    expect(stack?.resources).toEqual([
      expect.objectContaining({
        values: { name: "last", kept: 1, ingress: { from_port: 9 }, egress: [{ from_port: 8 }], other: [{}] },
        ignoreChanges: ["b"],
      }),
    ]);
  });

  test.each<[string, Files, string]>([
    [
      "a resource in two files",
      { "a.tf.json": vpc("v"), "b.tf.json": vpc("v") },
      'CORDON-147: folder "DIR": aws_vpc.v is defined in a.tf.json and in b.tf.json; keep one of them',
    ],
    [
      "a local value in two files",
      { "a.tf.json": { locals: { x: 1 } }, "b.tf.json": { locals: { x: 1 } } },
      'CORDON-147: folder "DIR": local.x is defined in a.tf.json and in b.tf.json; keep one of them',
    ],
    [
      "an override of nothing",
      { "a.tf.json": vpc("v"), "override.tf.json": vpc("w") },
      'CORDON-147: folder "DIR": override.tf.json overrides aws_vpc.w, which no file defines; define it in another file, or write it without override',
    ],
    [
      "a plan that is called a configuration",
      { "a.tf.json": { format_version: "1.2", planned_values: {} } },
      'CORDON-144: file "DIR/a.tf.json": it is a plan, no configuration; name it plan.json, and give its path',
    ],
    [
      "HCL beside JSON",
      { "a.tf.json": vpc("v"), "b.tf": "", "c.tf": "", "d.tf": "", "e.tf": "" },
      `CORDON-145: folder "DIR": it holds HCL beside its JSON (b.tf, c.tf, d.tf and 1 more), of which nothing would be checked; ${HCL_FIX}`,
    ],
    [
      "HCL alone",
      { "main.tf": "" },
      `CORDON-145: folder "DIR": it holds only HCL (main.tf), of which nothing would be checked; ${HCL_FIX}`,
    ],
    [
      "nothing of Terraform's",
      { "plan.json": {}, "node_modules/x/a.tf.json": vpc("v"), ".terraform/a.tf.json": vpc("v") },
      'CORDON-146: folder "DIR": no *.tf.json file is in it or below it; run `cdktf synth` first, or give a plan as `terraform show -json` writes it',
    ],
    [
      "a stack that can't be read among others",
      { "stacks/a/cdk.tf.json": vpc("v"), "stacks/b/cdk.tf.json": "{" },
      'CORDON-143: file "DIR/stacks/b/cdk.tf.json", line 1, column 2: the file ends where a key is due; correct the file or write it again',
    ],
    [
      "a stack of HCL among others",
      { "stacks/a/cdk.tf.json": vpc("v"), "stacks/b/main.tf": "" },
      `CORDON-145: folder "DIR/stacks/b": it holds only HCL (main.tf), of which nothing would be checked; ${HCL_FIX}`,
    ],
  ])("%s is refused", (_, files, message) => expect(refused(files)).toBe(message));
});

describe("a folder of stacks", () => {
  const named = (name: string): object => ({ "//": { metadata: { stackName: name } }, ...vpc("v") });

  test("holds each of them, sorted by path", () => {
    const folder = temporaryFolder({
      "manifest.json": { version: "0.21.0" },
      "stacks/b/cdk.tf.json": named("second"),
      "stacks/a/cdk.tf.json": named("first"),
      "stacks/a/assets/x/main.tf": "",
      "deep/er/main.tf.json": vpc("v"),
    });
    expect(loadPath(folder).map(({ name, format }) => [name, format])).toEqual([
      ["er", "terraform-json"],
      ["first", "synth"],
      ["second", "synth"],
    ]);
  });

  test("is read once where links lead around in it", () => {
    const folder = temporaryFolder({ "stacks/a/cdk.tf.json": named("a") });
    symlinkSync("..", join(folder, "stacks", "up"));
    symlinkSync("a", join(folder, "stacks", "again"));
    symlinkSync("nowhere", join(folder, "stacks", "broken"));
    mkdirSync(join(folder, "empty"));
    expect(loadPath(folder).map(({ name }) => name)).toEqual(["a"]);
  });

  test("the order of the files' names decides about the digest, not the folder's", () => {
    const digest = (files: Files): string | undefined => loadPath(temporaryFolder(files))[0]?.digest;
    const files = { "a.tf.json": vpc("a"), "b.tf.json": vpc("b") };
    expect(digest(files)).toBe(digest({ "b.tf.json": vpc("b"), "a.tf.json": vpc("a") }));
    expect(digest(files)).not.toBe(digest({ "a.tf.json": vpc("b"), "b.tf.json": vpc("a") }));
  });

  test("values of overrides come from the folder alone", () =>
    expect(valuesIn({ "x/a.tf.json": vpc("v", { n: 1 }), "override.json": vpc("v", { n: 2 }) })).toEqual({
      "aws_vpc.v": { n: 1 },
    }));
});
