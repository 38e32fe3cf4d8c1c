import { lintAws } from "../../../lib/compile/aws-lint";
import { containedStack, messages, put, set } from "./contained-stack";

describe("the lint of AWS resources", () => {
  test("says nothing about a contained stack", () => {
    expect(messages(containedStack())).toEqual([]);
  });

  test("says nothing about an empty stack", () => {
    expect(lintAws([])).toEqual([]);
  });

  test("says nothing about resources of other kinds", () => {
    expect(lintAws([{ type: "aws_s3_bucket", address: "aws_s3_bucket.b", values: {} }])).toEqual([]);
  });

  test("reads a block that is written as an array of one, as plans do", () => {
    const wrap = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(wrap);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          typeof item === "object" && !Array.isArray(item) ? [wrap(item)] : wrap(item),
        ]),
      );
    };
    const stack = containedStack();
    for (const [address, { values }] of stack) {
      if (!address.includes("logging")) put(stack, address, wrap(values) as Record<string, unknown>);
    }
    expect(messages(stack)).toEqual([]);
    set(
      stack,
      "aws_networkfirewall_firewall_policy.main",
      "firewall_policy.0.stateful_engine_options.0.stream_exception_policy",
      "CONTINUE",
    );
    expect(messages(stack)).toHaveLength(1);
  });

  test("gives the same findings in the same order for any order of the resources", () => {
    const stack = containedStack();
    for (const { values } of stack.values()) delete values["policy"];
    set(stack, "aws_vpc.main", "enable_dns_hostnames", false);
    put(stack, "aws_vpc.other", {});
    const backwards = new Map([...stack].reverse());
    expect(messages(stack)).toHaveLength(5);
    expect(messages(backwards)).toEqual(messages(stack));
  });
});
