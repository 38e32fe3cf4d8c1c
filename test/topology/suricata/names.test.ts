import { accepted, CLOSED, http, namesOf, tls } from "./firewall";

const pass = (options: string) => [`pass tls any any -> any any (flow:to_server; tls.sni; ${options})`];
const drop = (options: string) => [`drop tls any any -> any any (flow:to_server; tls.sni; ${options})`];
const open = (options: string) => namesOf(accepted(pass(options), { defaults: CLOSED }));
const closed = (options: string) => namesOf(accepted(pass(options), { defaults: CLOSED }, "closed"));

describe("the names of a rule that passes", () => {
  test.each([
    ['content:"api.example.com"; startswith; endswith; nocase;', ["api.example.com"]],
    ['content:"api.example.com"; startswith; endswith;', ["api.example.com"]],
    ['content:"API.example.com"; startswith; endswith; nocase;', ["api.example.com"]],
    ['content:"api.example.com"; depth:15; isdataat:!1,relative; nocase;', ["api.example.com"]],
    ['bsize:15; content:"api.example.com"; nocase;', ["api.example.com"]],
    ['content:".example.com"; endswith; nocase;', ["*.example.com"]],
    ['dotprefix; content:".example.com"; endswith; nocase;', ["*.example.com", "example.com"]],
    ['dotprefix; content:".example.com"; startswith; endswith; nocase;', ["example.com"]],
    ['content:"example.com"; endswith; nocase;', ["*example.com"]],
    ['content:"x|2e|com"; startswith; endswith; nocase;', ["x.com"]],
    ['content:!"|00 00 00|";', ["*"]],
    ["bsize:>0;", ["*"]],
    ['content:!"bad.com"; startswith; endswith; nocase;', ["!bad.com", "*"]],
    ['content:".com"; endswith; nocase; content:!".bad.com"; endswith; nocase;', ["!*.bad.com", "*.com"]],
    ['to_lowercase; content:"x.com"; startswith; endswith;', ["x.com"]],
  ])("%s are known exactly", (options, names) => {
    expect(open(options)).toEqual(names);
    expect(closed(options)).toEqual(names);
  });

  test.each([
    ['content:"example.com"; nocase;', ["*example.com", "example.com.unlisted.example"]],
    ['content:"example.com"; startswith; nocase;', ["example.com", "example.com.unlisted.example"]],
    ['content:".example.com"; nocase;', ["*.example.com", "unlisted.example.com.unlisted.example"]],
    ['pcre:"/example\\.com$/";', []],
    ['content:"x.com"; startswith; endswith; pcre:"/x/";', []],
    ['content:"a"; content:"b"; distance:0;', []],
    ["bsize:10;", []],
    ['bsize:3; content:"x.com"; endswith;', []],
    ["dataset:isset,names;", []],
    ['url_decode; content:"x.com"; startswith; endswith;', []],
  ])("%s may be any name, or are bounded by what else is said", (options, sure) => {
    const may = open(options);
    expect(may.every((pattern) => ["*", "x.com", "*x.com"].includes(pattern))).toBe(true);
    expect(closed(options)).toEqual(sure);
  });

  test("an option that is not known loses none of the bounds beside it", () => {
    expect(open('content:"x.com"; startswith; endswith; nocase; pcre:"/x/";')).toEqual(["x.com"]);
    expect(closed('content:"x.com"; startswith; endswith; nocase; pcre:"/x/";')).toEqual([]);
  });

  test("a suffix leaves the name itself out, with dotprefix it does not", () => {
    const below = accepted(pass('content:".example.com"; endswith; nocase;'), { defaults: CLOSED });
    expect(below.accepted.has(tls("a.example.com"))).toBe(true);
    expect(below.accepted.has(tls("example.com"))).toBe(false);
    expect(below.accepted.has(tls("evilexample.com"))).toBe(false);
  });
});

describe("the names of a rule that drops", () => {
  const kept = (options: string, name: string) => accepted(drop(options)).accepted.has(tls(name));

  test("are refused when they are matched in every way of writing them", () => {
    expect(kept('content:"bad.com"; startswith; endswith; nocase;', "bad.com")).toBe(false);
    expect(kept('content:"bad.com"; startswith; endswith; nocase;', "x.bad.com")).toBe(true);
  });

  test("are not refused when capital letters get by, which HTTP hosts do not", () => {
    expect(kept('content:"bad.com"; startswith; endswith;', "bad.com")).toBe(true);
    const rule = 'drop http any any -> any any (flow:to_server; http.host; content:"bad.com"; startswith; endswith;)';
    expect(accepted([rule]).accepted.has(http("bad.com"))).toBe(false);
    expect(accepted([rule]).accepted.has(http("good.com"))).toBe(true);
  });

  test("are refused by a part of them where nothing that ends so can lack it", () => {
    expect(kept('content:"bad"; nocase;', "x.bad")).toBe(false);
    expect(kept('content:"bad"; nocase;', "bad.com")).toBe(true);
  });

  test("are not refused by a pattern that is not understood", () => {
    expect(kept('pcre:"/bad/i";', "bad.com")).toBe(true);
    expect(accepted(drop('pcre:"/bad/i";'), {}, "closed").accepted.has(tls("good.com"))).toBe(false);
  });

  test("a hello without a name is refused by a rule about hellos, not by one about names", () => {
    expect(accepted(drop('content:!"|00 00 00|";')).accepted.has(tls())).toBe(true);
    const hello = ["drop tls any any -> any any (flow:to_server; ssl_state:client_hello;)"];
    expect(accepted(hello).accepted.has(tls())).toBe(false);
    expect(accepted(hello).accepted.has(http("x.com"))).toBe(true);
  });
});
