import { factsOf, holds, surelyHold } from "../../../lib/topology/iam/condition";
import { isChosenByCaller, solveContext } from "../../../lib/topology/iam/request-context";

const test1 = (operator: string, ...values: string[]) => ({ operator, key: "aws:SourceVpc", values });

describe("a condition", () => {
  test.each([
    ["StringEquals", "a", ["a", "b"], true],
    ["StringEquals", "a", ["A"], false],
    ["StringEquals", "a", ["*"], false],
    ["StringEquals", undefined, ["a"], false],
    ["StringEqualsIfExists", undefined, ["a"], true],
    ["StringEqualsIgnoreCase", "a", ["A"], true],
    ["StringNotEquals", "a", ["a", "b"], false],
    ["StringNotEquals", "c", ["a", "b"], true],
    ["StringNotEquals", undefined, ["a"], true],
    ["StringLike", "abc", ["a*"], true],
    ["StringLike", "abc", ["a?"], false],
    ["StringNotLike", "abc", ["a*"], false],
    ["ForAllValues:StringEquals", undefined, ["a"], true],
    ["ForAnyValue:StringEquals", undefined, ["a"], false],
    ["ForAnyValue:StringNotEquals", undefined, ["a"], false],
    ["Bool", "TRUE", ["true"], true],
    ["Null", undefined, ["true"], true],
    ["Null", "a", ["true"], false],
    ["Null", "a", ["false"], true],
    ["ArnLike", "arn:aws:iam::1:role/a:b", ["arn:aws:iam::*:role/*"], true],
    ["ArnEquals", "arn:aws:iam::1:x:role/a", ["arn:aws:iam::*role/a"], false],
    ["ArnLike", "arn:aws:iam::1:role/a", ["*"], true],
    ["NumericLessThan", "1.0", ["2.0"], true],
    ["NumericLessThan", "2.0", ["2.0"], false],
    ["NumericGreaterThanEquals", "2", ["2.0"], true],
    ["NumericNotEquals", "2", ["2.0"], false],
    ["DateLessThan", "2026-01-01T00:00:00Z", ["2026-06-01T00:00:00Z"], true],
    ["DateGreaterThan", "2026-01-01T00:00:00Z", ["2026-06-01T00:00:00Z"], false],
    ["IpAddress", "203.0.113.7", ["203.0.113.0/24"], true],
    ["IpAddress", "203.0.114.7", ["203.0.113.0/24"], false],
    ["NotIpAddress", "203.0.114.7", ["203.0.113.0/24"], true],
    ["IpAddress", "2001:db8::1", ["2001:db8::/32"], true],
    ["IpAddress", "2001:db8::1", ["203.0.113.0/24"], false],
    ["StringEquals", "${aws_vpc.x.id}", ["${aws_vpc.x.id}"], true],
    ["StringEquals", "${aws_vpc.x.id}", ["${aws_vpc.y.id}"], false],
    ["StringEquals", "${aws_vpc.x.id}", ["vpc-1"], undefined],
    ["StringEquals", "${aws_vpc.x.id}", ["${data.aws_vpc.y.id}"], undefined],
    ["StringEquals", "${aws_vpc.x.owner_id}", ["${aws_vpc.y.owner_id}"], undefined],
    ["StringEquals", "a", ["${var.x}"], undefined],
    ["StringEquals", "a", ["a", "${var.x}"], true],
    ["StringLike", "a", ["${aws:username}"], undefined],
    ["NumericLessThan", "a", ["2"], undefined],
    ["SomethingElse", "a", ["a"], undefined],
  ])("%s of %s and %j is %s", (operator, value, values, expected) => {
    expect(holds(test1(operator, ...values), value)).toBe(expected);
  });

  test("depends on what is not known where no fact settles its key", () => {
    const facts = factsOf({ "AWS:SourceVpc": "vpc-1" });
    expect(surelyHold([test1("StringEquals", "vpc-1")], facts)).toBe(true);
    expect(surelyHold([test1("StringEquals", "vpc-2")], facts)).toBe(false);
    expect(surelyHold([test1("StringEquals", "vpc-1")], factsOf({}))).toBeUndefined();
    expect(surelyHold([test1("StringEquals", "vpc-2"), test1("Anything", "x")], facts)).toBe(false);
  });
});

describe("a context", () => {
  const region = (operator: string, ...values: string[]) => ({ operator, key: "aws:RequestedRegion", values });

  test("meets what is asked for and avoids what denies", () => {
    const solved = solveContext(
      [region("StringLike", "eu-*")],
      [[region("StringNotEquals", "eu-west-1")], [test1("StringNotEquals", "vpc-1")]],
      factsOf({ "aws:SourceVpc": "vpc-1" }),
      isChosenByCaller,
    );
    expect(solved).toEqual({
      context: { "aws:RequestedRegion": "eu-west-1" },
      avoided: [true, true],
    });
  });

  test("is none where conditions exclude each other, or where the caller does not choose", () => {
    const both = [region("StringEquals", "a"), region("StringEquals", "b")];
    expect(solveContext(both, [], factsOf({}), isChosenByCaller)).toBeUndefined();
    expect(solveContext([test1("StringEquals", "vpc-1")], [], factsOf({}), isChosenByCaller)).toBeUndefined();
    expect(solveContext([], [[test1("StringEquals", "vpc-1")]], factsOf({}), isChosenByCaller)?.avoided).toEqual([
      false,
    ]);
  });

  test.each([
    ["aws:RequestedRegion", true],
    ["iam:PassedToService", true],
    ["aws:SourceIp", false],
    ["aws:MultiFactorAuthPresent", false],
    ["ec2:ResourceTag/team", false],
    ["lambda:SourceFunctionArn", false],
    ["${var.key}", false],
  ])("has %s by the caller's choice: %s", (key, expected) => {
    expect(isChosenByCaller(key)).toBe(expected);
  });
});
