import fc from "fast-check";
import { type GcpNameKind, gcpName } from "../../../constructs/gcp/names";

/** What Google takes, by kind. */
const FORMS: { readonly [kind in GcpNameKind]: RegExp } = {
  resource: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  service: /^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/,
  account: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
  endpoint: /^[a-z][a-z0-9]{0,19}$/,
  pool: /^[a-z0-9-]{4,32}$/,
  underscored: /^[a-z][a-z0-9_]{2,49}$/,
};

const words = fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/);
const odd = fc.string({ maxLength: 40 });

describe.each(Object.keys(FORMS) as GcpNameKind[])("names of kind %s", (kind) => {
  test("meet their rule for long and odd parts", () => {
    fc.assert(
      fc.property(words, fc.array(odd, { maxLength: 3 }), (first, others) => {
        expect(gcpName(kind, first, ...others)).toMatch(FORMS[kind]);
      }),
      { seed: 3 },
    );
  });

  test("are as different as what they are made of", () => {
    fc.assert(
      fc.property(fc.uniqueArray(words, { minLength: 2, maxLength: 2 }), ([one = "", other = ""]) => {
        expect(gcpName(kind, one, "agent")).not.toBe(gcpName(kind, other, "agent"));
      }),
      { seed: 3 },
    );
  });
});

test("short plain parts stay as they are", () => {
  expect(gcpName("resource", "agents", "triage")).toBe("agents-triage");
  expect(gcpName("account", "agents", "triage")).toBe("agents-triage");
});
