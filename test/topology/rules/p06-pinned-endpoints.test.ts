import {
  addressOf,
  type Change,
  freshPlan,
  judged,
  judgedAfter,
  put,
  putOtherNetwork,
  ref,
  set,
  TRIAGE_A,
  valuesOf,
} from "./weakened";

const ENDPOINT = "aws_vpc_endpoint";

interface Statement {
  Sid?: string;
  Effect: string;
  Condition?: { [operator: string]: { [key: string]: unknown } };
  [key: string]: unknown;
}

/** The endpoint's policy with its statements changed. */
const rewritten =
  (word: string, change: (statements: Statement[]) => Statement[]): Change =>
  (json) => {
    const values = valuesOf(json, ENDPOINT, word);
    const document: { Statement: Statement[] } = JSON.parse(String(values["policy"]));
    values["policy"] = JSON.stringify({ ...document, Statement: change(document.Statement) });
  };

const open: Statement = { Sid: "Open", Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };

const unpinned = (key: string): Change =>
  rewritten("secretsmanager", (statements) =>
    statements.map((one) => {
      const condition = one.Condition?.["StringEquals"];
      if (condition !== undefined) delete condition[key];
      return one;
    }),
  );

describe("P06: private endpoints keep to the owner's account", () => {
  test("an endpoint without a policy is found with the agents that it leads, and by this rule alone", () => {
    const json = freshPlan();
    delete valuesOf(json, ENDPOINT, "secretsmanager")["policy"];
    const { verdict, findings } = judged(json);
    const address = addressOf(json, ENDPOINT, "secretsmanager");
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P06",
        verdict: "VIOLATED",
        severity: "critical",
        address,
        construct: "stack/Agents/PrivateEndpoints/secretsmanager",
        problem: "it has no policy, and AWS then lets every principal reach the resources of every account",
        fix: "set a policy that pins aws:PrincipalAccount and aws:ResourceAccount, or the organisation",
        path: [{ layer: "endpoint", address, says: "leads coder, triage to com.amazonaws.eu-west-1.secretsmanager" }],
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change, string]>([
    ["resources of any account", unpinned("aws:ResourceAccount"), "lets resources of every account through"],
    [
      "one more statement for everything",
      rewritten("secretsmanager", (all) => [...all, open]),
      "statement Open of its policy lets principals and resources of every account through",
    ],
    [
      "a pin that a missing key passes",
      rewritten("secretsmanager", (all) => [
        ...all,
        { ...open, Condition: { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } } },
      ]),
      "every account",
    ],
    ["a gateway endpoint for every bucket", rewritten("s3", (all) => [...all, open]), "statement Open"],
    [
      "a policy in a resource of its own",
      (json) =>
        put(json, "aws_vpc_endpoint_policy", {
          vpc_endpoint_id: ref(json, ENDPOINT, "secretsmanager"),
          policy: JSON.stringify({ Version: "2012-10-17", Statement: [open] }),
        }),
      "statement Open",
    ],
    [
      "a service of somebody else's account",
      set(ENDPOINT, "secretsmanager", { service_name: "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0" }),
      "a service of another account that no policy of yours confines",
    ],
    [
      "one more endpoint in the agents' subnets",
      (json) =>
        put(json, ENDPOINT, {
          vpc_id: ref(json, "aws_vpc", ""),
          vpc_endpoint_type: "Interface",
          service_name: "com.amazonaws.eu-west-1.sqs",
          subnet_ids: [ref(json, "aws_subnet", "endpoint-eu-west-1a")],
          security_group_ids: [ref(json, "aws_security_group", "PrivateEndpoints")],
        }),
      "it has no policy",
    ],
  ])("%s is found", (_, change, problem) => {
    const { verdict, rules, findings } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P06"]]);
    expect(findings.map((one) => one.problem)).toContainEqual(expect.stringContaining(problem));
  });

  test.each<[string, Change]>([
    [
      "a pin of the organisation on both sides",
      rewritten("secretsmanager", (all) => [
        ...all,
        {
          ...open,
          Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:ResourceOrgID": "o-a1b2c3d4e5" } },
        },
      ]),
    ],
    [
      "a policy that denies everything",
      set(ENDPOINT, "secretsmanager", {
        policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ ...open, Effect: "Deny" }] }),
      }),
    ],
    [
      "an open endpoint of another network",
      (json) => {
        putOtherNetwork(json);
        put(json, ENDPOINT, {
          vpc_id: "${aws_vpc.other.id}",
          vpc_endpoint_type: "Interface",
          service_name: "com.amazonaws.eu-west-1.sqs",
          subnet_ids: ["${aws_subnet.other.id}"],
        });
      },
    ],
    [
      "an open endpoint whose group admits no agent",
      (json) => {
        put(json, "aws_security_group", { name: "closed", vpc_id: ref(json, "aws_vpc", "") });
        put(json, ENDPOINT, {
          vpc_id: ref(json, "aws_vpc", ""),
          vpc_endpoint_type: "Interface",
          service_name: "com.amazonaws.eu-west-1.sqs",
          subnet_ids: [ref(json, "aws_subnet", "endpoint-eu-west-1a")],
          security_group_ids: ["${aws_security_group.added.id}"],
        });
      },
    ],
    [
      "an open gateway endpoint that no agent's table has",
      (json) =>
        put(json, ENDPOINT, {
          vpc_id: ref(json, "aws_vpc", ""),
          vpc_endpoint_type: "Gateway",
          service_name: "com.amazonaws.eu-west-1.dynamodb",
          route_table_ids: [ref(json, "aws_route_table", "public-eu-west-1a")],
        }),
    ],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  test("a gateway endpoint is found once an agent's table has it", () => {
    const { rules } = judgedAfter((json) =>
      put(json, ENDPOINT, {
        vpc_id: ref(json, "aws_vpc", ""),
        vpc_endpoint_type: "Gateway",
        service_name: "com.amazonaws.eu-west-1.dynamodb",
        route_table_ids: [ref(json, "aws_route_table", TRIAGE_A)],
      }),
    );
    expect(rules).toEqual(["CORDON-P06"]);
  });

  describe("what is not known", () => {
    test("a policy that the plan does not say stays open, and is settled by saying it", () => {
      const json = freshPlan();
      const values = valuesOf(json, ENDPOINT, "secretsmanager");
      values["policy"] = "${var.policy}";
      const { verdict, rules, findings } = judged(json);
      expect([verdict, rules]).toEqual(["UNKNOWN", ["CORDON-P06"]]);
      expect(findings[0]?.unknowns).toContain("var.policy");
      const other = JSON.stringify({ Version: "2012-10-17", Statement: [open] });
      expect(judged(json, { assume: { "var.policy": other } }).verdict).toBe("VIOLATED");
    });

    test("an account that the plan does not name may be another one", () => {
      const change = rewritten("secretsmanager", (all) => [
        ...all,
        {
          ...open,
          Condition: { StringEquals: { "aws:PrincipalOrgID": "${var.org}", "aws:ResourceOrgID": "${var.org}" } },
        },
      ]);
      expect(judgedAfter(change, { assume: { "var.org": "o-a1b2c3d4e5" } }).verdict).toBe("PROVED");
    });
  });
});
