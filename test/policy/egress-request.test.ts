import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ContainmentPolicy, Egress, EgressRequest } from "../../lib";
import { compileSuricata } from "../../lib/compile/suricata-rules";
import { CidrBlock } from "../../lib/names/cidr-block";
import { Mode } from "../../lib/policy/mode";
import { refusal } from "../support/refusal";

const https = (...requests: string[]): ReturnType<typeof Egress.https> =>
  Egress.https("api.example.com", { reason: "test", requests });

describe("a request", () => {
  test.each(["GET /", "GET /v1/items", "* /v1/*", "POST /repos/acme/x/issues", "DELETE /a:b/c@d/*", "GET /*"])(
    "%s is read and written as it is",
    (text) => {
      expect(String(EgressRequest.parse(text, "test"))).toBe(text);
    },
  );

  test.each([
    ["GET", "is not a method and a path", 'write them as in "GET /v1/*"'],
    ["GET  /v1", "is not a method and a path", 'write them as in "GET /v1/*"'],
    ["get /v1", "has no method of HTTP", "use one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, *"],
    ["CONNECT /v1", "has no method of HTTP", "use one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, *"],
    ["GET /v1/../admin", "has a path with dot segments", "write the path that is meant"],
    ["* /*", "is every request", "leave requests out"],
    ...[
      "GET v1",
      "GET //v1",
      "GET /v1/%2e%2e/",
      "GET /v1?x=1",
      "GET /v1#x",
      "GET /v1*",
      "GET /*/x",
      "GET /v1;x",
      "GET /${x}",
      "GET /'x\"",
      "GET /a\\b",
    ].map((text) => [
      text,
      "has a path that can be read in two ways",
      "begin it with /, and leave out //, %, ?, #, ; and * but for a /* at the end",
    ]),
  ])("%s is refused", (text = "", problem, fix) => {
    expect(refusal(() => EgressRequest.parse(text, "test"))).toBe(
      `CORDON-035: test: request ${JSON.stringify(text)} ${problem}; ${fix}`,
    );
  });

  test("that was accepted holds nothing that an expression or a template could be broken out of with", () => {
    fc.assert(
      fc.property(fc.constantFrom("GET", "*"), fc.string({ maxLength: 30 }), (method, path) => {
        const text = `${method} /${path}`;
        if (refusal(() => EgressRequest.parse(text, "test")) !== "not refused") return;
        expect(text).not.toMatch(/["\\`%?#;]|\$\{|\/\/|\/\.\.?(\/|$)/);
      }),
      { numRuns: 2000, seed: 5 },
    );
  });
});

describe("the requests of a rule", () => {
  test("are sorted, and none stand for every request", () => {
    expect(https("POST /b", "GET /a").requests.map(String)).toEqual(["GET /a", "POST /b"]);
    expect(Egress.https("api.example.com", { reason: "test" }).requests).toEqual([]);
  });

  test("survive the JSON form", () => {
    const policy = ContainmentPolicy.denyAll("support").allow(https("GET /a", "* /b/*"));
    expect(JSON.parse(JSON.stringify(policy)).egress[0].requests).toEqual(["* /b/*", "GET /a"]);
    expect(ContainmentPolicy.fromJSON(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
  });

  test("are read from a file in YAML, and told by line where they can't be", () => {
    const directory = mkdtempSync(join(tmpdir(), "cordon-"));
    const file = (requests: string): string => {
      const path = join(directory, "support.yaml");
      const entry = ["protocol: https", "host: api.example.com", "reason: test", `requests: ${requests}`];
      writeFileSync(path, `version: 1\nname: support\negress:\n  - ${entry.join("\n    ")}\n`);
      return path;
    };
    const { rules } = ContainmentPolicy.fromFile(file('["POST /v1/items", "GET /v1/*"]'));
    expect(rules[0]?.requests.map(String)).toEqual(["GET /v1/*", "POST /v1/items"]);
    expect(refusal(() => ContainmentPolicy.fromFile(file('["GET /v1?x"]')))).toMatch(
      /^CORDON-035: .*support\.yaml:7:\d+, \/egress\/0\/requests: request "GET \/v1\?x" has a path that can be read in two ways; /,
    );
    rmSync(directory, { recursive: true });
  });

  test("are a rule's own: the same destination with others is refused, also in a merge", () => {
    const policy = ContainmentPolicy.denyAll("support").allow(https("GET /a"));
    expect(refusal(() => policy.allow(https("GET /b")))).toBe(
      "CORDON-031: policy 'support': https:api.example.com:443 is there already, for GET /a; remove it by without(\"https:api.example.com:443\") first, or leave one of the two out",
    );
    const all = ContainmentPolicy.denyAll("other").allow(Egress.https("api.example.com", { reason: "test" }));
    expect(refusal(() => all.merge(policy))).toMatch(/^CORDON-031.*is there already, for every request/);
    expect(policy.merge(policy)).toEqual(policy);
  });

  test.each([
    [[], "it names 0 requests; name 1 to 20, or leave requests out"],
    ["GET /", 'requests "GET /" is not a list; name 1 to 20, or leave requests out'],
    [["GET /a", "GET /a"], 'request "GET /a" is listed twice; list each once'],
  ])("%j are refused", (requests, message) => {
    const rule = (): unknown => Egress.https("api.example.com", { reason: "test", requests: requests as string[] });
    expect(refusal(rule)).toBe(`CORDON-035: Egress.https("api.example.com"): ${message}`);
  });

  test("are refused where the protocol has none, with the place in a document", () => {
    const egress = [{ protocol: "tls", host: "mq.example.com", reason: "test", requests: ["GET /a"] }];
    expect(refusal(() => ContainmentPolicy.fromJSON({ version: 1, name: "support", egress }))).toBe(
      'CORDON-035: policy, /egress/0/requests: request "GET /a" is of HTTP, and the rule is for tls; use Egress.https, or leave requests out',
    );
  });

  test("are refused by the firewall of AWS, which names the tiers that hold them", () => {
    const agent = {
      name: "triage",
      mode: Mode.ENFORCE,
      sources: [CidrBlock.parse("10.0.0.0/26", "test")],
      rules: [https("GET /a")],
    };
    expect(refusal(() => compileSuricata([agent], "cell 'Agents'"))).toBe(
      "CORDON-051: cell 'Agents', agent 'triage', rule https:api.example.com:443: it names requests, GET /a, and AWS Network Firewall does not look into TLS here; leave requests out, or use a tier that does: GcpEgressTier.PROXY_TLS, AzureEgressTier.PREMIUM",
    );
  });
});
