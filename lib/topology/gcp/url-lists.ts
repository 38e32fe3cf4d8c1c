import { hasUnknown, stringsOf, tokensOf } from "../read/values";
import { AddressSet } from "../sets/address-set";
import { NameSet } from "../sets/name-set";
import type { Names } from "./names";

/** One entry of a list: the hosts that it means, and the beginning of the paths. */
export interface UrlPattern {
  readonly names: NameSet;
  /** Set for an entry that is an address. */
  readonly addresses: AddressSet;
  /** `/repos/`; undefined for every path. */
  readonly path: { readonly text: string; readonly isPrefix: boolean } | undefined;
}

/** Reads an entry: `x.com`, `*.x.com` (below), `*x.com` (both), each with a path. */
export function urlPattern(entry: string): UrlPattern {
  const [, host = "", path] =
    /^([^/]*)(\/.*)?$/.exec(
      entry
        .trim()
        .toLowerCase()
        .replace(/^https?:\/\//, ""),
    ) ?? [];
  const own = /^([^/]*)(\/.*)?$/.exec(entry.trim().replace(/^https?:\/\//i, ""))?.[2];
  const addresses = AddressSet.parse(host) ?? AddressSet.NONE;
  const isPrefix = own?.endsWith("*") ?? false;
  return {
    names: addresses.isEmpty ? hostsOf(host.replace(/\.$/, "")) : NameSet.NONE,
    addresses,
    path: path === undefined || own === undefined ? undefined : { text: own.replace(/\*$/, ""), isPrefix },
  };
}

function hostsOf(host: string): NameSet {
  if (host === "*") return NameSet.NAMED;
  if (host.startsWith("*.")) return NameSet.below(host.slice(2));
  if (host.startsWith("*")) return NameSet.exact(host.slice(1)).union(NameSet.below(host.slice(1)));
  return NameSet.exact(host);
}

/** The entries of a list by its id; undefined where the plan does not say them. */
export class UrlLists {
  public constructor(private readonly names: Names) {}

  public entries(id: string): {
    readonly patterns: UrlPattern[];
    readonly isWhole: boolean;
    readonly tokens: string[];
  } {
    const list = this.names.resource(id, "google_network_security_url_lists");
    const values = list?.values["values"];
    if (list === undefined || list.isDoubtful) return { patterns: [], isWhole: false, tokens: [list?.address ?? id] };
    return {
      patterns: stringsOf(values).map(urlPattern),
      isWhole: !hasUnknown(values),
      tokens: tokensOf(values),
    };
  }
}
