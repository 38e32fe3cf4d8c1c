import type { RenderedStack } from "../../lib/cell/rendered-stack";
import type { Refusal } from "../../lib/cell/synth-gate";
import { RESOURCE_OF_STACK } from "./azure-id";
import type { AzureCellEndpoint } from "./private-endpoints";

type Values = { readonly [key: string]: unknown };

/** Finds targets of private endpoints that somebody can still reach another way. */
export function targetFindings(rendered: RenderedStack, endpoints: ReadonlyMap<string, AzureCellEndpoint>): Refusal[] {
  return [...endpoints].flatMap(([name, { endpoint, service }]) => {
    const own = rendered.resource?.[endpoint.terraformResourceType]?.[endpoint.friendlyUniqueId];
    const [, type = "", id = ""] = RESOURCE_OF_STACK.exec(targetOf(own)) ?? [];
    const values = rendered.resource?.[type]?.[id];
    if (service === undefined || values === undefined) return [];
    const at = `${type}.${id}`;
    const expected = service.resourceType;
    if (expected !== undefined && type !== expected) {
      return [
        finding(
          at,
          `private endpoint '${name}' is of ${service.name}, and it is ${type}`,
          `pass ${expected}, or another service`,
        ),
      ];
    }
    return [
      ...Object.entries(service.lockDownArguments).flatMap(([argument, taken]) => open(at, values, argument, taken)),
      ...injection(at, values),
    ];
  });
}

function targetOf(endpoint: Values | undefined): string {
  const connection = endpoint?.["private_service_connection"];
  const block: unknown = Array.isArray(connection) ? connection[0] : connection;
  return String((block as Values | undefined)?.["private_connection_resource_id"] ?? "");
}

function open(at: string, values: Values, argument: string, taken: readonly (string | boolean)[]): Refusal[] {
  const value = values[argument];
  if (taken.length === 0 ? value !== undefined && value !== null : taken.some((one) => one === value)) return [];
  const wanted = taken.length === 0 ? "a value" : taken.map((one) => JSON.stringify(one)).join(" or ");
  const found = value === undefined || value === null ? "is not set" : `is ${JSON.stringify(value)}`;
  return [
    finding(
      at,
      `${argument} ${found}, so that it is reached past its private endpoint`,
      `set it to ${wanted}; lockDown() of its service does`,
    ),
  ];
}

function injection(at: string, values: Values): Refusal[] {
  const { kind, network_injection: network } = values;
  if (network === undefined || network === null || kind === "AIServices") return [];
  return [
    finding(at, `network_injection is for kind AIServices, and it is ${JSON.stringify(kind)}`, "change the kind"),
  ];
}

const finding = (address: string, problem: string, fix: string): Refusal => ({
  code: "CORDON-314",
  address,
  problem,
  fix,
});
