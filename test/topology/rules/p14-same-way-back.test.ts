import {
  addressOf,
  type Change,
  freshPlan,
  judged,
  judgedAfter,
  type MutablePlan,
  put,
  ref,
  remove,
  TRIAGE_A,
  TRIAGE_B,
  valuesOf,
} from "./weakened";

const RETURN = `${TRIAGE_A}-return`;
const table = (json: MutablePlan): string => ref(json, "aws_route_table", "public-eu-west-1a");

describe("P14: answers come back through the same firewall endpoint", () => {
  test("answers that the local route takes past the firewall are found, and by this rule alone", () => {
    const json = freshPlan();
    remove("aws_route", RETURN)(json);
    const { verdict, findings } = judged(json);
    const subnet = addressOf(json, "aws_subnet", "public-eu-west-1a");
    const firewall = addressOf(json, "aws_networkfirewall_firewall", "");
    const inner = addressOf(json, "aws_subnet", "firewall-eu-west-1a");
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P14",
        verdict: "VIOLATED",
        severity: "high",
        agent: "triage",
        address: subnet,
        construct: "stack/Agents/Network/public-eu-west-1a",
        problem: `answers to agent triage go from ${subnet} past the endpoint ${firewall}@${inner}`,
        fix: "route the agent's addresses from there to the firewall endpoint that the way out takes",
        path: expect.arrayContaining([
          { layer: "route", address: addressOf(json, "aws_vpc", ""), says: "is the VPC's own address range" },
        ]),
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change]>([
    [
      "the endpoint of another zone",
      (json) => {
        valuesOf(json, "aws_route", RETURN)["vpc_endpoint_id"] = valuesOf(json, "aws_route", `${TRIAGE_B}-return`)[
          "vpc_endpoint_id"
        ];
      },
    ],
    [
      "an interface",
      (json) => {
        const values = valuesOf(json, "aws_route", RETURN);
        delete values["vpc_endpoint_id"];
        values["network_interface_id"] = "eni-0123";
      },
    ],
    [
      "a narrower route for half of the agent's addresses",
      (json) => {
        const [base = ""] = String(valuesOf(json, "aws_subnet", TRIAGE_A)["cidr_block"]).split("/");
        put(json, "aws_route", {
          route_table_id: table(json),
          destination_cidr_block: `${base}/27`,
          gateway_id: "local",
        });
      },
    ],
    [
      "the local route for the other half",
      (json) => {
        const values = valuesOf(json, "aws_route", RETURN);
        values["destination_cidr_block"] = String(values["destination_cidr_block"]).replace("/26", "/27");
      },
    ],
  ])("a way back by %s is found", (_, change) => {
    expect(judgedAfter(change)).toMatchObject({ verdict: "VIOLATED", rules: ["CORDON-P14"] });
  });

  test("agents whose traffic goes out by the endpoint of another zone, and back by their own, are found", () => {
    const { rules } = judgedAfter((json) => {
      valuesOf(json, "aws_route", `${TRIAGE_A}-out`)["vpc_endpoint_id"] = valuesOf(
        json,
        "aws_route",
        `${TRIAGE_B}-out`,
      )["vpc_endpoint_id"];
    });
    expect(rules).toEqual(["CORDON-P14"]);
  });

  test.each<[string, Change]>([
    [
      "one wider route back",
      (json) => {
        put(json, "aws_route", {
          route_table_id: table(json),
          destination_cidr_block: "10.64.1.0/24",
          vpc_endpoint_id: valuesOf(json, "aws_route", RETURN)["vpc_endpoint_id"],
        });
      },
    ],
    [
      "two narrower routes back",
      (json) => {
        const values = valuesOf(json, "aws_route", RETURN);
        const [base = ""] = String(values["destination_cidr_block"]).split("/");
        const upper = base.replace(/\d+$/, (last) => String(Number(last) + 32));
        put(json, "aws_route", { ...values, destination_cidr_block: `${upper}/27` });
        values["destination_cidr_block"] = `${base}/27`;
      },
    ],
    [
      "a route back to somebody who is no agent",
      (json) =>
        put(json, "aws_route", {
          route_table_id: table(json),
          destination_cidr_block: "10.64.15.0/24",
          gateway_id: "local",
        }),
    ],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  test("a way back that may not exist stays open, and is settled by its count", () => {
    const change: Change = (json) => {
      valuesOf(json, "aws_route", RETURN)["count"] = "${var.returns}";
    };
    expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P14"] });
    expect(judgedAfter(change, { assume: { "var.returns": 1 } }).verdict).toBe("PROVED");
    expect(judgedAfter(change, { assume: { "var.returns": 0 } }).verdict).toBe("VIOLATED");
  });
});
