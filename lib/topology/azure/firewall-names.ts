import { NameSet } from "../sets/name-set";

/**
 * A name of an application rule: `*` stands at the left alone, for any number of labels; `*contoso.com` ends in the
 * middle of a label.
 *
 * @returns undefined for what Azure Firewall does not take
 * @see https://learn.microsoft.com/azure/firewall/firewall-faq
 */
export function ruleName(text: string): NameSet | undefined {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (name === "*") return NameSet.NAMED;
  const rest = name.startsWith("*") ? name.slice(1) : name;
  if (rest.includes("*") || !/^[a-z0-9._-]+$/.test(rest)) return undefined;
  return rest === name ? NameSet.exact(name) : NameSet.suffix(rest);
}

/** The host of a URL of an application rule, with the path that it is bound to. */
export function ruleUrl(text: string): { readonly names: NameSet; readonly path: string } | undefined {
  const [, host, path] = /^(?:https?:\/\/)?([^/]+)(\/.*)?$/i.exec(text) ?? [];
  const names = host === undefined ? undefined : ruleName(host);
  return names === undefined ? undefined : { names, path: path ?? "/*" };
}

const anyBelow = (...names: string[]): NameSet =>
  NameSet.unionAll(names.flatMap((name) => [NameSet.exact(name), NameSet.below(name)]));

/** Bounds of the names behind a tag. Microsoft changes what is in them. */
const TAGS: { readonly [tag: string]: NameSet } = {
  windowsupdate: anyBelow("windowsupdate.com", "update.microsoft.com", "delivery.mp.microsoft.com"),
  windowsdiagnostics: anyBelow("data.microsoft.com"),
  microsoftactiveprotectionservice: anyBelow("wdcp.microsoft.com", "wd.microsoft.com"),
  azurebackup: anyBelow("backup.windowsazure.com", "blob.core.windows.net", "queue.core.windows.net"),
  azurekubernetesservice: anyBelow(
    "azmk8s.io",
    "mcr.microsoft.com",
    "packages.microsoft.com",
    "packages.aks.azure.com",
    "acs-mirror.azureedge.net",
    "management.azure.com",
    "login.microsoftonline.com",
  ),
};

/** The names that a tag of an application rule stands for. @returns undefined for a tag that is not known */
export const tagNames = (tag: string): NameSet | undefined => TAGS[tag.toLowerCase()];

/**
 * Names that Azure Firewall lets through after the last rule, for images, disks and diagnostics of the platform. The list
 * is not published: these are its bounds.
 *
 * @see https://learn.microsoft.com/azure/firewall/infrastructure-fqdns
 */
export const INFRASTRUCTURE_NAMES = NameSet.unionAll(
  ["blob.core.windows.net", "table.core.windows.net", "queue.core.windows.net"].map((name) => NameSet.below(name)),
);
