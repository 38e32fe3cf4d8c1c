import type { Finding, Flow, Verification } from "../topology";
import { MODEL_VERSION } from "../topology/assumptions";
import { printable } from "./printable";

/** How words are marked; without a terminal they are left as they are. */
export interface Colours {
  bold(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  dim(text: string): string;
}

/** What the report says about one stack. */
export interface StackReport {
  readonly verification: Verification;
  readonly reach: { readonly [agent: string]: readonly string[] };
}

/** More destinations than this are counted instead of listed. */
const LISTED = 8;

/** The report of `cordon verify` for people. */
export function verifyText(stacks: readonly StackReport[], colours: Colours): string {
  const assumptions = stacks[0]?.verification.assumptions ?? [];
  const lines = [
    ...stacks.flatMap((stack) => [...stackLines(stack, colours), ""]),
    colours.bold("Assumptions"),
    ...assumptions.map(({ id, text }) => `  ${id.padEnd(4)}${text}`),
  ];
  return `${lines.join("\n")}\n`;
}

function stackLines({ verification, reach }: StackReport, colours: Colours): string[] {
  const { stack, source, agents, verdict, findings, acknowledged, unknowns } = verification;
  const paint = verdict === "PROVED" ? colours.green : verdict === "VIOLATED" ? colours.red : colours.yellow;
  const own = verification.assumptions.filter((one) => !/^A\d+$/.test(one.id)).map((one) => one.id);
  const under = ["A1-A9", ...own].join(", ");
  const said =
    agents.length === 0
      ? "no agents found"
      : verdict === "PROVED"
        ? `within model v${MODEL_VERSION} under ${under}`
        : count(findings.length, "finding");
  return [
    `${colours.bold(printable(stack))} ${colours.dim(printable(source))}`,
    `${paint(agents.length === 0 ? "NOTHING TO PROVE" : verdict)} ${said}`,
    ...agents.map((agent) => `  agent ${printable(agent)} reaches ${destinations(reach[agent] ?? [])}`),
    ...findings.flatMap((finding) => ["", ...findingLines(finding, colours)]),
    ...(acknowledged.length === 0 ? [] : ["", `  ${colours.bold("Acknowledged")}`]),
    ...acknowledged.map(
      (one) =>
        `  ${one.rule} ${printable(one.address)}: ${printable(one.acknowledged?.reason ?? "")} (until ${one.acknowledged?.expires})`,
    ),
    ...(unknowns.length === 0 || verdict === "PROVED" ? [] : ["", `  ${colours.bold("Not known")}`]),
    ...(verdict === "PROVED" ? [] : unknowns.map((one) => `  ${printable(one.address)}: ${printable(one.what)}`)),
  ];
}

function findingLines(finding: Finding, { bold, red, yellow, dim }: Colours): string[] {
  const { rule, verdict, severity, agent, address, construct, problem, fix, path, flow, request, unknowns } = finding;
  const paint = verdict === "VIOLATED" ? red : yellow;
  const who = agent === undefined ? "" : ` agent ${printable(agent)}`;
  return [
    `  ${paint(`${rule} ${verdict}`)} ${severity}${who}`,
    `    ${bold(printable(problem))}`,
    `    at  ${printable(address)}${construct === undefined ? "" : dim(` (${printable(construct)})`)}`,
    ...path.map(
      (step, index) =>
        `    ${index === 0 ? "way" : "   "} ${step.layer}: ${printable(step.address)} ${dim(printable(step.says))}`,
    ),
    ...(flow === undefined ? [] : [`    one ${printable(flowText(flow))}`]),
    ...(request === undefined ? [] : [`    one ${printable(`${request.action} on ${request.resource}`)}`]),
    ...(unknowns.length === 0 ? [] : [`    unknown ${unknowns.map(printable).join(", ")}`]),
    `    fix ${printable(fix)}`,
  ];
}

/** A connection in words: `tcp 10.0.1.4 -> 198.51.100.7:443 tls api.example.com`. */
export function flowText({ source, destination, protocol, port, app, name }: Flow): string {
  const transport = { 1: "icmp", 6: "tcp", 17: "udp" }[protocol] ?? `protocol ${protocol}`;
  const to = transport === "tcp" || transport === "udp" ? `${destination}:${port}` : destination;
  return `${transport} ${source} -> ${to}${app === "other" ? "" : ` ${app} ${name ?? "without a name"}`}`;
}

function destinations(reach: readonly string[]): string {
  if (reach.length === 0) return "nothing outside of its network";
  const more = reach.length > LISTED ? ` and ${reach.length - LISTED} more` : "";
  return `${count(reach.length, "destination")}: ${reach.slice(0, LISTED).map(printable).join(", ")}${more}`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;
