import type { AgentEgress } from "../../lib/compile/agent-egress";
import { type CompiledFirewall, compileSuricata } from "../../lib/compile/suricata-rules";
import { CidrBlock } from "../../lib/names/cidr-block";
import type { EgressRule } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";

export const AT = "cell 'Agents'";

/** An agent as the compiler sees it; `sources` are CIDR blocks. */
export function agent(
  name: string,
  sources: string | string[],
  rules: EgressRule[] = [],
  mode = Mode.ENFORCE,
): AgentEgress {
  return { name, mode, rules, sources: [sources].flat().map((block) => CidrBlock.parse(block, name)) };
}

export const compile = (...agents: AgentEgress[]): CompiledFirewall => compileSuricata(agents, AT);

/** Every rule line, in the order of evaluation. */
export function linesOf(firewall: CompiledFirewall): string[] {
  return firewall.groups.flatMap((group) => group.rules.split("\n").filter((line) => line !== ""));
}

export const sidOf = (line: string): number => Number(/ sid:(\d+);/.exec(line)?.[1]);

/** The variables that a firewall's rules may use, `HOME_NET` among them. */
export function variablesOf(firewall: CompiledFirewall): Map<string, readonly string[]> {
  const sets = firewall.groups.flatMap((group) => group.ipSets);
  return new Map([["HOME_NET", firewall.homeNet], ...sets.map(({ name, cidrs }) => [name, cidrs] as const)]);
}

export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "nothing was thrown";
}
