import { ContainmentPolicy } from "../../../lib";
import type { Explanation } from "../../../lib/topology/model/result";
import { cellOf } from "../../support/aws-plan";
import {
  addressOf,
  CODER_A,
  freshPlan,
  type MutablePlan,
  plainJson,
  put,
  ref,
  remove,
  TRIAGE_A,
  TRIAGE_B,
  topologyOf,
  valuesOf,
} from "../rules/weakened";

const PLAN = freshPlan();
const TOPOLOGY = topologyOf(PLAN);

/** The layers in short: who was asked, and what it said. */
const layersOf = ({ layers }: Explanation): string[] => layers.map((one) => `${one.layer}: ${one.allows}`);
const last = ({ layers }: Explanation): Explanation["layers"][number] | undefined => layers.at(-1);

function explained(target: string, agent = "triage", change?: (json: MutablePlan) => void): Explanation {
  if (change === undefined) return TOPOLOGY.explain(agent, target);
  const json = freshPlan();
  change(json);
  return topologyOf(json).explain(agent, target);
}

const OUT = ["security group: yes", "route: yes", "filter: yes", "route: yes", "route: yes", "route: yes"];

describe("an allowed destination", () => {
  test("is shown layer by layer, each with the resource or rule that lets it through", () => {
    expect(explained("https://api.example.com")).toEqual({
      agent: "triage",
      target: "https://api.example.com",
      reaches: true,
      layers: [
        {
          layer: "name",
          allows: "yes",
          address: addressOf(PLAN, "aws_route53_resolver_firewall_rule", "allow-rule"),
          says: "allows the name",
        },
        {
          layer: "security group",
          allows: "yes",
          address: addressOf(PLAN, "aws_vpc_security_group_egress_rule", "triage_egress-tcp-0-0-0-0-0-443"),
          says: expect.any(String),
        },
        {
          layer: "route",
          allows: "yes",
          address: addressOf(PLAN, "aws_route", `${TRIAGE_A}-out`),
          says: `leads to the endpoint of ${addressOf(PLAN, "aws_networkfirewall_firewall", "")} in ${addressOf(PLAN, "aws_subnet", "firewall-eu-west-1a")}`,
        },
        {
          layer: "filter",
          allows: "yes",
          address: expect.stringMatching(/^aws_networkfirewall_rule_group\.\S+allow-1\S+ sid \d+$/),
          says: "cordon allow triage",
        },
        {
          layer: "route",
          allows: "yes",
          address: addressOf(PLAN, "aws_route", "firewall-eu-west-1a-out"),
          says: `leads to ${addressOf(PLAN, "aws_nat_gateway", "nat-eu-west-1a")}`,
        },
        {
          layer: "route",
          allows: "yes",
          address: addressOf(PLAN, "aws_nat_gateway", "nat-eu-west-1a"),
          says: "translates the source address",
        },
        {
          layer: "route",
          allows: "yes",
          address: addressOf(PLAN, "aws_route", "public-eu-west-1a-out"),
          says: `leads to the internet by ${addressOf(PLAN, "aws_internet_gateway", "")}`,
        },
      ],
    });
  });

  test.each([
    ["a bare name, which means TLS on port 443", "api.example.com", ["name: yes", ...OUT]],
    ["a name in capitals, with a dot at its end", "API.Example.com.", ["name: yes", ...OUT]],
    ["a name below a listed wildcard", "https://a.b.cdn.example.com", ["name: yes", ...OUT]],
    ["a name with its port", "tls://mq.example.com:8883", ["name: yes", ...OUT]],
    ["a host by HTTP", "http://plain.example.com", ["name: yes", ...OUT]],
    ["an address, for which no name is asked", "198.51.100.4:22", OUT],
    ["a scheme with an address", "ssh://198.51.100.4", OUT],
    ["an address inside of a listed block", "udp://198.51.100.11:123", OUT],
  ])("is found by %s", (_, target, layers) => {
    const explanation = explained(target);
    expect([explanation.reaches, layersOf(explanation)]).toEqual([true, layers]);
    expect(TOPOLOGY.canReach("triage", target)).toBe(true);
  });
});

