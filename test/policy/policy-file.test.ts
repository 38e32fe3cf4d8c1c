import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import { ContainmentPolicy, CordonError, Egress } from "../../lib";
import { refusal } from "../support/refusal";

const folder = mkdtempSync(join(tmpdir(), "cordon-policy-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The refusal of a file, with its folder cut off. */
const refused = (name: string, content: string | Buffer): string =>
  refusal(() => ContainmentPolicy.fromFile(file(name, content))).replaceAll(`${folder}/`, "");

const yaml = `# what support may reach
version: 1
name: support
egress:
  - protocol: https
    host: status.example.com
    reason: incident page
  - protocol: tcp
    cidr: 198.51.100.4/32
    port: 22
    reason: a host
`;

describe("a policy file", () => {
  test("in YAML and in JSON is the policy that a program would write", () => {
    const policy = ContainmentPolicy.fromFile(file("support.yaml", yaml));
    expect(policy.rules.map((rule) => rule.id)).toEqual(["https:status.example.com:443", "tcp:198.51.100.4/32:22"]);
    expect(ContainmentPolicy.fromFile(file("support.json", JSON.stringify(policy, null, 2)))).toEqual(policy);
  });

  test.each([
    [
      yaml.replace("status.example.com", "https://status.example.com"),
      `CORDON-001: p.yaml:6:11, /egress/0/host: host "https://status.example.com": it is a URL; write the host alone, without scheme and path`,
    ],
    [
      yaml.replace("port: 22", "port: 99999"),
      "CORDON-042: p.yaml:10:11, /egress/1/port: 99999 must be <= 65535; see containment-policy.schema.json",
    ],
    [
      `${yaml}gateways: []\n`,
      `CORDON-042: p.yaml:12:1, /gateways: this version does not know "gateways"; see containment-policy.schema.json`,
    ],
    [
      yaml.replace("    reason: a host\n", ""),
      "CORDON-042: p.yaml:8:5, /egress/1: it has no reason; see containment-policy.schema.json",
    ],
    [
      yaml.replace("name: support", "name: support\nname: other"),
      "CORDON-041: p.yaml:4:1: Map keys must be unique; correct the file",
    ],
    [`${yaml}---\n${yaml}`, "CORDON-041: p.yaml:12:1: it holds 2 documents; write one policy in each file"],
    ["", "CORDON-041: p.yaml: it is empty; write a policy; see containment-policy.schema.json"],
    ["egress: [", /^CORDON-041: p\.yaml:\d+:\d+: /],
    [
      `${yaml.replace("- protocol: https", "- &rule\n    protocol: https")}  - *rule\n`,
      'CORDON-041: p.yaml:13:5: "*rule" without quotes is an alias of YAML; put a wildcard in quotes, and write other values out',
    ],
    [yaml.replace("name: support", "name: !!js/function support"), /^CORDON-041: p\.yaml:3:7: /],
    [yaml.replace("reason: a host", "reason: 2026-11-23"), "not refused"],
    [
      yaml.replace("port: 22", "port: .nan"),
      "CORDON-041: p.yaml:10:11: .nan is not a whole number in decimal digits; write digits alone, or put text in quotes",
    ],
    [
      yaml.replace("port: 22", "port: 022"),
      "CORDON-041: p.yaml:10:11: 022 is not a whole number in decimal digits; write digits alone, or put text in quotes",
    ],
    [
      yaml.replace("port: 22", "port: 0x16"),
      "CORDON-041: p.yaml:10:11: 0x16 is not a whole number in decimal digits; write digits alone, or put text in quotes",
    ],
    [
      yaml.replace("status.example.com", "*.example.com"),
      'CORDON-041: p.yaml:6:11: "*.example.com" without quotes is an alias of YAML; put a wildcard in quotes, and write other values out',
    ],
    [yaml.replace("status.example.com", '"*.example.com"'), "not refused"],
    [
      yaml.replace("egress:", "$schema: &x []\negress: *x\nrest:"),
      'CORDON-041: p.yaml:5:9: "*x" without quotes is an alias of YAML; put a wildcard in quotes, and write other values out',
    ],
    [yaml.replace("port: 22", "port: !!int 22"), "CORDON-041: p.yaml:10:17: !!int is a tag of YAML; leave tags out"],
    [
      yaml.replace("name: support", "name: !!binary c3VwcG9ydA=="),
      "CORDON-041: p.yaml:3:16: !!binary is a tag of YAML; leave tags out",
    ],
    [`%YAML 1.1\n---\n${yaml}`, "CORDON-041: p.yaml:1:1: it says that it is YAML 1.1; write YAML 1.2"],
    [`%YAML 1.2\n---\n${yaml}`, "not refused"],
    [yaml.replace("reason: a host", "reason: yes"), "not refused"],
    [
      yaml.replace("reason: a host", "reason: 2026"),
      "CORDON-042: p.yaml:11:13, /egress/1/reason: 2026 must be string; see containment-policy.schema.json",
    ],
    [
      yaml.replace("reason: a host", "reason:"),
      "CORDON-042: p.yaml:11:12, /egress/1/reason: null must be string; see containment-policy.schema.json",
    ],
    [
      yaml.replace("host: status", "<<: {port: 1}\n    host: status"),
      'CORDON-042: p.yaml:6:5, /egress/0/<<: this version does not know "<<"; see containment-policy.schema.json',
    ],
    [
      yaml.replace("cidr: 198.51.100.4/32", "cidr: 10.0.0.1/32"),
      "CORDON-033: p.yaml:9:11, /egress/1/cidr: 10.0.0.1/32 is not public; use private endpoints for services in your network",
    ],
    [
      `${yaml}  - protocol: https\n    host: Status.example.com.\n    reason: again\n`,
      "CORDON-031: p.yaml:12:5, /egress/2: https:status.example.com:443 is there already, as entry 0; keep one of the two",
    ],
    ["- a\n", "CORDON-042: p.yaml:1:1: it must be object; see containment-policy.schema.json"],
    ["# nothing\n", "CORDON-041: p.yaml: it is empty; write a policy; see containment-policy.schema.json"],
    [
      yaml.replace("  - protocol: tcp", "\t- protocol: tcp"),
      "CORDON-041: p.yaml:8:1: Tabs are not allowed as indentation; correct the file",
    ],
    [yaml.replaceAll("\n", "\r\n").replace("status.ex", "status_ex"), /^CORDON-001: p\.yaml:6:11, \/egress\/0\/host: /],
  ])("with a fault is refused with line, column and path: %#", (content, message) => {
    const got = refused("p.yaml", content);
    if (typeof message === "string") expect(got).toBe(message);
    else expect(got).toMatch(message);
  });

  test("named .json has to be JSON", () => {
    expect(refused("p.json", yaml)).toMatch(
      /^CORDON-041: p\.json(:\d+:\d+)?: it is not JSON; correct it, or name it \.yaml$/,
    );
    expect(refused("p.json", '{"version":1,"name":"a","egress":[],}')).toMatch(
      /^CORDON-041: p\.json(:1:37)?: it is not JSON; correct it, or name it \.yaml$/,
    );
    expect(refused("q.json", '{"version":1,"name":"a","name":"b","egress":[]}')).toBe(
      "CORDON-041: q.json:1:25: Map keys must be unique; correct the file",
    );
  });

  test("in JSON may be written in one line, with tabs, escapes and a byte order mark", () => {
    const policy = ContainmentPolicy.fromFile(file("support.yaml", yaml));
    const tabs = JSON.stringify(policy, null, "\t").replace("incident", "\\u0069ncident");
    for (const text of [JSON.stringify(policy), tabs, `\ufeff${tabs}`, tabs.replaceAll("\n", "\r\n")]) {
      expect(ContainmentPolicy.fromFile(file("tabs.json", text))).toEqual(policy);
    }
    expect(refused("p.json", tabs.replace("198.51.100.4/32", "198.51.100.4"))).toMatch(
      /^CORDON-010: p\.json:13:12, \/egress\/1\/cidr: "198.51.100.4" is not a CIDR block; /,
    );
  });

  test("that is nested beyond any policy is refused before it is read", () => {
    const message = "it is nested too deeply; write the members of a policy alone";
    expect(refused("p.yaml", "[".repeat(200_000))).toBe(`CORDON-041: p.yaml: ${message}`);
    expect(refused("p.json", "[".repeat(200_000) + "]".repeat(200_000))).toBe(`CORDON-041: p.json: ${message}`);
    expect(refused("p.yaml", "[a,".repeat(200_000))).toBe(`CORDON-041: p.yaml: ${message}`);
    expect(refused("p.yaml", "- ".repeat(200_000))).toBe(`CORDON-041: p.yaml: ${message}`);
    const steps = Array.from({ length: 1500 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n");
    expect(refused("p.yaml", steps)).toBe(`CORDON-041: p.yaml: ${message}`);
    expect(refused("p.yaml", yaml.replace("incident page", `'${"[".repeat(100)}'`))).toBe("not refused");
    const entry = "  - protocol: https\n    host: HOST.example.com\n    reason: a list [of - things]\n";
    const many = Array.from({ length: 200 }, (_, index) => entry.replace("HOST", `h${index}`)).join("");
    expect(refused("p.yaml", yaml + many)).toBe("not refused");
  });

  test("reads any policy back, from YAML as from JSON", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(999), fc.string({ unit: "binary", maxLength: 20 })), { maxLength: 5 }),
        (of) => {
          let policy = ContainmentPolicy.denyAll("generated");
          for (const [port, reason] of of) {
            try {
              policy = policy.allow(Egress.https("a.example.com", { port, reason }));
            } catch (error) {
              if (!CordonError.isCordonError(error)) throw error;
            }
          }
          expect(ContainmentPolicy.fromFile(file("any.yaml", stringify(policy.toJSON())))).toEqual(policy);
          expect(ContainmentPolicy.fromFile(file("any.json", JSON.stringify(policy)))).toEqual(policy);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("of any content ends in a policy or a refusal", () => {
    const pieces = fc.constantFrom(
      ...yaml.split(/\b/),
      "&a ",
      "*a",
      "!!x ",
      "? ",
      "- ",
      "\t",
      "{",
      "}",
      "[",
      "]",
      "|\n",
      "'",
      '"',
      "%",
      "#",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), fc.constantFrom("a.yaml", "a.json"), (parts, name) => {
        expect(refused(name, parts.join(""))).toMatch(/^CORDON-0|^not refused/);
      }),
    );
  });

  test("that can't be read is refused with the reason", () => {
    mkdirSync(join(folder, "dir.yaml"));
    expect(refusal(() => ContainmentPolicy.fromFile("missing.yaml"))).toBe(
      `CORDON-040: "missing.yaml": there is no such file; check the path; it is relative to the working directory`,
    );
    expect(refusal(() => ContainmentPolicy.fromFile("policy.toml"))).toBe(
      `CORDON-040: "policy.toml": the name ends in none of .json, .yaml, .yml; rename the file`,
    );
    expect(refusal(() => ContainmentPolicy.fromFile(join(folder, "dir.yaml")))).toMatch(
      /: it is not a file; name one policy file$/,
    );
    expect(refusal(() => ContainmentPolicy.fromFile(7 as unknown as string))).toBe(
      "CORDON-040: 7: it is not a path; pass the path of a policy file as text",
    );
    expect(refusal(() => ContainmentPolicy.fromFile("a\0.yaml"))).toBe(
      `CORDON-040: "a\\u0000.yaml": it can't be read; check its name and permissions`,
    );
    expect(refusal(() => ContainmentPolicy.fromFile(join(file("plain.yaml", yaml), "inner.yaml")))).toMatch(
      /: there is no such file; check the path; it is relative to the working directory$/,
    );
    expect(refused("utf16.yaml", Buffer.from(`\ufeff${yaml}`, "utf16le"))).toBe(
      `CORDON-040: "utf16.yaml": it is not UTF-8; save it as UTF-8`,
    );
    expect(refused("latin.yaml", Buffer.from([0x6e, 0xe9]))).toBe(
      `CORDON-040: "latin.yaml": it is not UTF-8; save it as UTF-8`,
    );
    expect(refused("large.yaml", Buffer.alloc(4 * 1024 * 1024 + 1, 0x20))).toBe(
      `CORDON-040: "large.yaml": it has 4194305 bytes; keep it within 4194304`,
    );
  });
});
