import fc from "fast-check";
import { Egress, EgressProtocol, type EgressRule } from "../../../lib";
import { hostIs, subjectIs } from "../../../lib/compile/gcp/cel-text";
import { compileDnsZones } from "../../../lib/compile/gcp/dns-zones";
import { compileFqdnRules } from "../../../lib/compile/gcp/fqdn-rules";
import { placesOf } from "../../../lib/compile/gcp/places";
import { compileProxyRules } from "../../../lib/compile/gcp/proxy-rules";
import { CidrBlock } from "../../../lib/names/cidr-block";
import type { HostPattern } from "../../../lib/names/host-pattern";
import { Mode } from "../../../lib/policy/mode";
import { refusal } from "../../support/refusal";

const reason = "test";
const options = { cellName: "agents", tlsInspection: false, quarantineTag: "tagValues/1", urlListId: String };
const sources = [CidrBlock.parse("10.0.0.0/26", "test")];
const at = "cell 'Agents'";

const byProxy = (...rules: EgressRule[]): string =>
  refusal(() =>
    compileProxyRules(
      [{ name: "triage", mode: Mode.ENFORCE, rules, subject: { serviceAccount: "a@b.c" } }],
      options,
      at,
    ),
  );
const agentOf = (rules: EgressRule[], mode = Mode.ENFORCE) => ({ name: "triage", mode, rules, sources });
const byName = (...rules: EgressRule[]): string => refusal(() => compileFqdnRules([agentOf(rules)], at));

describe("what a proxy can't hold", () => {
  test("an address", () => {
    expect(byProxy(Egress.cidr("198.51.100.4/32", { port: 5432, reason }))).toBe(
      "CORDON-170: cell 'Agents', agent 'triage', rule tcp:198.51.100.4/32:5432: 198.51.100.4/32 is an address, and a proxy is asked for names; name the host, or use GcpEgressTier.FQDN, whose firewall holds addresses",
    );
  });

  test("requests inside of TLS, unless it looks into it; in clear text they are read as they are", () => {
    expect(byProxy(Egress.https("api.example.com", { reason, requests: ["GET /v1/*"] }))).toBe(
      "CORDON-171: cell 'Agents', agent 'triage', rule https:api.example.com:443: it names requests, GET /v1/*, and the proxy does not look into TLS; use GcpEgressTier.PROXY_TLS, or leave requests out",
    );
    expect(byProxy(Egress.http("api.example.com", { reason, requests: ["GET /v1/*"] }))).toBe("not refused");
  });

  test("a Google API, which belongs to the private address", () => {
    expect(byProxy(Egress.https("storage.googleapis.com", { reason }))).toBe(
      "CORDON-172: cell 'Agents', agent 'triage', rule https:storage.googleapis.com:443: storage.googleapis.com is a Google API, which the internet would serve for every owner's resources; remove it, and name the API in the cell's services, e.g. GcpService.STORAGE",
    );
    expect(byName(Egress.https("europe-docker.pkg.dev", { reason }))).toMatch(/^CORDON-172/);
    expect(byProxy(Egress.https("notgoogleapis.com", { reason }))).toBe("not refused");
  });

  test("more hosts than a list takes", () => {
    const rules = Array.from({ length: 501 }, (_, index) => Egress.https(`h${index}.example.com`, { reason }));
    expect(byProxy(...rules)).toBe(
      "CORDON-173: cell 'Agents': list agents-triage-443 has 501 hosts, and a list takes 500; replace names of one owner by a wildcard such as *.example.com",
    );
    expect(byProxy(...rules.slice(1))).toBe("not refused");
  });
});

