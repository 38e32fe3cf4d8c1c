import { ContainmentPolicy } from "../../../lib";
import { cellOf } from "../../support/aws-plan";
import {
  addressOf,
  type Change,
  CODER_A,
  freshPlan,
  judged,
  judgedAfter,
  type MutablePlan,
  plainJson,
  put,
  ref,
  TRIAGE_A,
  valuesOf,
} from "./weakened";

const INGRESS = "aws_vpc_security_group_ingress_rule";
const triage = (json: MutablePlan): string => ref(json, "aws_security_group", "agent-triage");
const coder = (json: MutablePlan): string => ref(json, "aws_security_group", "agent-coder");

const toCoder = (json: MutablePlan, values: { [argument: string]: unknown }): void =>
  put(json, INGRESS, { security_group_id: coder(json), ip_protocol: "tcp", from_port: 8080, to_port: 8080, ...values });

/** A cell in which one agent may call the other on one port. */
function planWithPeers(): MutablePlan {
  const cell = cellOf();
  const first = cell.addAgent("triage", { policy: ContainmentPolicy.denyAll("a") });
  const second = cell.addAgent("coder", { policy: ContainmentPolicy.denyAll("b") });
  first.allowTo(second, { port: 8080, reason: "test" });
  return plainJson(cell.stack);
}

describe("P05: agents do not reach each other", () => {
  test("a rule that admits one agent's group to another's is found, and by this rule alone", () => {
    const json = freshPlan();
    toCoder(json, { referenced_security_group_id: triage(json) });
    const { verdict, findings } = judged(json);
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P05",
        verdict: "VIOLATED",
        severity: "high",
        agent: "triage",
        address: `${INGRESS}.added`,
        problem: "it lets agent triage connect to agent coder",
        fix: "remove it; open one port with allowTo where agents have to talk",
        path: [
          {
            layer: "security group",
            address: `${INGRESS}.added`,
            says: `admits connections to ${addressOf(json, "aws_security_group", "agent-coder")}`,
          },
        ],
        flow: expect.objectContaining({ protocol: 6, port: 8080 }),
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change]>([
    [
      "the addresses of a subnet",
      (json) => toCoder(json, { cidr_ipv4: valuesOf(json, "aws_subnet", TRIAGE_A)["cidr_block"] }),
    ],
    [
      "one address of it",
      (json) => {
        const [base = ""] = String(valuesOf(json, "aws_subnet", TRIAGE_A)["cidr_block"]).split("/");
        toCoder(json, { cidr_ipv4: `${base}/32` });
      },
    ],
    [
      "the older resource",
      (json) =>
        put(json, "aws_security_group_rule", {
          security_group_id: coder(json),
          type: "ingress",
          protocol: "-1",
          from_port: 0,
          to_port: 0,
          source_security_group_id: triage(json),
        }),
    ],
    [
      "a rule inside of the group",
      (json) => {
        valuesOf(json, "aws_security_group", "agent-coder")["ingress"] = [
          { protocol: "tcp", from_port: 22, to_port: 22, security_groups: [triage(json)] },
        ];
      },
    ],
    [
      "a group that both bear",
      (json) => {
        put(json, "aws_security_group", { name: "shared", vpc_id: ref(json, "aws_vpc", "") });
        put(json, INGRESS, {
          security_group_id: "${aws_security_group.added.id}",
          referenced_security_group_id: "${aws_security_group.added.id}",
          ip_protocol: "-1",
        });
        for (const [name, subnet, own] of [
          ["one", TRIAGE_A, triage(json)],
          ["two", CODER_A, coder(json)],
        ] as const) {
          put(
            json,
            "aws_network_interface",
            {
              subnet_id: ref(json, "aws_subnet", subnet),
              security_groups: [own, "${aws_security_group.added.id}"],
            },
            name,
          );
        }
      },
    ],
  ])("%s is found", (_, change) => {
    expect(judgedAfter(change)).toMatchObject({ verdict: "VIOLATED", rules: ["CORDON-P05"] });
  });

  test("a declared port is left alone", () => {
    expect(judged(planWithPeers()).findings).toEqual([]);
  });

  test.each<[string, Change]>([
    [
      "a range around it",
      (json) => {
        Object.assign(valuesOf(json, INGRESS, "coder"), { from_port: 8000, to_port: 8100 });
      },
    ],
    [
      "every protocol",
      (json) => {
        const values = valuesOf(json, INGRESS, "coder");
        values["ip_protocol"] = "-1";
        delete values["from_port"];
        delete values["to_port"];
      },
    ],
    [
      "the same port by UDP",
      (json) => {
        valuesOf(json, INGRESS, "coder")["ip_protocol"] = "udp";
      },
    ],
    [
      "the other way round",
      (json) =>
        put(json, INGRESS, {
          security_group_id: triage(json),
          referenced_security_group_id: coder(json),
          ip_protocol: "tcp",
          from_port: 8080,
          to_port: 8080,
        }),
    ],
  ])("and is found with %s", (_, change) => {
    const json = planWithPeers();
    change(json);
    expect(judged(json)).toMatchObject({ verdict: "VIOLATED", rules: ["CORDON-P05"] });
  });

  test("agents' groups that only name each other on the way out are left alone: nothing admits them", () => {
    const { findings } = judgedAfter((json) =>
      put(json, "aws_vpc_security_group_egress_rule", {
        security_group_id: triage(json),
        referenced_security_group_id: coder(json),
        ip_protocol: "tcp",
        from_port: 8080,
        to_port: 8080,
      }),
    );
    expect(findings).toEqual([]);
  });

  test("ports that the plan does not name may be any, and are settled by naming them", () => {
    const json = planWithPeers();
    Object.assign(valuesOf(json, INGRESS, "coder"), { from_port: "${var.port}", to_port: "${var.port}" });
    expect(judged(json)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P05"] });
    expect(judged(json, { assume: { "var.port": 8080 } }).verdict).toBe("PROVED");
    expect(judged(json, { assume: { "var.port": 22 } }).verdict).toBe("VIOLATED");
  });
});
