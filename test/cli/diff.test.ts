import { diffMarkdown } from "../../lib/cli/diff/diff-markdown";
import { type ComparedStack, diffOf, isWider } from "../../lib/cli/diff/diff-of";
import type { Certificate, Finding } from "../../lib/topology";
import { acknowledged, acknowledgement, finding, unknown } from "./values";

type Reach = Certificate["agents"][number]["reach"];

const region = (changes: Partial<Reach[number]> = {}): Reach[number] => ({
  sources: ["10.0.1.0/24"],
  destinations: ["0.0.0.0/0"],
  protocols: "6",
  ports: "443",
  apps: ["tls"],
  names: ["api.example.com"],
  ...changes,
});

interface Parts {
  readonly name?: string;
  readonly reach?: { readonly [agent: string]: Reach };
  readonly services?: readonly string[];
  readonly findings?: readonly Finding[];
  readonly acknowledged?: readonly Finding[];
}

const stack = ({
  name = "agents",
  reach = { triage: [region()] },
  services = [],
  ...rest
}: Parts = {}): ComparedStack => ({
  name,
  agents: Object.keys(reach),
  services: () => services,
  verify: () => ({
    verdict: (rest.findings ?? []).length === 0 ? "PROVED" : "VIOLATED",
    findings: [...(rest.findings ?? [])],
    acknowledged: [...(rest.acknowledged ?? [])],
  }),
  certificate: () => ({ agents: Object.entries(reach).map(([agent, own]) => ({ agent, sources: [], reach: own })) }),
});

const compared = (before: Parts, after: Parts): ReturnType<typeof diffOf>[number] | undefined =>
  diffOf([stack(before)], [stack(after)])[0];

const gained = (before: Reach, after: Reach): readonly string[] | undefined =>
  compared({ reach: { triage: before } }, { reach: { triage: after } })?.agents[0]?.gained;

describe("what an agent newly reaches", () => {
  test.each<[string, Reach, Reach, string[]]>([
    ["nothing, where nothing changed", [region()], [region()], []],
    ["a name", [region()], [region({ names: ["api.example.com", "b.example.com"] })], ["b.example.com:443"]],
    ["what a wildcard adds", [region()], [region({ names: ["*.example.com"] })], ["*.example.com:443"]],
    ["nothing below a wildcard", [region({ names: ["*.example.com"] })], [region()], []],
    ["another port", [region()], [region({ ports: "443,8443" })], ["api.example.com:8443"]],
    ["HTTP beside TLS", [region()], [region({ apps: ["tls", "http"] })], ["api.example.com:443"]],
    ["nothing in other subnets", [region()], [region({ sources: ["10.9.0.0/16"] })], []],
    [
      "UDP beside TCP",
      [region({ destinations: ["198.51.100.4/32"], apps: ["other"], names: ["*", "-"], ports: "123" })],
      [
        region({
          destinations: ["198.51.100.4/32"],
          apps: ["other"],
          names: ["*", "-"],
          ports: "123",
          protocols: "6,17",
        }),
      ],
      ["198.51.100.4/32:123 (UDP)"],
    ],
    [
      "one port of any address",
      [region()],
      [region(), region({ apps: ["other"], names: ["*", "-"], protocols: "17", ports: "53" })],
      ["*:53 (UDP)"],
    ],
    [
      "a wide block",
      [],
      [region({ destinations: ["198.18.0.0/15"], apps: ["other"], names: ["*", "-"], ports: "0-65535" })],
      ["198.18.0.0/15"],
    ],
    [
      "anything",
      [region()],
      [region({ protocols: "0-255", ports: "0-65535", apps: ["tls", "http", "other"], names: ["*", "-"] })],
      ["*"],
    ],
    [
      "nothing, once anything is narrowed to a list",
      [region({ protocols: "0-255", ports: "0-65535", apps: ["tls", "http", "other"], names: ["*", "-"] })],
      [region()],
      [],
    ],
    ["TLS without a name", [region()], [region({ names: ["-", "api.example.com"] })], ["*:443"]],
  ])("is %s", (_, before, after, expected) => {
    expect(gained(before, after)).toEqual(expected);
    const diffs = diffOf([stack({ reach: { triage: before } })], [stack({ reach: { triage: after } })]);
    expect(isWider(diffs)).toBe(expected.length > 0);
  });

  test("is what it no longer reaches, the other way round", () => {
    const wide = { reach: { triage: [region({ names: ["api.example.com", "b.example.com"] })] } };
    expect(compared(wide, {})?.agents[0]).toMatchObject({ gained: [], lost: ["b.example.com:443"] });
  });

  test("is a private endpoint too", () => {
    const diff = compared({ services: ["s3"] }, { services: ["s3", "sqs"] });
    expect(diff?.agents[0]).toMatchObject({ servicesGained: ["sqs"], servicesLost: [] });
    expect(isWider(diffOf([stack({ services: [] })], [stack({ services: ["s3"] })]))).toBe(true);
    expect(isWider(diffOf([stack({ services: ["s3"] })], [stack({ services: [] })]))).toBe(false);
  });

  test("is everything, for a new agent and a new stack", () => {
    expect(compared({ reach: {} }, {})?.agents).toMatchObject([{ change: "added", gained: ["api.example.com:443"] }]);
    const [, added] = diffOf([stack()], [stack(), stack({ name: "more" })]);
    expect(added).toMatchObject({ stack: "more", change: "added", agents: [{ gained: ["api.example.com:443"] }] });
    const [removed] = diffOf([stack(), stack({ name: "less" })], [stack(), stack({ name: "more" })]).slice(1);
    expect(removed).toMatchObject({ stack: "less", change: "removed", agents: [{ lost: ["api.example.com:443"] }] });
  });
});

