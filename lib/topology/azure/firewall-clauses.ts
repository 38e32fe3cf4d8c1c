import type { Inventory } from "../read/inventory";
import {
  blocksOf,
  hasUnknown,
  isAbsent,
  isTrue,
  listOf,
  numberOf,
  textOf,
  tokensOf,
  type Values,
} from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { App, FlowSet, TCP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import { ruleName, ruleUrl, tagNames } from "./firewall-names";
import { idOf } from "./own";
import { blockOf, certain, PUBLIC, SOME_ADDRESS, type Span } from "./tags";

/** One rule of a firewall, in the order of evaluation. */
export interface Clause {
  readonly address: string;
  readonly says: string;
  readonly isAllow: boolean;
  readonly flows: Span<FlowSet>;
  /** Paths that it is bound to, by name; undefined where every request passes. */
  readonly paths?: readonly string[];
  /** Whether it looks into TLS. */
  readonly terminates: boolean;
  /** What it needs, to be looked at beside the SKU: `url`, `tls`, `category`, `network name`. */
  readonly needs: readonly string[];
}

const NOTHING = RangeSet.unionAll([]);
const PROTOCOLS: { readonly [name: string]: RangeSet } = {
  any: RangeSet.PROTOCOLS,
  tcp: RangeSet.of(6),
  udp: RangeSet.of(17),
  icmp: RangeSet.of(1),
};

/** Reads the rules of firewalls. What is not known opens or closes by the reading. */
export class ClauseReader {
  public constructor(private readonly inventory: Inventory) {}

  /** A rule of a network collection. */
  public network(address: string, collection: Values, rule: Values): Clause[] {
    const isAllow = textOf(collection["action"])?.toLowerCase() !== "deny";
    const names = listOf(rule["destination_fqdns"]);
    const ports = this.ports(address, listOf(rule["destination_ports"]));
    const protocols = this.protocols(address, listOf(rule["protocols"]));
    const sources = this.sources(address, rule, isAllow);
    const destinations = this.destinations(address, rule, isAllow);
    const flows = (of: "sure" | "maybe"): FlowSet => {
      const base = { sources: sources[of], ports: ports[of], protocols: protocols[of] };
      const byAddress = FlowSet.of({ ...base, destinations: destinations[of] });
      if (names.length === 0) return byAddress;
      const known = names.map((name) => (typeof name === "string" ? NameSet.exact(name) : undefined));
      const all = known.flatMap((one) => one ?? (of === "maybe" ? [NameSet.NAMED] : []));
      // The firewall asks for the name itself and passes its addresses: the name stands for them.
      const named = FlowSet.of({
        ...base,
        protocols: base.protocols.intersect(RangeSet.of(TCP)),
        apps: [App.TLS],
        names: NameSet.unionAll(all),
      });
      const raw = FlowSet.of({ ...base, destinations: SOME_ADDRESS, apps: [App.OTHER] });
      return FlowSet.unionAll([byAddress, named, all.length === 0 ? FlowSet.NONE : raw]);
    };
    return this.withAction(address, collection, {
      ...this.common(address, collection, rule, isAllow),
      isAllow,
      flows: { sure: flows("sure"), maybe: flows("maybe") },
      terminates: false,
      needs: names.length > 0 ? ["network name"] : [],
    });
  }

  /** A rule of an application collection. */
  public application(address: string, collection: Values, rule: Values): Clause[] {
    const isAllow = textOf(collection["action"])?.toLowerCase() !== "deny";
    const sources = this.sources(address, rule, isAllow);
    const urls = listOf(rule["destination_urls"]);
    const categories = listOf(rule["web_categories"]);
    const names = this.names(address, rule, isAllow);
    const protocols = [...blocksOf(rule["protocols"]), ...blocksOf(rule["protocol"])];
    const tags = [...listOf(rule["destination_fqdn_tags"]), ...listOf(rule["fqdn_tags"])];
    const isUnsaid = hasUnknown(rule["protocols"]) || hasUnknown(rule["protocol"]);
    // Tags bring their own ports.
    const ways =
      protocols.length === 0 && tags.length > 0
        ? [
            { type: "Https", port: 443 },
            { type: "Http", port: 80 },
          ]
        : protocols;
    const flows = (of: "sure" | "maybe"): FlowSet => {
      const base = { sources: sources[of], protocols: RangeSet.of(TCP), names: names[of] };
      const parts = ways.map((one) => {
        const type = textOf(one["type"])?.toLowerCase();
        const port = numberOf(one["port"]);
        const apps = type === "http" ? [App.HTTP] : type === undefined ? [App.HTTP, App.TLS] : [App.TLS];
        if ((type === undefined || port === undefined) && of === "sure") return FlowSet.NONE;
        return FlowSet.of({ ...base, apps, ports: port === undefined ? RangeSet.PORTS : RangeSet.of(port) });
      });
      const rest = isUnsaid && of === "maybe" ? [FlowSet.of({ ...base, apps: [App.HTTP, App.TLS] })] : [];
      return FlowSet.unionAll([...parts, ...rest]);
    };
    if (isUnsaid) this.inventory.countsUnknown("grants", address, "protocols", rule["protocols"] ?? rule["protocol"]);
    const terminates = isTrue(rule["terminate_tls"]);
    const paths = urls.flatMap((url) => (typeof url === "string" ? [url] : []));
    const needs = [
      ...(urls.length > 0 ? ["url"] : []),
      ...(categories.length > 0 ? ["category"] : []),
      ...(terminates ? ["tls"] : []),
    ];
    return this.withAction(address, collection, {
      ...this.common(address, collection, rule, isAllow),
      isAllow,
      flows: { sure: flows("sure"), maybe: flows("maybe") },
      ...(urls.length > 0 && listOf(rule["destination_fqdns"]).length === 0 ? { paths } : {}),
      terminates,
      needs,
    });
  }

  private common(
    address: string,
    collection: Values,
    rule: Values,
    isAllow: boolean,
  ): { address: string; says: string } {
    const [of, name] = [textOf(collection["name"]), textOf(rule["name"])];
    const what = name === undefined ? "a rule" : `rule '${name}'`;
    const where = of === undefined ? "" : ` of collection '${of}'`;
    return { address, says: `${what}${where} ${isAllow ? "allows it" : "denies it"}` };
  }

  // An action that is not known is both, and neither for sure.
  private withAction(address: string, collection: Values, clause: Clause): Clause[] {
    if (!hasUnknown(collection["action"])) return [clause];
    this.inventory.countsUnknown("grants", address, "action", collection["action"]);
    const flows = { sure: FlowSet.NONE, maybe: clause.flows.maybe };
    return [
      { ...clause, isAllow: true, flows },
      { ...clause, isAllow: false, flows },
    ];
  }

  private sources(address: string, rule: Values, isAllow: boolean): Span<AddressSet> {
    return this.addresses(address, rule, ["source_addresses", "source_ip_groups"], isAllow, false);
  }

  private destinations(address: string, rule: Values, isAllow: boolean): Span<AddressSet> {
    return this.addresses(address, rule, ["destination_addresses", "destination_ip_groups"], isAllow, true);
  }

  private addresses(
    address: string,
    rule: Values,
    [plain, groups]: readonly [string, string],
    isAllow: boolean,
    areDestinations: boolean,
  ): Span<AddressSet> {
    const parts = listOf(rule[plain]).map((part): Span<AddressSet> => {
      const text = textOf(part);
      const block = text === undefined ? undefined : blockOf(text);
      if (block !== undefined) return certain(block);
      // A service's addresses are many tenants': what is allowed to them is allowed to the public.
      if (text !== undefined && areDestinations) return { sure: isAllow ? PUBLIC : AddressSet.NONE, maybe: PUBLIC };
      this.inventory.countsUnknown("grants", address, plain, part);
      return { sure: AddressSet.NONE, maybe: AddressSet.ALL };
    });
    const grouped = listOf(rule[groups]).map((group) => this.ipGroup(address, group));
    const all = [...parts, ...grouped];
    return {
      sure: AddressSet.unionAll(all.map((one) => one.sure)),
      maybe: AddressSet.unionAll(all.map((one) => one.maybe)),
    };
  }

  private ipGroup(address: string, value: Resolved): Span<AddressSet> {
    const group = this.inventory.get(idOf(value));
    if (group === undefined || group.mode === "data") {
      this.inventory.counts("grants", address, "its IP group is not in this stack", [idOf(value) ?? address]);
      return { sure: AddressSet.NONE, maybe: AddressSet.ALL };
    }
    const members = [
      ...listOf(group.values["cidrs"]),
      ...this.inventory
        .of("grants", "azurerm_ip_group_cidr")
        .filter((one) => idOf(one.values["ip_group_id"]) === group.address)
        .map((one) => one.values["cidr"] ?? null),
    ];
    const sets = members.map((one) => (typeof one === "string" ? blockOf(one) : undefined));
    const known = sets.filter((one): one is AddressSet => one !== undefined);
    if (known.length === sets.length) return certain(AddressSet.unionAll(known));
    this.inventory.counts("grants", group.address, "its cidrs are not known", tokensOf(members));
    return { sure: AddressSet.unionAll(known), maybe: AddressSet.ALL };
  }

  private ports(address: string, ports: readonly Resolved[]): Span<RangeSet> {
    const spans = ports.map((port): Span<RangeSet> => {
      const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(String(textOf(port) ?? numberOf(port) ?? "")) ?? [];
      if (port === "*") return certain(RangeSet.PORTS);
      if (from !== undefined) return certain(RangeSet.of(Number(from), Number(to ?? from)));
      this.inventory.countsUnknown("grants", address, "destination_ports", port);
      return { sure: NOTHING, maybe: RangeSet.PORTS };
    });
    return {
      sure: RangeSet.unionAll(spans.map((one) => one.sure)),
      maybe: RangeSet.unionAll(spans.map((one) => one.maybe)),
    };
  }

  private protocols(address: string, protocols: readonly Resolved[]): Span<RangeSet> {
    const spans = protocols.map((protocol): Span<RangeSet> => {
      const known = PROTOCOLS[textOf(protocol)?.toLowerCase() ?? ""];
      if (known !== undefined) return certain(known);
      this.inventory.countsUnknown("grants", address, "protocols", protocol);
      return { sure: NOTHING, maybe: RangeSet.PROTOCOLS };
    });
    return {
      sure: RangeSet.unionAll(spans.map((one) => one.sure)),
      maybe: RangeSet.unionAll(spans.map((one) => one.maybe)),
    };
  }

  private names(address: string, rule: Values, isAllow: boolean): Span<NameSet> {
    const fqdns = [...listOf(rule["destination_fqdns"]), ...listOf(rule["target_fqdns"])].map((one) =>
      typeof one === "string" ? ruleName(one) : undefined,
    );
    const urls = listOf(rule["destination_urls"]).map((one) =>
      typeof one === "string" ? ruleUrl(one)?.names : undefined,
    );
    const tags = [...listOf(rule["destination_fqdn_tags"]), ...listOf(rule["fqdn_tags"])].map((one) =>
      typeof one === "string" ? tagNames(one) : undefined,
    );
    // Whom a category holds is Microsoft's to say: what it allows, nobody listed.
    const categories = listOf(rule["web_categories"]).filter((one) => !isAbsent(one));
    const all = [...fqdns, ...urls, ...tags];
    const known = all.filter((one): one is NameSet => one !== undefined);
    const isOpen = known.length !== all.length;
    if (isOpen)
      this.inventory.counts("grants", address, "names of a rule are not known", tokensOf(Object.values(rule)));
    const more = categories.length > 0 ? [NameSet.NAMED] : [];
    return {
      sure: NameSet.unionAll([...known, ...(isAllow ? more : [])]),
      maybe: NameSet.unionAll([...known, ...more, ...(isOpen ? [NameSet.NAMED] : [])]),
    };
  }
}
