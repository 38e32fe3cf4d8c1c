import { AwsPermission, AwsService } from "../../../constructs/aws";
import { ContainmentPolicy } from "../../../lib";
import type { Finding, Verdict } from "../../../lib/topology/model/result";
import type { TopologyOptions } from "../../../lib/topology/stack-reading";
import { synthStack } from "../../../lib/topology/synth-stack";
import type { TerraformJson } from "../../../lib/topology/terraform-json";
import { Topology } from "../../../lib/topology/topology";
import { cellOf } from "../../support/aws-plan";
import { type MutablePlan, namesOf, policy, type Values, valuesOf } from "../../support/changed-plan";

export { type MutablePlan, namesOf, policy, remove, type Values, valuesOf } from "../../support/changed-plan";

/** A change of a plan, after which the declaration still says what was asked for. */
export type Change = (json: MutablePlan) => void;

/** The only secret that the agent may read. */
export const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:triage-AbCdEf";

let text: string | undefined;

/** The plan of an inspected cell in two zones with two agents, of which one has a list and the other none; a copy. */
export function freshPlan(): MutablePlan {
  text ??= JSON.stringify(planOf());
  return JSON.parse(text);
}

function planOf(): unknown {
  const cell = cellOf({ services: [AwsService.SECRETS_MANAGER, AwsService.S3] });
  const triage = cell.addAgent("triage", { policy });
  cell.addAgent("coder", { policy: ContainmentPolicy.denyAll("nothing") });
  triage.identity.grant(AwsPermission.readSecret(SECRET, "test"));
  return plainJson(cell.stack);
}

/** What a stack writes to its file, with the comments that carry paths and the declaration. */
export function plainJson(stack: ReturnType<typeof cellOf>["stack"]): MutablePlan {
  return JSON.parse(JSON.stringify(synthStack(stack)));
}

export function topologyOf(json: MutablePlan, options: TopologyOptions = {}): Topology {
  return Topology.fromJson(json as unknown as TerraformJson, { today: "2026-01-15", ...options });
}

/** What a changed plan is found to be. */
export interface Judged {
  readonly verdict: Verdict;
  readonly findings: Finding[];
  /** Ids of the rules that found something, without doubles. */
  readonly rules: string[];
  /** Where it was found, as `CORDON-P01 aws_route.x`, without doubles. */
  readonly places: string[];
}

export function judgedAfter(change: Change, options: TopologyOptions = {}): Judged {
  const json = freshPlan();
  change(json);
  return judged(json, options);
}

export function judged(json: MutablePlan, options: TopologyOptions = {}): Judged {
  const { verdict, findings } = topologyOf(json, options).verify();
  return {
    verdict,
    findings,
    rules: [...new Set(findings.map((one) => one.rule))],
    places: [...new Set(findings.map((one) => `${one.rule} ${one.address}`))],
  };
}

/** Address of the only resource of a type whose name holds a word. */
export function addressOf(json: MutablePlan, type: string, word: string): string {
  const [name, ...others] = namesOf(json, type, word);
  if (name === undefined || others.length > 0) throw new Error(`${others.length + 1} ${type} with '${word}'`);
  return `${type}.${name}`;
}

/** A reference to an attribute of the only resource of a type whose name holds a word. */
export const ref = (json: MutablePlan, type: string, word: string, attribute = "id"): string =>
  `\${${addressOf(json, type, word)}.${attribute}}`;

/** Adds a resource by the name `added`, or another one. */
export function put(json: MutablePlan, type: string, values: Values, name = "added"): void {
  json.resource[type] = { ...json.resource[type], [name]: values };
}

/** The first of a list of nested blocks. */
export function block(values: Values, ...keys: string[]): Values {
  return keys.reduce<Values>((inner, key) => {
    const value = inner[key];
    return (Array.isArray(value) ? value[0] : value) as Values;
  }, values);
}

/** Changes arguments of the only resource of a type whose name holds a word. */
export const set =
  (type: string, word: string, values: Values): Change =>
  (json) => {
    Object.assign(valuesOf(json, type, word), values);
  };

/** Puts an instance into the agent's first subnet, guarded as it should be. */
export function putInstance(json: MutablePlan, values: Values = {}, subnet = TRIAGE_A): string {
  put(json, "aws_instance", {
    ami: "ami-0123456789abcdef0",
    instance_type: "t3.small",
    subnet_id: ref(json, "aws_subnet", subnet),
    vpc_security_group_ids: [ref(json, "aws_security_group", "agent-triage")],
    metadata_options: [{ http_tokens: "required", http_put_response_hop_limit: 1 }],
    ...values,
  });
  return "aws_instance.added";
}

/** Adds a network of its own beside the cell, with a way to the internet and an instance in it. */
export function putOtherNetwork(json: MutablePlan): void {
  put(json, "aws_vpc", { cidr_block: "10.99.0.0/16" }, "other");
  put(json, "aws_internet_gateway", { vpc_id: "${aws_vpc.other.id}" }, "other");
  put(json, "aws_subnet", { vpc_id: "${aws_vpc.other.id}", cidr_block: "10.99.0.0/24" }, "other");
  put(json, "aws_route_table", { vpc_id: "${aws_vpc.other.id}" }, "other");
  put(
    json,
    "aws_route",
    {
      route_table_id: "${aws_route_table.other.id}",
      destination_cidr_block: "0.0.0.0/0",
      gateway_id: "${aws_internet_gateway.other.id}",
    },
    "other",
  );
  put(
    json,
    "aws_route_table_association",
    { route_table_id: "${aws_route_table.other.id}", subnet_id: "${aws_subnet.other.id}" },
    "other",
  );
  put(json, "aws_instance", { ami: "ami-1", instance_type: "t3.small", subnet_id: "${aws_subnet.other.id}" }, "other");
}

/** The names of the plan that the tests speak of. */
export const TRIAGE_A = "agent-triage_agent-eu-west-1a";
export const TRIAGE_B = "agent-triage_agent-eu-west-1b";
export const CODER_A = "agent-coder_agent-eu-west-1a";