describe("stacks are paired", () => {
  test("by name, whatever their order", () => {
    const diffs = diffOf([stack({ name: "b" }), stack({ name: "a" })], [stack({ name: "a" }), stack({ name: "b" })]);
    expect(diffs.map((one) => [one.stack, one.change])).toEqual([
      ["a", "kept"],
      ["b", "kept"],
    ]);
  });

  test("where each side has one, as with two plans of other names", () => {
    expect(diffOf([stack({ name: "before" })], [stack({ name: "after" })])).toMatchObject([
      { stack: "before -> after", change: "kept" },
    ]);
  });

  test("in their order, where several have one name", () => {
    const wide = { triage: [region({ names: ["b.example.com"] })] };
    const diffs = diffOf([stack(), stack()], [stack(), stack({ reach: wide })]);
    expect(diffs.map((one) => [one.stack, one.agents[0]?.gained])).toEqual([
      ["agents", []],
      ["agents (2)", ["b.example.com:443"]],
    ]);
  });
});

describe("findings", () => {
  test("appear and vanish", () => {
    expect(compared({}, { findings: [finding()] })).toMatchObject({ appeared: [finding()], vanished: [] });
    expect(compared({ findings: [finding()] }, {})).toMatchObject({ appeared: [], vanished: [finding()] });
    expect(compared({ findings: [finding()] }, { findings: [finding()] })).toMatchObject({
      appeared: [],
      vanished: [],
    });
  });

  test("appear when they become certain, and stay when they become uncertain", () => {
    const certain = finding({ ...unknown, verdict: "VIOLATED", unknowns: [] });
    expect(compared({ findings: [unknown] }, { findings: [certain] })).toMatchObject({
      appeared: [certain],
      vanished: [],
    });
    expect(compared({ findings: [certain] }, { findings: [unknown] })).toMatchObject({ appeared: [], vanished: [] });
  });

  test("are not gone when somebody stands for them, and are new when that ends", () => {
    const bare: Finding = { ...acknowledged, acknowledged: undefined };
    expect(compared({ findings: [bare] }, { acknowledged: [acknowledged] })).toMatchObject({
      appeared: [],
      vanished: [],
      acknowledged: [acknowledged],
    });
    const ended = diffOf([stack({ acknowledged: [acknowledged] })], [stack({ findings: [bare] })]);
    expect(ended).toMatchObject([{ appeared: [bare], acknowledged: [] }]);
    expect(isWider(ended)).toBe(true);
  });
});

describe("a comparison for a pull request", () => {
  test("says first whether anything is wider, then what, by stack and agent", () => {
    const before = stack({ reach: { coder: [region()], triage: [region()] }, findings: [finding({ agent: "coder" })] });
    const after = stack({
      reach: { triage: [region({ names: ["*.cdn.example.com", "b.example.com"] })] },
      services: ["com.amazonaws.eu-west-1.s3"],
      findings: [finding({ problem: "it <b>reaches</b> @everybody | `x`" })],
      acknowledged: [acknowledged],
    });
    expect(diffMarkdown(diffOf([before], [after]))).toBe(`## What agents reach

**Agents reach more than before.**

### agents

| agent | now reaches | no longer reaches |
| --- | --- | --- |
| coder (removed) |  | \`api.example.com:443\` |
| triage | \`*.cdn.example.com:443\`<br>\`b.example.com:443\`<br>\`com.amazonaws.eu-west-1.s3\` | \`api.example.com:443\` |

**New findings**

- CORDON-P01 violated, critical: it \\<b\\>reaches\\</b\\> &#64;everybody \\| \\\`x\\\`, at \`aws_route.shortcut\`. Fix: remove the route.

**Findings that are gone**

- CORDON-P01 violated, critical: agent triage reaches the internet past every firewall, at \`aws_route.shortcut\`

**Newly acknowledged**

- CORDON-P08 violated, medium: no flow log covers it, at \`aws_vpc.a\`: ${acknowledgement.reason} (until 2027-01-31)
`);
  });

  test("says that nothing changed", () => {
    expect(diffMarkdown(diffOf([stack()], [stack()]))).toBe(
      "## What agents reach\n\nAgents reach nothing new. No other change.\n",
    );
  });

  test("does not say that agents reach more where only findings are new", () => {
    const text = diffMarkdown(diffOf([stack()], [stack({ findings: [finding()] })]));
    expect(text).toContain("\n**Agents reach nothing new, but there are new findings.**\n");
    expect(text).toContain("\nVerdict: PROVED before, **VIOLATED** after.\n");
  });

  test("writes anything as a word, and counts what a long list holds beyond twenty", () => {
    const open = region({ protocols: "0-255", ports: "0-65535", apps: ["tls", "http", "other"], names: ["*", "-"] });
    expect(diffMarkdown(diffOf([stack()], [stack({ reach: { triage: [open] } })]))).toContain(
      "| triage | **anything** |",
    );
    const names = Array.from({ length: 25 }, (_, index) => `h${index + 10}.example.com`);
    const text = diffMarkdown(diffOf([stack()], [stack({ reach: { triage: [region({ names })] } })]));
    expect(text).toContain("`h29.example.com:443`<br>and 5 more |");
  });

  test("keeps a table of names that would break it", () => {
    const name = "a|b`c\nd";
    const text = diffMarkdown(diffOf([stack({ reach: {} })], [stack({ reach: { [name]: [] }, services: [name] })]));
    const [row] = text.split("\n").filter((line) => line.includes("(added)"));
    expect(row).toBe("| a\\|b\\`c\\\\u000ad (added) | `` a\\|b`c\\u000ad `` |  |");
  });
});
