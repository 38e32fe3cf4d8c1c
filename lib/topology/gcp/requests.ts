import type { DeclaredEgress } from "../model/declaration";
import type { Inventory } from "../read/inventory";
import type { Resolved } from "../resolve/value";
import { App, FlowSet, TCP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import {
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
} from "./condition";
import { isTemplate, type NotKnown, readMatcher } from "./matchers";
import type { UrlLists } from "./url-lists";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** Stands for every method that no list can name. */
const OTHER_METHOD = METHODS.length;

/**
 * Sets of requests to one host, in the algebra of flows: a method has the place of a port, and a path, turned round and
 * with its letters written out, that of a name. A beginning of a path is then an ending of a name.
 */
const requests = (methods: RangeSet, paths: NameSet): FlowSet =>
  FlowSet.of({ protocols: RangeSet.of(TCP), apps: [App.TLS], ports: methods, names: paths });

const METHOD_RANGE = RangeSet.of(0, OTHER_METHOD);

/** Every request. */
export const ANY_REQUEST = requests(METHOD_RANGE, NameSet.NAMED);

/** The requests of a list: `GET /repos/x`, `GET /repos/*`, `* /health`; every one for an empty list. */
export function listedRequests({ requests: listed }: DeclaredEgress): FlowSet {
  if (listed === undefined || listed.length === 0) return ANY_REQUEST;
  return FlowSet.unionAll(
    listed.map((text) => {
      const [method = "", path = ""] = text.split(" ");
      const isPrefix = path.endsWith("/*");
      const methods = method === "*" ? METHOD_RANGE : methodRange(method);
      return requests(methods, isPrefix ? pathsFrom(path.slice(0, -1)) : exactPath(path));
    }),
  );
}

/** One request for a reader: `GET /repos/x`. */
export function shownRequest(set: FlowSet): string | undefined {
  const flow = set.sample();
  const [region] = set.regions;
  if (flow === undefined || region === undefined) return undefined;
  const index = region.ports.sample() ?? 0;
  const path = flow.name === undefined ? "/" : decoded(flow.name);
  return `${METHODS[index] ?? "PROPFIND"} ${path.startsWith("/") ? path : `/${path}`}`;
}

/** What an application matcher means for requests to one host. */
export function matchedRequests(
  value: Resolved,
  to: { readonly host: string; readonly lists: UrlLists; readonly inventory: Inventory },
  address: string,
  isWide: boolean,
): Truth {
  const { some, every } = readMatcher(value, address, to.inventory, isWide, (unknown) => new Requests(to, unknown));
  return { some: some.intersect(ANY_REQUEST), every: every.intersect(ANY_REQUEST) };
}

/** Conditions about a request. */
class Requests implements Meaning {
  public constructor(
    private readonly to: { readonly host: string; readonly lists: UrlLists },
    public readonly unknown: NotKnown,
  ) {}

  public compared(expression: Comparison, isWide: boolean): Truth {
    const { path, operator, value } = sidesOf(expression);
    if (isTemplate(value)) return this.unknown("what a request is compared with is not known", isWide);
    if (operator === "==" && typeof value === "string") {
      if (path === "request.method") return exactly(requests(methodRange(value), NameSet.NAMED));
      if (path === "request.path") return exactly(requests(METHOD_RANGE, exactPath(value)));
      if (isHost(path)) return truth(value.toLowerCase() === this.to.host);
    }
    return isRequestPart(path) ? AT_TIMES : this.unknown(`a comparison of ${path ?? "something"} in a request`, isWide);
  }

  public called({ of, name, arguments: given }: Call, isWide: boolean): Truth {
    const [first, second] = given;
    const text = literalOf(first);
    const on = pathOf(of);
    if (isTemplate(text)) return this.unknown("what a request is compared with is not known", isWide);
    if (on === "request.path" && name === "startsWith" && typeof text === "string") {
      return exactly(requests(METHOD_RANGE, pathsFrom(text)));
    }
    if (isHost(on) && name === "endsWith" && typeof text === "string") return truth(this.to.host.endsWith(text));
    if (on === undefined && name === "inUrlList" && typeof literalOf(second) === "string") {
      return this.inList(pathOf(first), String(literalOf(second)), isWide);
    }
    return isRequestPart(on) ? AT_TIMES : this.unknown(`${name}() in a request`, isWide);
  }

  private inList(path: string | undefined, id: string, isWide: boolean): Truth {
    const { patterns, isWhole, tokens } = this.to.lists.entries(id);
    const own = patterns.filter((one) => one.names.has(this.to.host));
    const sets = own.map((one) => {
      if (path !== "request.url()" || one.path === undefined) return ANY_REQUEST;
      const { text, isPrefix } = one.path;
      return requests(METHOD_RANGE, isPrefix ? pathsFrom(text) : exactPath(text));
    });
    const known = exactly(FlowSet.unionAll(sets));
    if (isWhole) return known;
    const rest = this.unknown(`the list ${id} is not known`, isWide, tokens);
    return { some: known.some.union(rest.some), every: known.every.union(rest.every) };
  }
}

const methodRange = (method: string): RangeSet => {
  const index = METHODS.indexOf(method);
  return index < 0 ? RangeSet.of(OTHER_METHOD) : RangeSet.of(index);
};

const exactPath = (path: string): NameSet => NameSet.exact(encoded(path));
const pathsFrom = (beginning: string): NameSet => NameSet.suffix(encoded(beginning));

// Names know no case and set dots apart: every other sign is written as its number in brackets.
function encoded(path: string): string {
  const signs = [...path].map((sign) =>
    /[a-z0-9/_-]/.test(sign) ? sign : `(${(sign.codePointAt(0) ?? 0).toString(16)})`,
  );
  return signs.reverse().join("");
}

function decoded(name: string): string {
  const signs = name.match(/\([0-9a-f]+\)|[\s\S]/g) ?? [];
  return signs
    .reverse()
    .map((sign) => (/^\([0-9a-f]+\)$/.test(sign) ? String.fromCodePoint(Number.parseInt(sign.slice(1, -1), 16)) : sign))
    .join("");
}