describe("what firewall rules by name can't hold", () => {
  test.each([
    [
      Egress.https("*.svc.example.com", { reason }),
      "rule https:*.svc.example.com:443: the firewall resolves names, and nobody can list those below a wildcard; name each host, or use GcpEgressTier.PROXY",
    ],
    [
      Egress.https("api.example.com", { reason, requests: ["GET /"] }),
      "rule https:api.example.com:443: it names requests, GET /, and the firewall sees addresses; use GcpEgressTier.PROXY_TLS, or leave requests out",
    ],
    [
      Egress.cidr("2606:4700:1:2::/64", { port: 443, reason }),
      "rule tcp:2606:4700:1:2::/64:443: 2606:4700:1:2::/64 is IPv6, and a cell on Google Cloud has IPv4 alone; name the service's IPv4 block, or leave it out and use GcpEgressTier.PROXY with its name",
    ],
  ])("%s", (rule, message) => {
    expect(byName(rule)).toBe(`CORDON-174: cell 'Agents', agent 'triage', ${message}`);
  });
});

describe("firewall rules by name", () => {
  test("are one for each port and kind, a hundred names each", () => {
    const rules = [
      ...Array.from({ length: 150 }, (_, index) =>
        Egress.https(`h${String(index).padStart(3, "0")}.example.com`, { reason }),
      ),
      Egress.tcp("db.example.com", { port: 5432, reason }),
      Egress.cidr("198.51.100.4/32", { port: 123, protocol: EgressProtocol.UDP, reason }),
    ];
    const compiled = compileFqdnRules([agentOf(rules)], at);
    expect(
      compiled.rules.map(({ name, destFqdns, destIpRanges, ipProtocol, ports }) => [
        name,
        destFqdns?.length ?? destIpRanges,
        ipProtocol,
        ports,
      ]),
    ).toEqual([
      ["allow-triage-tcp-443-names-1", 100, "tcp", [443]],
      ["allow-triage-tcp-443-names-2", 50, "tcp", [443]],
      ["allow-triage-tcp-5432-names", 1, "tcp", [5432]],
      ["allow-triage-udp-123-blocks", ["198.51.100.4/32"], "udp", [123]],
    ]);
    expect(compiled.residual.map((risk) => risk.id)).toEqual(["R51", "R03"]);
  });
});

describe("the zones of listed names", () => {
  test("are one for each name and each wildcard's domain, and say what they answer beside it", () => {
    const rules = [
      Egress.https("api.example.com", { reason }),
      Egress.https("*.cdn.example.net", { reason }),
      Egress.http("api.example.com", { reason }),
    ];
    const { domains, answers, residual } = compileDnsZones([agentOf(rules)]);
    expect(domains).toEqual(["api.example.com.", "cdn.example.net."]);
    expect(answers).toEqual(["api.example.com", "*.api.example.com", "cdn.example.net", "*.cdn.example.net"]);
    expect(residual.map((risk) => risk.id)).toEqual(["R21"]);
    expect(compileDnsZones([])).toEqual({ domains: [], answers: [], residual: [] });
  });
});

describe("places", () => {
  const keys = fc.uniqueArray(fc.string({ maxLength: 8 }), { maxLength: 40 });

  test("are distinct, inside of their range, and the same in any order", () => {
    fc.assert(
      fc.property(keys, (all) => {
        const places = placesOf(all, 100, 50);
        expect(new Set(places.values()).size).toBe(all.length);
        for (const place of places.values()) expect(place >= 100 && place < 150).toBe(true);
        expect(placesOf([...all].reverse(), 100, 50)).toEqual(places);
      }),
      { seed: 2 },
    );
  });
});

describe("text of expressions", () => {
  test("takes nothing that could end its quotes, whatever a name holds", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (name) => {
        const write = (): string => hostIs({ match: "exact", name } as unknown as HostPattern);
        if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) expect(write()).toBe(`host() == '${name}'`);
        else expect(write).toThrow();
      }),
      { numRuns: 500, seed: 2 },
    );
    expect(() => subjectIs({ serviceAccount: "a') || true || ('" })).toThrow();
    expect(subjectIs({ serviceAccount: "${google_service_account.a.email}" })).toBe(
      "source.matchServiceAccount('${google_service_account.a.email}')",
    );
  });
});
