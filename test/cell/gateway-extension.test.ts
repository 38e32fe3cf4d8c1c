import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { bundleExtension, extendedFunction } from "../../lib/cell/gateway-extension";
import { packagedFunction } from "../../lib/cell/packaged-function";
import { refusal } from "../support/refusal";

const OWN = join(__dirname, "../support/extensions/customer-number.ts");
const folder = mkdtempSync(join(tmpdir(), "cordon-extension-"));
let files = 0;

function written(source: string): string {
  files += 1;
  const path = join(folder, `extension-${files}.ts`);
  writeFileSync(path, source);
  return path;
}

const digests = (archive: { [name: string]: Uint8Array }): [string, string][] =>
  Object.entries(archive).map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]);

const detector = (more: string): string =>
  written(`export const detectors = [{ id: "a", kind: "secret", title: "A", pattern: "x[0-9]{9}", ${more} }];`);

describe("an extension of the gateway", () => {
  test("is bundled with what it imports, and put into the archive beside the code, which stays as it was", () => {
    const extension = bundleExtension(OWN, "cell");
    expect(extension.detectors).toEqual(["acme.customer-number"]);
    const extended = extendedFunction("connector-gateway/aws.zip", extension);
    const { "extension.js": own, ...rest } = unzipSync(readFileSync(extended.path));
    expect(Buffer.from(own ?? []).toString()).toContain("grace");
    const packaged = packagedFunction("connector-gateway/aws.zip");
    expect(digests(rest)).toEqual(digests(unzipSync(readFileSync(packaged.path))));
    expect(extended.sha256).not.toBe(packaged.sha256);
  });

  test("gives the same bytes again, and the package's own archive without one", () => {
    const [a, b] = [1, 2].map(() => extendedFunction("connector-gateway/gcp.zip", bundleExtension(OWN, "cell")));
    expect(a?.sha256).toBe(b?.sha256);
    expect(extendedFunction("connector-gateway/gcp.zip", undefined)).toEqual(
      packagedFunction("connector-gateway/gcp.zip"),
    );
  });

  test.each<[string, () => string, string]>([
    ["that is not there", () => join(folder, "none.ts"), "Could not resolve"],
    ["that does not parse", () => written("export const = 1"), "extension-1.ts:1:14: Expected identifier"],
    ["that fails when it is loaded", () => written('throw new Error("not configured")'), "not configured"],
    ["that exports nothing of use", () => written("export const detector = []"), "it exports nothing for the gateway"],
    ["whose detectors are no list", () => written("export const detectors = {}"), "its detectors are no list"],
    ["whose handler is no function", () => written("export const onRequest = 1"), "its onRequest is no function"],
    [
      "with the id of a shipped detector",
      () => detector('id: "aws-access-key-id"'),
      "aws-access-key-id is there twice",
    ],
    ["with an id that controls can't name", () => detector('id: "A b"'), '"A b" is no id of a detector'],
    ["with a kind that is none", () => detector('kind: "other"'), "detector a is neither secret nor personal"],
    [
      "with a pattern that backtracks",
      () => detector('pattern: "(a)\\\\1"'),
      "the pattern of a can't be used: error parsing",
    ],
    ["with a pattern that finds nothing", () => detector('pattern: "x*"'), "pattern matches the empty text"],
    ["without a pattern", () => detector("pattern: undefined"), "the pattern of a can't be used: it has no pattern"],
  ])("%s is refused with its place", (_what, file, problem) => {
    const told = refusal(() => bundleExtension(file(), "cell 'a', connectorGateway, extension"));
    expect(told).toContain("CORDON-166: cell 'a', connectorGateway, extension: ");
    expect(told).toContain(problem);
  });
});
