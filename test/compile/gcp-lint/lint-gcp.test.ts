import fc from "fast-check";
import { lintGcp } from "../../../lib/compile/gcp-lint";
import {
  containedStack,
  GATEWAY,
  messages,
  NETWORK,
  put,
  resourcesOf,
  SUBNET,
  set,
  type Values,
} from "./contained-stack";

describe("the lint of Google Cloud resources", () => {
  test("says nothing about a contained stack", () => {
    expect(messages(containedStack())).toEqual([]);
  });

  test("says nothing about an empty stack", () => {
    expect(lintGcp([])).toEqual([]);
  });

  test("says nothing about resources of other kinds", () => {
    expect(lintGcp([{ type: "google_pubsub_topic", address: "google_pubsub_topic.t", values: {} }])).toEqual([]);
  });

  test("reads a block that is written as an array of one, as plans do", () => {
    const wrap = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(wrap);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => {
          const isMap =
            ["attribute_mapping", "purpose_data"].includes(key) || typeof item !== "object" || Array.isArray(item);
          return [key, isMap ? wrapItems(item) : [wrap(item)]];
        }),
      );
    };
    const wrapItems = (value: unknown): unknown => (Array.isArray(value) ? value.map(wrap) : value);
    const stack = containedStack();
    for (const [address, { values }] of stack) put(stack, address, wrap(values) as Values);
    expect(messages(stack)).toEqual([]);
    set(stack, SUBNET, "log_config", []);
    expect(messages(stack)).toHaveLength(1);
  });

  test("gives the same findings in the same order for any order of the resources", () => {
    const stack = containedStack();
    set(stack, NETWORK, "auto_create_subnetworks", true);
    set(stack, GATEWAY, "depends_on", []);
    put(stack, "google_org_policy_policy.a", { parent: "projects/p" });
    put(stack, "google_org_policy_policy.b", { parent: "projects/p" });
    put(stack, "google_network_services_gateway.second", { type: "SECURE_WEB_GATEWAY", scope: "cell-proxy" });
    for (const { values } of stack.values()) delete values["description"];
    const resources = resourcesOf(stack);
    const expected = lintGcp(resources);
    expect(expected.length).toBeGreaterThan(10);
    fc.assert(
      fc.property(fc.shuffledSubarray(resources, { minLength: resources.length }), (shuffled) => {
        expect(lintGcp(shuffled)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test("changes no resource", () => {
    const resources = resourcesOf(containedStack());
    const before = structuredClone(resources);
    lintGcp(resources);
    expect(resources).toEqual(before);
  });
});
