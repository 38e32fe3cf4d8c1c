import { parse } from "tldts";
import { HostPattern } from "../../lib/names/host-pattern";
import { INNER_SUFFIXES } from "../../lib/names/inner-suffixes";
import { SHARED_DOMAINS, sharedBelow } from "../../lib/names/shared-tenancy";

describe("the table of shared domains", () => {
  test("holds each domain once, in the spelling of a pattern", () => {
    const all = [...SHARED_DOMAINS, ...INNER_SUFFIXES];
    expect(new Set(all).size).toBe(all.length);
    for (const domain of all) expect(HostPattern.parse(domain, "here").name).toBe(domain);
  });

  test.each(SHARED_DOMAINS.map((domain) => [domain]))("%s and what is above it have strangers below", (domain) => {
    const labels = domain.split(".");
    for (let above = 0; above < labels.length - 1; above += 1) {
      expect(sharedBelow(labels.slice(above).join("."))).toBeDefined();
    }
  });

  test("names only suffixes that the public suffix list has, with all above them refused", () => {
    for (const suffix of INNER_SUFFIXES) {
      expect(parse(suffix, { allowPrivateDomains: true }).publicSuffix).toBe(suffix);
      expect(sharedBelow(suffix.slice(suffix.indexOf(".") + 1))).toBeDefined();
    }
  });

  test.each([
    "anthropic.com",
    "openai.com",
    "example.com",
    "microsoft.com",
    "google.com",
    "github.com",
    "wikipedia.org",
  ])("%s is one owner's", (domain) => expect(sharedBelow(domain)).toBeUndefined());
});
