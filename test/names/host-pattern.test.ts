import fc from "fast-check";
import { CordonError } from "../../lib/errors/cordon-error";
import { HostMatch, HostPattern } from "../../lib/names/host-pattern";
import { refusal } from "../support/refusal";

const parse = (text: unknown, sharedTenancy?: string): HostPattern =>
  HostPattern.parse(text, "here", { sharedTenancy });

describe("a host name has one spelling", () => {
  test.each([
    ["api.example.com", "api.example.com"],
    ["API.Example.COM", "api.example.com"],
    ["api.example.com.", "api.example.com"],
    ["münchen.example", "xn--mnchen-3ya.example"],
    ["bücher。example", "xn--bcher-kva.example"],
    ["ａｐｉ．example.com", "api.example.com"],
    ["xn--mnchen-3ya.example", "xn--mnchen-3ya.example"],
    ["1a.example.com", "1a.example.com"],
    ["*.Example.com.", "*.example.com"],
  ])("%s is %s", (text, canonical) => expect(String(parse(text))).toBe(canonical));

  test("a wildcard stands for every name below and not for the name itself", () => {
    const below = parse("*.example.com");
    expect(below.match).toBe(HostMatch.SUBDOMAINS);
    expect(below.covers(parse("a.example.com"))).toBe(true);
    expect(below.covers(parse("a.b.example.com"))).toBe(true);
    expect(below.covers(parse("*.b.example.com"))).toBe(true);
    expect(below.covers(below)).toBe(true);
    expect(below.covers(parse("example.com"))).toBe(false);
    expect(below.covers(parse("evilexample.com"))).toBe(false);
    expect(below.covers(parse("a.example.com.evil.test"))).toBe(false);
    expect(parse("a.example.com").covers(below)).toBe(false);
    expect(parse("example.com").covers(parse("example.com"))).toBe(true);
  });
});

describe("what is no host name is refused with what to write instead", () => {
  const foreign = (code: string): string =>
    `it holds U+${code}, which host names do not have; use letters, digits, dashes and dots`;
  const international = "it is not a valid international name; check its spelling (RFC 5891)";
  const template = "it holds a Terraform reference or template; write a literal name; allow lists are known at synth";
  const underscore =
    "it holds an underscore, which host names do not have; name the host that the record points to (RFC 1123)";
  const port = "it carries a port; write the port in its own argument";
  const path = "it carries a path; write the host alone";
  test.each([
    ["", "it is empty; write a name like api.example.com"],
    ["*.", "it is empty; write a name like api.example.com"],
    ["localhost", "it has one label; write the full name with its domain"],
    ["com.", "it has one label; write the full name with its domain"],
    ["a..com", 'label "" is malformed; labels are letters, digits and inner dashes'],
    ["a.com..", 'label "" is malformed; labels are letters, digits and inner dashes'],
    ["-a.com", 'label "-a" is malformed; labels are letters, digits and inner dashes'],
    ["a-.com", 'label "a-" is malformed; labels are letters, digits and inner dashes'],
    ["ab--cd.com", 'label "ab--cd" has dashes that are reserved; only xn-- names have them (RFC 5891)'],
    ["https://a.com", "it is a URL; write the host alone, without scheme and path"],
    ["HTTPS://a.com/x", "it is a URL; write the host alone, without scheme and path"],
    ["a.com:443", port],
    ["a.com:", port],
    ["a.com:https", port],
    ["cafe:443", port],
    ["a.com/x", path],
    ["a.com?x", path],
    ["a.com#x", path],
    ["a\\.com", path],
    ["me@a.com", "it carries a user name; write the host alone"],
    ["me:secret@a.com", "it carries a user name; write the host alone"],
    ["a b.com", "it holds a blank; remove it"],
    [" a.com", "it holds a blank; remove it"],
    ["a.com\n", "it holds a blank; remove it"],
    ["a.com\u00a0", "it holds a blank; remove it"],
    ["${var.host}.com", template],
    ["*.${TfToken[TOKEN.7]}", template],
    ["%{if true}a.com", template],
    ["a_b.com", underscore],
    ["_sip.a.com", underscore],
    ["a%2ecom", foreign("0025")],
    ["a.com\u0000.evil.com", foreign("0000")],
    ['a".com', foreign("0022")],
    ["a.com;", foreign("003B")],
    ["a\u00adb.com", foreign("00AD")],
    ["a\u200bb.com", foreign("200B")],
    ["a\ufe0fb.com", foreign("FE0F")],
    ["a\u034fb.com", foreign("034F")],
    ["a\u202eb.com", foreign("202E")],
    ["\u2603.com", foreign("2603")],
    ["\uff0a.a.com", foreign("FF0A")],
    ["\ud800a.com", foreign("D800")],
    ["xn--a.com", international],
    ["xn--.com", international],
    ["a\u200db.com", international],
    ["a\u05d0\u05d1.com", international],
    [`${"a".repeat(64)}.com`, "a label has more than 63 characters; DNS takes none longer (RFC 1035)"],
  ])("%j", (text, problem) =>
    expect(refusal(() => parse(text))).toBe(`CORDON-001: here: host ${JSON.stringify(text)}: ${problem}`),
  );

  test.each([42, undefined, null, true, -1.8881545897087626e289, ["#{TOKEN[TfToken[0]]}"]])(
    "values that are not text: %j",
    (value) =>
      expect(refusal(() => parse(value))).toBe(
        `CORDON-001: here: host ${String(value)}: it is not text; write a name like api.example.com`,
      ),
  );

  test("names over 253 characters, with the wildcard counted", () => {
    const name = `${`${"a".repeat(62)}.`.repeat(3)}${"a".repeat(59)}.de`;
    expect(name.length).toBe(251);
    expect(String(parse(`*.${name}`))).toBe(`*.${name}`);
    expect(String(parse(`aa${name}`.replace(/^a{64}/, "a".repeat(63)))).length).toBe(252);
    expect(refusal(() => parse(`*.b${name.replace(/^a/, "")}c`))).toMatch(
      /^CORDON-001: here: host "\*\.baaa.*\.\.\.: it has 254 characters; DNS takes 253 \(RFC 1035\)$/,
    );
  });
});

