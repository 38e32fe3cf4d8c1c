import { describeWith } from "../engine";
import { describeVerdict, expectedText } from "./engine/expectation";
import { requireSuricata } from "./engine/find-suricata";
import { ruleLines } from "./engine/firewall-input";
import { judge } from "./engine/verdict";
import { firewallOf } from "./flows/agents";
import { ALL_FLOWS, conversationsOf } from "./flows/all-flows";

const suricata = requireSuricata() ?? "";
const withEngine = describeWith(suricata !== "");

const conversations = conversationsOf(ALL_FLOWS);

/** The rows that a list of rules gets wrong. */
function wrongRows(lines: readonly string[]): string[] {
  const { groups, homeNet } = firewallOf();
  const input = { groups: [{ rules: lines.join("\n"), ipSets: groups.flatMap((group) => group.ipSets) }], homeNet };
  const verdicts = judge(suricata, input, conversations);
  return ALL_FLOWS.filter((row, index) => {
    const verdict = verdicts[index];
    return verdict === undefined || describeVerdict(row.expected, verdict) !== expectedText(row.expected);
  }).map((row) => row.name);
}

const isPass = (line: string) => line.startsWith("pass ");

interface Weakening {
  readonly name: string;
  readonly change: (line: string) => string;
  /** A row that has to notice. */
  readonly noticedBy: string;
}

const inPasses = (from: string | RegExp, to: string) => (line: string) =>
  isPass(line) ? line.replace(from, to) : line;

const WEAKENINGS: readonly Weakening[] = [
  { name: "names may have anything in front", change: inPasses("startswith; ", ""), noticedBy: "a look-alike prefix" },
  { name: "names may have anything behind", change: inPasses("endswith; ", ""), noticedBy: "a look-alike suffix" },
  { name: "names have one spelling only", change: inPasses("nocase; ", ""), noticedBy: "a listed name in upper case" },
  {
    name: "wildcards end without a dot",
    change: inPasses('content:".cdn', 'content:"cdn'),
    noticedBy: "a sibling of a wildcard",
  },
  {
    name: "wildcards take the apex",
    change: inPasses('content:".cdn', 'dotprefix; content:".cdn'),
    noticedBy: "the apex of a wildcard",
  },
  {
    name: "passes lead to private addresses",
    change: inPasses("-> $EXTERNAL_NET", "-> any"),
    noticedBy: "a listed name to a private address",
  },
  {
    name: "passes hold for every source",
    change: inPasses("$AGENT_TRIAGE", "any"),
    noticedBy: "this agent's name from the other's subnet",
  },
  {
    name: "passes hold on every port",
    change: inPasses("$EXTERNAL_NET 443", "$EXTERNAL_NET any"),
    noticedBy: "TLS with a listed name on 80",
  },
  {
    name: "a block is wider by one bit",
    change: inPasses("93.184.216.64/32", "93.184.216.64/31"),
    noticedBy: "the address beside a listed block",
  },
  {
    name: "a block is open on every port",
    change: inPasses("93.184.216.64/32 5432", "93.184.216.64/32 any"),
    noticedBy: "a listed block on another port",
  },
  {
    name: "a block is open for every protocol",
    change: inPasses("pass udp", "pass ip"),
    noticedBy: "TCP to a block that is listed for UDP",
  },
  {
    name: "what is denied is only logged",
    change: (line) => line.replace(/^drop /, "alert "),
    noticedBy: "an unlisted name",
  },
];

withEngine("weaker rules", () => {
  const lines = ruleLines(firewallOf());

  test("the rules as they are have no wrong row", () => {
    expect(wrongRows(lines)).toEqual([]);
  });

  test.each(WEAKENINGS.map((weakening) => [weakening.name, weakening] as const))(
    "%s: a row notices",
    (_, { change, noticedBy }) => {
      const weak = lines.map(change);
      expect(weak).not.toEqual(lines);
      expect(wrongRows(weak)).toContain(noticedBy);
    },
  );

  test("each closing rule alone is noticed, but for those whose work another one repeats", () => {
    const closing = lines.filter((line) => line.startsWith("drop "));
    const unnoticed = closing.filter((line) => wrongRows(lines.filter((other) => other !== line)).length === 0);
    expect(unnoticed.map((line) => /msg:"([^"]*)"/.exec(line)?.[1]).sort()).toEqual(REPEATED);
  });

  test("each closing rule that another one repeats is noticed when all of them are gone", () => {
    const repeated = (line: string) =>
      REPEATED.some((message) => line.startsWith("drop ") && line.includes(`msg:"${message}"`));
    expect(wrongRows(lines.filter((line) => !repeated(line))).length).toBeGreaterThan(0);
  });
});

/** Defence in depth: on every flow of the tables another rule does the same. */
const REPEATED: readonly string[] = [
  "cordon deny HTTP head without a listed host",
  "cordon deny HTTP host not listed",
  "cordon deny HTTP without a host",
  "cordon deny TLS name not listed",
  "cordon deny another protocol",
  "cordon deny inbound",
  "cordon deny not HTTP",
  "cordon deny not a TLS record",
  "cordon deny not an HTTP method",
  "cordon deny triage port closed",
];
