import { CordonError, quoted } from "../../errors/cordon-error";
import type { Certificate } from "../../topology/certificate/certificate";
import { Topology } from "../../topology/topology";
import { type CommonOptions, topologyOptions } from "../options";
import { sarif, type UnknownKind } from "../sarif/sarif";
import { type CliStreams, coloursOf, ExitCode, emit, json } from "../streams";
import { verifyText } from "../verify-text";
import { packageVersion } from "../version";

export interface VerifyOptions extends CommonOptions {
  readonly certificate?: string;
  readonly unknown: UnknownKind;
}

/**
 * `cordon verify`: the verdict over every stack.
 * @throws CORDON-152 where no stack has an agent: a proof about nobody proves nothing
 */
export function verify(paths: readonly string[], options: VerifyOptions, streams: CliStreams): ExitCode {
  const common = topologyOptions(options);
  const topologies = paths.flatMap((path) => Topology.load(path, common));
  const stacks = topologies.map((topology) => ({
    verification: topology.verify(),
    reach: Object.fromEntries(topology.agents.map((agent) => [agent, topology.reach(agent)])),
    watched: topology.watched,
  }));
  const verifications = stacks.map((one) => one.verification);
  const text = {
    json: () => json(stacks.map(({ verification, ...rest }) => ({ ...verification, ...rest }))),
    sarif: () => json(sarif(verifications, packageVersion(), options.unknown)),
    text: () => verifyText(stacks, coloursOf(streams, options.output)),
  }[options.format as "json" | "sarif" | "text"]();
  emit(text, streams, options.output);
  if (options.certificate !== undefined) {
    emit(json(topologies.map(certified)), streams, options.certificate, "--certificate");
  }
  if (verifications.some((one) => one.verdict !== "PROVED")) return ExitCode.FOUND;
  if (verifications.every((one) => one.agents.length === 0)) {
    throw new CordonError(
      "CORDON-152",
      paths.map(quoted).join(", "),
      `no agent in ${verifications.length === 1 ? "the stack" : `${verifications.length} stacks`}, so nothing is proved`,
      "name agents with --name triage=aws_subnet.a, or tag their subnets with cordon:agent",
    );
  }
  return ExitCode.PROVEN;
}

// Whoever keeps the certificate relies on it: a second algorithm follows single packets before it is written.
function certified(topology: Topology): Certificate {
  const certificate = topology.certificate();
  const [first, ...others] = topology.recheck(certificate);
  if (first === undefined) return certificate;
  throw new CordonError(
    "CORDON-157",
    topology.name,
    `the certificate does not replay: ${first}${others.length === 0 ? "" : `, and ${others.length} more`}`,
    "this is a defect of the model: report it with the plan",
  );
}
