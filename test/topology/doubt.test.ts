import { AwsAgentCell, AwsEgressTier, AwsService } from "../../constructs/aws";
import { ContainmentPolicy } from "../../lib";
import { synthStack } from "../../lib/topology/synth-stack";
import type { TerraformJson } from "../../lib/topology/terraform-json";
import { Topology } from "../../lib/topology/topology";
import { cellOf, stackOf } from "../support/aws-plan";
import {
  add,
  listed,
  type MutablePlan,
  namesOf,
  policy,
  reachAfter,
  remove,
  topologyAfter,
  type Values,
  valuesOf,
} from "../support/changed-plan";

const nothing = ContainmentPolicy.denyAll("nothing");

const policyBody = (json: MutablePlan): Values =>
  valuesOf(json, "aws_networkfirewall_firewall_policy", "")["firewall_policy"] as Values;
const groupBody = (json: MutablePlan): { rules_source: Values; rule_variables?: unknown } =>
  valuesOf(json, "aws_networkfirewall_rule_group", "allow-1")["rule_group"] as { rules_source: Values };
const setRules = (rules: string) => (json: MutablePlan) => {
  groupBody(json).rules_source["rules_string"] = rules;
};
const agentGroup = (json: MutablePlan): string => {
  const [name] = namesOf(json, "aws_security_group", "agent-triage");
  return `\${aws_security_group.${name}.id}`;
};
/** Opens every port to every address in the agent's group, so that the firewall alone decides. */
const openGroup = (json: MutablePlan): void =>
  add(json, "aws_vpc_security_group_egress_rule", {
    security_group_id: agentGroup(json),
    cidr_ipv4: "0.0.0.0/0",
    ip_protocol: "-1",
  });

describe("a firewall that the reader can't bound counts as one that passes anything", () => {
  test.each<[string, (json: MutablePlan) => void]>([
    ["stateless defaults that pass", (json) => (policyBody(json)["stateless_default_actions"] = ["aws:pass"])],
    ["fragments that pass", (json) => (policyBody(json)["stateless_fragment_default_actions"] = ["aws:pass"])],
    ["stateless rules", (json) => (policyBody(json)["stateless_rule_group_reference"] = [{ priority: 1 }])],
    ["rules in blocks", (json) => (groupBody(json).rules_source = { stateful_rule: [{ action: "PASS" }] })],
    ["rules that Terraform completes", setRules("${file(var.rules)}")],
  ])("%s", (_, change) => {
    expect(reachAfter(change)).toContain("*");
  });

  test("no dropping default lets through what the closing rules do not name", () => {
    const reach = reachAfter((json) => {
      openGroup(json);
      policyBody(json)["stateful_default_actions"] = ["aws:alert_strict"];
      const terminal = valuesOf(json, "aws_networkfirewall_rule_group", "terminal")["rule_group"] as {
        rules_source: Values;
      };
      terminal.rules_source["rules_string"] = "drop udp any any -> any any (sid:1;)";
    });
    expect(reach).toContain("*");
  });

  test("a list of domains passes the names on it, on every port that the group opens", () => {
    const reach = reachAfter((json) => {
      groupBody(json).rules_source = {
        rules_source_list: [
          { generated_rules_type: "ALLOWLIST", target_types: ["TLS_SNI"], targets: ["api.example.com"] },
        ],
      };
      const terminal = valuesOf(json, "aws_networkfirewall_rule_group", "terminal")["rule_group"] as {
        rules_source: Values;
      };
      terminal.rules_source["rules_string"] = "drop udp any any -> any any (sid:1;)";
    });
    expect(reach.filter((one) => one.startsWith("api."))).toEqual(
      [22, 443, 80, 8883].map((port) => `api.example.com:${port}`),
    );
    // The default action drops what is TLS or HTTP; what is neither needs the closing rules.
    expect(reach).toContain("*");
  });
});

