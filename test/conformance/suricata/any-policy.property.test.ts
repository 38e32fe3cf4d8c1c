import fc from "fast-check";
import { compileSuricata } from "../../../lib/compile/suricata-rules";
import { CidrBlock } from "../../../lib/names/cidr-block";
import { Egress, type EgressRule } from "../../../lib/policy/egress";
import { Mode } from "../../../lib/policy/mode";
import { describeWith } from "../engine";
import { requireSuricata } from "./engine/find-suricata";
import { judge } from "./engine/verdict";
import { conversationsOf } from "./flows/all-flows";
import { type FlowCase, rowsOn, Source } from "./flows/flow-case";
import { get, httpSession, tlsTo } from "./flows/sessions";

const suricata = requireSuricata() ?? "";
const withEngine = describeWith(suricata !== "");
const row = rowsOn(443);
const reason = "property";

interface Entry {
  readonly kind: "https" | "http";
  readonly wildcard: boolean;
  readonly name: string;
  readonly port: number;
}

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/).filter((text) => !text.includes("--"));
const domain = fc.tuple(label, fc.constantFrom("com", "net", "org")).map(([left, right]) => `${left}.${right}`);
const name = fc.oneof(fc.tuple(label, domain), fc.tuple(label, label, domain)).map((labels) => labels.join("."));
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    kind: fc.constant("https" as const),
    wildcard: fc.boolean(),
    name,
    port: fc.constantFrom(443, 8443, 8080),
  }),
  fc.record({ kind: fc.constant("http" as const), wildcard: fc.boolean(), name, port: fc.constantFrom(80, 8080) }),
);
const policies = fc.tuple(
  ...[1, 2].map(() =>
    fc.uniqueArray(entry, { minLength: 1, maxLength: 6, selector: (e) => `${e.kind}${e.wildcard}${e.name}${e.port}` }),
  ),
);

function ruleOf({ kind, wildcard, name: host, port }: Entry): EgressRule {
  return Egress[kind](wildcard ? `*.${host}` : host, { reason, port });
}

/** Names around an entry: itself, in other case, below, above, beside and behind it. */
function namesAround(host: string): string[] {
  const parent = host.slice(host.indexOf(".") + 1);
  return [
    host,
    host.toUpperCase(),
    `x.${host}`,
    `x.y.${host}`,
    parent,
    `x${host}`,
    `${host}.evil.net`,
    host.slice(1),
    `${host}x`,
    `x-${host}`,
  ];
}

/** What the words of the policy mean, written without a look at the compiler: whole labels, case does not count. */
function accepts(entries: readonly Entry[], kind: Entry["kind"], host: string, port: number): boolean {
  const asked = host.toLowerCase().split(".");
  return entries.some((one) => {
    if (one.kind !== kind || one.port !== port) return false;
    const listed = one.name.split(".");
    const below = asked.length - listed.length;
    const tail = listed.every((part, index) => asked[below + index] === part);
    return tail && (one.wildcard ? below > 0 : below === 0);
  });
}

function flowOf(kind: Entry["kind"], host: string, port: number, from: string): FlowCase {
  const play = kind === "https" ? tlsTo(host) : httpSession(get("/", `Host: ${host}`));
  return row(`${kind} ${host}:${port}`, { kind: "all" }, play, { port, from });
}

withEngine("any policy", () => {
  test("an agent reaches in Suricata exactly the names and ports that its policy says", () => {
    fc.assert(
      fc.property(policies, (lists) => {
        const sources = [Source.TRIAGE, Source.CODER];
        const agents = lists.map((entries, index) => ({
          name: `agent-${index + 1}`,
          sources: [CidrBlock.parse(index === 0 ? "10.64.1.0/24" : "10.64.3.0/24", "property")],
          mode: Mode.ENFORCE,
          rules: entries.map(ruleOf),
        }));
        const tried = lists
          .flat()
          .flatMap((one) =>
            namesAround(one.name).flatMap((host) =>
              lists.flatMap((_, agent) =>
                [one.port, 443, 80].flatMap((port) =>
                  (["https", "http"] as const).map((kind) => ({ agent, kind, host, port })),
                ),
              ),
            ),
          );
        const rows = tried.map(({ agent, kind, host, port }) =>
          flowOf(kind, host, port, sources[agent] ?? Source.STRANGER),
        );
        const verdicts = judge(suricata, compileSuricata(agents, "property"), conversationsOf(rows));
        const wrong = tried.filter(({ agent, kind, host, port }, index) => {
          const verdict = verdicts[index];
          const expected = accepts(lists[agent] ?? [], kind, host, port);
          return verdict === undefined || (expected ? verdict.client !== verdict.clientTotal : verdict.client > 0);
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 12, seed: 20 },
    );
  });
});
