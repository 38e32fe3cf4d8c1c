import { behindHub, judged, sealed, standard } from "./plans";

describe("plans that hold", () => {
  test.each([
    ["a firewall of its own", standard],
    ["no way out", sealed],
    ["a hub's firewall", behindHub],
  ])("a cell with %s is proved", (_, plan) => {
    const { verdict, findings } = judged(plan());
    expect(findings.map((one) => `${one.rule} ${one.verdict} ${one.address} ${one.problem}`)).toEqual([]);
    expect(verdict).toBe("PROVED");
  });
});
