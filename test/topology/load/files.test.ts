import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadPath } from "../../../lib/topology/load/load";
import { unreadable } from "../../../lib/topology/load/read-file";
import { refusal } from "../../support/refusal";
import { temporaryFolder } from "./folders";

const SHOW = "write the plan with `terraform show -json FILE > plan.json` and give that file";
const AGAIN = "correct the file or write it again";

// The message with the folder of the test taken out.
const refused = (folder: string, path: string): string =>
  refusal(() => loadPath(join(folder, path))).replaceAll(folder, "DIR");

describe("a file", () => {
  test("takes its name from its stack's folder or from itself, its source from the path as given", () => {
    const stack = { resource: { aws_vpc: { v: {} } } };
    const folder = temporaryFolder({
      "net/cdk.tf.json": stack,
      "main.tf.json": stack,
      "prod.json": { format_version: "1.2", planned_values: { root_module: {} } },
    });
    const named = (path: string): unknown => {
      const [{ name, source, format } = { name: "", source: "", format: "" }] = loadPath(join(folder, path));
      return [name, source.replace(folder, "DIR"), format];
    };
    expect(named("net/cdk.tf.json")).toEqual(["net", "DIR/net/cdk.tf.json", "terraform-json"]);
    expect(named("main.tf.json")).toEqual(["main", "DIR/main.tf.json", "terraform-json"]);
    expect(named("prod.json")).toEqual(["prod", "DIR/prod.json", "plan"]);
  });

  test("with a byte order mark is read", () => {
    const folder = temporaryFolder({ "a.tf.json": '\ufeff{"resource": {"aws_vpc": {"v": {}}}}' });
    expect(loadPath(join(folder, "a.tf.json"))[0]?.resources).toHaveLength(1);
  });

  test("of a folder with other files says that they are not read", () => {
    const folder = temporaryFolder({ "a.tf.json": { locals: {} }, "b.tf.json": { locals: {} }, "c.tf": "" });
    expect(loadPath(join(folder, "a.tf.json"))[0]?.notes).toEqual([
      "only a.tf.json is read; Terraform also reads b.tf.json, c.tf of the same folder",
    ]);
  });

  test("of 20 MB is read, one of more than 256 MB is refused before it is", () => {
    const filler = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`a${n}`, { text: "x".repeat(1000) }]));
    const folder = temporaryFolder({ "big.tf.json": { resource: { aws_big: filler } }, "huge.json": "{}" });
    truncateSync(join(folder, "huge.json"), 256 * 1024 * 1024 + 1);
    expect(loadPath(join(folder, "big.tf.json"))[0]?.resources).toHaveLength(20_000);
    expect(refused(folder, "huge.json")).toBe(
      'CORDON-142: file "DIR/huge.json": it has 257 MB, more than the 256 MB that are read; split the stack',
    );
  });
});