describe("an IP address in any spelling is refused as a name", () => {
  test.each([
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0X7F.0.0.1",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "1.2.3.4.",
    "1.2.3.4.5",
    "a.1",
    "a.0x1",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "[::1]",
    "::1",
    "::ffff:1.2.3.4",
    "2001:db8::1",
    "fe80::1%eth0",
    "2001:db8::/32",
    "10.0.0.0/8",
    "127\u30020\u30020\u30021",
    "0",
    "256.256.256.256",
    "*.127.0.0.1",
  ])("%s", (text) =>
    expect(refusal(() => parse(text))).toBe(
      `CORDON-002: here: ${JSON.stringify(text)} reads as an IP address, not as a name; use Egress.cidr for an address, or cidr in a policy file`,
    ),
  );
});

describe("wildcards", () => {
  test.each([
    ["*", "example.com"],
    ["**", "example.com"],
    ["a*.com", "example.com"],
    ["a.com.*", "example.com"],
    ["*\u3002a.com", "example.com"],
    ["*a.com", "example.com"],
    ["**.a.com", "a.com"],
    ["a.*.b.com", "b.com"],
    ["x*.a.com", "a.com"],
    [".a.com", "a.com"],
    ["*..a.com", undefined],
    ["*.*.a.com", "a.com"],
  ])("are a whole first label: %s is refused, and the right form is named", (text, base) =>
    expect(refusal(() => parse(text))).toBe(
      base === undefined
        ? `CORDON-001: here: host "*..a.com": label "" is malformed; labels are letters, digits and inner dashes`
        : `CORDON-003: here: ${JSON.stringify(text)}: a wildcard is a whole first label; write *.${base} for all names below, and ${base} for the name itself`,
    ),
  );

  test.each([
    ["*.co.uk", "co.uk is a public suffix"],
    ["*.github.io", "github.io is a public suffix"],
    ["*.s3.amazonaws.com", "s3.amazonaws.com is a public suffix"],
    ["*.amazonaws.com", "anybody can get a name below amazonaws.com"],
    ["*.sqs.eu-west-1.amazonaws.com", "anybody can get a name below amazonaws.com"],
    ["*.googleapis.com", "googleapis.com is a public suffix"],
    ["*.storage.googleapis.com", "anybody can get a name below googleapis.com"],
    ["*.kawasaki.jp", "every name below kawasaki.jp is a public suffix"],
    ["*.xn--55qx5d.cn", "xn--55qx5d.cn is a public suffix"],
    ["*.acme.s3.amazonaws.com", "anybody can get a name below amazonaws.com"],
    ["*.slack.com", "anybody can get a name below slack.com"],
    ["*.databricks.com", "anybody can get a name below cloud.databricks.com"],
    ["*.salesforce.com", "anybody can get a name below my.salesforce.com"],
    ["*.canva.site", "anybody can get a name below my.canva.site"],
    ["*.com.cdn.cloudflare.net", "anybody can get a name below cloudflare.net"],
    ["*.1.nip.io", "anybody can get a name below nip.io"],
    ["*.windows.net", "anybody can get a name below windows.net"],
    ["*.githubusercontent.com", "githubusercontent.com is a public suffix"],
  ])("over strangers' names are refused without a reason and taken with one: %s", (text, why) => {
    expect(refusal(() => parse(text))).toBe(
      `CORDON-004: here: ${JSON.stringify(text)} would also pass names of strangers: ${why}; list exact names, or give sharedTenancy a reason`,
    );
    expect(String(parse(text, "reviewed"))).toBe(text);
    expect(refusal(() => parse(text, " "))).toBe("CORDON-021: here: sharedTenancy is empty; write a sentence");
  });

  test("a reason is checked, also where none is needed", () => {
    for (const text of ["*.github.io", "*.example.com", "s3.amazonaws.com"]) {
      expect(refusal(() => parse(text, "a\nb"))).toBe(
        'CORDON-021: here: sharedTenancy "a\\nb" holds a control character; write it on one line, in plain characters',
      );
      expect(refusal(() => HostPattern.parse(text, "here", { sharedTenancy: null as unknown as string }))).toBe(
        "CORDON-021: here: sharedTenancy is null, not text; write a sentence",
      );
    }
  });

  test("exact names on shared domains need no reason", () => {
    expect(String(parse("acme.github.io"))).toBe("acme.github.io");
    expect(String(parse("s3.amazonaws.com"))).toBe("s3.amazonaws.com");
  });

  test.each(["*.com", "*.org.", "*.internal", "*.xn--fiqs8s"])(
    "over a whole top-level domain are refused, reason or not: %s",
    (text) => {
      const message = `CORDON-004: here: ${JSON.stringify(text)} would pass every name of a top-level domain; list exact names, or wildcards below names that you know`;
      expect(refusal(() => parse(text))).toBe(message);
      expect(refusal(() => parse(text, "reviewed"))).toBe(message);
    },
  );

  test.each([
    "*.example.com",
    "*.example.co.uk",
    "*.anthropic.com",
    "*.openai.com",
    "*.huggingface.co",
    "*.wikipedia.org",
    "*.stripe.com",
    "*.acme.github.io",
    "*.acme.okta.com",
    "*.city.kawasaki.jp",
    "*.corp.internal",
  ])("below one owner's name are taken: %s", (text) => expect(String(parse(text))).toBe(text));
});

