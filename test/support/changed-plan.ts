import { type AwsAgentCell, AwsService } from "../../constructs/aws";
import { ContainmentPolicy, Egress, EgressProtocol, type Mode } from "../../lib";
import { synthStack } from "../../lib/topology/synth-stack";
import type { TerraformJson } from "../../lib/topology/terraform-json";
import { Topology } from "../../lib/topology/topology";
import { cellOf } from "./aws-plan";

/** One destination of each kind. */
export const policy = ContainmentPolicy.denyAll("p").allow(
  Egress.https("api.example.com", { reason: "test" }),
  Egress.https("*.cdn.example.com", { reason: "test" }),
  Egress.http("plain.example.com", { reason: "test" }),
  Egress.tls("mq.example.com", { port: 8883, reason: "test" }),
  Egress.cidr("198.51.100.4/32", { port: 22, reason: "test" }),
  Egress.cidr("198.51.100.8/30", { port: 123, protocol: EgressProtocol.UDP, reason: "test" }),
);

/** What an agent with {@link policy} reaches. */
export const listed = [
  "*.cdn.example.com:443",
  "198.51.100.4/32:22",
  "198.51.100.8/30:123",
  "api.example.com:443",
  "mq.example.com:8883",
  "plain.example.com:80",
];

export function cellWith(agents: { [name: string]: ContainmentPolicy }, mode?: Mode): AwsAgentCell {
  const cell = cellOf({ services: [AwsService.SECRETS_MANAGER, AwsService.S3] });
  for (const [name, list] of Object.entries(agents)) cell.addAgent(name, { policy: list, mode });
  return cell;
}

export type Values = { [key: string]: unknown };

/** A plan that a test may change. */
export interface MutablePlan {
  readonly resource: { [type: string]: { [name: string]: Values } };
}

/** The plan of one agent, changed before it is read. */
export function topologyAfter(change: (json: MutablePlan) => void, list = policy): Topology {
  const json: TerraformJson = synthStack(cellWith({ triage: list }).stack);
  change(json as unknown as MutablePlan);
  return Topology.fromJson(json);
}

/** What the agent reaches once its plan is changed. */
export function reachAfter(change: (json: MutablePlan) => void, list = policy): string[] {
  return topologyAfter(change, list).reach("triage");
}

/** Names of a type's resources whose name holds a word. */
export function namesOf(json: MutablePlan, type: string, word: string): string[] {
  return Object.keys(json.resource[type] ?? {}).filter((name) => name.includes(word));
}

/** The values of the only resource of a type whose name holds a word. */
export function valuesOf(json: MutablePlan, type: string, word: string): Values {
  const [name, ...others] = namesOf(json, type, word);
  const values = json.resource[type]?.[name ?? ""];
  if (values === undefined || others.length > 0) throw new Error(`${others.length} other ${type} with '${word}'`);
  return values;
}

/** Removes the first resource of a type whose name holds a word. */
export const remove =
  (type: string, word: string) =>
  (json: MutablePlan): void => {
    const [name] = namesOf(json, type, word);
    if (name === undefined) throw new Error(`no ${type} with '${word}'`);
    delete json.resource[type]?.[name];
  };

/** Adds a resource. */
export function add(json: MutablePlan, type: string, values: Values): void {
  json.resource[type] = { ...json.resource[type], Added: values };
}
