import { AwsEgressTier } from "../../constructs/aws";
import { ContainmentPolicy, Mode } from "../../lib";
import { Topology } from "../../lib/topology/topology";
import { cellOf } from "../support/aws-plan";
import {
  add,
  cellWith,
  listed,
  namesOf,
  policy,
  reachAfter,
  remove,
  topologyAfter,
  valuesOf,
} from "../support/changed-plan";
import { refusal } from "../support/refusal";

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
    expect(first?.layers.map((one) => one.layer)).toEqual([
      "name",
      "security group",
      "route",
      "filter",
      "route",
      "route",
      "route",
    ]);
    expect(first?.layers.find((one) => one.layer === "filter")?.opens).toMatch(
      /^aws_networkfirewall_rule_group\.\S+ sid \d+$/,
    );
  });
});

describe("removing a layer's opening from the plan removes the path", () => {
  test("the resolver's list", () => {
    const names = reachAfter((json) => {
      for (const list of Object.values(json.resource["aws_route53_resolver_firewall_domain_list"] ?? {})) {
        list["domains"] = (list["domains"] as string[]).filter((name) => name !== "api.example.com.");
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
    // The default action drops what is TLS or HTTP; everything else needs the closing rules.
    expect(none).toEqual(["*", "198.51.100.4/32:22", "198.51.100.8/30:123"]);
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

  test("a second route beside the one to the firewall", () => {
    const reach = reachAfter((json) => {
      const [table] = namesOf(json, "aws_route_table", "agent-triage");
      add(json, "aws_route", {
        route_table_id: `\${aws_route_table.${table}.id}`,
        destination_cidr_block: "192.0.2.0/24",
        nat_gateway_id: "nat-1",
      });
    });
    expect(reach.filter((one) => !listed.includes(one))).toEqual([
      "192.0.2.0/24:443",
      "192.0.2.0/24:80",
      "192.0.2.0/24:8883",
    ]);
  });

  test("a pass rule that asks for no name the reader can bound", () => {
    for (const rule of [
      "pass tcp any any -> any 443 (sid:1;)",
      'pass tls any any -> any 443 (tls.sni; content:"example"; sid:1;)',
      'pass tls any any -> any 443 (tls.sni; content:".example.com"; sid:1;)',
      "pass something that is no rule",
    ]) {
      const reach = reachAfter((json) => {
        const group = valuesOf(json, "aws_networkfirewall_rule_group", "allow-1")["rule_group"];
        (group as { rules_source: { rules_string: string } }).rules_source.rules_string = rule;
      });
      expect([rule, reach]).toEqual([rule, expect.arrayContaining(["*"])]);
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
      expect.arrayContaining([
        "connections from anybody, other agents included (inbound: no rule lets them in)",
        expect.stringMatching(/^a TLS name that no list has \(filter: \S+ sid 910: cordon deny TLS name not listed\)$/),
        expect.stringMatching(/^QUIC \(security group: \S+: has no egress rule that admits it\)$/),
      ]),
    );
  });
});

describe("bad input", () => {
  test("an agent that is not there is refused with the ones that are", () => {
    const topology = Topology.of(cellWith({ triage: policy, coder: policy }).stack);
    expect(refusal(() => topology.reach("tirage"))).toBe(
      `CORDON-140: topology: the stack has no agent "tirage"; use one of coder, triage`,
    );
    expect(refusal(() => Topology.fromJson({ terraform: {} }).reach("x"))).toBe(
      `CORDON-140: topology: the stack has no agent "x"; add one with cell.addAgent`,
    );
  });

  test.each<[string, Parameters<typeof topologyAfter>[0]]>([
    ["a firewall policy", remove("aws_networkfirewall_firewall_policy", "")],
    ["an agent's route table", remove("aws_route_table_association", "agent-triage")],
  ])("%s that is not in the stack counts as one that lets anything through, and as unknown", (_, change) => {
    const topology = topologyAfter((json) => {
      change(json);
      if (_ === "an agent's route table") json.resource["aws_vpc"] = {};
    });
    expect(topology.reach("triage")).toContain("*");
    expect(topology.verify().verdict).not.toBe("PROVED");
    expect(topology.verify().unknowns).not.toEqual([]);
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
