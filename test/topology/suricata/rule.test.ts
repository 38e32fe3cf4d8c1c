import { parseRules, RuleAction } from "../../../lib/topology/suricata";

const one = (text: string) => {
  const [rule] = parseRules(text);
  if (rule === undefined) throw new Error("no rule");
  return rule;
};

describe("a rule", () => {
  test("is read with its words, its options in order, its number and its message", () => {
    expect(
      one('pass tls $HOME_NET any -> [1.2.3.4, !5.6.7.8] [80,443] (msg:"a b"; flow:to_server; sid:7; rev:1;)'),
    ).toEqual({
      action: RuleAction.PASS,
      line: 1,
      text: 'pass tls $HOME_NET any -> [1.2.3.4, !5.6.7.8] [80,443] (msg:"a b"; flow:to_server; sid:7; rev:1;)',
      sid: "7",
      message: "a b",
      body: {
        protocol: "tls",
        source: "$HOME_NET",
        sourcePort: "any",
        destination: "[1.2.3.4,!5.6.7.8]",
        destinationPort: "[80,443]",
        bothWays: false,
        options: [
          { keyword: "msg", value: '"a b"' },
          { keyword: "flow", value: "to_server" },
          { keyword: "sid", value: "7" },
          { keyword: "rev", value: "1" },
        ],
      },
    });
  });

  test.each([
    ["pass", RuleAction.PASS],
    ["PASS", RuleAction.PASS],
    ["drop", RuleAction.DROP],
    ["reject", RuleAction.DROP],
    ["rejectboth", RuleAction.DROP],
    ["alert", RuleAction.ALERT],
    ["accept:hook", RuleAction.UNKNOWN],
  ])("that begins with %s is a %s", (word, action) => {
    expect(one(`${word} tcp any any -> any any (sid:1;)`).action).toBe(action);
  });

  test("may hold for both ways", () => {
    expect(one("pass tcp any any <> any any (sid:1;)").body?.bothWays).toBe(true);
  });

  test("keeps a semicolon, a quote and a backslash that are escaped in its message", () => {
    expect(one('drop tcp any any -> any any (msg:"a\\; \\"b\\" \\\\"; sid:1;)').message).toBe('a; "b" \\');
  });

  test("may go on in the next line after a backslash", () => {
    const rules = parseRules(
      "# first\n\npass tcp any any -> any any \\\n  (sid:1;)\ndrop tcp any any -> any any (sid:2;)",
    );
    expect(rules.map(({ line, sid }) => [line, sid])).toEqual([
      [3, "1"],
      [5, "2"],
    ]);
  });

  test.each([
    ["without a closing parenthesis", "pass ip any any -> any any (sid:1;"],
    ["without options", "pass ip any any -> any any"],
    ["with a word too few", "pass ip any -> any any (sid:1;)"],
    ["with an arrow to the left", "pass ip any any <- any any (sid:1;)"],
    ["with an open quote", 'pass ip any any -> any any (msg:"a; b"; sid:1;)'],
    ["with text behind its last option", "pass ip any any -> any any (sid:1; rev:2)"],
    ["with a second rule in it", "pass ip any any -> any any (sid:1;) drop ip any any -> any any (sid:2;)"],
    ["of other words", "let everything through"],
  ])("%s is kept as one that can't be read", (_, text) => {
    expect(one(text)).toMatchObject({ text, body: undefined });
  });
});
