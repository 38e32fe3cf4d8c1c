import type { Finding, Verification } from "../topology";
import { ASSUMPTIONS, MODEL_VERSION } from "../topology/assumptions";
import { printable } from "./printable";
import type { Colours } from "./streams";
import { witnessText } from "./witness-text";

/** What the report says about one stack. */
export interface StackReport {
  readonly verification: Verification;
  readonly reach: { readonly [agent: string]: readonly string[] };
  /** Agents in monitor mode. */
  readonly watched?: readonly string[];
}

/** More destinations than this are counted instead of listed. */
const LISTED = 8;

/** The report of `cordon verify` for people. */
export function verifyText(stacks: readonly StackReport[], colours: Colours): string {
  const assumptions = new Map(
    stacks.flatMap(({ verification }) => verification.assumptions.map(({ id, text }) => [id, text] as const)),
  );
  const lines = [
    ...stacks.flatMap((stack) => [...stackLines(stack, colours), ""]),
    colours.bold("Assumptions"),
    ...[...assumptions].map(([id, text]) => `  ${isOfModel(id) ? id.padEnd(3) : "assumed"} ${printable(text)}`),
    ...(stacks.length > 1 ? ["", summary(stacks)] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function summary(stacks: readonly StackReport[]): string {
  const found = stacks.flatMap(({ verification }) => verification.findings).length;
  const empty = stacks.filter(({ verification }) => isEmpty(verification)).length;
  const proved = stacks.filter(({ verification }) => verification.verdict === "PROVED").length - empty;
  const unproved = empty === 0 ? "" : `, ${empty} without agents`;
  return `${count(stacks.length, "stack")}: ${proved} proved, ${stacks.length - proved - empty} not${unproved}; ${count(found, "finding")}`;
}

// What the caller assumed carries the reference as its id.
const isOfModel = (id: string): boolean => /^A\d+$/.test(id);

const isEmpty = ({ agents, verdict }: Verification): boolean => agents.length === 0 && verdict === "PROVED";

function stackLines({ verification, reach, watched = [] }: StackReport, colours: Colours): string[] {
  const { stack, source, agents, findings, acknowledged, unknowns, verdict } = verification;
  return [
    `${colours.bold(printable(stack))} ${colours.dim(printable(source))}`,
    verdictLine(verification, colours),
    ...agents.map((agent) => {
      const mode = watched.includes(agent) ? ` ${colours.yellow("(monitor mode: watched, not contained)")}` : "";
      return `  agent ${printable(agent)}${mode} reaches ${destinations(reach[agent] ?? [])}`;
    }),
    ...findings.flatMap((finding) => ["", ...findingLines(finding, colours)]),
    ...(acknowledged.length === 0 ? [] : ["", `  ${colours.bold("Acknowledged")}`]),
    ...acknowledged.flatMap((finding) => acknowledgedLines(finding, colours)),
    ...(unknowns.length === 0 || verdict === "PROVED" ? [] : ["", `  ${colours.bold("Not known")}`]),
    ...(verdict === "PROVED" ? [] : unknowns.map((one) => `  ${printable(one.address)}: ${printable(one.what)}`)),
  ];
}

function verdictLine(verification: Verification, { green, red, yellow }: Colours): string {
  const { verdict, findings, assumptions } = verification;
  if (isEmpty(verification)) return `${yellow("NOTHING TO PROVE")} no agents found`;
  if (verdict !== "PROVED") {
    return `${verdict === "VIOLATED" ? red(verdict) : yellow(verdict)} ${count(findings.length, "finding")}`;
  }
  // What every verdict rests on has one name; what this one rests on beside is named.
  const common = new Set(ASSUMPTIONS.map(({ id }) => id));
  const own = assumptions.filter(({ id }) => !common.has(id)).map(({ id }) => printable(id));
  return `${green(verdict)} within model v${MODEL_VERSION} under ${[`A1-${ASSUMPTIONS.at(-1)?.id}`, ...own].join(", ")}`;
}

function findingLines(finding: Finding, { bold, red, yellow, dim }: Colours): string[] {
  const { rule, verdict, severity, agent, address, construct, problem, fix, path, unknowns } = finding;
  const paint = verdict === "VIOLATED" ? red : yellow;
  const who = agent === undefined ? "" : ` agent ${printable(agent)}`;
  const witness = witnessText(finding);
  return [
    `  ${paint(`${rule} ${verdict}`)} ${severity}${who}`,
    `    ${bold(printable(problem))}`,
    `    at  ${printable(address)}${construct === undefined ? "" : dim(` (${printable(construct)})`)}`,
    ...path.map(
      (step, index) =>
        `    ${index === 0 ? "way" : "   "} ${step.layer}: ${printable(step.address)} ${dim(printable(step.says))}`,
    ),
    ...(witness === undefined ? [] : [`    one ${printable(witness)}`]),
    ...(unknowns.length === 0 ? [] : [`    unknown ${unknowns.map(printable).join(", ")}`]),
    `    fix ${printable(fix)}`,
  ];
}

function acknowledgedLines({ rule, address, problem, acknowledged }: Finding, { dim }: Colours): string[] {
  const { reason = "", expires = "" } = acknowledged ?? {};
  return [
    `  ${rule} ${printable(address)}: ${printable(reason)} (until ${printable(expires)})`,
    `    ${dim(printable(problem))}`,
  ];
}

function destinations(reach: readonly string[]): string {
  if (reach.length === 0) return "nothing outside of its network";
  const named = reach.filter((one) => one !== "*");
  const isOpen = named.length < reach.length;
  if (isOpen) return `anything${named.length === 0 ? "" : `; by name ${listed(named)}`}`;
  return `${count(named.length, "destination")}: ${listed(named)}`;
}

function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return `${names.slice(0, LISTED).map(printable).join(", ")}${more}`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;