describe("refusals", () => {
  const deep = `${'{"a":'.repeat(201)}1${"}".repeat(201)}`;
  const folder = temporaryFolder({
    "comma.tf.json": '{\n  "resource": {\n    "aws_vpc": {},,\n  }\n}',
    "end.tf.json": '{"resource": {"aws_vpc": ',
    "colon.tf.json": '{"resource" {}}',
    "bracket.tf.json": '{"locals": {"a": [1}}',
    "word.json": '{"format_version": nope}',
    "text.json": '{"a": "b\n"}',
    "more.json": '{"format_version": "1.2"} x',
    "escape.tf.json": '{"locals": {"a": "\\x"}}',
    "twice.tf.json":
      '{\n "resource": {"aws_vpc": {"hidden": {}}},\n "//": 1, "//": 2,\n "r\\u0065source": {"aws_vpc": {"seen": {}}}\n}',
    "deep.tf.json": deep,
    "deep.json": deep,
    "empty.json": "",
    "log.json": '{"@level":"info","@message":"Terraform 1.11.4"}\n{"@level":"info"}\n',
    "plan.bin": Buffer.from("PK\u0003\u0004"),
    "utf16.json": Buffer.from('\ufeff{"format_version": "1.2"}', "utf16le"),
    "binary.json": Buffer.from([0x7b, 0xff, 0xc3, 0x28]),
    "main.tf": "",
    "other.json": { name: "x" },
  });

  test.each([
    ["comma.tf.json", `143: file "DIR/comma.tf.json", line 3, column 19: "," where a key is due; ${AGAIN}`],
    ["end.tf.json", `143: file "DIR/end.tf.json", line 1, column 26: the file ends where a value is due; ${AGAIN}`],
    ["colon.tf.json", `143: file "DIR/colon.tf.json", line 1, column 13: "{" where a colon is due; ${AGAIN}`],
    ["bracket.tf.json", `143: file "DIR/bracket.tf.json", line 1, column 20: "}" where ',' or ']' is due; ${AGAIN}`],
    ["word.json", `143: file "DIR/word.json", line 1, column 20: "n" where a value is due; ${AGAIN}`],
    ["text.json", `143: file "DIR/text.json", line 1, column 9: "\\n" where the end of a string is due; ${AGAIN}`],
    ["more.json", `143: file "DIR/more.json", line 1, column 27: "x" where the end of the file is due; ${AGAIN}`],
    [
      "escape.tf.json",
      `143: file "DIR/escape.tf.json", line 1, column 19: "\\\\" where the end of a string is due; ${AGAIN}`,
    ],
    [
      "twice.tf.json",
      `143: file "DIR/twice.tf.json", line 4, column 2: the key "r\\u0065source" twice in one object, of which Terraform reads both; ${AGAIN}`,
    ],
    ["deep.tf.json", `143: file "DIR/deep.tf.json", line 1, column 1001: nested deeper than 200 levels; ${AGAIN}`],
    ["deep.json", '143: file "DIR/deep.json": it is nested deeper than 200 levels; write it again'],
    ["empty.json", '143: file "DIR/empty.json": it is empty; synthesize or plan again'],
    ["log.json", `143: file "DIR/log.json", line 2, column 1: "{" where the end of the file is due; ${SHOW}`],
    ["plan.bin", `143: file "DIR/plan.bin": it is a saved plan in Terraform's own binary format; ${SHOW}`],
    ["utf16.json", `143: file "DIR/utf16.json": it is UTF-16 text, as PowerShell's '>' writes it; save it as UTF-8`],
    ["binary.json", '143: file "DIR/binary.json": it is not UTF-8 text; give a JSON file in UTF-8'],
    [
      "gone.json",
      '142: path "DIR/gone.json": there is no such file or folder; give the path of a synthesized stack, a plan or a state',
    ],
    [
      "other.json",
      '144: file "DIR/other.json": none of its keys is Terraform\'s ("name"); give a synthesized stack, a folder of *.tf.json files, or what `terraform show -json` writes of a plan',
    ],
  ])("%s", (path, message) => expect(refused(folder, path)).toBe(`CORDON-${message}`));

  test("a link that leads to itself, a device, and a file without permission", () => {
    symlinkSync("loop.json", join(folder, "loop.json"));
    expect(refused(folder, "loop.json")).toBe(
      'CORDON-142: path "DIR/loop.json": its symbolic links lead back to themselves; give the path of the file itself',
    );
    expect(refusal(() => loadPath("/dev/null"))).toBe(
      'CORDON-142: file "/dev/null": it is not a regular file; give a JSON file',
    );
    expect(unreadable("x", { code: "EACCES" }).message).toBe(
      'CORDON-142: path "x": it may not be read; grant read permission',
    );
    expect(unreadable("x", { code: "EIO" }).message).toBe(
      'CORDON-142: path "x": it can\'t be read (EIO); give a file that can be read',
    );
  });

  test("a file of HCL names the way to a plan", () => {
    mkdirSync(join(folder, "hcl"));
    writeFileSync(join(folder, "hcl", "main.tf"), "");
    expect(refused(folder, "hcl/main.tf")).toBe(
      'CORDON-145: folder "DIR/hcl": it holds only HCL (main.tf), of which nothing would be checked; run `terraform plan -out=plan.bin` there, then `terraform show -json plan.bin > plan.json`, and give plan.json',
    );
  });
});
