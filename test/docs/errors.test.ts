import { readFileSync } from "node:fs";
import { CORDON_ERROR_CODES } from "../../lib";

test("the page of error codes has every code with its meaning, and no other", () => {
  const page = readFileSync("docs/errors.md", "utf8");
  const rows = [...page.matchAll(/^\| (CORDON-\d{3}) +\| (.*?) +\|$/gm)].map(([, code, title]) => [code, title]);
  expect(rows).toEqual(Object.entries(CORDON_ERROR_CODES));
});

test("codes are in order", () => {
  const codes = Object.keys(CORDON_ERROR_CODES);
  expect(codes).toEqual([...codes].sort());
});
