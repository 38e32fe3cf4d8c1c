import { Unknown } from "../../../lib/topology/resolve/value";
import { resolverOf, shown } from "./configurations";

const locals = {
  map: { a: { x: 1 }, b: { x: 2 } },
  list: ["p", "q"],
  numbers: [3, 1, 2],
  set: '${toset(["b","a"])}',
  nested: [[1, [2]], 3],
};
const resolver = resolverOf({ locals, variable: { x: {} } });

// Every answer is the one that Terraform 1.11 gave for the same text.
describe("what Terraform answers", () => {
  test.each([
    ["$${local.list[0]}", "${local.list[0]}"],
    ["$$$${local.list[0]}", "$$${local.list[0]}"],
    ["$${x} 100% $5 %%{x}", "${x} 100% $5 %{x}"],
    ['a\\nb ${"c\\nd"}', "a\\nb c\nd"],
    ['${"$${x}"}', "${x}"],
    ['${"\\u00e9\\t\\""}', 'é\t"'],
    ['x ${~ "y" ~} z', "xyz"],
    ["${1e3} ${1.50}", "1000 1.5"],
    ["${7 % 3}-${-7 % 3}-${8/2}", "1--1-4"],
    ["${2 * 3 + 4 * 5} ${10 - 2 - 3} ${-(1+2)}", "26 5 -3"],
    ["${-1 + 2 * 3 == 5 && !false}", true],
    ["${1 < 2 == true}", true],
    ['${true ? 1 : "a"}', "1"],
    ["${true?false?1:2:3}", 2],
    ['${1 == "1"}', false],
    ["${{a=1} == {a=1}}", true],
    ["${/* c */ 1 # d\n + 2}", 3],
    ["${{a=1\n b=2}}", { a: 1, b: 2 }],
    ['${{"a" : 1, b : 2, (local.list[0]) = 3}}', { a: 1, b: 2, p: 3 }],
    ['${{"//"=1}}', { "//": 1 }],
    ['${local.list["0"]}${local.list.1}', "pq"],
    ['${local.map["a"].x}', 1],
    ["${values(local.map)[*].x}", [1, 2]],
    ["${values(local.map).*.x}", [1, 2]],
    ["${[{a=[1,2]},{a=[3]}][*].a[0]}", [1, 3]],
    ["${null[*]}", []],
    ["${[for k, v in local.set : k]}", ["a", "b"]],
    ["${[for i, v in local.numbers : i if v > 1]}", [0, 2]],
    ["${{for k, v in {a=1,b=1}: v => k...}}", { "1": ["a", "b"] }],
    ["${{for k, v in local.map : upper(k) => v.x if v.x > 1}}", { B: 2 }],
    ["${[for x in [[1,2],[3]] : [for y in x : y * 2]]}", [[2, 4], [6]]],
    ['${toset(["b","a",1])}', ["1", "a", "b"]],
    ['${tolist(["a",1,true])}', ["a", "1", "true"]],
    ["${flatten(local.nested)}", [1, 2, 3]],
    ['${compact(["a","",null])}', ["a"]],
    ['${distinct([1,"1"])}', ["1"]],
    ['${merge(local.map, {c = {x = 3}})["c"].x}', 3],
    ['${lookup({a=1},"b",2)}', 2],
    ['${element(["a","b"],5)}', "b"],
    ['${try(local.map.zz,"d")}', "d"],
    ["${can(local.map.q)} ${can(local.map.a)}", "false true"],
    ['${coalesce("",null,"c")}', "c"],
    ["${one([]) == null}", true],
    ['${format("%s-%d-%03d %% %v", "a", 3, 25, true)}', "a-3-025 % true"],
    ['${join(",", [1,true,"a"])}', "1,true,a"],
    ['${split(",","a,b,,c")}', ["a", "b", "", "c"]],
    ['${replace("a.b",".","$1")}', "a$1b"],
    ['${substr("hello",-3,2)}', "ll"],
    ['${trimsuffix("a.b.",".")} ${trimprefix("xab","x")} ${trim("--a-","-")}', "a.b ab a"],
    ['${lower("ÀB")}${upper("é")}', "àbÉ"],
    ["${range(1,7,2)}", [1, 3, 5]],
    ["${max([1,9]...)}", 9],
    ['${tonumber("7") + 1}', 8],
    ['${cidrsubnet("10.0.0.0/16",8,3)}', "10.0.3.0/24"],
    ['${cidrsubnet("10.1.2.3/16",4,1)}', "10.1.16.0/20"],
    ['${cidrsubnet("fd00::/48",16,10)}', "fd00:0:0:a::/64"],
    ['${cidrhost("10.0.0.0/24",-1)}', "10.0.0.255"],
    ['${cidrsubnets("10.0.0.0/16",4,4,8,4)}', ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/24", "10.0.48.0/20"]],
    [
      '${jsonencode({b=[1,1.5,true,null],a="<&>\\u2028"})}',
      '{"a":"\\u003c\\u0026\\u003e\\u2028","b":[1,1.5,true,null]}',
    ],
    ['${jsondecode("{\\"a\\":[1,null]}")}', { a: [1, null] }],
  ])("%s", (template, expected) => expect(shown(resolver.text(template))).toEqual(expected));
});

describe("what is left unknown", () => {
  const unknown = (template: string): Unknown => {
    const value = resolver.text(template);
    if (!(value instanceof Unknown)) throw new Error(`${template} is known: ${JSON.stringify(value)}`);
    return value;
  };

  test.each([
    ["a function that is not evaluated", '${timeadd("a", "b")}', [], "timeadd() is not evaluated"],
    ["a function of a provider", '${provider::aws::arn_parse("x")}', [], "provider::aws::arn_parse() is not evaluated"],
    ["an attribute that is not there", "${local.map.c}", ["local.map.c"], 'no attribute "c"'],
    ["an element that is not there", "${local.list[2]}", ["local.list[2]"], "no element 2"],
    ["a list as text", "x ${local.list}", ["local.list"], "a list or an object is no text"],
    ["a directive", "%{ if var.x }a%{ endif }", ["var.x"], expect.stringContaining("a template directive")],
    ["text that is cut off", "${var.x", ["var.x"], expect.stringContaining("no '}' at character")],
    ["division by zero", "${1 / 0}", [], "division by zero"],
  ])("%s", (_, template, tokens, reason) => {
    expect(unknown(template)).toMatchObject({ text: template, tokens, reason });
  });

  test("a fraction, which a double would round", () => expect(unknown("${0.1 + 0.2}").tokens).toEqual([]));
  test("a number that a double can't hold", () => expect(unknown("${9007199254740993}").reason).toMatch(/too long/));

  test("one unknown part leaves the rest of a list known", () =>
    expect(shown(resolver.text('${["a", var.x, concat(["b"], [var.x])]}'))).toEqual([
      "a",
      "?${var.x}?",
      ["b", "?${var.x}?"],
    ]));

  test("a template keeps the parts that are known", () => {
    expect(unknown('${local.list[0]}-${var.x}-${join("/", ["a", var.x])} $${y}')).toMatchObject({
      text: "p-${var.x}-a/${var.x} $${y}",
      tokens: ["var.x"],
    });
  });

  test.each([
    ["${length(var.x)}"],
    ["${[for x in var.x : x.y]}"],
    ["${[for x in local.list : x if x == var.x]}"],
    ["${{for x in local.list : var.x => x}}"],
    ['${var.x ? "a" : "b"}'],
    ["${merge({a = 1}, var.x)}"],
    ['${contains(["a", var.x], "b")}'],
    ['${lower("A${var.x}")}'],
    ["${jsondecode(var.x)}"],
    ['${try(var.x, "d")}'],
    ['${try([var.x], ["d"])}'],
    ['${flatten([var.x, ["a"]])}'],
    ["${!var.x}"],
    ["${var.x[*].y}"],
  ])("%s depends on var.x", (template) => expect(unknown(template).tokens.join()).toContain("var.x"));

  test("what comes out the same either way is known", () => {
    expect(shown(resolver.text('${var.x ? "a" : "a"} ${var.x && false} ${contains(["a", var.x], "a")}'))).toBe(
      "a false true",
    );
  });
});
