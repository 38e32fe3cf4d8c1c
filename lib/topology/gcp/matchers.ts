import { CelSyntaxError, parseCel } from "../cel";
import type { Inventory } from "../read/inventory";
import { isAbsent } from "../read/values";
import { type Resolved, Unknown } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { App, FlowSet, TCP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import type { GcpAttachPoint } from "./agents";
import {
  ALWAYS,
  AT_TIMES,
  type Call,
  type Comparison,
  exactly,
  isHost,
  isRequestPart,
  literalOf,
  type Meaning,
  pathOf,
  sidesOf,
  type Truth,
  truth,
  truthOf,
} from "./condition";
import { hasTag, isAccount } from "./firewall-rules";
import type { Names } from "./names";
import { ACCOUNT_TYPES, TAG_VALUE_TYPES } from "./placements";
import type { UrlLists, UrlPattern } from "./url-lists";

/** Who asks the proxy, and what a matcher can look up. */
export interface Asking {
  readonly inventory: Inventory;
  readonly names: Names;
  readonly lists: UrlLists;
  readonly point: GcpAttachPoint;
  /** The addresses that the proxy sees, where they are not the client's own. */
  readonly seenAs?: AddressSet;
}

/**
 * What a matcher of a rule means as flows: exact for the documented attributes and functions. Each part that is not known
 * is a doubt, and counts as true or false as asked.
 *
 * @param isWide whether what is not known counts as true
 * @see https://cloud.google.com/secure-web-proxy/docs/cel-matcher-language-reference
 */
export function matched(value: Resolved, asking: Asking, address: string, isWide: boolean): Truth {
  return readMatcher(value, address, asking.inventory, isWide, (unknown) => new Session(asking, unknown));
}

export type NotKnown = (what: string, isWide: boolean, tokens?: readonly string[]) => Truth;

/** Reads the text of a matcher. An absent one matches everything. */
export function readMatcher(
  value: Resolved,
  address: string,
  inventory: Inventory,
  isWide: boolean,
  meaning: (unknown: NotKnown) => Meaning,
): Truth {
  if (isAbsent(value)) return ALWAYS;
  const unknown: NotKnown = (what, wide, tokens = [address]) => {
    inventory.doubts.push({ address, what, tokens });
    return truth(wide);
  };
  const text = value instanceof Unknown ? value.text : value;
  const tokens = value instanceof Unknown ? value.tokens : [address];
  if (typeof text !== "string" || (/^\$\{[^}]*\}$/.test(text) && value instanceof Unknown))
    return unknown("its matcher is not known", isWide, tokens);
  try {
    return truthOf(parseCel(text), meaning(unknown), isWide);
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error;
    return unknown(`its matcher can't be read: ${error.message}`, isWide, tokens);
  }
}

/** Conditions about a connection. */
class Session implements Meaning {
  public constructor(
    private readonly asking: Asking,
    public readonly unknown: NotKnown,
  ) {}

  public compared(expression: Comparison, isWide: boolean): Truth {
    const { path, operator, value } = sidesOf(expression);
    if (isTemplate(value)) return this.unknown("what it compares with is not known", isWide);
    if (path === "destination.port" && typeof value === "number") return exactly(portFlows(operator, value));
    if (path === "source.port" || isRequestPart(path)) return AT_TIMES;
    if (typeof value === "string" && operator === "==") {
      if (isHost(path)) return exactly(hostFlows(value));
      const block = path === "source.ip" ? AddressSet.parse(value) : undefined;
      if (block !== undefined) return this.sources(block);
    }
    return this.unknown(`a comparison of ${path ?? "something"} is not documented`, isWide);
  }

