import fc from "fast-check";
import { type AzureNameKind, azureName, isAzureName } from "../../../constructs/azure/names";

/** Azure's own forms, written apart from the code's. */
const FORMS: { readonly [kind in AzureNameKind]: RegExp } = {
  resourceGroup: /^(?=.{1,90}$)[\w().-]*[\w()-]$/,
  virtualNetwork: /^(?=.{2,64}$)[a-zA-Z0-9][\w.-]*\w$/,
  network: /^(?=.{1,80}$)[a-zA-Z0-9]([\w.-]*\w)?$/,
  firewall: /^(?=.{1,56}$)[a-zA-Z0-9]([\w.-]*\w)?$/,
  privateEndpoint: /^(?=.{2,64}$)[a-zA-Z0-9][\w.-]*\w$/,
  identity: /^(?=.{3,128}$)[a-zA-Z0-9][\w-]*$/,
  federatedCredential: /^(?=.{3,120}$)[a-zA-Z0-9][\w-]*$/,
  workspace: /^(?=.{4,63}$)[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$/,
  storageAccount: /^[a-z0-9]{3,24}$/,
  servicePlan: /^(?=.{1,40}$)[a-zA-Z0-9-]+$/,
  functionApp: /^(?=.{2,32}$)[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$/,
  diagnosticSetting: /^(?=.{1,260}$)[^*<>%:&?\\+/]+$/,
};
const kinds = Object.keys(FORMS) as AzureNameKind[];
const part = fc.string({ minLength: 1, maxLength: 120, unit: "binary" });
const plain = fc.stringMatching(/^[a-z][a-z0-9]{0,10}(-[a-z0-9]{1,10})?$/);

describe("names for Azure", () => {
  test("are of the form that Azure takes, whatever the parts are", () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.array(part, { minLength: 2, maxLength: 4 }), (kind, parts) => {
        const name = azureName(kind, ...parts);
        expect(name).toMatch(FORMS[kind]);
        expect(isAzureName(kind, name)).toBe(true);
        expect(azureName(kind, ...parts)).toBe(name);
      }),
    );
  });

  test("say what they are of where the parts are plain and fit", () => {
    expect(azureName("firewall", "afw", "agents")).toBe("afw-agents");
    expect(azureName("network", "nsg", "agents", "triage")).toBe("nsg-agents-triage");
  });

  test("are cut and ended by a hash where the parts do not fit, so that no two become one", () => {
    const long = "a".repeat(60);
    expect(azureName("firewall", "afw", long)).toMatch(/^afw-a{43}-[0-9a-f]{8}$/);
    expect(azureName("firewall", "afw", `${long}b`)).not.toBe(azureName("firewall", "afw", `${long}c`));
    expect(azureName("network", "Nsg", "x")).toMatch(/^nsg-x-[0-9a-f]{8}$/);
    expect(azureName("network", "nsg", "X")).not.toBe(azureName("network", "nsg", "x"));
  });

  test("of one kind differ where the parts do", () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), plain, plain, plain, (kind, cell, one, other) => {
        fc.pre(one !== other);
        expect(azureName(kind, "p", cell, one)).not.toBe(azureName(kind, "p", cell, other));
      }),
    );
  });

  test("of storage accounts are hashes, since the whole of Azure shares one name space", () => {
    expect(azureName("storageAccount", "flow", "agents", "westeurope", "")).toMatch(/^flowagentswesteu[0-9a-f]{8}$/);
    expect(azureName("storageAccount", "flow", "agents", "westeurope", "prod")).not.toBe(
      azureName("storageAccount", "flow", "agents", "westeurope", "dev"),
    );
  });
});
