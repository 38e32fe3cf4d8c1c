import fc from "fast-check";
import { parseTarget } from "../../../lib/topology/explain/target";
import { refusal } from "../../support/refusal";

describe("a destination as text", () => {
  test.each([
    ["https://api.example.com", { host: "api.example.com", protocol: 6, port: 443, app: "tls" }],
    ["https://api.example.com/v1/things?x=1#y", { host: "api.example.com", protocol: 6, port: 443, app: "tls" }],
    ["https://api.example.com:8443", { host: "api.example.com", protocol: 6, port: 8443, app: "tls" }],
    ["http://plain.example.com", { host: "plain.example.com", protocol: 6, port: 80, app: "http" }],
    ["HTTPS://API.Example.COM.", { host: "api.example.com", protocol: 6, port: 443, app: "tls" }],
    ["api.example.com", { host: "api.example.com", protocol: 6, port: 443, app: "tls" }],
    ["api.example.com:80", { host: "api.example.com", protocol: 6, port: 80, app: "http" }],
    ["tls://mq.example.com:8883", { host: "mq.example.com", protocol: 6, port: 8883, app: "tls" }],
    ["10.0.0.5:22", { address: "10.0.0.5", protocol: 6, port: 22, app: "other" }],
    ["ssh://10.0.0.5", { address: "10.0.0.5", protocol: 6, port: 22, app: "other" }],
    ["udp://8.8.8.8:53", { address: "8.8.8.8", protocol: 17, port: 53, app: "other" }],
    ["icmp://8.8.8.8", { address: "8.8.8.8", protocol: 1, port: 0, app: "other" }],
    ["[2001:db8::1]:443", { address: "2001:db8::1", protocol: 6, port: 443, app: "other" }],
    ["https://[2001:db8::1]", { address: "2001:db8::1", protocol: 6, port: 443, app: "tls" }],
  ])("%s is read", (text, expected) => {
    expect(parseTarget(text)).toEqual({ text, ...expected });
  });

  test.each([
    "",
    " ",
    "https://",
    "ftp://example.com",
    "example",
    "a b.example.com",
    "api.example.com:0",
    "api.example.com:65536",
    "api.example.com:https",
    "tcp://10.0.0.5",
    "10.0.0.5",
    "10.0.0:22",
    "10.0.0.256:22",
    "user@example.com",
    "*.example.com",
    "-a.example.com",
    "${var.host}",
  ])("%p is refused with the forms that there are", (text) => {
    expect(refusal(() => parseTarget(text))).toBe(
      `CORDON-156: destination: ${JSON.stringify(text)} is no destination; write https://api.example.com, api.example.com:8443, 10.0.0.5:22, [2001:db8::1]:443 or udp://8.8.8.8:53`,
    );
  });

  test("whatever it is, it is read or refused, and never anything else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.ipV4(), fc.ipV6(), fc.domain()), (text) => {
        const said = refusal(() => {
          const { port, host, address } = parseTarget(text);
          expect(port).toBeGreaterThanOrEqual(0);
          expect(port).toBeLessThan(65_536);
          expect((host === undefined) !== (address === undefined)).toBe(true);
        });
        expect(said).toMatch(/^(not refused|CORDON-156: )/);
      }),
      { seed: 3 },
    );
  });
});
