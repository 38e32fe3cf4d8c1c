import fc from "fast-check";
import { escaped } from "../../../lib/topology/resolve/inspect";
import { childrenOf, type Node } from "../../../lib/topology/resolve/syntax/node";
import { parseTemplate } from "../../../lib/topology/resolve/syntax/parser";
import type { JsonValue } from "../../../lib/topology/terraform-json";
import { FIREWALL, resolverOf, shown } from "./configurations";

const resolver = resolverOf({
  resource: FIREWALL,
  locals: { list: ["a", "b"], map: { k: "v" }, self: "${local.self}", open: "${var.x}" },
});

/** Pieces that expressions are made of, so that random ones get past the first character. */
const PIECES = [
  ...[
    "${",
    "}",
    "%{",
    "$${",
    "%%{",
    '"',
    "\\",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    ",",
    ":",
    "=",
    "=>",
    "*",
    "[*]",
    ".*",
  ],
  ...["for x in ", "if ", "...", "?", "==", "!", "-", "+", "/", "%", "&&", "||", "<", " ", "\n", "#", "//", "/*", "~"],
  ...["local.list", "local.map", "local.self", "local.open", "var.x", "aws_subnet.a.id", "each.key", "null", "true"],
  ...[
    "aws_networkfirewall_firewall.f.firewall_status[0].sync_states",
    "x",
    "k",
    "0",
    "1.5",
    "é",
    "\u{1f600}",
    "\u0000",
  ],
  ...[
    "flatten(",
    "element(",
    "merge(",
    "try(",
    "jsonencode(",
    "jsondecode(",
    "cidrsubnet(",
    "toset(",
    "one(",
    "format(",
  ],
];
const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(""));

describe("any text", () => {
  test("literals come back as they are, escaped or not", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(resolver.text(escaped(text))).toBe(text);
        expect(resolver.text(`\${${JSON.stringify(escaped(text)).replace(/\\[bf]/g, "")}}`)).toBe(
          text.replace(/[\b\f]/g, ""),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("dollars, percents and braces in any order come back as they are", () => {
    const marks = fc.array(fc.constantFrom("$", "%", "{", "}", "a", "~"), { maxLength: 12 });
    fc.assert(
      fc.property(marks, (pieces) => {
        expect(resolver.text(escaped(pieces.join("")))).toBe(pieces.join(""));
      }),
      { numRuns: 1000 },
    );
  });

  test("values in JSON syntax come back as they are", () => {
    const written = (value: JsonValue): JsonValue => {
      if (typeof value === "string") return escaped(value);
      if (Array.isArray(value)) return value.map(written);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [escaped(key), written(item)]));
    };
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as JsonValue;
        expect(resolver.resolve(written(json))).toEqual(json);
      }),
    );
  });

  test("the resolver never throws, and says the same twice", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          soup,
          fc.string(),
          soup.map((text) => `\${${text}}`),
        ),
        (text) => {
          const first = JSON.stringify(shown(resolver.text(text)));
          expect(
            JSON.stringify(
              shown(
                resolverOf({
                  resource: FIREWALL,
                  locals: { list: ["a", "b"], map: { k: "v" }, self: "${local.self}", open: "${var.x}" },
                }).text(text),
              ),
            ),
          ).toBe(first);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test("every node covers a part of its parent's text", () => {
    const nested = (node: Node): boolean =>
      childrenOf(node).every(
        (child) => child.start >= 0 && child.end <= node.end && child.start <= child.end && nested(child),
      );
    fc.assert(
      fc.property(soup, (text) => {
        const template = `\${${text}}`;
        let node: Node | undefined;
        try {
          node = parseTemplate(template);
        } catch {
          return;
        }
        expect(nested(node)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });
});
