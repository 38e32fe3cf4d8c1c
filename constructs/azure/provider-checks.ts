import type { RenderedStack } from "../../lib/cell/rendered-stack";
import type { Refusal } from "../../lib/cell/synth-gate";

/** Finds settings of the provider that fail when it is applied. */
export function providerFindings(rendered: RenderedStack): Refusal[] {
  const providers: { readonly [key: string]: unknown }[] = rendered.provider?.["azurerm"] ?? [];
  const keyless = Object.entries(rendered.resource?.["azurerm_storage_account"] ?? {}).find(
    ([, values]) => values["shared_access_key_enabled"] === false,
  );
  const second = rendered.provider?.["azapi"]?.filter(({ alias }) => alias === undefined)[1];
  const twice = second === undefined ? [] : [finding("provider.azapi", "there are two", "make yours before the cell")];
  return [...twice, ...providers.flatMap((provider, index) => ofProvider(provider, index, keyless?.[0]))];
}

function ofProvider(
  provider: { readonly [key: string]: unknown },
  index: number,
  keyless: string | undefined,
): Refusal[] {
  const address = `provider.azurerm${index === 0 ? "" : `[${index}]`}`;
  const features = provider["features"];
  const hasFeatures = Array.isArray(features) ? features.length === 1 : typeof features === "object";
  return [
    ...(hasFeatures ? [] : [finding(address, "it has no features block", "pass features: [{}]")]),
    ...(keyless === undefined || provider["storage_use_azuread"] === true
      ? []
      : [
          finding(
            address,
            `it reads storage with keys, and azurerm_storage_account.${keyless} has none`,
            "set storageUseAzuread: true",
          ),
        ]),
  ];
}

const finding = (address: string, problem: string, fix: string): Refusal => ({
  code: "CORDON-315",
  address,
  problem,
  fix,
});