describe("a refused destination is refused at", () => {
  test("the name, by the rule that refuses it, and at the filter as well", () => {
    const explanation = explained("https://unlisted.example.org");
    expect([explanation.reaches, layersOf(explanation)]).toEqual([
      false,
      ["name: no", "security group: yes", "route: yes", "filter: no"],
    ]);
    expect(explanation.layers[0]).toMatchObject({
      address: addressOf(PLAN, "aws_route53_resolver_firewall_rule", "deny-rule"),
      says: "refuses the name",
    });
  });

  test("the name above a wildcard, which the wildcard does not mean", () => {
    expect(explained("https://cdn.example.com").layers[0]).toMatchObject({ layer: "name", allows: "no" });
  });

  test("the security group, where no rule has the port", () => {
    const explanation = explained("api.example.com:8443");
    expect([explanation.reaches, layersOf(explanation)]).toEqual([false, ["name: yes", "security group: no"]]);
    expect(last(explanation)?.address).toBe(addressOf(PLAN, "aws_security_group", "agent-triage"));
  });

  test.each([
    "198.51.100.5:22",
    "udp://198.51.100.9:124",
    "udp://8.8.8.8:53",
    "icmp://198.51.100.4",
    "[2001:db8::1]:443",
  ])("the security group, for %s", (target) => {
    const explanation = explained(target);
    expect([explanation.reaches, layersOf(explanation)]).toEqual([false, ["security group: no"]]);
  });

  test("the security group of an agent without a list", () => {
    const explanation = explained("https://api.example.com", "coder");
    expect([explanation.reaches, layersOf(explanation)]).toEqual([false, ["name: yes", "security group: no"]]);
  });

  test("the subnet's network ACL, by its entry", () => {
    const acl = (json: MutablePlan): void =>
      put(json, "aws_network_acl", {
        vpc_id: ref(json, "aws_vpc", ""),
        subnet_ids: [TRIAGE_A, TRIAGE_B].map((name) => ref(json, "aws_subnet", name)),
        egress: [
          { rule_no: 10, action: "deny", protocol: "tcp", from_port: 443, to_port: 443, cidr_block: "0.0.0.0/0" },
          { rule_no: 20, action: "allow", protocol: "-1", from_port: 0, to_port: 0, cidr_block: "0.0.0.0/0" },
        ],
      });
    const explanation = explained("https://api.example.com", "triage", acl);
    expect([explanation.reaches, layersOf(explanation)]).toEqual([
      false,
      ["name: yes", "security group: yes", "subnet: no"],
    ]);
    expect(last(explanation)).toMatchObject({
      address: "aws_network_acl.added",
      says: "entry 10 of the network ACL denies it",
    });
    expect(explained("http://plain.example.com", "triage", acl).reaches).toBe(true);
  });

  test("the route, where none leads there", () => {
    const explanation = explained("https://api.example.com", "triage", (json) => {
      for (const subnet of [TRIAGE_A, TRIAGE_B]) remove("aws_route", `${subnet}-out`)(json);
    });
    expect([explanation.reaches, layersOf(explanation)]).toEqual([
      false,
      ["name: yes", "security group: yes", "route: no"],
    ]);
    expect(last(explanation)).toMatchObject({
      address: addressOf(PLAN, "aws_subnet", TRIAGE_A),
      says: "has no route to it",
    });
  });

  test.each([
    ["a name of the list on another port of the list", "https://mq.example.com"],
    ["a name of the list by another protocol", "https://plain.example.com"],
    ["something else than TLS on its port", "tcp://203.0.113.80:443"],
  ])("the filter, for %s, by the rule that drops it", (_, target) => {
    const explanation = explained(target);
    expect(explanation.reaches).toBe(false);
    expect(last(explanation)).toMatchObject({
      layer: "filter",
      allows: "no",
      address: expect.stringMatching(/^aws_networkfirewall_rule_group\.\S+terminal\S+ sid \d+$/),
      says: expect.stringMatching(/^cordon deny /),
    });
  });
});

