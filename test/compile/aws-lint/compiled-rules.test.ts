import { type LintFinding, lintAws, type TerraformResource } from "../../../lib/compile/aws-lint";
import { compileDnsAllowList } from "../../../lib/compile/dns-allow-list";
import { compileSuricata } from "../../../lib/compile/suricata-rules";
import { CidrBlock } from "../../../lib/names/cidr-block";
import { Egress, EgressProtocol } from "../../../lib/policy/egress";
import { Mode } from "../../../lib/policy/mode";

const reason = "test";
const AT = "cell 'Agents'";

function agents(coderMode: Mode) {
  const triage = [
    Egress.https("api.example.com", { reason }),
    Egress.http("*.example.org", { reason }),
    Egress.cidr("8.8.8.8/32", { reason, port: 5432 }),
    Egress.cidr("8.8.4.128/25", { reason, port: 123, protocol: EgressProtocol.UDP }),
  ];
  const coder = [Egress.tls("*.example.com", { reason, port: 8443 })];
  return [
    { name: "triage", sources: [CidrBlock.parse("10.64.1.0/26", AT)], mode: Mode.ENFORCE, rules: triage },
    { name: "coder", sources: [CidrBlock.parse("10.64.1.64/26", AT)], mode: coderMode, rules: coder },
  ];
}

function compiledResources(coderMode: Mode): TerraformResource[] {
  const groups = compileSuricata(agents(coderMode), AT).groups.map((group) => ({
    type: "aws_networkfirewall_rule_group",
    address: `aws_networkfirewall_rule_group.${group.name}`,
    values: {
      type: "STATEFUL",
      capacity: group.capacity,
      rule_group: {
        rules_source: { rules_string: group.rules },
        rule_variables: {
          ip_sets: group.ipSets.map(({ name, cidrs }) => ({ key: name, ip_set: { definition: cidrs } })),
        },
        stateful_rule_options: { rule_order: "STRICT_ORDER" },
      },
    },
  }));
  const lists = compileDnsAllowList(agents(coderMode), ["*.s3.eu-west-1.amazonaws.com"], AT).lists.map((list) => ({
    type: "aws_route53_resolver_firewall_domain_list",
    address: `aws_route53_resolver_firewall_domain_list.${list.name}`,
    values: { ...list },
  }));
  return [...groups, ...lists];
}

const codes = (findings: LintFinding[]): string[] => [...new Set(findings.map(({ code }) => code))];

describe("what the compilers write", () => {
  test("gives the lint nothing to say", () => {
    expect(lintAws(compiledResources(Mode.ENFORCE))).toEqual([]);
  });

  test("passes with a monitored agent when it is declared, and is too wide when it is not", () => {
    const resources = compiledResources(Mode.MONITOR);
    expect(lintAws(resources, { monitoredSources: ["AGENT_CODER"] })).toEqual([]);
    expect(codes(lintAws(resources, { monitoredSources: ["AGENT_TRIAGE"] }))).toEqual(["CORDON-081"]);
  });
});
