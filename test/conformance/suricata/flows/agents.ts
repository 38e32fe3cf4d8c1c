import type { AgentEgress } from "../../../../lib/compile/agent-egress";
import { type CompiledFirewall, compileSuricata } from "../../../../lib/compile/suricata-rules";
import { CidrBlock } from "../../../../lib/names/cidr-block";
import { Egress, EgressProtocol, type EgressRule } from "../../../../lib/policy/egress";
import { Mode } from "../../../../lib/policy/mode";

const reason = "conformance";

function agent(name: string, sources: string[], rules: EgressRule[], mode = Mode.ENFORCE): AgentEgress {
  return { name, mode, rules, sources: sources.map((block) => CidrBlock.parse(block, name)) };
}

/** The agents that the flow tables speak of. */
export const AGENTS: readonly AgentEgress[] = [
  agent(
    "triage",
    ["10.64.1.0/24", "10.64.2.0/24"],
    [
      Egress.https("api.example.com", { reason }),
      Egress.https("*.cdn.example.net", { reason }),
      Egress.tls("mq.example.com", { reason, port: 8883 }),
      Egress.http("status.example.com", { reason }),
      Egress.cidr("93.184.216.64/32", { reason, port: 5432 }),
      Egress.cidr("93.184.216.66/32", { reason, port: 3478, protocol: EgressProtocol.UDP }),
    ],
  ),
  agent(
    "coder",
    ["10.64.3.0/24"],
    [
      Egress.https("git.example.org", { reason }),
      Egress.https("*.registry.example.org", { reason }),
      Egress.http("mirror.example.org", { reason }),
    ],
  ),
  agent("watcher", ["10.64.4.0/24"], [Egress.https("api.watch.example", { reason })], Mode.MONITOR),
];

/** The firewall of these agents. */
export function firewallOf(agents: readonly AgentEgress[] = AGENTS): CompiledFirewall {
  return compileSuricata([...agents], "cell 'Conformance'");
}
