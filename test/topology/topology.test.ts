import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { type AwsAgentCell, AwsEgressTier, AwsService } from "../../constructs/aws";
import { ContainmentPolicy, Egress, EgressProtocol, Mode } from "../../lib";
import { synthStack } from "../../lib/topology/synth-stack";
import type { TerraformJson } from "../../lib/topology/terraform-json";
import { Topology } from "../../lib/topology/topology";
import { cellOf, refusal } from "../support/aws-plan";

const policy = ContainmentPolicy.denyAll("p").allow(
  Egress.https("api.example.com", { reason: "test" }),
  Egress.https("*.cdn.example.com", { reason: "test" }),
  Egress.http("plain.example.com", { reason: "test" }),
  Egress.tls("mq.example.com", { port: 8883, reason: "test" }),
  Egress.cidr("198.51.100.4/32", { port: 22, reason: "test" }),
  Egress.cidr("198.51.100.8/30", { port: 123, protocol: EgressProtocol.UDP, reason: "test" }),
);
const listed = [
  "*.cdn.example.com:443",
  "198.51.100.4/32:22",
  "198.51.100.8/30:123",
  "api.example.com:443",
  "mq.example.com:8883",
  "plain.example.com:80",
];

function cellWith(agents: { [name: string]: ContainmentPolicy }, mode?: Mode): AwsAgentCell {
  const cell = cellOf({ services: [AwsService.SECRETS_MANAGER, AwsService.S3] });
  for (const [name, list] of Object.entries(agents)) cell.addAgent(name, { policy: list, mode });
  return cell;
}

type Mutable = { resource: { [type: string]: { [name: string]: { [key: string]: unknown } } }; locals: object };

/** The plan of one agent with the listed policy, changed before it is read. */
function reachAfter(change: (json: Mutable) => void): string[] {
  const json: TerraformJson = synthStack(cellWith({ triage: policy }).stack);
  change(json as unknown as Mutable);
  return Topology.fromJson(json).reach("triage");
}

const remove =
  (type: string, word: string) =>
  (json: Mutable): void => {
    const named = json.resource[type] ?? {};
    const name = Object.keys(named).find((one) => one.includes(word)) ?? "";
    delete named[name];
  };

describe("what an agent reaches, read back from the plan", () => {
  test("is exactly its policy", () => {
    expect(Topology.of(cellWith({ triage: policy }).stack).reach("triage")).toEqual(listed);
  });

  test("is nothing for an empty policy, in every tier", () => {
    for (const tier of Object.values(AwsEgressTier)) {
      const cell = cellOf({ tier });
      cell.addAgent("triage");
      expect(Topology.of(cell.stack).reach("triage")).toEqual([]);
    }
  });

  test("does not hold another agent's destinations", () => {
    const topology = Topology.of(cellWith({ triage: policy, coder: ContainmentPolicy.denyAll("c") }).stack);
    expect(topology.agents).toEqual(["coder", "triage"]);
    expect(topology.reach("coder")).toEqual([]);
    expect(topology.reach("triage")).toEqual(listed);
  });

  test("loses a destination with its rule", () => {
    const cell = cellWith({ triage: policy.without("https:api.example.com:443") });
    expect(Topology.of(cell.stack).reach("triage")).toEqual(listed.filter((one) => one !== "api.example.com:443"));
  });

  test("is anything for an agent in monitor mode", () => {
    expect(Topology.of(cellWith({ triage: policy }, Mode.MONITOR).stack).reach("triage")).toContain("*");
  });

  test("names the layers of each path", () => {
    const [first] = Topology.of(cellWith({ triage: policy }).stack)
      .paths("triage")
      .filter((one) => one.destination === "api.example.com:443");
    expect(first?.layers.map((one) => one.layer)).toEqual(["name", "route", "filter", "security group"]);
    expect(first?.layers.find((one) => one.layer === "filter")?.opens).toMatch(
      /^aws_networkfirewall_rule_group\.\S+ sid \d+$/,
    );
  });
});

describe("removing a layer's opening from the plan removes the path", () => {
  test("the resolver's list", () => {
    const names = reachAfter((json) => {
      for (const list of Object.values(json.resource["aws_route53_resolver_firewall_domain_list"] ?? {})) {
        list["domains"] = (list["domains"] as string[]).filter((name) => name !== "api.example.com");
      }
    });
    expect(names).toEqual(listed.filter((one) => one !== "api.example.com:443"));
  });

  test("the security group's port", () => {
    expect(reachAfter(remove("aws_vpc_security_group_egress_rule", "tcp-0-0-0-0-0-8883"))).toEqual(
      listed.filter((one) => one !== "mq.example.com:8883"),
    );
  });

  test("the firewall's rule group", () => {
    const none = reachAfter((json) => {
      for (const group of Object.values(json.resource["aws_networkfirewall_rule_group"] ?? {})) {
        (group["rule_group"] as { rules_source: { rules_string: string } }).rules_source.rules_string = "";
      }
    });
    expect(none).toEqual([]);
  });

  test("the routes to the firewall", () => {
    expect(
      reachAfter((json) => {
        json.resource["aws_route"] = {};
      }),
    ).toEqual([]);
  });
});

