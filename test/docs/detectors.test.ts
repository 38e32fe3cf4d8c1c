import { readFileSync } from "node:fs";
import { detectorsPage } from "../../scripts/detectors-page";

test("the page of detectors is the one that the detectors give", () => {
  expect(readFileSync("docs/detectors.md", "utf8")).toBe(detectorsPage());
});
