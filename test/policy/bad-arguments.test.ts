import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContainmentPolicy, Egress, type EgressRule } from "../../lib";
import { refusal } from "../support/refusal";

const support = ContainmentPolicy.denyAll("support");

describe("a program without types", () => {
  test.each([
    [
      () => Egress.https("a.example.com", undefined as never),
      'CORDON-030: Egress.https("a.example.com"): its options are undefined; pass at least { reason: "..." }',
    ],
    [
      () => Egress.tcp("a.example.com", null as never),
      'CORDON-030: Egress.tcp("a.example.com"): its options are null; pass at least { reason: "..." }',
    ],
    [
      () => Egress.cidr("8.8.8.8/32", "r" as never),
      'CORDON-030: Egress.cidr("8.8.8.8/32"): its options are "r"; pass at least { reason: "..." }',
    ],
    [
      () => support.without(null as unknown as EgressRule),
      "CORDON-030: policy 'support': null is neither an egress rule nor the id of one; pass a rule, or an id such as https:api.example.com:443",
    ],
    [
      () => support.without(5 as unknown as EgressRule),
      "CORDON-030: policy 'support': 5 is neither an egress rule nor the id of one; pass a rule, or an id such as https:api.example.com:443",
    ],
  ])("is told what is missing, with its place: %#", (act, message) => expect(refusal(act)).toBe(message));
});

test("a rule that differs in sharedTenancy alone is refused, and the message says in what it differs", () => {
  const wild = (sharedTenancy: string): EgressRule => Egress.https("*.github.io", { reason: "docs", sharedTenancy });
  const fix = 'remove it by without("https:*.github.io:443") first, or leave one of the two out';
  expect(refusal(() => support.allow(wild("reviewed")).allow(wild("also reviewed")))).toBe(
    `CORDON-031: policy 'support': https:*.github.io:443 is there already, with sharedTenancy "reviewed"; ${fix}`,
  );
  const exact = (sharedTenancy?: string): EgressRule =>
    Egress.https("a.example.com", { reason: "docs", ...(sharedTenancy === undefined ? {} : { sharedTenancy }) });
  expect(refusal(() => support.allow(exact()).allow(exact("reviewed")))).toMatch(
    / is there already, without sharedTenancy; /,
  );
  expect(support.allow(wild("reviewed")).allow(wild("reviewed")).rules).toHaveLength(1);
});

describe("the keys of a policy file", () => {
  const refused = (content: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), "cordon-keys-")), "p.yaml");
    writeFileSync(path, content);
    return refusal(() => ContainmentPolicy.fromFile(path)).replaceAll(path, "p.yaml");
  };

  test("are refused when two are one as text, which would drop a value", () => {
    expect(refused('version: 1\nname: a\negress: []\n1: x\n"1": y\n')).toBe(
      "CORDON-041: p.yaml:5:1: Map keys must be unique; correct the file",
    );
    expect(refused("version: 1\nname: a\negress:\n  - {reason: r, reason: s}\n")).toBe(
      "CORDON-041: p.yaml:4:17: Map keys must be unique; correct the file",
    );
  });

  test("are text", () => {
    expect(refused("version: 1\nname: a\negress: []\n? [a, b]\n: 1\n")).toBe(
      "CORDON-041: p.yaml:4:3: a list or a map stands for a key; write the key as text",
    );
  });
});
