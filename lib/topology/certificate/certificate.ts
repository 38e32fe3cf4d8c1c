import { MODEL_VERSION } from "../assumptions";
import type { Configuration } from "../load/configuration";
import type { Verification } from "../model/result";
import type { World } from "../rules/rule";
import { AddressSet } from "../sets/address-set";
import { FlowSet, type Region } from "../sets/flow-set";

/** Flows that get out, as a region of readable sets. */
export interface CertifiedRegion {
  readonly sources: string[];
  readonly destinations: string[];
  readonly protocols: string;
  readonly ports: string;
  readonly apps: string[];
  readonly names: string[];
}

/** What was proved about one stack, deterministic: the same plan gives the same bytes. */
export interface Certificate {
  readonly certificate: "cordon";
  readonly version: 1;
  readonly model: number;
  readonly stack: string;
  /** SHA-256 of what was read. */
  readonly digest: string;
  readonly verdict: Verification["verdict"];
  readonly rules: Verification["rules"];
  readonly agents: { readonly agent: string; readonly sources: string[]; readonly reach: CertifiedRegion[] }[];
  readonly acknowledged: {
    readonly rule: string;
    readonly address: string;
    readonly reason: string;
    readonly expires: string;
  }[];
  readonly assumptions: Verification["assumptions"];
  readonly unknowns: Verification["unknowns"];
}

export function certify(configuration: Configuration, world: World, verification: Verification): Certificate {
  return {
    certificate: "cordon",
    version: 1,
    model: MODEL_VERSION,
    stack: configuration.name,
    digest: configuration.digest,
    verdict: verification.verdict,
    rules: verification.rules,
    agents: verification.agents.map((agent) => {
      const points = world.facts.points.filter((point) => point.agent === agent);
      const flows = world.arrivals.filter(({ point }) => point.agent === agent).map(({ arrival }) => arrival.flows);
      return {
        agent,
        sources: AddressSet.unionAll(points.map((point) => point.sources)).toCidrs(),
        reach: FlowSet.unionAll(flows).regions.map(regionText).sort(byText),
      };
    }),
    acknowledged: verification.acknowledged.flatMap(({ rule, address, acknowledged }) =>
      acknowledged === undefined ? [] : [{ rule, address, reason: acknowledged.reason, expires: acknowledged.expires }],
    ),
    assumptions: verification.assumptions,
    unknowns: verification.unknowns,
  };
}

function regionText(region: Region): CertifiedRegion {
  return {
    sources: region.sources.toCidrs(),
    destinations: region.destinations.toCidrs(),
    protocols: region.protocols.toString(),
    ports: region.ports.toString(),
    apps: [...region.apps],
    names: region.names.patterns(),
  };
}

function byText(a: CertifiedRegion, b: CertifiedRegion): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