describe("a way past the firewall is anything", () => {
  test.each(["gateway_id", "nat_gateway_id", "transit_gateway_id", "network_interface_id"])(
    "a route with %s",
    (target) => {
      const reach = reachAfter((json) => {
        const [name = ""] = Object.keys(json.resource["aws_route"] ?? {}).filter(
          (one) => one.includes("-out") && one.includes("agent"),
        );
        const route = json.resource["aws_route"]?.[name] ?? {};
        delete route["vpc_endpoint_id"];
        route[target] = "${aws_thing.x.id}";
      });
      expect(reach).toContain("*");
    },
  );

  test("a second route that a user adds in code", () => {
    const cell = cellWith({ triage: policy });
    const [agent] = cell.agents;
    const nat = new NatGateway(cell.stack, "Own", { subnetId: "subnet-1" });
    new Route(cell.stack, "Past", {
      routeTableId: agent?.network[0]?.routeTable.id ?? "",
      destinationCidrBlock: "8.8.8.0/24",
      natGatewayId: nat.id,
    });
    expect(Topology.of(cell.stack).reach("triage")).toContain("*");
  });

  test("a pass rule that asks for no name the reader can bound", () => {
    for (const rule of [
      "pass tcp any any -> any 443 (sid:1;)",
      'pass tls any any -> any 443 (tls.sni; content:"example"; sid:1;)',
      'pass tls any any -> any 443 (tls.sni; content:".example.com"; sid:1;)',
      "pass something that is no rule",
    ]) {
      const reach = reachAfter((json) => {
        const [group] = Object.values(json.resource["aws_networkfirewall_rule_group"] ?? {});
        (group?.["rule_group"] as { rules_source: { rules_string: string } }).rules_source.rules_string = rule;
      });
      expect([rule, reach]).toEqual([rule, ["*"]]);
    }
  });

  test("names count as resolvable where nothing refuses the rest", () => {
    const reach = reachAfter((json) => {
      for (const list of Object.values(json.resource["aws_route53_resolver_firewall_domain_list"] ?? {}))
        list["domains"] = [];
    });
    expect(reach).toEqual(listed);
  });
});

describe("private endpoints and denials", () => {
  const topology = Topology.of(cellWith({ triage: policy }).stack);

  test("lists the services that the agent's group and tables lead to", () => {
    expect(topology.services("triage")).toEqual([
      "com.amazonaws.eu-west-1.s3",
      "com.amazonaws.eu-west-1.secretsmanager",
    ]);
  });

  test("says what stops the rest", () => {
    expect(topology.denied("triage")).toEqual(
      expect.arrayContaining(["TLS name not listed (filter: sid 900)", "UDP closed (filter: sid 905)"]),
    );
  });
});

describe("bad input", () => {
  test("an agent that is not there is refused with the ones that are", () => {
    const topology = Topology.of(cellWith({ triage: policy, coder: policy }).stack);
    expect(refusal(() => topology.reach("tirage"))).toBe(
      `CORDON-140: topology: the stack has no agent "tirage"; use one of coder, triage`,
    );
    expect(refusal(() => Topology.fromJson({}).reach("x"))).toBe(
      `CORDON-140: topology: the stack has no agent "x"; add one with cell.addAgent`,
    );
  });

  test("a firewall policy that is not in the stack is refused, not read as closed", () => {
    expect(refusal(() => reachAfter(remove("aws_networkfirewall_firewall_policy", "")))).toMatch(
      /^CORDON-141: topology: aws_networkfirewall_firewall_policy\.\S+ is not in this stack, so what its firewall passes is unknown; keep firewall, policy and rule groups in the agents' stack$/,
    );
  });

  test("an agent's subnet without a route table of this stack is refused", () => {
    expect(refusal(() => reachAfter(remove("aws_route_table_association", "agent-triage")))).toMatch(
      /^CORDON-141: aws_subnet\.\S+: its route table is not in this stack; associate one of this stack$/,
    );
  });
});

describe("a snapshot", () => {
  test("is stable, sorted, and masks what changes without the plan", () => {
    const cell = cellWith({ triage: policy });
    const first = Topology.of(cell.stack).snapshot();
    expect(Topology.of(cellWith({ triage: policy }).stack).snapshot()).toBe(first);
    expect(first).toContain('"version": "<version>"');
    expect(first).not.toContain('"//"');
    const keys = Object.keys(JSON.parse(first));
    expect(keys).toEqual([...keys].sort());
  });

  test("changes when a rule does", () => {
    const before = Topology.of(cellWith({ triage: policy }).stack).snapshot();
    const after = Topology.of(cellWith({ triage: policy.without("https:api.example.com:443") }).stack).snapshot();
    expect(after).not.toBe(before);
  });
});