describe("a rule is the agent's if its source may hold the agent", () => {
  test.each([
    ["a block around the agent's subnets", "10.64.0.0/20"],
    ["the home network", "$HOME_NET"],
    ["a list", "[192.0.2.0/24,10.64.0.0/16]"],
    ["a negation", "!192.0.2.0/24"],
    ["a variable that nobody declares", "$SOMEBODY"],
  ])("%s", (_, source) => {
    const rule = `pass tls ${source} any -> any 443 (tls.sni; content:"x.example.com"; startswith; endswith; sid:1;)`;
    const reach = reachAfter((json) => {
      openGroup(json);
      setRules(rule)(json);
      for (const list of Object.values(json.resource["aws_route53_resolver_firewall_domain_list"] ?? {})) {
        list["domains"] = [];
      }
    }, nothing);
    expect(reach).toEqual(["x.example.com:443"]);
  });

  test.each([
    ["another network", "192.0.2.0/24"],
    ["the network outside", "$EXTERNAL_NET"],
  ])("and not if it is %s", (_, source) => {
    const reach = reachAfter((json) => {
      openGroup(json);
      setRules(`pass tcp ${source} any -> any any (flow:to_server; sid:1;)`)(json);
    }, nothing);
    expect(reach).toEqual([]);
  });

  test("an action in capitals passes as well", () => {
    const reach = reachAfter((json) => {
      openGroup(json);
      setRules("PASS tcp any any -> any 443 (sid:1;)")(json);
    }, nothing);
    expect(reach).toEqual(["*"]);
  });
});

describe("a security group opens by rules of every kind", () => {
  const closed = (json: MutablePlan): void => {
    json.resource["aws_vpc_security_group_egress_rule"] = {};
  };

  test("without any it opens nothing", () => {
    expect(reachAfter(closed)).toEqual([]);
  });

  test.each<[string, (json: MutablePlan) => void]>([
    [
      "the older resource",
      (json) =>
        add(json, "aws_security_group_rule", {
          security_group_id: agentGroup(json),
          type: "egress",
          protocol: "-1",
          from_port: 0,
          to_port: 0,
          cidr_blocks: ["0.0.0.0/0"],
        }),
    ],
    [
      "inline blocks",
      (json) => {
        valuesOf(json, "aws_security_group", "agent-triage")["egress"] = [
          { protocol: "all", from_port: 0, to_port: 0, cidr_blocks: ["10.0.0.0/8", "0.0.0.0/0"] },
        ];
      },
    ],
    [
      "a prefix list",
      (json) =>
        add(json, "aws_vpc_security_group_egress_rule", {
          security_group_id: agentGroup(json),
          prefix_list_id: "${aws_ec2_managed_prefix_list.all.id}",
          ip_protocol: "-1",
        }),
    ],
    [
      "a group that is named in a longer expression",
      (json) =>
        add(json, "aws_vpc_security_group_egress_rule", {
          security_group_id: agentGroup(json).replace(/^\$\{(.*)\}$/, "${one([$1])}"),
          cidr_ipv4: "0.0.0.0/0",
          ip_protocol: "-1",
        }),
    ],
  ])("%s", (_, open) => {
    const reach = reachAfter((json) => {
      closed(json);
      open(json);
    });
    expect(reach).toEqual(listed);
  });

  test("protocols by number are the protocols", () => {
    const reach = reachAfter((json) => {
      closed(json);
      add(json, "aws_vpc_security_group_egress_rule", {
        security_group_id: agentGroup(json),
        cidr_ipv4: "0.0.0.0/0",
        ip_protocol: "17",
        from_port: 1,
        to_port: 65535,
      });
    });
    expect(reach).toEqual(["198.51.100.8/30:123"]);
  });

  test("an inbound rule of the older resource is not reported as closed", () => {
    const inbound = "connections from anybody, other agents included (inbound: no rule lets them in)";
    const open = (json: MutablePlan): void =>
      add(json, "aws_security_group_rule", {
        security_group_id: agentGroup(json),
        type: "ingress",
        protocol: "tcp",
        from_port: 22,
        to_port: 22,
        cidr_blocks: ["0.0.0.0/0"],
      });
    expect(topologyAfter(() => undefined).denied("triage")).toContain(inbound);
    expect(topologyAfter(open).denied("triage")).not.toContain(inbound);
  });
});

