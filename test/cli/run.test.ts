import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ContainmentPolicy, Egress } from "../../lib";
import { synthStack } from "../../lib/topology/synth-stack";
import { add, cellWith, type MutablePlan, namesOf, policy, remove } from "../support/changed-plan";
import { type CliResult, cordon, folderWith } from "../support/cli";

const plan = (list: ContainmentPolicy = policy): MutablePlan =>
  synthStack(cellWith({ triage: list }).stack) as unknown as MutablePlan;

const open = (json: MutablePlan): void => {
  const [table] = namesOf(json, "aws_route_table", "agent-triage");
  add(json, "aws_internet_gateway", { vpc_id: "vpc-1" });
  add(json, "aws_route", {
    route_table_id: `\${aws_route_table.${table}.id}`,
    destination_cidr_block: "198.18.0.0/15",
    gateway_id: "${aws_internet_gateway.Added.id}",
  });
};

function changed(change: (json: MutablePlan) => void, list = policy): MutablePlan {
  const json = plan(list);
  change(json);
  return json;
}

const stackIn = (json: MutablePlan): string => folderWith({ "stacks/agents/cdk.tf.json": json });

describe("cordon verify", () => {
  test("proves a contained stack and exits with 0", async () => {
    const { code, out, error } = await cordon("verify", stackIn(plan()));
    expect([code, error]).toEqual([0, ""]);
    expect(out).toMatch(/^stack .*\nPROVED within model v1 under A1-A9\n {2}agent triage reaches 6 destinations: /);
    expect(out).toMatch(/\n {2}A9 {2}The proof says nothing about what the model inside of the agent does\.\n$/);
    expect(out).not.toContain("\u001b");
  });

  test("shows a finding with its way, a packet and the fix, and exits with 1", async () => {
    const { code, out } = await cordon("verify", stackIn(changed(open)));
    expect(code).toBe(1);
    expect(out).toContain("VIOLATED 1 finding");
    expect(out).toMatch(/ {2}CORDON-P01 VIOLATED critical agent triage\n {4}agent triage reaches the internet from /);
    expect(out).toMatch(/\n {4}at {2}aws_route\.Added\n/);
    expect(out).toMatch(/ {8}route: aws_route\.Added leads to the internet by aws_internet_gateway\.Added\n/);
    expect(out).toMatch(/\n {4}one tcp 10\.64\.\d+\.\d+:49152 -> 198\.18\.0\.0:443\b/);
    expect(out).toMatch(/\n {4}fix remove the route, or let it lead to the firewall's endpoint\n/);
  });

  test("reads several paths, and one file", async () => {
    const folder = stackIn(plan());
    const { code, out } = await cordon("verify", join(folder, "stacks/agents/cdk.tf.json"), folder);
    expect(code).toBe(0);
    expect(out.match(/^PROVED /gm)).toHaveLength(2);
  });

  test("writes the same JSON for the same plan", async () => {
    const folder = stackIn(changed(open));
    const first = await cordon("verify", folder, "--format", "json");
    expect((await cordon("verify", folder, "--format", "json")).out).toBe(first.out);
    expect(JSON.parse(first.out)).toMatchObject([
      { verdict: "VIOLATED", agents: ["triage"], findings: [{ rule: "CORDON-P01", address: "aws_route.Added" }] },
    ]);
  });

  test("writes a certificate with the digest of what it read", async () => {
    const folder = stackIn(plan());
    const file = join(folder, "certificate.json");
    expect((await cordon("verify", join(folder, "stacks"), "--certificate", file)).code).toBe(0);
    const [certificate] = JSON.parse(readFileSync(file, "utf8"));
    expect(certificate).toMatchObject({
      certificate: "cordon",
      verdict: "PROVED",
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("takes assumptions, and prints them with the verdict", async () => {
    const json = changed((one) => {
      open(one);
      (one.resource["aws_route"]?.["Added"] ?? {})["gateway_id"] = "${var.gateway}";
    });
    const folder = stackIn(json);
    const unknown = await cordon("verify", folder);
    expect(unknown.code).toBe(1);
    expect(unknown.out).toContain("UNKNOWN 1 finding");
    expect(unknown.out).toContain("unknown var.gateway");
    const settled = await cordon("verify", folder, "--assume", "var.gateway=local");
    expect([settled.code, settled.out]).toEqual([0, expect.stringContaining('var.gateway is "local"')]);
  });

  test("names agents in Terraform that nobody tagged", async () => {
    const json = plan();
    for (const type of ["aws_subnet", "aws_security_group"]) {
      for (const values of Object.values(json.resource[type] ?? {}))
        delete (values["tags"] as { [tag: string]: string })["cordon:agent"];
    }
    const [subnet] = namesOf(json, "aws_subnet", "agent-triage");
    const { out } = await cordon("verify", stackIn(json), "--name", `helper=aws_subnet.${subnet}`);
    expect(out).toContain("agent helper reaches");
  });
});

describe("cordon verify, for another program", () => {
  test("writes SARIF with the line of the resource", async () => {
    const folder = stackIn(changed(open));
    const log = JSON.parse((await cordon("verify", folder, "--format", "sarif")).out);
    const [result] = log.runs[0].results;
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    const lines = readFileSync(fileURLToPath(artifactLocation.uri), "utf8").split("\n");
    expect(lines[region.startLine - 1]?.slice(region.startColumn - 1)).toBe('"Added": {');
    expect(result).toMatchObject({ ruleId: "CORDON-P01", level: "error", kind: "fail" });
  });

  test("shows unknowns with SARIF's own kind when asked to, and exits with 1 all the same", async () => {
    const json = changed((one) => {
      open(one);
      (one.resource["aws_route"]?.["Added"] ?? {})["gateway_id"] = "${var.gateway}";
    });
    const { code, out } = await cordon("verify", stackIn(json), "--format", "sarif", "--unknown", "open");
    const kinds = JSON.parse(out).runs[0].results.map((one: { kind: string; level: string }) => [one.kind, one.level]);
    expect([code, kinds]).toEqual([1, [["open", "none"]]]);
  });

  test("writes to a file alone", async () => {
    const folder = stackIn(plan());
    const file = join(folder, "report.json");
    expect(await cordon("verify", folder, "--format", "json", "--output", file)).toEqual({
      code: 0,
      out: "",
      error: "",
    });
    expect(JSON.parse(readFileSync(file, "utf8"))[0].verdict).toBe("PROVED");
  });

  test("proves nothing where nobody is contained: that is no success", async () => {
    const folder = folderWith({ "site/main.tf.json": { resource: { aws_s3_bucket: { site: { bucket: "b" } } } } });
    const { code, out, error } = await cordon("verify", folder);
    expect([code, error]).toEqual([
      2,
      `CORDON-152: "${folder}": no agent in the stack, so nothing is proved; name agents with --name triage=aws_subnet.a, or tag their subnets with cordon:agent\n`,
    ]);
    expect(out).toContain("NOTHING TO PROVE no agents found");
    const beside = await cordon("verify", folder, stackIn(plan()));
    expect([beside.code, beside.out]).toEqual([
      0,
      expect.stringContaining("2 stacks: 1 proved, 0 not, 1 without agents"),
    ]);
  });

  test("takes what a plan was asked to hold from its synthesized stack", async () => {
    const json = plan() as unknown as { "//": { cordon?: unknown } };
    const bare = { ...json, "//": {} };
    const folder = folderWith({ "plan/main.tf.json": bare, "cdk.tf.json": json });
    const file = join(folder, "cdk.tf.json");
    const { code, out } = await cordon("report", join(folder, "plan"), "--declared", file);
    expect([code, out]).toEqual([0, expect.stringContaining("| R01 | a name is not an address |")]);
    expect((await cordon("report", join(folder, "plan"))).out).toContain("The plan names no residual risk.");
  });
});

describe("cordon explain", () => {
  const explain = (to: string, ...more: string[]): Promise<CliResult> =>
    cordon("explain", stackIn(plan()), "--agent", "triage", "--to", to, ...more);

  test("says layer by layer who lets a destination through", async () => {
    const { code, out } = await explain("https://api.example.com/path?x=1");
    expect(code).toBe(0);
    expect(out).toMatch(/^agent triage reaches https:\/\/api\.example\.com\/path\?x=1\n/);
    expect([...out.matchAll(/^ {2}\+ (\S+(?: group)?) /gm)].map(([, layer]) => layer)).toEqual([
      "name",
      "security group",
      "route",
      "filter",
      "route",
      "route",
      "route",
    ]);
  });

  test.each([
    ["https://other.example.net", "filter", "cordon deny TLS name not listed"],
    ["8.8.8.8:22", "security group", "has no egress rule that admits it"],
    ["udp://8.8.8.8:53", "security group", "has no egress rule that admits it"],
    ["8.8.8.8:443", "filter", "cordon deny not TLS"],
    ["10.64.3.4:22", "security group", "nothing that the plan knows of stands there"],
  ])("says which layer refuses %s", async (to, layer, says) => {
    const { code, out } = await explain(to);
    expect(code).toBe(1);
    expect(out).toMatch(/^agent triage does not reach /);
    const refusing = out.split("\n").filter((line) => line.startsWith("  - "));
    expect(refusing.at(-1)).toContain(`- ${layer}`);
    expect(refusing.at(-1)).toContain(says);
  });

  test("finds a private endpoint by its name", async () => {
    const { code, out } = await explain("secretsmanager.eu-west-1.amazonaws.com");
    expect(code).toBe(0);
    expect(out).toContain("+ endpoint  leads to com.amazonaws.eu-west-1.secretsmanager inside of the network");
  });

  test("answers as JSON", async () => {
    const { out } = await explain("api.example.com", "--format", "json");
    expect(JSON.parse(out)).toMatchObject({ agent: "triage", reaches: true });
  });

  test("refuses an agent that is not there, and a destination that is none, with 2", async () => {
    const folder = stackIn(plan());
    expect(await cordon("explain", folder, "--agent", "tirage", "--to", "x.com")).toEqual({
      code: 2,
      out: "",
      error: `CORDON-140: "${folder}": no stack has an agent "tirage"; use one of triage\n`,
    });
    for (const to of ["", "ftp://x.com", "10.0.0.5", "x.com:99999", "a b"]) {
      const { code, error } = await cordon("explain", folder, "--agent", "triage", "--to", to);
      expect([to, code, error]).toEqual([
        to,
        2,
        expect.stringMatching(/^CORDON-156: destination: .* is no destination; write https:/),
      ]);
    }
  });
});

describe("cordon explain, over several stacks", () => {
  const two = (): string => {
    const other = plan() as unknown as { "//": { metadata: { stackName: string } } };
    other["//"].metadata.stackName = "other";
    return folderWith({ "a/cdk.tf.json": plan(), "b/cdk.tf.json": other });
  };
  const asked = ["--agent", "triage", "--to", "api.example.com"];

  test("asks which, where several have the agent", async () => {
    const folder = two();
    expect(await cordon("explain", folder, ...asked)).toEqual({
      code: 2,
      out: "",
      error:
        'CORDON-151: --agent: the stacks stack, other all have an agent "triage"; choose with --stack, or name the directory of one\n',
    });
    expect((await cordon("explain", folder, ...asked, "--stack", "other")).code).toBe(0);
    expect((await cordon("explain", folder, ...asked, "--stack", "third")).error).toBe(
      `CORDON-151: --stack: "${folder}" has no stack "third"; use one of stack, other\n`,
    );
  });
});

describe("cordon diff", () => {
  const narrow = ContainmentPolicy.denyAll("p").allow(Egress.https("api.example.com", { reason: "test" }));

  test("says what an agent newly reaches, and exits with 1", async () => {
    const { code, out } = await cordon("diff", stackIn(plan(narrow)), stackIn(plan()));
    expect(code).toBe(1);
    expect(out).toMatch(/^## What agents reach\n\n\*\*Agents reach more than before\.\*\*\n/);
    expect(out).toContain("| triage | `*.cdn.example.com:443`<br>`198.51.100.4/32:22`");
  });

  test("says what it no longer reaches, and exits with 0", async () => {
    const { code, out } = await cordon("diff", stackIn(plan()), stackIn(plan(narrow)));
    expect(code).toBe(0);
    expect(out).toContain("Agents reach nothing new.");
    expect(out).toMatch(/\| triage \| {2}\| `\*\.cdn\.example\.com:443`/);
  });

  test("says which findings appear and vanish", async () => {
    const [good, bad] = [stackIn(plan()), stackIn(changed(remove("aws_flow_log", "")))];
    const appeared = await cordon("diff", good, bad);
    expect([appeared.code, appeared.out]).toEqual([
      1,
      expect.stringContaining("**New findings**\n\n- CORDON-P08 violated, medium: "),
    ]);
    const vanished = await cordon("diff", bad, good);
    expect([vanished.code, vanished.out]).toEqual([0, expect.stringContaining("**Findings that are gone**")]);
  });

  test("of the same plans is empty", async () => {
    const folder = stackIn(plan());
    expect(await cordon("diff", folder, folder)).toEqual({
      code: 0,
      out: "## What agents reach\n\nAgents reach nothing new. No other change.\n",
      error: "",
    });
  });
});

describe("cordon diagram and report", () => {
  test("draw agents, the firewall and the ways out", async () => {
    const folder = stackIn(plan());
    const mermaid = await cordon("diagram", folder);
    expect(mermaid.out).toContain('["<b>triage</b><br/>10.64.1.64/26<br/>10.64.5.64/26"]:::agent');
    expect(mermaid.out).toContain('["<b>firewall</b>"]:::layer');
    expect(mermaid.out).toContain("api.example.com:443");
    const svg = await cordon("diagram", folder, "--format", "svg");
    expect(svg.out).toMatch(/^<\?xml[\s\S]*<svg [\s\S]*<\/svg>\s*$/);
    expect((await cordon("diagram", folder, "--format", "dot")).out).toMatch(/^digraph cordon \{/);
  });

  test("draw several stacks in one picture, each cell in a frame", async () => {
    const folder = folderWith({ "a/cdk.tf.json": plan(), "b/cdk.tf.json": changed(open) });
    const { out, code } = await cordon("diagram", folder, "--format", "svg");
    expect(code).toBe(0);
    expect(out.match(/<svg /g)).toHaveLength(1);
    expect(out.match(/cell agents, tier inspected/g)).toHaveLength(2);
    expect(out).toContain("stack: PROVED");
    expect(out).toContain("not inspected");
  });

  test("list every destination with the resource that opens it at each layer, and what remains", async () => {
    const { out, code } = await cordon("report", stackIn(plan()));
    expect(code).toBe(0);
    expect(out).toMatch(
      /\| triage \| `api\.example\.com:443` \| `aws_route53_resolver_firewall_rule\.\S+` \| `aws_vpc_security_group_egress_rule\.\S+` \| `aws_route\.\S+` \| `aws_networkfirewall_rule_group\.\S+ sid \d+` \|/,
    );
    expect(out).toMatch(/### What this does not stop\n\n\| id \| risk \|/);
    const rows = JSON.parse((await cordon("report", stackIn(plan()), "--format", "json")).out)[0].rows;
    expect(rows).toHaveLength(6);
  });
});

describe("unusable input ends with 2 and one line that says what to do", () => {
  test.each<[string, { [path: string]: unknown }, RegExp]>([
    ["a folder without Terraform", { "notes.txt": "x" }, /^CORDON-146: /],
    ["HCL alone", { "main.tf": 'resource "aws_vpc" "a" {}' }, /^CORDON-145: .*terraform show -json/],
    ["broken JSON", { "main.tf.json": '{"resource": ' }, /^CORDON-143: /],
  ])("%s", async (_, files, expected) => {
    const { code, out, error } = await cordon("verify", folderWith(files));
    expect([code, out]).toEqual([2, ""]);
    expect(error).toMatch(expected);
  });

  test("a path that is not there, an option that is none, no command", async () => {
    expect(await cordon("verify", "/nowhere/at/all")).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^CORDON-142: /),
    });
    expect((await cordon("verify", ".", "--format", "yaml")).code).toBe(2);
    expect((await cordon("verify", ".", "--assume", "nothing")).error).toMatch(
      /^CORDON-151: --assume: "nothing" has no reference and value; write it as var\.peer_cidr=10\.9\.0\.0\/16\n$/,
    );
    expect((await cordon("frobnicate")).code).toBe(2);
    expect((await cordon("--help")).code).toBe(0);
    expect((await cordon("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

test("names that would steer a terminal or a table are shown, not done", async () => {
  const json = changed(open);
  const route = json.resource["aws_route"]?.["Added"] ?? {};
  route["//"] = { metadata: { path: "stack/\u001b[31mred|`x`" } };
  const { out } = await cordon("verify", stackIn(json));
  expect(out).not.toContain("\u001b");
  expect(out).toContain("stack/\\u001b[31mred|`x`");
});
