import { DEFAULT_ROUTE, id, judgedAfter, of, type Plan, put, TRIAGE } from "./plans";

const TABLE = "azurerm_route_table.triage";
const GROUP = { resource_group_name: "rg-agents" };

const without = (plan: Plan, address: string): void => {
  const [type = "", name = ""] = address.split(".");
  delete plan.resource[type]?.[name];
};

describe("what an agent's subnet stands on", () => {
  test.each<[string, (plan: Plan) => void, string]>([
    [
      "an address that Azure lends",
      (plan) => {
        of(plan, TRIAGE)["default_outbound_access_enabled"] = true;
      },
      `P10 ${TRIAGE}`,
    ],
    [
      "an address of which nothing is said",
      (plan) => {
        delete of(plan, TRIAGE)["default_outbound_access_enabled"];
      },
      `P10 ${TRIAGE}`,
    ],
    [
      "a NAT gateway behind the route to the firewall",
      (plan) => {
        put(plan, "azurerm_nat_gateway.out", { name: "nat", ...GROUP });
        put(plan, "azurerm_subnet_nat_gateway_association.out", {
          subnet_id: id(TRIAGE),
          nat_gateway_id: id("azurerm_nat_gateway.out"),
        });
      },
      "P10 azurerm_subnet_nat_gateway_association.out",
    ],
    [
      "a default route to the internet",
      (plan) => {
        of(plan, DEFAULT_ROUTE)["next_hop_type"] = "Internet";
      },
      `P11 ${DEFAULT_ROUTE}`,
    ],
    ["a lost default route", (plan) => without(plan, DEFAULT_ROUTE), `P11 ${TABLE}`],
    [
      "routes of gateways",
      (plan) => {
        of(plan, TABLE)["bgp_route_propagation_enabled"] = true;
      },
      `P11 ${TABLE}`,
    ],
    ["a lost route table", (plan) => without(plan, "azurerm_subnet_route_table_association.triage"), `P11 ${TRIAGE}`],
  ])("%s is found although another block still holds", (_, change, place) => {
    expect(judgedAfter(change).places).toContain(place);
  });

  test("a longer route to nowhere, and one to the firewall, are left alone", () => {
    const { findings } = judgedAfter((plan) => {
      const more = { ...GROUP, route_table_name: id(TABLE, "name"), next_hop_type: "None" };
      put(plan, "azurerm_route.more", { name: "more", ...more, address_prefix: "203.0.113.0/24" });
    });
    expect(findings).toEqual([]);
  });
});
