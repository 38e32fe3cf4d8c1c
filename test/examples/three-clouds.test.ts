import { Testing } from "cdktf";
import { support } from "../../examples/policy";
import { SupportOnAws, SupportOnAzure, SupportOnGoogle } from "../../examples/three-clouds/three-clouds";
import { type ContainmentPolicy, Egress } from "../../lib";
import { Topology } from "../../lib/topology";
import { refusal } from "../support/refusal";

const CLOUDS = [SupportOnAws, SupportOnGoogle, SupportOnAzure];

const topologiesOf = (policy: ContainmentPolicy): Topology[] =>
  CLOUDS.map((Stack) => Topology.of(new Stack(Testing.app(), "support", policy)));

const reachOn = (policy: ContainmentPolicy): string[][] =>
  topologiesOf(policy).map((topology) => topology.reach("support"));

describe("one policy on three clouds", () => {
  const listed = ["api.anthropic.com:443", "status.example.com:443"];

  test("reaches the same on each, and is proved on each", () => {
    expect(reachOn(support)).toEqual([listed, listed, listed]);
    for (const topology of topologiesOf(support)) expect(topology.verify().verdict).toBe("PROVED");
  });

  test("opens one more name on each by one more entry", () => {
    const more = support.allow(Egress.https("*.partner.example", { reason: "feeds" }));
    const opened = ["*.partner.example:443", ...listed];
    expect(reachOn(more)).toEqual([opened, opened, opened]);
  });

  test("closes a name on each by removing its entry", () => {
    const less = support.without("https:status.example.com:443");
    expect(reachOn(less)).toEqual([listed.slice(0, 1), listed.slice(0, 1), listed.slice(0, 1)]);
  });

  test("refuses an entry where its engine can't hold it, naming the tier that could", () => {
    const read = support.allow(Egress.https("api.partner.example", { reason: "feed", requests: ["* /v1/*"] }));
    const refusals = CLOUDS.map((Stack) => refusal(() => Topology.of(new Stack(Testing.app(), "support", read))));
    expect(refusals).toEqual([
      expect.stringContaining("GcpEgressTier.PROXY_TLS"),
      expect.stringContaining("GcpEgressTier.PROXY_TLS"),
      expect.stringContaining("AzureEgressTier.PREMIUM"),
    ]);
  });
});
