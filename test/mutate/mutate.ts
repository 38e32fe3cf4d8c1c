import type { TerraformJson } from "../../lib/topology/terraform-json";
import { Topology } from "../../lib/topology/topology";
import type { MutablePlan } from "../support/changed-plan";
import { harmless } from "./harmless";
import { harmlessAzure } from "./harmless-azure";
import { harmlessGoogle } from "./harmless-google";
import { copyOf, type Generator, type Mutation } from "./mutation";
import type { Stack } from "./stacks";
import { unknowns } from "./unknown";
import { unknownsAzure } from "./unknown-azure";
import { unknownsGoogle } from "./unknown-google";
import { azureFirewall, azureIdentities, azureNamesAndRecords, azureNetwork } from "./weaken-azure";
import { firewallPolicy, firewallRules } from "./weaken-firewall";
import { googleFirewall, googleIdentities, googleNamesAndRecords, googleNetwork, googleProxy } from "./weaken-google";
import { endpoints, identities, otherIdentities } from "./weaken-identity";
import { names, records, unseen } from "./weaken-names-and-records";
import { groups, places, reroutes, routes } from "./weaken-network";

/** Generators that change, or add, resources of one cloud. */
const ON_AWS = {
  weakenings: [
    routes,
    reroutes,
    groups,
    places,
    firewallRules,
    firewallPolicy,
    names,
    records,
    unseen,
    identities,
    otherIdentities,
    endpoints,
  ],
  harmless: [harmless],
  unknowns: [unknowns],
};
const ON_GOOGLE = {
  weakenings: [googleFirewall, googleNetwork, googleProxy, googleNamesAndRecords, googleIdentities],
  harmless: [harmlessGoogle],
  unknowns: [unknownsGoogle],
};
const ON_AZURE = {
  weakenings: [azureFirewall, azureNetwork, azureNamesAndRecords, azureIdentities],
  harmless: [harmlessAzure],
  unknowns: [unknownsAzure],
};

/** The generators of the cloud that a plan is of. */
function tableOf(plan: MutablePlan): { readonly [kind in "weakenings" | "harmless" | "unknowns"]: Generator[] } {
  const isOf = (provider: string): boolean =>
    Object.keys(plan.resource).some((type) => type.startsWith(`${provider}_`));
  if (isOf("google")) return ON_GOOGLE;
  return isOf("azurerm") ? ON_AZURE : ON_AWS;
}

/** What became of one mutation. */
export interface Outcome {
  readonly stack: string;
  readonly id: string;
  readonly expected: readonly string[];
  readonly found: readonly string[];
  readonly verdict: string;
}

export interface Tally {
  readonly caught: number;
  readonly of: number;
  /** Mutations that went another way than they had to. */
  readonly wrong: readonly Outcome[];
}

export interface MutationRun {
  readonly weakenings: Tally;
  readonly harmless: Tally;
  readonly unknowns: Tally;
  /** Two weakenings at once. */
  readonly pairs: Tally;
}

function judge({ name, plan }: Stack, ...mutations: Mutation[]): Outcome {
  const json = copyOf(plan);
  for (const mutation of mutations) mutation.apply(json);
  const [id, expected] = [mutations.map((one) => one.id).join(" and "), mutations.flatMap((one) => one.rules)];
  if (JSON.stringify(json) === JSON.stringify(plan))
    return { stack: name, id, expected, found: ["no change"], verdict: "INVALID" };
  const topology = Topology.fromJson(json as unknown as TerraformJson);
  const { verdict, findings } = topology.verify();
  return { stack: name, id, expected, found: [...new Set(findings.map((one) => one.rule))].sort(), verdict };
}

function tally(outcomes: readonly Outcome[], isRight: (one: Outcome) => boolean): Tally {
  const wrong = outcomes.filter((one) => !isRight(one));
  return { caught: outcomes.length - wrong.length, of: outcomes.length, wrong };
}

const hasExpected = (one: Outcome): boolean =>
  one.verdict !== "INVALID" && one.expected.some((rule) => one.found.includes(rule));

/** Applies every mutation to every stack, one by one, and some in pairs. */
export function mutate(stacks: readonly Stack[], pairs: number): MutationRun {
  const of = (kind: "weakenings" | "harmless" | "unknowns"): { stack: Stack; mutation: Mutation }[] =>
    stacks.flatMap((stack) =>
      tableOf(stack.plan)[kind].flatMap((make) => make(stack.plan).map((mutation) => ({ stack, mutation }))),
    );
  for (const stack of stacks) proven(stack.name, stack.plan);
  const weakenings = of("weakenings");
  const single = (all: ReturnType<typeof of>): Outcome[] => all.map(({ stack, mutation }) => judge(stack, mutation));
  const both = Array.from({ length: pairs }, (_, index) => {
    // Far apart in the list, and the same pairs in every run.
    const first = weakenings[(index * 7919) % weakenings.length];
    const own = weakenings.filter((one) => one.stack === first?.stack);
    const second = own[(index * 104_729) % own.length];
    return first === undefined || second === undefined ? [] : [judge(first.stack, first.mutation, second.mutation)];
  }).flat();
  return {
    weakenings: tally(single(weakenings), hasExpected),
    harmless: tally(single(of("harmless")), (one) => one.verdict === "PROVED"),
    unknowns: tally(single(of("unknowns")), (one) => one.verdict === "UNKNOWN" && hasExpected(one)),
    pairs: tally(both, (one) => one.verdict !== "PROVED"),
  };
}

// A plan that is not proved to begin with shows nothing.
function proven(name: string, plan: MutablePlan): void {
  const { verdict, findings } = Topology.fromJson(copyOf(plan) as unknown as TerraformJson).verify();
  if (verdict !== "PROVED") throw new Error(`${name} is ${verdict}: ${JSON.stringify(findings[0])}`);
}
