import { compileSuricata } from "../../../lib/compile/suricata-rules";
import { CidrBlock } from "../../../lib/names/cidr-block";
import { Mode } from "../../../lib/policy/mode";
import { TRAFFIC_AGENTS, TRAFFIC_CASES, type TrafficCase } from "../../support/traffic-cases";
import { describeWith } from "../engine";
import { requireSuricata } from "./engine/find-suricata";
import { judge } from "./engine/verdict";
import { SERVER } from "./flows/flow-case";
import { get, httpSession, rawSession, tlsTo } from "./flows/sessions";
import { Conversation } from "./wire/conversation";

const suricata = requireSuricata() ?? "";
const BLOCKS: { readonly [agent in TrafficCase["agent"]]: string } = { triage: "10.64.1.0/24", coder: "10.64.2.0/24" };

/** The same connections that the other clouds' enforcers are asked about, as packets. */
function played({ agent, speech, host, port }: TrafficCase, index: number): Conversation {
  const address = BLOCKS[agent].replace("0/24", "10");
  const conversation = new Conversation({ address, port: 20_000 + index }, { address: SERVER, port });
  const sessions = {
    tls: () => tlsTo(host),
    http: () => httpSession(get("/", `Host: ${host}`)),
    other: () => rawSession("SSH-2.0-OpenSSH_9.2\r\n"),
  };
  return sessions[speech]()(conversation);
}

describeWith(suricata !== "")("the traffic cases of all clouds, judged by Suricata", () => {
  let passed: boolean[] = [];
  beforeAll(() => {
    const agents = Object.entries(TRAFFIC_AGENTS).map(([name, rules]) => ({
      name,
      rules,
      mode: Mode.ENFORCE,
      sources: [CidrBlock.parse(BLOCKS[name as TrafficCase["agent"]], name)],
    }));
    const conversations = TRAFFIC_CASES.map((one, index) => played(one, index).packets);
    const verdicts = judge(suricata, compileSuricata(agents, "cell 'Conformance'"), conversations);
    passed = verdicts.map(({ client, clientTotal }) => client === clientTotal);
  });

  test.each(TRAFFIC_CASES.map((one, index) => [one.passes ? "passes" : "refuses", one.name, index] as const))(
    "%s %s",
    (verdict, _, index) => {
      expect(passed[index] ? "passes" : "refuses").toBe(verdict);
    },
  );
});