describe("a destination that is reached past the firewall", () => {
  test("is reached although the name is not listed: an address needs no name", () => {
    const past = (json: MutablePlan): void => {
      const route = valuesOf(json, "aws_route", `${TRIAGE_B}-out`);
      delete route["vpc_endpoint_id"];
      route["nat_gateway_id"] = ref(json, "aws_nat_gateway", "nat-eu-west-1b");
    };
    const explanation = explained("203.0.113.80:443", "triage", past);
    expect([explanation.reaches, layersOf(explanation)]).toEqual([
      true,
      ["security group: yes", "route: yes", "route: yes", "route: yes"],
    ]);
    expect(explanation.layers[1]?.address).toBe(addressOf(PLAN, "aws_route", `${TRIAGE_B}-out`));
  });
});

describe("private endpoints", () => {
  test.each([
    ["an interface endpoint", "https://secretsmanager.eu-west-1.amazonaws.com", "secretsmanager"],
    ["a gateway endpoint", "https://s3.eu-west-1.amazonaws.com", "s3"],
    ["a bucket behind it", "https://bucket.s3.eu-west-1.amazonaws.com", "s3"],
  ])("%s is reached by its name, inside of the network", (_, target, word) => {
    const explanation = explained(target);
    expect([explanation.reaches, layersOf(explanation)]).toEqual([true, ["name: yes", "endpoint: yes"]]);
    expect(last(explanation)?.address).toBe(addressOf(PLAN, "aws_vpc_endpoint", word));
  });

  test("a service without an endpoint is a name like any other", () => {
    expect(explained("https://sqs.eu-west-1.amazonaws.com")).toMatchObject({ reaches: false });
  });

  test("an endpoint that does not admit the agent is not reached", () => {
    const explanation = explained("https://secretsmanager.eu-west-1.amazonaws.com", "triage", (json) =>
      remove("aws_vpc_security_group_ingress_rule", "from-triage")(json),
    );
    expect([explanation.reaches, layersOf(explanation)]).toEqual([false, ["name: yes", "endpoint: no"]]);
  });
});

describe("addresses inside of the network", () => {
  const inside = (json: MutablePlan, subnet: string): string =>
    String(valuesOf(json, "aws_subnet", subnet)["cidr_block"]).replace(
      /\.(\d+)\/\d+$/,
      (_, byte) => `.${Number(byte) + 6}`,
    );

  test("of another agent are not reached", () => {
    expect(explained(`${inside(PLAN, CODER_A)}:22`)).toMatchObject({ reaches: false });
  });

  test("of another agent are reached on the port that is declared, and on no other", () => {
    const cell = cellOf();
    const first = cell.addAgent("triage", { policy: ContainmentPolicy.denyAll("a") });
    const second = cell.addAgent("coder", { policy: ContainmentPolicy.denyAll("b") });
    first.allowTo(second, { port: 8080, reason: "test" });
    const json = plainJson(cell.stack);
    const topology = topologyOf(json);
    const address = inside(json, CODER_A);
    expect(topology.explain("triage", `${address}:8080`).reaches).toBe(true);
    expect(topology.explain("triage", `${address}:22`).reaches).toBe(false);
    expect(topology.explain("coder", `${inside(json, TRIAGE_A)}:8080`).reaches).toBe(false);
  });

  test("of a private endpoint are reached on its port, and on no other", () => {
    const address = inside(PLAN, "endpoint-eu-west-1a");
    expect(explained(`${address}:443`).reaches).toBe(true);
    expect(explained(`${address}:22`).reaches).toBe(false);
  });

  test("of the agent's own subnets are reached where its group admits itself", () => {
    const address = inside(PLAN, TRIAGE_B);
    expect(explained(`${address}:22`).reaches).toBe(false);
    const admitted = explained(`${address}:22`, "triage", (json) => {
      const group = ref(json, "aws_security_group", "agent-triage");
      for (const side of ["ingress", "egress"]) {
        put(json, `aws_vpc_security_group_${side}_rule`, {
          security_group_id: group,
          referenced_security_group_id: group,
          ip_protocol: "tcp",
          from_port: 22,
          to_port: 22,
        });
      }
    });
    expect(admitted.reaches).toBe(true);
  });
});