describe("names", () => {
  const bothCells = (others = nothing): MutablePlan => {
    const stack = stackOf();
    const first = cellOf({}, stack);
    const second = new AwsAgentCell(stack, "Others", {
      cidr: "10.96.0.0/20",
      availabilityZones: ["eu-west-1a"],
      tier: AwsEgressTier.INSPECTED,
    });
    first.addAgent("triage", { policy });
    second.addAgent("coder", { policy: others });
    return synthStack(stack) as unknown as MutablePlan;
  };
  const read = (json: MutablePlan): Topology => Topology.fromJson(json as unknown as TerraformJson);
  const unlisted = "unlisted.invalid";
  const resolves = (topology: Topology, agent: string): boolean =>
    topology.explain(agent, unlisted).layers.some((one) => one.layer === "name" && one.allows === "yes");

  test("one cell's refusal of names says nothing about another's", () => {
    const json = bothCells();
    expect([resolves(read(json), "triage"), resolves(read(json), "coder")]).toEqual([false, false]);
    remove("aws_route53_resolver_firewall_rule", "Others_DnsFirewall_deny-rule")(json);
    expect([resolves(read(json), "triage"), resolves(read(json), "coder")]).toEqual([false, true]);
  });

  test("one cell's list does not resolve another's names", () => {
    const json = bothCells(policy);
    for (const name of namesOf(json, "aws_route53_resolver_firewall_domain_list", "Agents_DnsFirewall_allow")) {
      (json.resource["aws_route53_resolver_firewall_domain_list"]?.[name] ?? {})["domains"] = ["other.example.com"];
    }
    expect(read(json).reach("triage")).toEqual(["198.51.100.4/32:22", "198.51.100.8/30:123"]);
    expect(read(json).reach("coder")).toEqual(listed);
  });

  test("a rule group or list that is not in the stack may allow any", () => {
    const added = (json: MutablePlan): void =>
      add(json, "aws_route53_resolver_firewall_rule_group_association", {
        vpc_id: valuesOf(json, "aws_route53_resolver_firewall_rule_group_association", "")["vpc_id"],
        firewall_rule_group_id: "rslvr-frg-1",
        priority: 100,
      });
    const foreignList = (json: MutablePlan): void => {
      valuesOf(json, "aws_route53_resolver_firewall_rule", "allow")["firewall_domain_list_id"] = "rslvr-fdl-1";
    };
    expect(resolves(topologyAfter(added), "triage")).toBe(true);
    expect(resolves(topologyAfter(foreignList), "triage")).toBe(true);
  });
});

describe("private endpoints", () => {
  const SECRETS = "com.amazonaws.eu-west-1.secretsmanager";

  test("are not reached without the agent's way out, or without the endpoint's way in", () => {
    const without = (word: string): string[] =>
      topologyAfter(remove("aws_vpc_security_group_ingress_rule", word)).services("triage");
    expect(without("from-triage")).toEqual(["com.amazonaws.eu-west-1.s3"]);
    expect(
      topologyAfter(remove("aws_vpc_security_group_egress_rule", "to-endpoints"), nothing).services("triage"),
    ).toEqual(["com.amazonaws.eu-west-1.s3"]);
  });

  test("are reached by an opening to their addresses as well, and by a group that is not in the stack", () => {
    const byAddress = topologyAfter(remove("aws_vpc_security_group_egress_rule", "to-endpoints"), policy);
    expect(byAddress.services("triage")).toContain(SECRETS);
    const foreign = topologyAfter((json) => {
      valuesOf(json, "aws_vpc_endpoint", "secretsmanager")["security_group_ids"] = ["sg-1"];
    });
    expect(foreign.services("triage")).toContain(SECRETS);
  });

  test("of another cell of the stack are another VPC's", () => {
    const stack = stackOf();
    const first = cellOf({}, stack);
    first.addAgent("triage", { policy });
    const second = new AwsAgentCell(stack, "Others", {
      cidr: "10.96.0.0/20",
      availabilityZones: ["eu-west-1a"],
      services: [AwsService.SQS],
    });
    second.addAgent("coder");
    const topology = Topology.of(stack);
    expect(topology.services("triage")).toEqual([]);
    expect(topology.services("coder")).toEqual(["com.amazonaws.eu-west-1.sqs"]);
    expect(topology.denied("coder").filter((one) => one.includes("filter:"))).toEqual([]);
  });
});