  public called({ of, name, arguments: given }: Call, isWide: boolean): Truth {
    const [first, second] = given;
    const text = literalOf(first);
    const on = pathOf(of);
    const other = literalOf(second);
    const isOpen = this.asking.names.isOpen(typeof text === "string" ? text : null, ...MATCHED_TYPES);
    if (isOpen) return this.unknown("what it compares with is not known", isWide);
    if (on === undefined && name === "inIpRange" && pathOf(first) === "source.ip") {
      const block = AddressSet.parse(String(other));
      if (block !== undefined) return this.sources(block);
    }
    if (on === undefined && name === "inUrlList" && typeof other === "string") {
      return this.inList(pathOf(first), other, isWide);
    }
    if (on === "source" && typeof text === "string") {
      const { asking } = this;
      if (name === "matchServiceAccount") return truth(isAccount(asking, text, asking.point));
      if (name === "matchTag") return truth(hasTag(asking, text, asking.point));
    }
    if (isRequestPart(on)) return AT_TIMES;
    if (isHost(on) && name === "endsWith" && typeof text === "string") return exactly(namedFlows(NameSet.suffix(text)));
    return this.unknown(`${name}() is not documented for what it is asked`, isWide);
  }

  private inList(path: string | undefined, id: string, isWide: boolean): Truth {
    const { patterns, isWhole, tokens } = this.asking.lists.entries(id);
    const isOfHost = isHost(path);
    if (!isOfHost && path !== "request.url()")
      return this.unknown("a list is asked for something else than a name", isWide);
    const some = FlowSet.unionAll(patterns.map(patternFlows));
    // A path in an entry bounds requests; of a host alone it says nothing.
    const every = isOfHost
      ? some
      : FlowSet.unionAll(patterns.filter((one) => one.path === undefined).map(patternFlows));
    if (isWhole) return { some, every };
    const rest = this.unknown(`the list ${id} is not known`, isWide, tokens);
    return { some: some.union(rest.some), every: every.union(rest.every) };
  }

  private sources(block: AddressSet): Truth {
    const { seenAs } = this.asking;
    return seenAs === undefined ? exactly(FlowSet.of({ sources: block })) : truth(seenAs.overlaps(block));
  }
}

const MATCHED_TYPES = [...ACCOUNT_TYPES, ...TAG_VALUE_TYPES];

/** Text that Terraform still has to write something into. */
export const isTemplate = (value: unknown): boolean => typeof value === "string" && value.includes("${");

/** Connections that ask for a name. */
const namedFlows = (names: NameSet): FlowSet =>
  FlowSet.of({ protocols: RangeSet.of(TCP), apps: [App.TLS, App.HTTP], names });

// Who asks for an address says no name: whatever it sends then is anything.
const addressFlows = (destinations: AddressSet): FlowSet =>
  FlowSet.of({ destinations, protocols: RangeSet.of(TCP), apps: [App.OTHER] });

const patternFlows = ({ names, addresses }: UrlPattern): FlowSet =>
  addresses.isEmpty ? namedFlows(names) : addressFlows(addresses);

function hostFlows(host: string): FlowSet {
  const name = host.toLowerCase().replace(/\.$/, "");
  const address = AddressSet.parse(name.replace(/^\[|\]$/g, ""));
  return address === undefined ? namedFlows(NameSet.exact(name)) : addressFlows(address);
}

function portFlows(operator: string, value: number): FlowSet {
  const ranges: { readonly [operator: string]: readonly [number, number] } = {
    "==": [value, value],
    "<": [0, value - 1],
    "<=": [0, value],
    ">": [value + 1, 65_535],
    ">=": [value, 65_535],
  };
  const [first, last] = ranges[operator] ?? [1, 0];
  const [low, high] = [Math.max(first, 0), Math.min(last, 65_535)];
  return low > high ? FlowSet.NONE : FlowSet.of({ ports: RangeSet.of(low, high) });
}

/** All that a client can ask a proxy for: connections to a name, or to an address with whatever is sent then. */
export const ASKED: FlowSet = FlowSet.unionAll([namedFlows(NameSet.NAMED), addressFlows(AddressSet.ALL)]);

/** The flows that a client gets by what it asks for: to an address it sends anything, under any name. */
export function gotten(asked: FlowSet): FlowSet {
  return FlowSet.unionAll(
    asked.regions.map((region) =>
      region.apps.includes(App.OTHER)
        ? FlowSet.of({ ...region, apps: [App.TLS, App.HTTP, App.OTHER], names: NameSet.ALL })
        : FlowSet.of(region),
    ),
  );
}