test("whatever is accepted is plain ASCII labels, and reads back as itself", () => {
  const label = fc.stringMatching(/^[A-Za-z0-9äöü_*. -]{1,12}$/);
  const scripts = fc.string({
    unit: fc.constantFrom(
      ..."aZ9-.*:/@_%[] \u00df\u00e9\u3002\uff0e\uff11\u2460\u0660\u05d0\u200d\u00ad\u0301\u4e2d\u30fb",
    ),
    maxLength: 30,
  });
  const text = fc.oneof(
    scripts,
    fc.ipV4(),
    fc.ipV6(),
    fc.webUrl(),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
    fc.domain(),
  );
  fc.assert(
    fc.property(text, (input) => {
      try {
        const host = String(parse(input, "reviewed"));
        expect(host).toMatch(/^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
        expect(host.length).toBeLessThanOrEqual(253);
        expect(String(parse(host, "reviewed"))).toBe(host);
      } catch (error) {
        if (!CordonError.isCordonError(error)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

test("no spelling of an IPv4 address is taken for a name", () => {
  const spell = fc.constantFrom(
    (part: number) => String(part),
    (part: number) => `0x${part.toString(16)}`,
    (part: number) => `0${part.toString(8)}`,
    (part: number) => String.fromCodePoint(...[...String(part)].map((digit) => 0xff10 + Number(digit))),
  );
  const parts = fc.array(fc.tuple(fc.nat(0xffffffff), spell), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(parts, fc.constantFrom(".", "\u3002", "\uff0e", "\uff61"), fc.constantFrom("", "."), (of, dot, end) => {
      const text = of.map(([part, spelled]) => spelled(part)).join(dot) + end;
      expect(refusal(() => parse(text))).toMatch(/^CORDON-002: /);
    }),
  );
});

test("covers agrees with the names that each pattern stands for", () => {
  const pattern = fc
    .tuple(fc.boolean(), fc.array(fc.constantFrom("a", "b"), { maxLength: 3 }))
    .map(([wildcard, labels]) => parse([...(wildcard ? ["*"] : []), ...labels, "example", "test"].join(".")));
  const stands = (one: HostPattern, name: string): boolean =>
    one.match === HostMatch.EXACT ? one.name === name : name.endsWith(`.${one.name}`);
  const samples = (one: HostPattern): string[] =>
    one.match === HostMatch.EXACT ? [one.name] : ["a", "b", "z.z"].map((label) => `${label}.${one.name}`);
  fc.assert(
    fc.property(pattern, pattern, (one, other) => {
      expect(one.covers(other)).toBe(
        samples(other).every((name) => stands(one, name)) &&
          !(one.match === HostMatch.EXACT && other.match === HostMatch.SUBDOMAINS),
      );
    }),
  );
});
